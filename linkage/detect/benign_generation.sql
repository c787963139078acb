-- one row: one mother and one person who shares her home or a record with her and is of another generation: 20 years or more apart
-- reads: hidden_adult
CREATE OR REPLACE TABLE benign_generation AS
SELECT DISTINCT mother_id, subject_id
FROM hidden_adult
-- Parents are seldom less than 20 years older than their child, and couples now and then are 16 to 19 years apart: that gap lowers
-- the score and explains nothing. Another record that calls them her partner or the baby's parent says more than the gap in age; so
-- does a domestic occurrence with her from a home that is hers: whoever it is, they are of the household and no register says so.
WHERE
    abs(adult_older_by) >= 20 AND NOT told_elsewhere
    AND NOT (domestic_with_mother AND police_home_with_mother AND NOT registered_with_mother)
ORDER BY mother_id, subject_id
