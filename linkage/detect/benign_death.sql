-- one row: one person whose death a record gives
-- reads: profile
CREATE OR REPLACE TABLE benign_death AS
SELECT person_id, died_on
FROM profile
WHERE died_on IS NOT NULL
ORDER BY person_id
