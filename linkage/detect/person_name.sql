-- one row: one of those whose names are compared, and all names that their records give them
-- reads: person, mention, name_part, stay, pregnancy, relation
CREATE OR REPLACE TABLE person_name AS
WITH mother_or_baby AS (
    SELECT mother_id AS person_id FROM pregnancy
    UNION
    SELECT unnest(baby_ids) AS person_id FROM pregnancy
),

-- Homes of these, and of everybody who is said to live somewhere where no register shows them.
looked_at AS (
    SELECT s.uprn
    FROM stay AS s
    SEMI JOIN (
        SELECT person_id FROM mother_or_baby
        UNION
        SELECT person_id FROM stay WHERE NOT registered
    ) AS w ON s.person_id = w.person_id
),

compared AS (
    SELECT person_id FROM mother_or_baby
    UNION
    SELECT s.person_id FROM stay AS s SEMI JOIN looked_at AS h ON s.uprn = h.uprn
    UNION
    SELECT person_id FROM person WHERE contract IN ('maternity_booking', 'police')
    UNION
    SELECT r.person_a AS person_id FROM relation AS r SEMI JOIN mother_or_baby AS w ON r.person_b = w.person_id
    UNION
    SELECT r.person_b AS person_id FROM relation AS r SEMI JOIN mother_or_baby AS w ON r.person_a = w.person_id
)

SELECT
    p.person_id,
    list_distinct(flatten(list(n.given_keys))) AS given_keys,
    list_distinct(flatten(list(n.initials))) AS initials,
    list_distinct(flatten(list(m.family_keys))) AS family_keys
FROM person AS p
SEMI JOIN compared AS c ON p.person_id = c.person_id
INNER JOIN mention AS m ON p.mention_id = m.mention_id
INNER JOIN name_part AS n ON m.name_id = n.name_id
GROUP BY p.person_id
ORDER BY p.person_id
