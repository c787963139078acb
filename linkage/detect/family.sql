-- one row: one child or current pregnancy, with the mother where records name her
-- reads: profile, pregnancy, relation
CREATE OR REPLACE TABLE family AS
WITH mothers AS (
    SELECT b.baby_id AS child_id, min_by(p.mother_id, (p.supplier, p.record_id)) AS mother_id,
        min_by({'supplier': p.supplier, 'record_id': p.record_id}, (p.supplier, p.record_id)) AS pregnancy
    FROM pregnancy AS p, unnest(p.baby_ids) AS b (baby_id)
    -- Where a mother lived who has died says nothing of where her child is.
    WHERE NOT p.mother_died
    GROUP BY b.baby_id
)

SELECT
    f.person_id AS child_id,
    m.mother_id,
    m.pregnancy,
    FALSE AS unborn,
    f.is_infant OR FALSE AS infant,
    (f.born + INTERVAL 1 YEAR)::DATE AS child_one_on,
    coalesce(m.mother_id, f.person_id) AS family_id
FROM profile AS f
LEFT JOIN mothers AS m ON f.person_id = m.child_id
WHERE f.is_child
UNION ALL BY NAME
SELECT
    NULL AS child_id,
    mother_id,
    {'supplier': supplier, 'record_id': record_id} AS pregnancy,
    TRUE AS unborn,
    TRUE AS infant,
    mother_id AS family_id
FROM pregnancy
WHERE is_current
ORDER BY family_id, child_id, pregnancy
