-- one row: one mention as the model compares it
-- reads: own_key, asked_key, name_part
CREATE OR REPLACE VIEW person_input AS
SELECT
    m.mention_id,
    m.contract,
    m.supplier,
    m.record_id,
    m.mention,
    n.given,
    n.given_keys,
    n.initials,
    n.two_initials,
    n.lead_initials,
    n.later,
    n.later_initials,
    n.behind_initials,
    n.given_parts,
    n.family_called,
    n.given_readings,
    n.family_readings,
    n.family_initials,
    -- The called name's initial and the family name's: K Y of Khadra Yusuf, whom another record gives a third name.
    list_distinct(list_transform(n.family_initials, lambda f: m.given_initial || f)) AS name_initials,
    n.family,
    m.family_keys,
    -- What may stand before a given name that is in the family name's place: K of Kaur, or S of a second name.
    list_distinct(n.family_initials || n.title_initials || CASE WHEN len(n.given) > 0 THEN n.later_initials ELSE [] END) AS leading_initials,
    m.given_called,
    n.given_joined,
    n.name_letters,
    m.family_last,
    -- A keyed hash, as it is only ever compared: how common a name is is kept, and whom a protected person names is not.
    sha256((SELECT s.pepper FROM store.secret AS s) || ':' || m.given_called || ' ' || m.family_last) AS full_name,
    -- The other given names, in any order. Mohammed before the name that is used is none.
    nullif(array_to_string(list_filter(n.later, lambda g: g <> m.given_called), ' '), '') AS second_name,
    sha256((SELECT s.pepper FROM store.secret AS s) || ':' || m.given_called || '/' || second_name) AS given_pair,
    n.given_written,
    n.family_written,
    n.family_sound,
    m.born,
    m.sex,
    m.nhs_number,
    m.phone,
    m.email,
    m.force_key,
    m.given_initial,
    both_initials(m.given_called, m.family_last, m.family_keys) AS both_initials,
    -- Names stand in either order, so the first letter of a family name or a title opens a pair too, and so does that of a formal
    -- name: Tony's A.
    list_distinct(n.initials || n.family_initials || n.title_initials || list_transform(n.given_keys, lambda f: f[1])) AS any_initial,
    k.home_keys,
    k.context_keys,
    k.place_key,
    k.forward_keys,
    CAST(coalesce(m.liable_from, m.asserted_on) AS VARCHAR) AS home_since,
    CAST(m.liable_to AS VARCHAR) AS home_until,
    k.together_keys,
    k.move_keys,
    list_transform(
        list_filter([m.liable_from, m.liable_to], lambda d: d IS NOT NULL), lambda d: CAST(d AS VARCHAR)
    ) AS move_days,
    list_filter([CAST(m.liable_from AS VARCHAR)], lambda d: d IS NOT NULL) AS came_on,
    list_filter([CAST(m.liable_to AS VARCHAR)], lambda d: d IS NOT NULL) AS left_on,
    k.postcode,
    k.outward,
    k.rare_name
FROM own_key AS m
INNER JOIN asked_key AS k ON m.mention_id = k.mention_id
INNER JOIN name_part AS n ON m.name_id = n.name_id
