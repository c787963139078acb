-- one row: one mother and one person who shares her home or a record with her and is of another generation: 16 years or more apart
-- reads: hidden_adult
CREATE OR REPLACE TABLE benign_generation AS
SELECT DISTINCT mother_id, subject_id
FROM hidden_adult
-- Another record that calls them her partner or the baby's parent says more than the gap in age.
WHERE abs(adult_older_by) >= 16 AND NOT told_elsewhere
ORDER BY mother_id, subject_id
