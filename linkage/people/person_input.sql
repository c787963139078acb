-- one row: one mention as the model compares it
-- reads: mention, address, address_match, property
CREATE OR REPLACE TABLE person_input AS
WITH own AS (
    SELECT
        a.mention_id,
        list_sort(list(DISTINCT m.uprn) FILTER (WHERE m.match_level = 'property' AND coalesce(p.kind, '') <> 'institution'))
            AS uprns,
        min(regexp_extract(replace(upper(a.postcode), ' ', ''), '^([A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2})$', 1))
            AS postcode
    FROM address AS a
    LEFT JOIN address_match AS m ON a.mention_id = m.mention_id AND a.address_role = m.address_role
    LEFT JOIN property AS p ON m.uprn = p.uprn
    WHERE a.address_role IN ('home', 'discharge', 'emergency_contact', 'forwarding')
    GROUP BY a.mention_id
),

kept AS (
    SELECT
        m.*,
        coalesce(o.uprns, []) AS home_keys,
        nullif(o.postcode, '') AS postcode,
        list_filter(coalesce(c.uprns, []) || ['N' || m.anchor_number], lambda k: k IS NOT NULL) AS context_keys,
        nullif(c.postcode, '') AS context_postcode
    FROM mention AS m
    LEFT JOIN own AS o ON m.mention_id = o.mention_id
    LEFT JOIN own AS c ON m.anchor_id = c.mention_id
)

SELECT
    mention_id,
    contract,
    supplier,
    record_id,
    mention,
    given,
    given_keys,
    initials,
    family_keys,
    list_distinct(list_transform(family_keys, lambda f: f[1])) AS family_initials,
    given_called,
    given_joined,
    name_letters,
    family_last,
    given_written,
    family_written,
    family_sound,
    CAST(date_of_birth AS VARCHAR) AS born,
    sex,
    nhs_number,
    phone,
    email,
    supplier || ':' || force_key AS force_key,
    coalesce(given_called[1], initials[1]) AS given_initial,
    -- Names stand in either order, so the family name's first letter opens a pair too.
    list_distinct(initials || list_transform(family_keys, lambda f: f[1])) AS any_initial,
    home_keys,
    context_keys,
    home_keys || context_keys AS place_key,
    postcode,
    coalesce(postcode[:-4], context_postcode[:-4]) AS outward,
    -- A full name that few bear is worth comparing wherever its bearers live.
    CASE
        WHEN count(*) OVER (PARTITION BY given_called, family_last) <= 8 THEN given_called || ' ' || family_last
    END AS rare_name
FROM kept
ORDER BY mention_id
