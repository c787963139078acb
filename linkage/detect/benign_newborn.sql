-- one row: one child whom no practice registers, and whether a birth may still take its time to reach one
-- reads: profile
CREATE OR REPLACE TABLE benign_newborn AS
SELECT person_id, born, born > $night - INTERVAL 42 DAY AS within_42_days
FROM profile
WHERE is_child AND NOT on_gp_list
ORDER BY person_id
