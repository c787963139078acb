-- one row: one child and a property where a registered grown-up could be the parent whom the child's own home lacks
-- reads: stay, profile, person_name
CREATE OR REPLACE TABLE benign_parent AS
-- Beside each child whom no register shows at a property, there and at the child's other homes, the registered grown-ups of an age to
-- be a parent. Without a birth date anybody may be.
WITH of_age AS (
    SELECT
        c.person_id AS child_id,
        s.uprn,
        s.registered,
        g.sex,
        list_has_any(a.family_keys, b.family_keys) AS named_alike
    FROM profile AS c
    INNER JOIN stay AS s ON c.person_id = s.person_id
    INNER JOIN stay AS t ON s.uprn = t.uprn AND t.registered AND s.person_id <> t.person_id
    INNER JOIN profile AS g ON t.person_id = g.person_id AND g.is_grown_up
    INNER JOIN person_name AS a ON c.person_id = a.person_id
    INNER JOIN person_name AS b ON g.person_id = b.person_id
    WHERE
        c.is_child AND coalesce(g.born BETWEEN c.born - INTERVAL 45 YEAR AND c.born - INTERVAL 13 YEAR, TRUE)
        AND c.person_id IN (SELECT u.person_id FROM stay AS u WHERE NOT u.registered)
)

-- A mother at the child's own home leaves no place for another; a man who shares the child's name there, none for one
-- who does not.
SELECT DISTINCT o.child_id, o.uprn
FROM of_age AS o
WHERE
    NOT o.registered
    AND NOT EXISTS (
        SELECT 1 FROM of_age AS h
        WHERE
            h.child_id = o.child_id AND h.registered AND h.sex = o.sex
            AND (h.named_alike > o.named_alike OR (h.named_alike = o.named_alike AND h.sex = '2'))
    )
ORDER BY o.child_id, o.uprn
