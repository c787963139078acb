-- one row: one mention of a person in one standing record, its values as they came
-- reads: gp, maternity_booking, maternity_birth, council_tax, police
CREATE OR REPLACE VIEW mention_source AS
WITH said AS (
    SELECT
        'gp' AS contract, supplier, record_id, 'patient' AS mention,
        title, given_names AS given_text, family_name AS family_text, NULL::VARCHAR AS full_text,
        concat_ws(' ', previous_family_name) AS other_text, known_as AS known_as_text,
        date_of_birth, sex, nhs_number, mobile AS phone, email,
        NULL::VARCHAR AS relationship, NULL::VARCHAR AS force_key, NULL::VARCHAR AS account,
        NULL::VARCHAR AS pregnancy, NULL::INTEGER AS birth_order, date_of_death AS died_on,
        coalesce(address_updated_on, registered_on) AS asserted_on
    FROM gp
    UNION ALL BY NAME
    SELECT
        'gp' AS contract, supplier, record_id, 'next_of_kin' AS mention,
        next_of_kin_name AS full_text, next_of_kin_phone AS phone, next_of_kin_relationship AS relationship,
        coalesce(registered_on, address_updated_on) AS asserted_on
    FROM gp
    WHERE next_of_kin_name IS NOT NULL
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'mother' AS mention,
        title, given_names AS given_text, family_name AS family_text, previous_family_name AS other_text,
        date_of_birth, '2' AS sex, nhs_number, mobile AS phone, email,
        record_id AS pregnancy, booked_on AS asserted_on
    FROM maternity_booking
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'father' AS mention,
        father_name AS full_text, father_date_of_birth AS date_of_birth, 'father' AS relationship,
        record_id AS pregnancy, booked_on AS asserted_on
    FROM maternity_booking
    WHERE father_name IS NOT NULL
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'partner' AS mention,
        partner_name AS full_text, partner_phone AS phone, 'partner' AS relationship,
        record_id AS pregnancy, booked_on AS asserted_on
    FROM maternity_booking
    WHERE partner_name IS NOT NULL
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'emergency_contact' AS mention,
        emergency_contact_name AS full_text, emergency_contact_phone AS phone,
        emergency_contact_relationship AS relationship,
        record_id AS pregnancy, booked_on AS asserted_on
    FROM maternity_booking
    WHERE emergency_contact_name IS NOT NULL OR emergency_contact_phone IS NOT NULL
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'next_of_kin' AS mention,
        next_of_kin_name AS full_text, next_of_kin_phone AS phone, next_of_kin_relationship AS relationship,
        record_id AS pregnancy, booked_on AS asserted_on
    FROM maternity_booking
    WHERE next_of_kin_name IS NOT NULL
    UNION ALL BY NAME
    SELECT
        'maternity_birth' AS contract, supplier, record_id, 'baby' AS mention,
        given_names AS given_text, family_name AS family_text, date_of_birth, sex, nhs_number,
        booking_record_id AS pregnancy, birth_order, coalesce(discharged_on, date_of_birth) AS asserted_on
    FROM maternity_birth
    UNION ALL BY NAME
    SELECT
        'council_tax' AS contract, supplier, record_id, 'liable' AS mention,
        title, forenames AS given_text, surname AS family_text, date_of_birth, phone, email,
        account_ref AS account, liable_from AS asserted_on,
        liable_from, liable_to
    FROM council_tax
    UNION ALL BY NAME
    SELECT
        'police' AS contract, supplier, record_id, 'person' AS mention,
        given_names AS given_text, family_name AS family_text, alias AS other_text,
        date_of_birth, sex, phone, nominal_ref AS force_key, occurred_on AS asserted_on
    FROM police
)

SELECT
    concat_ws('|', contract, supplier, record_id, mention) AS mention_id,
    *,
    CASE
        WHEN mention IN ('patient', 'mother', 'baby', 'liable', 'person') THEN NULL
        WHEN contract = 'gp' THEN concat_ws('|', contract, supplier, record_id, 'patient')
        ELSE concat_ws('|', contract, supplier, record_id, 'mother')
    END AS anchor_id
FROM said
