-- What an analyst writes in a day: records joined by exact NHS number, else exact name and birth date; one rule a kind.
-- Reads the views gp, maternity_booking, maternity_birth, council_tax, police and gazetteer: tonight's extracts as they came.

-- A home: the UPRN where the record has one, else the only property of that postcode with the first number of the address.
CREATE TABLE door AS
SELECT replace(upper(postcode), ' ', '') AS postcode, building_number AS number, min(uprn) AS uprn
FROM gazetteer
WHERE building_number IS NOT NULL
GROUP BY ALL
HAVING count(*) = 1;

CREATE TABLE said AS
WITH written AS (
    SELECT 'gp' AS contract, supplier, record_id, 'patient' AS mention, nhs_number, given_names, family_name, date_of_birth,
        coalesce(address_updated_on, registered_on) AS since, uprn, postcode, address_line_1, address_line_2, TRUE AS is_register
    FROM gp WHERE deregistered_on IS NULL AND date_of_death IS NULL
    UNION ALL BY NAME
    SELECT 'maternity_booking' AS contract, supplier, record_id, 'mother' AS mention, nhs_number, given_names, family_name,
        date_of_birth, booked_on AS since, uprn, postcode, address_line_1, address_line_2, TRUE AS is_register
    FROM maternity_booking WHERE status IN ('active', 'delivered')
    UNION ALL BY NAME
    SELECT 'maternity_birth' AS contract, supplier, record_id, 'baby' AS mention, nhs_number, given_names, family_name, date_of_birth,
        discharged_on AS since, discharge_uprn AS uprn, discharge_postcode AS postcode, discharge_address_line_1 AS address_line_1,
        discharge_address_line_2 AS address_line_2, FALSE AS is_register
    FROM maternity_birth
    UNION ALL BY NAME
    SELECT 'council_tax' AS contract, supplier, record_id, 'liable' AS mention, NULL AS nhs_number, forenames AS given_names,
        surname AS family_name, date_of_birth, liable_from AS since, uprn, postcode, address_line_1, address_line_2, TRUE AS is_register
    FROM council_tax WHERE liable_to IS NULL
    UNION ALL BY NAME
    SELECT 'police' AS contract, supplier, record_id, 'person' AS mention, NULL AS nhs_number, given_names, family_name, date_of_birth,
        occurred_on AS since, uprn, postcode, address_line_1, address_line_2, FALSE AS is_register
    FROM police WHERE CAST(occurred_on AS DATE) >= $night - INTERVAL 365 DAY
)

SELECT
    w.* EXCLUDE (since, date_of_birth, uprn), CAST(w.since AS DATE) AS since, TRY_CAST(w.date_of_birth AS DATE) AS born,
    lower(w.given_names || ' ' || w.family_name) AS name, coalesce(w.uprn, d.uprn) AS uprn
FROM written AS w
LEFT JOIN door AS d
    ON
        replace(upper(w.postcode), ' ', '') = d.postcode
        AND regexp_extract(concat_ws(' ', w.address_line_1, w.address_line_2), '[0-9]+[A-Z]?') = d.number;

-- One person: one NHS number, else one name and birth date, else the record alone.
CREATE TABLE known AS
WITH numbered AS (
    SELECT name, born, min(nhs_number) AS nhs_number FROM said WHERE nhs_number IS NOT NULL GROUP BY ALL
)

SELECT
    s.*,
    coalesce(s.nhs_number, n.nhs_number, s.name || s.born, concat_ws('|', s.contract, s.supplier, s.record_id)) AS person
FROM said AS s
LEFT JOIN numbered AS n ON s.name = n.name AND s.born = n.born;

CREATE TABLE person_of AS SELECT person, min(born) AS born FROM known GROUP BY person;

-- Homes of children and of pregnancies, by any register.
CREATE TABLE young AS
SELECT DISTINCT k.person, k.uprn
FROM known AS k
INNER JOIN person_of AS p ON k.person = p.person
WHERE
    k.is_register AND k.uprn IS NOT NULL
    AND (p.born > $night - INTERVAL 18 YEAR OR k.contract = 'maternity_booking');

-- Somebody gives police a home with a child or pregnancy, and no register has them there.
CREATE TABLE unregistered_co_residence AS
SELECT DISTINCT k.person, 'co_resident' AS role, y.person AS other, 'child' AS other_role, [k.uprn] AS observed, []::VARCHAR[] AS registered
FROM known AS k
INNER JOIN young AS y ON k.uprn = y.uprn AND k.person <> y.person
WHERE
    NOT k.is_register
    AND NOT EXISTS (SELECT 1 FROM known AS r WHERE r.person = k.person AND r.uprn = k.uprn AND r.is_register);

-- A contact of a booking without father and partner, whose name is one patient's alone; or somebody in a domestic occurrence with her.
CREATE TABLE hidden_adult AS
WITH contact AS (
    SELECT 'maternity_booking' AS contract, supplier, record_id, lower(emergency_contact_name) AS name
    FROM maternity_booking WHERE father_name IS NULL AND partner_name IS NULL
    UNION ALL
    SELECT 'maternity_booking' AS contract, supplier, record_id, lower(next_of_kin_name) AS name
    FROM maternity_booking WHERE father_name IS NULL AND partner_name IS NULL
),

sole AS (SELECT name, min(person) AS person FROM known WHERE contract = 'gp' GROUP BY name HAVING count(DISTINCT person) = 1)

SELECT DISTINCT s.person, 'adult' AS role, m.person AS other, 'mother' AS other_role, []::VARCHAR[] AS observed, []::VARCHAR[] AS registered
FROM contact AS c
INNER JOIN sole AS s ON c.name = s.name
INNER JOIN known AS m ON c.contract = m.contract AND c.supplier = m.supplier AND c.record_id = m.record_id
UNION
SELECT DISTINCT h.person, 'adult' AS role, m.person AS other, 'mother' AS other_role, []::VARCHAR[] AS observed, []::VARCHAR[] AS registered
FROM known AS m
INNER JOIN known AS w ON m.person = w.person AND w.contract = 'police'
INNER JOIN police AS a ON w.supplier = a.supplier AND w.record_id = a.record_id AND a.occurrence_type = 'domestic_abuse'
INNER JOIN police AS b ON a.supplier = b.supplier AND a.occurrence_ref = b.occurrence_ref AND a.record_id <> b.record_id
INNER JOIN known AS h ON h.contract = 'police' AND b.supplier = h.supplier AND b.record_id = h.record_id AND m.person <> h.person
WHERE m.contract = 'maternity_booking';

-- A child, a mother, or an adult of a child's home whom two current records give two homes, the later for twelve weeks or more.
CREATE TABLE address_divergence AS
SELECT DISTINCT n.person, 'child' AS role, NULL AS other, NULL AS other_role, [n.uprn] AS observed, [o.uprn] AS registered
FROM known AS o
INNER JOIN known AS n ON o.person = n.person AND o.uprn <> n.uprn AND o.since <= n.since
WHERE
    o.is_register AND n.since <= $night - INTERVAL 84 DAY
    AND EXISTS (SELECT 1 FROM young AS y WHERE y.person = n.person OR y.uprn = o.uprn);
