-- one row: one household as the household model compares it
-- reads: household, profile_name
CREATE OR REPLACE TABLE household_input AS
SELECT
    h.household_id,
    any_value(h.uprn) AS uprn,
    list(DISTINCT h.person_id ORDER BY h.person_id) AS person_ids,
    list_sort(list_distinct(flatten(list(n.family_keys)))) AS family_keys,
    count(DISTINCT h.person_id) AS size,
    CAST(min(h.valid_from) AS VARCHAR) AS started,
    CAST(CASE WHEN count(*) FILTER (WHERE h.valid_to IS NULL) = 0 THEN max(h.valid_to) END AS VARCHAR) AS ended
FROM household AS h
LEFT JOIN profile_name AS n ON h.person_id = n.person_id
GROUP BY h.household_id
ORDER BY h.household_id
