-- one row: one household as the household model compares it: those alone that have a member who is in another one too
-- reads: household, person, mention
CREATE OR REPLACE TABLE household_input AS
WITH in_two AS (
    SELECT person_id
    FROM household
    GROUP BY person_id
    HAVING min(household_id) <> max(household_id)
),

compared AS (
    SELECT h.*
    FROM household AS h
    SEMI JOIN (SELECT household_id FROM household SEMI JOIN in_two USING (person_id)) AS t ON h.household_id = t.household_id
),

-- The classes of their family names over all mentions.
named AS (
    SELECT p.person_id, list_distinct(flatten(list(m.family_keys))) AS family_keys
    FROM person AS p
    SEMI JOIN compared AS c ON p.person_id = c.person_id
    INNER JOIN mention AS m ON p.mention_id = m.mention_id
    GROUP BY p.person_id
)

SELECT
    h.household_id,
    any_value(h.uprn) AS uprn,
    list(DISTINCT h.person_id ORDER BY h.person_id) AS person_ids,
    list_sort(list_distinct(flatten(list(n.family_keys)))) AS family_keys,
    count(DISTINCT h.person_id) AS size,
    CAST(min(h.valid_from) AS VARCHAR) AS started,
    CAST(CASE WHEN count(*) FILTER (WHERE h.valid_to IS NULL) = 0 THEN max(h.valid_to) END AS VARCHAR) AS ended
FROM compared AS h
LEFT JOIN named AS n ON h.person_id = n.person_id
GROUP BY h.household_id
ORDER BY h.household_id
