-- one row: one claim of a standing record of which something earlier is known: since when it reads so, and when it gave another place
-- reads: store.gp_record, store.maternity_booking_record, store.maternity_birth_record, store.council_tax_record, store.police_record, store.same_record
CREATE OR REPLACE TABLE told_since AS
-- Nearly all records have one version and one key, and are never looked at.
WITH RECURSIVE wanted AS MATERIALIZED (
    SELECT 'gp' AS contract, supplier, record_id FROM store.gp_record WHERE known_to IS NOT NULL
    UNION
    SELECT 'maternity_booking', supplier, record_id FROM store.maternity_booking_record WHERE known_to IS NOT NULL
    UNION
    SELECT 'maternity_birth', supplier, record_id FROM store.maternity_birth_record WHERE known_to IS NOT NULL
    UNION
    SELECT 'council_tax', supplier, record_id FROM store.council_tax_record WHERE known_to IS NOT NULL
    UNION
    SELECT 'police', supplier, record_id FROM store.police_record WHERE known_to IS NOT NULL
    UNION
    SELECT contract, supplier, record_id FROM store.same_record
),

renumbered AS (
    SELECT contract, supplier, record_id, was_record_id, night FROM store.same_record WHERE record_id <> was_record_id
),

-- The nights on which a key passed from one record to another, or to none.
passed AS (
    SELECT *, lag(night) OVER (PARTITION BY contract, supplier, record_key ORDER BY night) AS passed_before
    FROM (SELECT DISTINCT contract, supplier, unnest([record_id, was_record_id]) AS record_key, night FROM renumbered) AS r
),

-- The keys that a record has had, each from one night until another.
key_of AS (
    SELECT w.contract, w.supplier, w.record_id, w.record_id AS record_key, p.night AS since, NULL::DATE AS until
    FROM wanted AS w
    LEFT JOIN (SELECT contract, supplier, record_key, max(night) AS night FROM passed GROUP BY ALL) AS p
        ON w.contract = p.contract AND w.supplier = p.supplier AND w.record_id = p.record_key
    UNION ALL
    SELECT k.contract, k.supplier, k.record_id, r.was_record_id, p.passed_before, r.night
    FROM key_of AS k
    INNER JOIN renumbered AS r
        ON k.contract = r.contract AND k.supplier = r.supplier AND k.record_key = r.record_id AND k.since = r.night
    INNER JOIN passed AS p
        ON r.contract = p.contract AND r.supplier = p.supplier AND r.was_record_id = p.record_key AND r.night = p.night
),

version AS (
    SELECT
        'gp' AS contract, supplier, record_id, 'patient' AS mention, 'home' AS address_role, known_from, known_to, nhs_number,
        coalesce(address_updated_on, registered_on) AS valid_from, least(deregistered_on, date_of_death) AS valid_to,
        [address_line_1, address_line_2, address_line_3, address_line_4, address_line_5] AS lines, postcode, uprn
    FROM store.gp_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'gp')
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'mother' AS mention, 'home' AS address_role,
        known_from, known_to, nhs_number, booked_on AS valid_from,
        CASE WHEN status <> 'active' THEN booked_on END AS valid_to,
        [address_line_1, address_line_2, address_line_3, address_line_4, address_line_5] AS lines, postcode, uprn
    FROM store.maternity_booking_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'maternity_booking')
    UNION ALL BY NAME
    SELECT
        'maternity_booking' AS contract, supplier, record_id, 'emergency_contact' AS mention,
        'emergency_contact' AS address_role, known_from, known_to, nhs_number, booked_on AS valid_from,
        [
            emergency_contact_address_line_1, emergency_contact_address_line_2, emergency_contact_address_line_3,
            emergency_contact_address_line_4, emergency_contact_address_line_5
        ] AS lines,
        emergency_contact_postcode AS postcode, emergency_contact_uprn AS uprn
    FROM store.maternity_booking_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'maternity_booking')
    UNION ALL BY NAME
    SELECT
        'maternity_birth' AS contract, supplier, record_id, 'baby' AS mention, 'discharge' AS address_role,
        known_from, known_to, coalesce(discharged_on, date_of_birth) AS valid_from,
        [
            discharge_address_line_1, discharge_address_line_2, discharge_address_line_3, discharge_address_line_4,
            discharge_address_line_5
        ] AS lines,
        discharge_postcode AS postcode, discharge_uprn AS uprn
    FROM store.maternity_birth_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'maternity_birth')
    UNION ALL BY NAME
    SELECT
        'council_tax' AS contract, supplier, record_id, 'liable' AS mention, 'home' AS address_role, known_from, known_to,
        liable_from AS valid_from, liable_to AS valid_to,
        [address_line_1, address_line_2, address_line_3, address_line_4, address_line_5] AS lines, postcode, uprn
    FROM store.council_tax_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'council_tax')
    UNION ALL BY NAME
    SELECT
        'council_tax' AS contract, supplier, record_id, 'liable' AS mention, 'forwarding' AS address_role,
        known_from, known_to, coalesce(liable_to, liable_from) AS valid_from,
        [
            forwarding_address_line_1, forwarding_address_line_2, forwarding_address_line_3, forwarding_address_line_4,
            forwarding_address_line_5
        ] AS lines,
        forwarding_postcode AS postcode, forwarding_uprn AS uprn
    FROM store.council_tax_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'council_tax')
    UNION ALL BY NAME
    SELECT
        'police' AS contract, supplier, record_id, 'person' AS mention, 'home' AS address_role, known_from, known_to,
        occurred_on AS valid_from,
        [address_line_1, address_line_2, address_line_3, address_line_4, address_line_5] AS lines, postcode, uprn
    FROM store.police_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'police')
    UNION ALL BY NAME
    SELECT
        'police' AS contract, supplier, record_id, 'person' AS mention, 'occurrence' AS address_role, known_from, known_to,
        occurred_on AS valid_from,
        [
            occurrence_address_line_1, occurrence_address_line_2, occurrence_address_line_3, occurrence_address_line_4,
            occurrence_address_line_5
        ] AS lines,
        occurrence_postcode AS postcode, occurrence_uprn AS uprn
    FROM store.police_record
    WHERE (supplier, record_id) IN (SELECT (w.supplier, w.record_id) FROM wanted AS w WHERE w.contract = 'police')
),

written AS (
    SELECT
        concat_ws('|', k.contract, k.supplier, k.record_id, v.mention) AS mention_id,
        v.address_role, v.known_from, v.known_to, v.nhs_number, v.valid_from, v.valid_to, v.uprn,
        list_concat(v.lines, [v.postcode, v.uprn]) AS whole,
        upper(array_to_string(v.lines, ' ')) AS line,
        upper(v.postcode) AS postcode
    FROM version AS v
    INNER JOIN key_of AS k
        ON
            v.contract = k.contract AND v.supplier = k.supplier AND v.record_id = k.record_key
            AND v.known_from >= coalesce(k.since, v.known_from) AND (k.until IS NULL OR v.known_from < k.until)
),

said AS (
    SELECT
        *,
        len(list_filter(whole, lambda x: x IS NOT NULL)) = 0 AS says_nothing,
        regexp_replace(line, '[^A-Z0-9]', '', 'g') AS letters,
        -- A postcode that stands in a line is no number of a door.
        nullif(regexp_replace(coalesce(postcode, regexp_extract(line, '[A-Z]{1,2}[0-9][0-9A-Z]? *[0-9][A-Z]{2}')), '[^A-Z0-9]', '', 'g'), '')
            AS code,
        list_sort(list_distinct(regexp_extract_all(
            regexp_replace(line, '[A-Z]{1,2}[0-9][0-9A-Z]? *[0-9][A-Z]{2}', '', 'g'), '0*([0-9]+)', 1
        ))) AS numbers,
        coalesce(
            lag({'whole': whole, 'valid_from': valid_from, 'valid_to': valid_to, 'until': known_to}) OVER by_night
            = {'whole': whole, 'valid_from': valid_from, 'valid_to': valid_to, 'until': known_from},
            FALSE
        ) AS goes_on
    FROM written
    WINDOW by_night AS (PARTITION BY mention_id, address_role ORDER BY known_from)
),

standing AS (
    SELECT
        mention_id, address_role,
        max(known_from) FILTER (WHERE NOT goes_on) AS known_on,
        arg_max({
            'says_nothing': says_nothing, 'nhs_number': nhs_number, 'valid_from': valid_from,
            'uprn': uprn, 'letters': letters, 'code': code, 'numbers': numbers
        }, known_from) AS now
    FROM said
    GROUP BY mention_id, address_role
    HAVING bool_or(known_to IS NULL)
),

-- What the versions of a home say beside the last: its place, however written, or another. A key that another NHS number stood
-- under was somebody else's. The other contracts date each address by a day of its own.
beside AS (
    SELECT
        s.mention_id, s.address_role, s.known_from, s.valid_from, s.whole, n.now.valid_from AS stated,
        coalesce(s.uprn = n.now.uprn, FALSE) OR (s.letters = n.now.letters AND s.letters <> '')
        OR (coalesce(s.code = n.now.code, TRUE) AND s.numbers = n.now.numbers) AS same_place
    FROM said AS s
    INNER JOIN standing AS n ON s.mention_id = n.mention_id AND s.address_role = n.address_role
    WHERE
        (starts_with(s.mention_id, 'gp|') OR starts_with(s.mention_id, 'maternity_booking|'))
        AND NOT s.says_nothing AND NOT n.now.says_nothing AND coalesce(s.nhs_number = n.now.nhs_number, TRUE)
),

-- The last other place: since when it was given so, and until when.
before AS (
    SELECT mention_id, address_role, max(known_from) AS last_given, arg_max(whole, known_from) AS whole
    FROM beside
    WHERE NOT same_place
    GROUP BY mention_id, address_role
),

moved AS (
    SELECT
        b.mention_id, b.address_role,
        min(b.known_from) FILTER (WHERE b.known_from > o.last_given) AS moved_on,
        min(b.known_from) FILTER (WHERE b.whole = o.whole) AS first_given,
        any_value(b.stated) AS stated,
        -- Given with this very date before the other: that was the slip, and the date stands.
        min(b.known_from) FILTER (WHERE b.same_place AND b.valid_from = b.stated) AS stated_since
    FROM beside AS b
    INNER JOIN before AS o ON b.mention_id = o.mention_id AND b.address_role = o.address_role
    GROUP BY b.mention_id, b.address_role
)

SELECT
    n.mention_id,
    n.address_role,
    n.known_on,
    CASE WHEN m.stated <= m.first_given AND m.stated_since > m.first_given THEN m.moved_on END AS moved_on
FROM standing AS n
LEFT JOIN moved AS m ON n.mention_id = m.mention_id AND n.address_role = m.address_role
ORDER BY n.mention_id, n.address_role
