-- one row: one person at one property, summed over the standing claims that put them there
-- reads: claim
CREATE OR REPLACE TABLE stay AS
WITH summed AS (
    SELECT
        person_id,
        uprn,
        any_value(place_kind) AS place_kind,
        any_value(council_gss) AS council_gss,
        min(valid_from) AS first_said,
        max(valid_from) AS last_said,
        max(valid_from) FILTER (WHERE is_register) AS register_said,
        bool_or(is_register) AS registered,
        -- A booking after delivery is a statement of its day, which any later claim overtakes (exceptions.md, "Current").
        bool_or(is_register AND (contract <> 'maternity_booking' OR valid_to IS NULL)) AS lasting,
        bool_or(contract = 'gp') AS on_gp,
        bool_or(contract = 'council_tax' AND address_role = 'home') AS on_council_tax,
        bool_or(contract = 'maternity_booking' AND address_role = 'home') AS on_booking,
        bool_or(contract = 'maternity_birth') AS on_discharge,
        bool_or(contract = 'police') AS on_police,
        bool_or(address_role = 'emergency_contact') AS on_contact,
        bool_or(basis = 'verified') AS verified,
        -- Counted by a bit each: to count what is different takes longer than all else here.
        bit_count(bit_or(CASE contract
            WHEN 'gp' THEN 1 WHEN 'council_tax' THEN 2 WHEN 'maternity_booking' THEN 4 WHEN 'maternity_birth' THEN 8 WHEN 'police' THEN 16
        END))::BIGINT AS contracts,
        count(*) AS claims,
        min(match_probability) AS match_probability
    FROM claim
    WHERE stands
    GROUP BY person_id, uprn
),

by_person AS (
    SELECT
        person_id,
        max(last_said) AS person_last_said,
        max(register_said) AS person_register_said,
        count(*) AS places,
        bool_or(registered) AS registered_somewhere
    FROM summed
    GROUP BY person_id
)

SELECT
    s.*,
    p.person_last_said,
    p.person_register_said,
    s.last_said = p.person_last_said AS is_latest,
    p.places,
    p.registered_somewhere
FROM summed AS s
INNER JOIN by_person AS p ON s.person_id = p.person_id
ORDER BY s.person_id, s.uprn
