-- one row: one person at one property over one interval, from all claims about them
-- reads: claim, mention, person
CREATE OR REPLACE TABLE household_interval AS
WITH said AS (
    SELECT person_id, uprn, valid_from, valid_to, is_register, basis
    FROM claim
    WHERE
        says_residence AND match_level = 'property' AND valid_from <= $night
        AND place_kind IN ('dwelling', 'flat') AND address_role <> 'emergency_contact'
),

stays AS (
    SELECT
        person_id,
        uprn,
        min(valid_from) AS valid_from,
        max(coalesce(valid_to, DATE '9999-12-31')) AS said_until,
        max(valid_from) AS last_said,
        bool_or(is_register AND coalesce(valid_to, $night) >= $night) AS registered,
        max_by(basis, (valid_from, basis)) AS basis
    FROM said
    GROUP BY person_id, uprn
),

-- Whoever no record gives a child's birth date is no child: of the rest alone all that records say is weighed.
young AS (
    SELECT DISTINCT p.person_id
    FROM person AS p
    INNER JOIN mention AS m ON p.mention_id = m.mention_id
    WHERE m.date_of_birth > $night - INTERVAL 18 YEAR
),

births AS (
    SELECT p.person_id, m.date_of_birth, count(*) AS said
    FROM person AS p
    SEMI JOIN young AS y ON p.person_id = y.person_id
    INNER JOIN mention AS m ON p.mention_id = m.mention_id
    WHERE m.date_of_birth IS NOT NULL
    GROUP BY ALL
),

children AS (
    SELECT person_id
    FROM births
    GROUP BY person_id
    HAVING min_by(date_of_birth, (-said, date_of_birth)) > $night - INTERVAL 18 YEAR
),

-- Who was last said to live where, children aside.
grown_ups AS (
    SELECT max_by(s.uprn, (s.last_said, s.uprn)) AS uprn
    FROM stays AS s
    ANTI JOIN children AS c ON s.person_id = c.person_id
    GROUP BY s.person_id
),

-- A child whose register stays at a home where a grown-up of theirs stays too did not leave it for being seen at
-- another: parents live apart, and both homes are the child's. Where the grown-ups left, the family moved.
held_at_home AS (
    SELECT s.person_id, s.uprn
    FROM stays AS s
    SEMI JOIN children AS c ON s.person_id = c.person_id
    SEMI JOIN grown_ups AS g ON s.uprn = g.uprn
    WHERE s.registered
),

stays_held AS (
    SELECT s.*, h.person_id IS NOT NULL AS held
    FROM stays AS s
    LEFT JOIN held_at_home AS h ON s.person_id = h.person_id AND s.uprn = h.uprn
),

-- A later claim of the same person somewhere else ends a stay there; what a register still says does not revive it.
ended AS (
    SELECT s.person_id, s.uprn, min(n.valid_from) AS moved_on
    FROM stays_held AS s
    INNER JOIN stays AS n ON s.person_id = n.person_id AND s.uprn <> n.uprn
    WHERE n.last_said > s.last_said AND (n.registered OR NOT s.held)
    GROUP BY s.person_id, s.uprn
)

SELECT
    s.person_id,
    s.uprn,
    s.valid_from,
    nullif(
        least(s.said_until, CASE WHEN e.moved_on IS NULL THEN DATE '9999-12-31' ELSE greatest(e.moved_on, s.last_said) END),
        DATE '9999-12-31'
    ) AS valid_to,
    s.registered,
    s.basis
FROM stays AS s
LEFT JOIN ended AS e ON s.person_id = e.person_id AND s.uprn = e.uprn
ORDER BY s.person_id, s.uprn
