-- one row: one person and all names that their records give them
-- reads: person, mention
CREATE OR REPLACE TABLE person_name AS
SELECT
    p.person_id,
    list_distinct(flatten(list(m.given_keys))) AS given_keys,
    list_distinct(flatten(list(m.initials))) AS initials,
    list_distinct(flatten(list(m.family_keys))) AS family_keys
FROM person AS p
INNER JOIN mention AS m ON p.mention_id = m.mention_id
GROUP BY p.person_id
ORDER BY p.person_id
