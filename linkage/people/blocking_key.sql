-- one row: one mention with what may bring it together with others, and a hash of all that it is compared by
-- reads: mention, address, address_match, property
CREATE OR REPLACE TABLE blocking_key AS
WITH address_of AS (
    SELECT
        a.mention_id,
        a.address_role,
        CASE WHEN m.match_level = 'property' AND coalesce(p.kind, '') <> 'institution' THEN m.uprn END AS uprn,
        regexp_extract(replace(upper(a.postcode), ' ', ''), '^([A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2})$', 1) AS postcode,
        CASE WHEN m.match_level = 'none' THEN array_to_string(regexp_extract_all(
            upper(concat_ws(' ', a.line_1, a.line_2, a.line_3, a.line_4, a.line_5)), '\b[0-9]+[A-Z]?\b'
        ), ' ') END AS numbers
    FROM address AS a
    LEFT JOIN address_match AS m ON a.mention_id = m.mention_id AND a.address_role = m.address_role
    LEFT JOIN property AS p ON m.uprn = p.uprn
    WHERE a.address_role IN ('home', 'discharge', 'emergency_contact', 'forwarding')
),

-- A home that no gazetteer of ours lists (new, or beyond the boundary): its postcode and the numbers on its door tell it.
placed AS (
    SELECT
        mention_id, address_role, uprn, postcode,
        CASE WHEN postcode <> '' AND numbers <> '' THEN 'A' || postcode || ' ' || numbers END AS door
    FROM address_of
),

own AS (
    SELECT
        mention_id,
        list_sort(list(DISTINCT uprn) FILTER (WHERE uprn IS NOT NULL)) AS uprns,
        list_sort(list(DISTINCT door) FILTER (WHERE door IS NOT NULL)) AS doors,
        min(postcode) AS postcode,
        -- Where an account's person went is no home that they left.
        list_sort(list(DISTINCT coalesce(uprn, door)) FILTER (WHERE address_role = 'forwarding' AND coalesce(uprn, door) IS NOT NULL))
            AS forwards
    FROM placed
    GROUP BY mention_id
),

-- What a record says itself of what is compared: where none of it changed, nothing is compared anew. What only prints is left out.
told AS (
    SELECT
        mention_id,
        anchor_id,
        given_called,
        family_last,
        family_keys,
        initials,
        date_of_birth,
        nhs_number,
        phone,
        email,
        supplier || ':' || force_key AS force_key,
        'N' || anchor_number AS anchor_key,
        hash(
            contract, supplier, record_id, mention, anchor_number,
            given, given_keys, initials, two_initials, lead_initials, later, later_initials, behind_initials, given_parts,
            family_called, given_readings, family_readings, family_initials, title_initials, family, family_keys,
            given_called, given_joined, name_letters, family_last, given_written, family_written, family_sound,
            date_of_birth, sex, nhs_number, phone, email, force_key, coalesce(liable_from, asserted_on), liable_from, liable_to
        ) AS said
    FROM mention
),

kept AS (
    SELECT
        t.*,
        coalesce(o.uprns, []) || coalesce(o.doors, []) AS home_keys,
        coalesce(o.forwards, []) AS forward_keys,
        nullif(o.postcode, '') AS postcode,
        list_filter(coalesce(c.uprns, []) || coalesce(c.doors, []) || [t.anchor_key], lambda k: k IS NOT NULL) AS context_keys,
        nullif(c.postcode, '') AS context_postcode
    FROM told AS t
    LEFT JOIN own AS o ON t.mention_id = o.mention_id
    LEFT JOIN own AS c ON t.anchor_id = c.mention_id
),

-- A full name that few bear is worth comparing wherever its bearers live.
rare AS (
    SELECT given_called, family_last, given_called || ' ' || family_last AS rare_name
    FROM mention
    WHERE given_called IS NOT NULL AND family_last IS NOT NULL
    GROUP BY given_called, family_last
    HAVING count(*) <= 8
),

-- Where each full name lives, in whichever order it is written, with the birth dates it has there. A name of many homes
-- opens too many doors.
named_home AS (
    SELECT
        full_name, uprn, coalesce(list(DISTINCT born) FILTER (WHERE born IS NOT NULL), []) AS births
    FROM (
        SELECT
            least(given_called, family_last) || ' ' || greatest(given_called, family_last) AS full_name,
            date_of_birth AS born,
            unnest(home_keys) AS uprn
        FROM kept
        WHERE given_called IS NOT NULL AND family_last IS NOT NULL
    ) AS held
    GROUP BY full_name, uprn
    QUALIFY count(*) OVER (PARTITION BY full_name) <= 40
),

-- Two homes that hold the same two names: a family that moved, or that two sources put in two homes. One of the two must be
-- borne out by a birth date at both: where no date is told, two couples of common names are one as often as not. Namesakes
-- born on other days are no family that moved.
two_homes AS (
    SELECT a.uprn AS one, b.uprn AS other, list(a.full_name ORDER BY a.full_name) AS names
    FROM named_home AS a
    INNER JOIN named_home AS b ON a.full_name = b.full_name AND a.uprn < b.uprn
    WHERE len(a.births) = 0 OR len(b.births) = 0 OR list_has_any(a.births, b.births)
    GROUP BY ALL
    HAVING count(*) >= 2 AND bool_or(list_has_any(a.births, b.births))
),

together AS (
    SELECT full_name, uprn, list(one || '~' || other ORDER BY one, other) AS keys
    FROM (
        SELECT one, other, unnest(names) AS full_name, one AS uprn FROM two_homes
        UNION ALL
        SELECT one, other, unnest(names) AS full_name, other AS uprn FROM two_homes
    ) AS sides
    GROUP BY ALL
),

moved AS (
    SELECT k.mention_id, list_sort(list_distinct(flatten(list(t.keys)))) AS together_keys
    FROM kept AS k
    INNER JOIN together AS t
        ON
            least(k.given_called, k.family_last) || ' ' || greatest(k.given_called, k.family_last) = t.full_name
            AND list_contains(k.home_keys, t.uprn)
    GROUP BY k.mention_id
),

-- On the first day of a year of bills, or when a council's system changes, accounts end and begin by thousands: that day tells no move.
crowded_day AS (
    SELECT liable_from AS day FROM mention GROUP BY liable_from HAVING count(*) > 1000
    UNION
    SELECT liable_to AS day FROM mention GROUP BY liable_to HAVING count(*) > 1000
),

-- One account ends on the day another begins: whoever may be one person by name and sex, however their family name is written. An
-- initial beside a title (M Kaur, then M Dhaliwal) fits many, so it counts only where neither account has another to go with.
moves AS (
    SELECT a.mention_id || '~' || b.mention_id AS move_key, a.mention_id AS one, b.mention_id AS other
    FROM mention AS a
    INNER JOIN mention AS b ON a.liable_to = b.liable_from
    ANTI JOIN crowded_day AS d ON a.liable_to = d.day
    WHERE
        a.mention_id <> b.mention_id
        AND coalesce(a.sex = b.sex, TRUE)
        AND (
            list_has_any(a.given_keys, b.given_keys)
            OR ((len(a.given) = 0 OR len(b.given) = 0) AND list_has_any(a.initials, b.initials))
            OR list_has_any(a.given_keys, b.family_called)
            OR list_has_any(b.given_keys, a.family_called)
        )
        AND (
            len(a.family) = 0 OR len(b.family) = 0
            OR list_has_any(a.family_keys, b.family_keys || b.later || b.given_keys)
            OR list_has_any(b.family_keys, a.later || a.given_keys)
            OR jaro_winkler_similarity(a.family_written, b.family_written) >= 0.85
        )
    QUALIFY
        list_has_any(a.given_keys || a.family_called, b.given_keys || b.family_called)
        OR jaro_winkler_similarity(a.family_written, b.family_written) >= 0.85
        OR (count(*) OVER (PARTITION BY a.mention_id) = 1 AND count(*) OVER (PARTITION BY b.mention_id) = 1)
),

move AS (
    SELECT mention_id, list(move_key ORDER BY move_key) AS move_keys
    FROM (
        SELECT one AS mention_id, move_key FROM moves
        UNION ALL
        SELECT other AS mention_id, move_key FROM moves
    ) AS sides
    GROUP BY mention_id
)

SELECT
    k.mention_id,
    hash(
        k.said, k.home_keys, k.forward_keys, k.context_keys, k.postcode, k.context_postcode, m.together_keys, v.move_keys, r.rare_name
    ) AS row_hash,
    k.nhs_number,
    k.force_key,
    CAST(k.date_of_birth AS VARCHAR) AS born,
    k.given_called,
    k.family_last,
    coalesce(k.given_called[1], k.initials[1]) AS given_initial,
    -- In whichever order the two names stand, mistyped or not.
    list_distinct(list_transform(
        list_filter([k.family_last] || k.family_keys, lambda f: f IS NOT NULL AND k.given_called IS NOT NULL),
        lambda f: least(k.given_called[1], f[1]) || greatest(k.given_called[1], f[1])
    )) AS both_initials,
    k.phone,
    k.email,
    k.home_keys,
    k.context_keys,
    k.home_keys || k.context_keys AS place_key,
    k.forward_keys,
    coalesce(m.together_keys, []) AS together_keys,
    coalesce(v.move_keys, []) AS move_keys,
    k.postcode,
    coalesce(k.postcode[:-4], k.context_postcode[:-4]) AS outward,
    r.rare_name
FROM kept AS k
LEFT JOIN moved AS m ON k.mention_id = m.mention_id
LEFT JOIN move AS v ON k.mention_id = v.mention_id
LEFT JOIN rare AS r ON k.given_called = r.given_called AND k.family_last = r.family_last
