-- one row: one address group of a standing record, as a clerk typed it
-- reads: gp, maternity_booking, maternity_birth, council_tax, police
CREATE OR REPLACE TABLE address AS
WITH written AS (
    SELECT
        'gp' AS contract, supplier, record_id, 'patient' AS mention, 'home' AS address_role,
        address_line_1 AS line_1, address_line_2 AS line_2, address_line_3 AS line_3,
        address_line_4 AS line_4, address_line_5 AS line_5, postcode, uprn AS uprn_given
    FROM gp
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'mother' AS mention, 'home' AS address_role,
        address_line_1 AS line_1, address_line_2 AS line_2, address_line_3 AS line_3,
        address_line_4 AS line_4, address_line_5 AS line_5, postcode, uprn AS uprn_given
    FROM maternity_booking
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'emergency_contact' AS mention,
        'emergency_contact' AS address_role,
        emergency_contact_address_line_1 AS line_1, emergency_contact_address_line_2 AS line_2,
        emergency_contact_address_line_3 AS line_3, emergency_contact_address_line_4 AS line_4,
        emergency_contact_address_line_5 AS line_5, emergency_contact_postcode AS postcode,
        emergency_contact_uprn AS uprn_given
    FROM maternity_booking
    UNION ALL BY NAME
    SELECT
        'maternity_birth' AS contract, supplier, record_id, 'baby' AS mention, 'discharge' AS address_role,
        discharge_address_line_1 AS line_1, discharge_address_line_2 AS line_2,
        discharge_address_line_3 AS line_3, discharge_address_line_4 AS line_4,
        discharge_address_line_5 AS line_5, discharge_postcode AS postcode, discharge_uprn AS uprn_given
    FROM maternity_birth
    UNION ALL BY NAME
    SELECT
        'council_tax' AS contract, supplier, record_id, 'liable' AS mention, 'home' AS address_role,
        address_line_1 AS line_1, address_line_2 AS line_2, address_line_3 AS line_3,
        address_line_4 AS line_4, address_line_5 AS line_5, postcode, uprn AS uprn_given
    FROM council_tax
    UNION ALL BY NAME
    SELECT
        'council_tax' AS contract, supplier, record_id, 'liable' AS mention, 'forwarding' AS address_role,
        forwarding_address_line_1 AS line_1, forwarding_address_line_2 AS line_2,
        forwarding_address_line_3 AS line_3, forwarding_address_line_4 AS line_4,
        forwarding_address_line_5 AS line_5, forwarding_postcode AS postcode, forwarding_uprn AS uprn_given
    FROM council_tax
    UNION ALL BY NAME
    SELECT
        'police' AS contract, supplier, record_id, 'person' AS mention, 'home' AS address_role,
        address_line_1 AS line_1, address_line_2 AS line_2, address_line_3 AS line_3,
        address_line_4 AS line_4, address_line_5 AS line_5, postcode, uprn AS uprn_given
    FROM police
    UNION ALL BY NAME
    SELECT
        'police' AS contract, supplier, record_id, 'person' AS mention, 'occurrence' AS address_role,
        occurrence_address_line_1 AS line_1, occurrence_address_line_2 AS line_2,
        occurrence_address_line_3 AS line_3, occurrence_address_line_4 AS line_4,
        occurrence_address_line_5 AS line_5, occurrence_postcode AS postcode, occurrence_uprn AS uprn_given
    FROM police
)

SELECT
    concat_ws('|', contract, supplier, record_id, mention) AS mention_id,
    *
FROM written
WHERE coalesce(line_1, line_2, line_3, line_4, line_5, postcode, uprn_given) IS NOT NULL
ORDER BY mention_id, address_role
