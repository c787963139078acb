-- one row: one person: what their records say of birth, sex, death and name, the best source first
-- reads: person, mention, police, shielded
CREATE OR REPLACE TABLE profile AS
WITH ranked AS (
    SELECT
        p.person_id, m.contract, m.mention, m.date_of_birth, m.born_before, m.died_on, m.sex, m.name_display,
        -- The best source first, then by id, in one text: two values side by side take twice as long to compare.
        CASE
            WHEN m.mention = 'patient' THEN '0'
            WHEN m.mention IN ('mother', 'person') THEN '1'
            WHEN m.mention = 'baby' THEN '2'
            WHEN m.mention = 'liable' THEN '3'
            ELSE '4'
        END || m.mention_id AS source
    FROM person AS p
    INNER JOIN mention AS m ON p.mention_id = m.mention_id
),

called_child AS (
    SELECT DISTINCT p.person_id
    FROM police AS o
    INNER JOIN person AS p ON p.mention_id = concat_ws('|', 'police', o.supplier, o.record_id, 'person')
    WHERE o.role = 'child_present'
),

summed AS (
    SELECT
        person_id,
        min_by(date_of_birth, source) FILTER (WHERE date_of_birth IS NOT NULL) AS born,
        min_by(sex, source) FILTER (WHERE sex IS NOT NULL) AS sex,
        min_by(name_display, source) FILTER (WHERE name_display IS NOT NULL) AS name_display,
        min(died_on) AS died_on,
        max(born_before) AS born_before,
        bool_or(contract = 'gp' AND mention = 'patient') AS on_gp_list,
        count(*) AS mentions
    FROM ranked
    GROUP BY person_id
)

SELECT
    s.*,
    coalesce(s.born > $night - INTERVAL 18 YEAR, FALSE) AND s.died_on IS NULL AS is_child,
    coalesce(s.born > $night - INTERVAL 1 YEAR, FALSE) AND s.died_on IS NULL AS is_infant,
    -- Without a birth date somebody is grown up, but for whom police call a child.
    coalesce(s.born <= $night - INTERVAL 18 YEAR, k.person_id IS NULL) AND s.died_on IS NULL
        AS is_grown_up,
    h.person_id IS NOT NULL AS shielded
FROM summed AS s
LEFT JOIN called_child AS k ON s.person_id = k.person_id
LEFT JOIN shielded AS h ON s.person_id = h.person_id
ORDER BY s.person_id
