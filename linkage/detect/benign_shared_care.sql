-- one row: one child and two homes given for them: of a parent whom a record of the child names, and of the other grown-up
-- reads: relation, profile, stay, family, claim
CREATE OR REPLACE TABLE benign_shared_care AS
WITH parents AS (
    SELECT person_b AS child_id, person_a AS parent_id FROM relation WHERE relation = 'parent'
    UNION
    SELECT person_a AS child_id, person_b AS parent_id FROM relation WHERE relation = 'child'
),

-- The home at which a practice registers a child, and the parent whom that registration names.
named_at AS (
    SELECT DISTINCT c.person_id AS child_id, c.uprn, r.person_a AS parent_id
    FROM relation AS r
    INNER JOIN claim AS c
        ON r.person_b = c.person_id AND r.contract = c.contract AND r.supplier = c.supplier AND r.record_id = c.record_id
    WHERE r.relation = 'parent' AND r.contract = 'gp' AND c.stands
),

grown_up_at AS (
    SELECT s.person_id, s.uprn
    FROM stay AS s
    INNER JOIN profile AS f ON s.person_id = f.person_id AND f.is_grown_up
    WHERE s.registered
)

SELECT DISTINCT p.child_id, h.uprn, o.uprn AS other_uprn
FROM parents AS p
INNER JOIN profile AS c ON p.child_id = c.person_id AND c.is_child
INNER JOIN stay AS h ON p.child_id = h.person_id
INNER JOIN stay AS o ON p.child_id = o.person_id AND h.uprn <> o.uprn
INNER JOIN grown_up_at AS a ON p.parent_id = a.person_id AND h.uprn = a.uprn
LEFT JOIN family AS f ON p.child_id = f.child_id
WHERE
    p.parent_id IS DISTINCT FROM f.mother_id
    -- What both know of: the record that registers the child at the one home names the parent of the other. That a practice
    -- names the parent with whom it has the child says nothing of a second home.
    -- Where practices register the child at both homes each must name the parent of the other.
    AND (
        NOT h.registered OR (
            EXISTS (
                SELECT 1 FROM named_at AS n
                WHERE n.child_id = p.child_id AND n.uprn = o.uprn AND n.parent_id = p.parent_id
            )
            AND EXISTS (
                SELECT 1 FROM named_at AS n
                INNER JOIN grown_up_at AS g ON n.parent_id = g.person_id AND n.child_id = p.child_id
                WHERE
                    n.uprn = h.uprn AND g.uprn = o.uprn
                    AND NOT EXISTS (SELECT 1 FROM stay AS b WHERE b.person_id = g.person_id AND b.uprn = h.uprn)
            )
        )
    )
    -- The parent named lives at one of the two alone, and another grown-up at the other alone: a family that moved does not.
    AND NOT EXISTS (SELECT 1 FROM stay AS b WHERE b.person_id = p.parent_id AND b.uprn = o.uprn)
    AND EXISTS (
        SELECT 1 FROM grown_up_at AS g
        WHERE g.uprn = o.uprn AND NOT EXISTS (SELECT 1 FROM stay AS b WHERE b.person_id = g.person_id AND b.uprn = h.uprn)
    )
    -- Where the mother is said to be with the child, both went there: no care that two homes share.
    AND NOT EXISTS (SELECT 1 FROM stay AS m WHERE m.person_id = f.mother_id AND m.uprn = h.uprn)
    -- Mother and baby go home together (extracts.md, maternity_birth).
    AND NOT h.on_discharge
ORDER BY p.child_id, h.uprn, o.uprn
