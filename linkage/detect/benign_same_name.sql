-- one row: one person and a property where a register shows somebody of a name and age that may be the same
-- reads: stay, profile, person_name
CREATE OR REPLACE TABLE benign_same_name AS
-- Few are said to live where no register shows them: found first, so that nobody else's names are looked at.
WITH beside AS MATERIALIZED (
    SELECT s.person_id, s.uprn, r.person_id AS other_id
    FROM stay AS s
    INNER JOIN stay AS r ON s.uprn = r.uprn AND r.registered AND s.person_id <> r.person_id
    WHERE NOT s.registered
)

SELECT DISTINCT s.person_id, s.uprn, s.other_id
FROM beside AS s
INNER JOIN person_name AS n ON s.person_id = n.person_id
INNER JOIN person_name AS o ON s.other_id = o.person_id
INNER JOIN profile AS f ON s.person_id = f.person_id
INNER JOIN profile AS g ON s.other_id = g.person_id
WHERE
    (
        list_has_any(n.given_keys, o.given_keys)
        OR ((len(n.given_keys) = 0 OR len(o.given_keys) = 0) AND list_has_any(n.initials, o.initials))
        -- Abi and Abigail, or a slip of one letter, where no birth date and no sex speaks against it.
        OR (coalesce(f.born = g.born, TRUE) AND coalesce(f.sex = g.sex, TRUE) AND list_bool_or(flatten(list_transform(n.given_keys, lambda x: list_transform(o.given_keys, lambda y:
            jaro_winkler_similarity(x, y) >= 0.93
            OR (least(len(x), len(y)) >= 3 AND (starts_with(x, y) OR starts_with(y, x))))))))
        -- A baby without a name yet, born when this one was.
        OR (len(n.initials) = 0 OR len(o.initials) = 0)
    )
    AND (len(n.family_keys) = 0 OR len(o.family_keys) = 0 OR list_has_any(n.family_keys, o.family_keys))
    AND (f.born IS NULL OR g.born IS NULL OR abs(date_diff('day', f.born, g.born)) < 400 OR f.born = g.born)
ORDER BY s.person_id, s.uprn, s.other_id
