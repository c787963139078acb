-- one row: one mention with what may bring it together with others beside its own words, and hashes of all that it is compared and judged by
-- reads: mention, name_part, address, address_match, property
CREATE OR REPLACE TABLE blocking_key AS
WITH code AS (
    SELECT
        postcode AS written,
        regexp_extract(replace(upper(postcode), ' ', ''), '^([A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2})$', 1) AS postcode
    FROM (SELECT DISTINCT postcode FROM address) AS a
),

address_of AS (
    SELECT
        a.mention_id,
        a.address_role,
        CASE WHEN m.match_level = 'property' AND coalesce(p.kind, '') <> 'institution' THEN m.uprn END AS uprn,
        c.postcode,
        CASE WHEN m.match_level = 'none' THEN array_to_string(regexp_extract_all(
            upper(concat_ws(' ', a.line_1, a.line_2, a.line_3, a.line_4, a.line_5)), '\b[0-9]+[A-Z]?\b'
        ), ' ') END AS numbers
    FROM address AS a
    LEFT JOIN address_match AS m ON a.mention_id = m.mention_id AND a.address_role = m.address_role
    LEFT JOIN property AS p ON m.uprn = p.uprn
    LEFT JOIN code AS c ON a.postcode = c.written
    WHERE a.address_role IN ('home', 'discharge', 'emergency_contact', 'forwarding')
),

-- A home that no gazetteer of ours lists (new, or beyond the boundary): its postcode and the numbers on its door tell it.
placed AS MATERIALIZED (
    SELECT
        mention_id, address_role, uprn, postcode,
        CASE WHEN postcode <> '' AND numbers <> '' THEN 'A' || postcode || ' ' || numbers END AS door
    FROM address_of
),

elsewhere AS (SELECT DISTINCT mention_id FROM placed WHERE address_role <> 'home'),

-- Nearly everybody has a home and no address beside it: lists of several are gathered for the others alone.
own AS (
    SELECT
        mention_id,
        CASE WHEN coalesce(uprn, door) IS NULL THEN [] ELSE [coalesce(uprn, door)] END AS home_keys,
        postcode,
        [] AS forward_keys
    FROM placed ANTI JOIN elsewhere USING (mention_id)
    UNION ALL
    SELECT
        mention_id,
        coalesce(list_sort(list(DISTINCT uprn) FILTER (WHERE uprn IS NOT NULL)), [])
        || coalesce(list_sort(list(DISTINCT door) FILTER (WHERE door IS NOT NULL)), []) AS home_keys,
        min(postcode) AS postcode,
        -- Where an account's person went is no home that they left.
        coalesce(list_sort(list(DISTINCT coalesce(uprn, door)) FILTER (WHERE address_role = 'forwarding' AND coalesce(uprn, door) IS NOT NULL)), [])
            AS forward_keys
    FROM placed SEMI JOIN elsewhere USING (mention_id)
    GROUP BY mention_id
),

-- What a record says itself of what is compared: where none of it changed, nothing is compared anew. What only prints is left out.
told AS (
    SELECT
        mention_id,
        anchor_id,
        given_called,
        family_last,
        date_of_birth,
        CASE WHEN anchor_number IS NULL THEN [] ELSE ['N' || anchor_number] END AS anchor_keys,
        hash(
            contract, supplier, record_id, mention, anchor_number, name_hash, date_of_birth, sex, nhs_number, phone, email, force_key, coalesce(liable_from, asserted_on), liable_from, liable_to
        ) AS said,
        -- What else a pair is judged by. Bounds on a birth move at New Year: then pairs are judged anew, and not compared.
        hash(is_contact, account, pregnancy, relationship, born_before, born_after) AS fact_hash
    FROM mention
),

kept AS (
    SELECT
        t.* EXCLUDE (anchor_id, anchor_keys),
        coalesce(o.home_keys, []) AS home_keys,
        coalesce(o.forward_keys, []) AS forward_keys,
        nullif(o.postcode, '') AS postcode,
        coalesce(c.home_keys, []) || t.anchor_keys AS context_keys,
        nullif(c.postcode, '') AS context_postcode
    FROM told AS t
    LEFT JOIN own AS o ON t.mention_id = o.mention_id
    LEFT JOIN own AS c ON t.anchor_id = c.mention_id
),

-- A full name that few bear is worth comparing wherever its bearers live.
common AS (
    SELECT given_called, family_last
    FROM mention
    WHERE given_called IS NOT NULL AND family_last IS NOT NULL
    GROUP BY given_called, family_last
    HAVING count(*) > 8
),

-- Where each full name lives, in whichever order it is written, with the birth dates it has there. A name of many homes
-- opens too many doors.
named_home AS (
    SELECT
        full_name, uprn, coalesce(list(born) FILTER (WHERE born IS NOT NULL), []) AS births
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

account AS MATERIALIZED (
    SELECT
        m.mention_id, m.liable_from, m.liable_to, m.sex, n.given, n.given_keys, n.initials, n.family, m.family_keys,
        n.later, n.family_written, n.given_keys || n.family_called AS names
    FROM mention AS m
    INNER JOIN name_part AS n ON m.name_id = n.name_id
    WHERE m.liable_from IS NOT NULL OR m.liable_to IS NOT NULL
),

-- What is asked of the given names of two accounts, as one value that both must have: a name, or the initial that stands for one where
-- the account that ends (1) or the one that begins (2) gives no more.
turn AS (
    SELECT side, mention_id, day, sex, unnest(
        names || list_transform(initials, lambda i: other_side || i)
        || CASE WHEN len(given) = 0 THEN list_transform(initials, lambda i: side || i) ELSE [] END
    ) AS name
    FROM (
        SELECT '1' AS side, '2' AS other_side, liable_to AS day, mention_id, sex, names, initials, given
        FROM account
        WHERE liable_to NOT IN (SELECT c.day FROM crowded_day AS c WHERE c.day IS NOT NULL)
        UNION ALL
        SELECT '2' AS side, '1' AS other_side, liable_from AS day, mention_id, sex, names, initials, given
        FROM account
        WHERE liable_from IN (SELECT e.liable_to FROM account AS e)
    ) AS both_sides
),

-- One account ends on the day another begins: whoever may be one person by name and sex, however their family name is written. An
-- initial beside a title (M Kaur, then M Dhaliwal) fits many, so it counts only where neither account has another to go with.
moves AS (
    SELECT a.mention_id || '~' || b.mention_id AS move_key, a.mention_id AS one, b.mention_id AS other
    FROM (
        SELECT DISTINCT e.mention_id AS one, n.mention_id AS other
        FROM turn AS e
        INNER JOIN turn AS n ON e.day = n.day AND e.name = n.name AND e.side = '1' AND n.side = '2'
        WHERE e.mention_id <> n.mention_id AND coalesce(e.sex = n.sex, TRUE)
    ) AS asked
    INNER JOIN account AS a ON asked.one = a.mention_id
    INNER JOIN account AS b ON asked.other = b.mention_id
    WHERE
        (
            list_has_any(a.given_keys, b.names) OR list_has_any(b.given_keys, a.names)
            OR ((len(a.given) = 0 OR len(b.given) = 0) AND list_has_any(a.initials, b.initials))
        )
        AND (
            len(a.family) = 0 OR len(b.family) = 0
            OR list_has_any(a.family_keys, b.family_keys || b.later || b.given_keys)
            OR list_has_any(b.family_keys, a.later || a.given_keys)
            OR jaro_winkler_similarity(a.family_written, b.family_written) >= 0.85
        )
    QUALIFY
        list_has_any(a.names, b.names)
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
    k.given_called,
    k.family_last,
    k.home_keys,
    k.context_keys,
    k.forward_keys,
    coalesce(m.together_keys, []) AS together_keys,
    coalesce(v.move_keys, []) AS move_keys,
    k.postcode,
    coalesce(k.postcode[:-4], k.context_postcode[:-4]) AS outward,
    CASE WHEN c.given_called IS NULL THEN k.given_called || ' ' || k.family_last END AS rare_name,
    hash(
        k.said, k.home_keys, k.forward_keys, k.context_keys, k.postcode, k.context_postcode, m.together_keys, v.move_keys, rare_name
    ) AS row_hash,
    k.fact_hash
FROM kept AS k
LEFT JOIN moved AS m ON k.mention_id = m.mention_id
LEFT JOIN move AS v ON k.mention_id = v.mention_id
LEFT JOIN common AS c ON k.given_called = c.given_called AND k.family_last = c.family_last
