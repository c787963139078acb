-- one row: one person at one property over one interval, from all claims about them
-- reads: claim
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
        max_by(basis, valid_from) AS basis
    FROM said
    GROUP BY person_id, uprn
),

-- A later claim of the same person somewhere else ends a stay there; what a register still says does not revive it.
ended AS (
    SELECT
        s.*,
        min(n.valid_from) AS moved_on
    FROM stays AS s
    LEFT JOIN stays AS n ON s.person_id = n.person_id AND s.uprn <> n.uprn AND n.last_said > s.last_said
    GROUP BY ALL
)

SELECT
    person_id,
    uprn,
    valid_from,
    nullif(
        least(said_until, CASE WHEN moved_on IS NULL THEN DATE '9999-12-31' ELSE greatest(moved_on, last_said) END),
        DATE '9999-12-31'
    ) AS valid_to,
    registered,
    basis
FROM ended
ORDER BY person_id, uprn
