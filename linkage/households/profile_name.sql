-- one row: one person and the classes of their family names over all mentions
-- reads: person, mention
CREATE OR REPLACE TABLE profile_name AS
SELECT p.person_id, list_sort(list_distinct(flatten(list(m.family_keys)))) AS family_keys
FROM person AS p
INNER JOIN mention AS m ON p.mention_id = m.mention_id
GROUP BY p.person_id
ORDER BY p.person_id
