-- one row: one claim of residence: a dated statement by one record that a person lives (or was) at a property
-- reads: gp, maternity_booking, maternity_birth, council_tax, police, told_since, address_match, property, person
CREATE OR REPLACE TABLE claim AS
WITH said AS (
    SELECT
        'gp' AS contract, supplier, record_id, 'patient' AS mention, 'home' AS address_role,
        coalesce(address_updated_on, registered_on) AS valid_from,
        least(deregistered_on, date_of_death) AS valid_to,
        'self_reported' AS basis, TRUE AS is_register, known_from AS known_on,
        coalesce(registration_type, 'regular') = 'regular' AND residential_institute_code IS NULL AS says_residence
    FROM gp
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'mother' AS mention, 'home' AS address_role,
        booked_on AS valid_from,
        CASE WHEN status = 'active' THEN NULL ELSE booked_on + INTERVAL 365 DAY END::DATE AS valid_to,
        'self_reported' AS basis, TRUE AS is_register, known_from AS known_on, TRUE AS says_residence
    FROM maternity_booking
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'emergency_contact' AS mention,
        'emergency_contact' AS address_role, booked_on AS valid_from,
        (booked_on + INTERVAL 365 DAY)::DATE AS valid_to,
        'self_reported' AS basis, FALSE AS is_register, known_from AS known_on, TRUE AS says_residence
    FROM maternity_booking
    UNION ALL BY NAME
    SELECT
        'maternity_birth' AS contract, supplier, record_id, 'baby' AS mention, 'discharge' AS address_role,
        coalesce(discharged_on, date_of_birth) AS valid_from,
        (coalesce(discharged_on, date_of_birth) + INTERVAL 365 DAY)::DATE AS valid_to,
        'verified' AS basis, FALSE AS is_register, known_from AS known_on, TRUE AS says_residence
    FROM maternity_birth
    UNION ALL BY NAME
    SELECT
        'council_tax' AS contract, supplier, record_id, 'liable' AS mention, 'home' AS address_role,
        liable_from AS valid_from, liable_to AS valid_to,
        'verified' AS basis, TRUE AS is_register, known_from AS known_on,
        coalesce(exemption_class, '') <> 'F' AS says_residence
    FROM council_tax
    UNION ALL BY NAME
    SELECT
        'council_tax' AS contract, supplier, record_id, 'liable' AS mention, 'forwarding' AS address_role,
        coalesce(liable_to, liable_from) AS valid_from,
        (coalesce(liable_to, liable_from) + INTERVAL 365 DAY)::DATE AS valid_to,
        'self_reported' AS basis, FALSE AS is_register, known_from AS known_on, TRUE AS says_residence
    FROM council_tax
    UNION ALL BY NAME
    SELECT
        'police' AS contract, supplier, record_id, 'person' AS mention, 'home' AS address_role,
        occurred_on AS valid_from, (occurred_on + INTERVAL 365 DAY)::DATE AS valid_to,
        'self_reported' AS basis, FALSE AS is_register, known_from AS known_on,
        coalesce(address_role, 'home') IN ('home', 'temporary') AS says_residence
    FROM police
    UNION ALL BY NAME
    SELECT
        'police' AS contract, supplier, record_id, 'person' AS mention, 'occurrence' AS address_role,
        occurred_on AS valid_from, (occurred_on + INTERVAL 365 DAY)::DATE AS valid_to,
        CASE WHEN role = 'occupant' THEN 'verified' ELSE 'inferred' END AS basis,
        FALSE AS is_register, known_from AS known_on, role = 'occupant' AS says_residence
    FROM police
),

dated AS (
    SELECT
        concat_ws('|', s.contract, s.supplier, s.record_id, s.mention) AS mention_id,
        s.* REPLACE (
            -- A date that the record gave another place with is no date of this one: that is the night on which it changed.
            coalesce(h.moved_on, s.valid_from) AS valid_from, coalesce(h.known_on, s.known_on) AS known_on
        )
    FROM said AS s
    LEFT JOIN told_since AS h
        ON h.mention_id = concat_ws('|', s.contract, s.supplier, s.record_id, s.mention) AND h.address_role = s.address_role
)

SELECT
    s.mention_id,
    s.contract, s.supplier, s.record_id, s.mention, s.address_role,
    p.person_id,
    a.uprn,
    a.match_level,
    coalesce(a.match_probability, 0) AS match_probability,
    t.kind AS place_kind,
    t.council_gss,
    -- A record that ends before it begins was corrected at its end: it speaks for that day alone.
    least(s.valid_from, coalesce(s.valid_to, s.valid_from)) AS valid_from,
    s.valid_to,
    -- A home at which the occurrence itself happened was seen by the officers who came.
    CASE WHEN s.contract = 'police' AND s.address_role = 'home' AND o.uprn = a.uprn THEN 'verified' ELSE s.basis END AS basis,
    s.is_register,
    s.known_on,
    -- An HMO's liable person is its landlord, by law; text that matches only a building is nobody's home.
    s.says_residence
    AND NOT (s.contract = 'council_tax' AND coalesce(t.kind, '') IN ('hmo', 'building')) AS says_residence,
    s.says_residence
    AND NOT (s.contract = 'council_tax' AND coalesce(t.kind, '') IN ('hmo', 'building'))
    AND a.match_level = 'property'
    AND s.valid_from <= $night
    AND coalesce(s.valid_to, $night) >= $night AS stands
FROM dated AS s
INNER JOIN address_match AS a ON s.mention_id = a.mention_id AND s.address_role = a.address_role
INNER JOIN person AS p ON p.mention_id = a.mention_id
LEFT JOIN property AS t ON a.uprn = t.uprn
LEFT JOIN address_match AS o ON a.mention_id = o.mention_id AND o.address_role = 'occurrence'
ORDER BY mention_id, address_role
