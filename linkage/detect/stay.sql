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
        bool_or(contract = 'gp') AS on_gp,
        bool_or(contract = 'council_tax' AND address_role = 'home') AS on_council_tax,
        bool_or(contract = 'maternity_booking' AND address_role = 'home') AS on_booking,
        bool_or(contract = 'maternity_birth') AS on_discharge,
        bool_or(contract = 'police') AS on_police,
        bool_or(address_role = 'emergency_contact') AS on_contact,
        bool_or(basis = 'verified') AS verified,
        count(DISTINCT contract) AS contracts,
        count(*) AS claims,
        min(match_probability) AS match_probability
    FROM claim
    WHERE stands
    GROUP BY person_id, uprn
)

SELECT
    *,
    max(last_said) OVER (PARTITION BY person_id) AS person_last_said,
    max(register_said) OVER (PARTITION BY person_id) AS person_register_said,
    last_said = max(last_said) OVER (PARTITION BY person_id) AS is_latest,
    count(*) OVER (PARTITION BY person_id) AS places,
    bool_or(registered) OVER (PARTITION BY person_id) AS registered_somewhere
FROM summed
ORDER BY person_id, uprn
