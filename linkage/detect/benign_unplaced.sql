-- one row: one person with a standing registration whose address is found in no property list: it may be any home
-- reads: claim
CREATE OR REPLACE TABLE benign_unplaced AS
SELECT DISTINCT person_id
FROM claim
WHERE
    is_register AND says_residence AND coalesce(match_level, 'none') NOT IN ('property', 'building')
    AND valid_from <= $night AND coalesce(valid_to, $night) >= $night
ORDER BY person_id
