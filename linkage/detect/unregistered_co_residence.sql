-- one row: one person said to live at a property with a child or pregnancy, whom no register shows there
-- reads: stay, profile, family, benign_student, benign_parent, claim, property
CREATE OR REPLACE TABLE unregistered_co_residence AS
WITH lives AS (
    SELECT s.*, f.is_child, f.is_infant, f.is_grown_up, f.born, f.name_display
    FROM stay AS s
    INNER JOIN profile AS f ON s.person_id = f.person_id
    WHERE
        NOT s.registered AND s.is_latest AND s.place_kind IN ('dwelling', 'flat', 'hmo')
),

-- Whose word tells where a child or pregnancy is: the child's, the pregnant woman's; for an infant the mother's too.
told_by AS (
    SELECT *, coalesce(child_id, mother_id) AS person_id FROM family
    UNION ALL
    SELECT *, mother_id AS person_id FROM family WHERE infant AND child_id IS NOT NULL
),

-- The children and pregnancies of a property: their latest word puts them there. A discharge is where mother and baby went home
-- to (extracts.md): it overtakes what she said before.
households AS (
    SELECT DISTINCT s.uprn, y.child_id, y.mother_id, y.pregnancy, y.unborn, y.infant, y.child_one_on, y.family_id
    FROM told_by AS y
    INNER JOIN stay AS s ON y.person_id = s.person_id AND s.is_latest
    WHERE
        s.place_kind IN ('dwelling', 'flat', 'hmo')
        AND NOT EXISTS (
            SELECT 1 FROM stay AS d
            WHERE d.person_id = y.child_id AND d.on_discharge AND d.uprn <> s.uprn AND d.last_said > s.last_said
        )
),

-- The oldest grown-up whom a register shows at a property.
grown_up_at AS (
    SELECT s.uprn, min(f.born) AS oldest
    FROM stay AS s
    INNER JOIN profile AS f ON s.person_id = f.person_id AND f.is_grown_up
    WHERE s.registered
    GROUP BY s.uprn
)

SELECT
    'unregistered_co_residence' AS kind,
    l.person_id AS subject_id,
    h.family_id,
    h.child_id,
    h.mother_id,
    h.pregnancy,
    h.unborn,
    h.infant OR l.is_infant AS infant,
    h.child_one_on,
    l.uprn,
    l.first_said AS since,
    l.last_said,
    l.verified,
    l.on_police,
    l.on_discharge AND l.contracts = 1 AS discharge_only,
    l.registered_somewhere,
    l.on_contact,
    -- Rent or a mortgage may end unseen; an account is billed every year.
    EXISTS (
        SELECT 1 FROM stay AS t
        WHERE t.person_id = l.person_id AND t.uprn <> l.uprn AND t.registered AND t.on_council_tax
    ) AS pays_elsewhere,
    l.person_register_said,
    l.match_probability,
    l.person_id IN (h.child_id, h.mother_id) AS subject_is_family,
    l.is_child AS subject_is_child,
    -- Grown-ups are registered there and none could be the parent whom the child's own home lacks: no second home.
    l.is_child AND g.uprn IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM benign_parent AS b WHERE b.child_id = l.person_id AND b.uprn = l.uprn
    ) AS with_relatives,
    EXISTS (
        SELECT 1 FROM stay AS o WHERE o.person_id = h.mother_id AND o.uprn = l.uprn AND o.registered
    ) AS mother_registered,
    -- A student's register gives the term address, and the parents' home is where a student may still be said to live.
    coalesce(l.is_grown_up AND g.oldest < l.born - INTERVAL 16 YEAR, FALSE) AND EXISTS (
        SELECT 1 FROM claim AS t
        INNER JOIN benign_student AS b ON t.uprn = b.uprn
        WHERE t.person_id = l.person_id AND t.is_register AND coalesce(t.valid_to, $night) >= $night
    ) AS student_away,
    -- Text that leaves out the flat registers somebody at the building: at this home, for all that the record says.
    EXISTS (
        SELECT 1 FROM claim AS c
        INNER JOIN property AS p ON p.parent_uprn = c.uprn
        WHERE
            c.person_id = l.person_id AND p.uprn = l.uprn AND c.is_register AND c.match_level = 'building'
            AND c.valid_from <= $night AND coalesce(c.valid_to, $night) >= $night
    ) AS registered_at_building
FROM lives AS l
INNER JOIN households AS h ON l.uprn = h.uprn
LEFT JOIN grown_up_at AS g ON l.uprn = g.uprn
ORDER BY l.person_id, h.family_id, h.child_id, h.pregnancy
