-- one row: one person of several homes and one of these that only records without a birth date give them, where a register shows a namesake
-- reads: claim, stay, mention, name_part, profile
CREATE OR REPLACE TABLE benign_namesake AS
WITH said AS MATERIALIZED (
    SELECT c.person_id, c.uprn, m.date_of_birth, m.nhs_number, n.given_keys, n.initials, m.family_keys
    FROM claim AS c
    SEMI JOIN (SELECT person_id FROM stay WHERE places > 1) AS s ON c.person_id = s.person_id
    INNER JOIN mention AS m ON c.mention_id = m.mention_id
    INNER JOIN name_part AS n ON m.name_id = n.name_id
    WHERE c.stands
),

given AS (
    SELECT
        person_id, uprn,
        list_distinct(flatten(list(given_keys))) AS given_keys,
        list_distinct(flatten(list(initials))) AS initials,
        list_distinct(flatten(list(family_keys))) AS family_keys
    FROM said
    GROUP BY person_id, uprn
    HAVING bool_and(date_of_birth IS NULL AND nhs_number IS NULL)
),

registered AS (
    SELECT c.person_id, c.uprn, n.given_keys, n.initials, m.family_keys
    FROM claim AS c
    SEMI JOIN given AS g ON c.uprn = g.uprn
    INNER JOIN mention AS m ON c.mention_id = m.mention_id
    INNER JOIN name_part AS n ON m.name_id = n.name_id
    WHERE c.stands AND c.is_register AND m.date_of_birth IS NOT NULL
)

SELECT DISTINCT g.person_id, g.uprn
FROM given AS g
INNER JOIN registered AS r ON g.uprn = r.uprn AND g.person_id <> r.person_id
INNER JOIN profile AS f ON g.person_id = f.person_id
INNER JOIN profile AS o ON r.person_id = o.person_id
WHERE
    o.is_grown_up AND coalesce(f.sex = o.sex, TRUE)
    AND list_has_any(g.family_keys, r.family_keys)
    AND (
        list_has_any(g.given_keys, r.given_keys)
        OR ((len(g.given_keys) = 0 OR len(r.given_keys) = 0) AND list_has_any(g.initials, r.initials))
        OR list_aggregate(
            flatten(list_transform(g.given_keys, lambda x: list_transform(r.given_keys, lambda y: jaro_winkler_similarity(x, y)))),
            'max'
        ) >= 0.9
    )
ORDER BY g.person_id, g.uprn
