-- one row: one adult with a part in a pregnancy or a child of it that the maternity record does not give them
-- reads: pregnancy, relation, stay, profile, police, person, person_name, mention, name_part, maternity_booking, benign_relative
CREATE OR REPLACE TABLE hidden_adult AS
WITH of_booking AS (
    SELECT
        p.*,
        k.mention_id,
        k.mention,
        k.relationship,
        c.person_id AS named_id
    FROM pregnancy AS p
    INNER JOIN mention AS k
        ON
            k.contract = 'maternity_booking' AND p.supplier = k.supplier AND p.record_id = k.record_id
            AND k.mention <> 'mother'
    INNER JOIN person AS c ON k.mention_id = c.mention_id
),

-- Who stands in the booking in a part that fits, and who only as a contact.
stands_named AS (
    SELECT
        supplier, record_id, named_id,
        bool_or(
            mention IN ('father', 'partner')
            OR relationship IN ('husband', 'wife', 'partner', 'father_of_baby')
        ) AS in_part,
        bool_or(relationship IN (
            'mother', 'father', 'parent', 'step_parent', 'brother', 'sister', 'son', 'daughter', 'grandparent', 'grandchild',
            'in_law', 'kin'
        )) AS kin_stated,
        bool_or(relationship = 'relative') AS relative_stated,
        bool_or(mention IN ('emergency_contact', 'next_of_kin')
            AND coalesce(relationship, 'other') IN ('friend', 'other')) AS vague_contact,
        bool_or(relationship = 'friend') AS friend_stated
    FROM of_booking
    GROUP BY supplier, record_id, named_id
),

-- Bookings of one pregnancy: a unit that hands a woman over keeps its own (extracts.md, status `transferred`).
of_pregnancy AS (
    SELECT p.supplier, p.record_id, k.supplier AS other_supplier, k.record_id AS other_record_id
    FROM pregnancy AS p
    INNER JOIN person AS m ON p.mother_id = m.person_id
    INNER JOIN maternity_booking AS k
        ON m.mention_id = concat_ws('|', 'maternity_booking', k.supplier, k.record_id, 'mother')
    WHERE
        (k.supplier, k.record_id) = (p.supplier, p.record_id)
        OR abs(date_diff('day', p.expected_delivery_on, k.expected_delivery_on)) <= 60
),

-- Who stands in that part in a record that faces the child: her practice's, the baby's, another booking of the pregnancy.
told_by_child_facing AS (
    SELECT p.supplier, p.record_id, r.person_a AS adult_id
    FROM pregnancy AS p
    INNER JOIN relation AS r ON p.mother_id = r.person_b AND r.relation = 'partner' AND r.contract = 'gp'
    UNION
    SELECT p.supplier, p.record_id, r.person_a AS adult_id
    FROM pregnancy AS p
    INNER JOIN unnest(p.baby_ids) AS b (baby_id) ON TRUE
    INNER JOIN relation AS r ON b.baby_id = r.person_b AND r.relation = 'parent' AND r.contract = 'gp'
    UNION
    SELECT o.supplier, o.record_id, r.person_a AS adult_id
    FROM of_pregnancy AS o
    INNER JOIN relation AS r
        ON
            r.contract = 'maternity_booking' AND o.other_supplier = r.supplier AND o.other_record_id = r.record_id
            AND r.relation IN ('partner', 'father_of_pregnancy')
),

-- Statements of other records that somebody is the mother's partner or the baby's parent.
told AS (
    SELECT p.supplier, p.record_id, r.person_a AS adult_id, 'partner' AS says
    FROM pregnancy AS p
    INNER JOIN relation AS r
        ON p.mother_id = r.person_b AND r.relation IN ('partner', 'father_of_pregnancy') AND r.contract = 'maternity_booking'
    UNION ALL BY NAME
    SELECT p.supplier, p.record_id, r.person_b AS adult_id, 'partner' AS says
    FROM pregnancy AS p
    INNER JOIN relation AS r ON p.mother_id = r.person_a AND r.relation IN ('partner', 'father_of_pregnancy')
    UNION ALL BY NAME
    -- A man's own practice that has the baby as his son or daughter.
    SELECT p.supplier, p.record_id, r.person_b AS adult_id, 'parent' AS says
    FROM pregnancy AS p
    INNER JOIN unnest(p.baby_ids) AS b (baby_id) ON TRUE
    INNER JOIN relation AS r ON b.baby_id = r.person_a AND r.relation = 'child'
),

-- Fathers and partners whom the booking names, by name: an adult of that name is not hidden, linked or not.
names_in_part AS (
    SELECT
        k.supplier,
        k.record_id,
        list_distinct(flatten(list(n.given_keys))) AS given_keys,
        list_distinct(flatten(list(n.initials))) AS initials,
        bool_or(len(n.given_keys) = 0) AS has_initial_only
    FROM mention AS k
    INNER JOIN name_part AS n ON k.name_id = n.name_id
    WHERE
        k.contract = 'maternity_booking'
        AND (
            k.mention IN ('father', 'partner')
            OR k.relationship IN ('husband', 'wife', 'partner', 'father_of_baby')
        )
    GROUP BY k.supplier, k.record_id
),

-- Whose home is looked at: the mother's, and after her death the children's.
at_home AS (
    SELECT supplier, record_id, mother_id, mother_id AS person_id FROM pregnancy WHERE NOT mother_died
    UNION ALL
    SELECT supplier, record_id, mother_id, unnest(baby_ids) AS person_id FROM pregnancy WHERE mother_died
),

-- Who lives, by the latest word on each, where the mother lives by the latest word on her.
with_mother AS (
    SELECT p.supplier, p.record_id, a.person_id AS adult_id, min(m.uprn) AS uprn,
        bool_or(a.registered) AS adult_registered, bool_or(a.on_police) AS adult_police, max(a.first_said) AS since
    FROM at_home AS p
    INNER JOIN stay AS m ON p.person_id = m.person_id AND m.is_latest AND m.place_kind IN ('dwelling', 'flat')
    INNER JOIN stay AS a ON m.uprn = a.uprn AND a.is_latest AND a.person_id <> p.mother_id
    GROUP BY ALL
),

-- Who a register has at the child's registered home; before the child has one, at the mother's (exceptions.md, "Not hidden").
childs_home AS (
    SELECT p.supplier, p.record_id, c.uprn
    FROM pregnancy AS p
    INNER JOIN unnest(p.baby_ids) AS b (baby_id) ON TRUE
    INNER JOIN stay AS c ON b.baby_id = c.person_id AND c.registered
),

at_childs_home AS (
    SELECT DISTINCT h.supplier, h.record_id, a.person_id AS adult_id
    FROM (
        SELECT supplier, record_id, uprn FROM childs_home
        UNION ALL
        SELECT p.supplier, p.record_id, m.uprn
        FROM pregnancy AS p
        INNER JOIN stay AS m ON p.mother_id = m.person_id AND m.registered
        ANTI JOIN childs_home AS c ON p.supplier = c.supplier AND p.record_id = c.record_id
    ) AS h
    INNER JOIN stay AS a ON h.uprn = a.uprn AND (a.on_gp OR a.on_council_tax)
),

with_infant AS (
    SELECT DISTINCT p.supplier, p.record_id
    FROM pregnancy AS p
    INNER JOIN unnest(p.baby_ids) AS b (baby_id) ON TRUE
    INNER JOIN profile AS f ON b.baby_id = f.person_id AND f.is_infant
),

involved AS (
    SELECT c.person_id, o.supplier, o.occurrence_ref, o.occurred_on, o.occurrence_type, o.role
    FROM police AS o
    INNER JOIN person AS c ON c.mention_id = concat_ws('|', 'police', o.supplier, o.record_id, 'person')
),

met AS (
    SELECT p.supplier, p.record_id, a.person_id AS adult_id,
        bool_or(a.occurrence_type = 'domestic_abuse') AS domestic, max(a.occurred_on) AS last_met
    FROM pregnancy AS p
    INNER JOIN involved AS m ON p.mother_id = m.person_id
    INNER JOIN involved AS a
        ON m.supplier = a.supplier AND m.occurrence_ref = a.occurrence_ref AND a.person_id <> m.person_id
    WHERE a.role NOT IN ('witness', 'reporting', 'child_present') AND a.occurred_on >= p.booked_on - INTERVAL 365 DAY
    GROUP BY ALL
),

pairs AS (
    SELECT supplier, record_id, named_id AS adult_id FROM stands_named WHERE vague_contact
    UNION
    SELECT supplier, record_id, adult_id FROM told
    UNION
    SELECT supplier, record_id, adult_id FROM with_mother
    UNION
    SELECT supplier, record_id, adult_id FROM met
),

weighed AS (
    SELECT
        q.supplier, q.record_id, q.adult_id,
        coalesce(n.in_part, FALSE) OR f.adult_id IS NOT NULL AS in_part,
        coalesce(n.kin_stated, FALSE) OR EXISTS (
            SELECT 1 FROM benign_relative AS k WHERE k.person_a = q.adult_id AND k.person_b = p.mother_id
        ) AS kin_stated,
        coalesce(n.relative_stated, FALSE) AS relative_stated,
        coalesce(n.vague_contact, FALSE) AS vague_contact,
        coalesce(n.friend_stated, FALSE) AS friend_stated,
        EXISTS (
            SELECT 1 FROM told AS t
            WHERE t.supplier = q.supplier AND t.record_id = q.record_id AND t.adult_id = q.adult_id
        ) AS told_elsewhere,
        EXISTS (
            SELECT 1 FROM told AS t
            WHERE t.supplier = q.supplier AND t.record_id = q.record_id AND t.adult_id = q.adult_id AND t.says = 'partner'
        ) AS told_partner,
        w.adult_id IS NOT NULL AS lives_with_mother,
        coalesce(w.adult_registered, FALSE) AS registered_with_mother,
        h.adult_id IS NOT NULL AS registered_at_childs_home,
        coalesce(w.adult_police, FALSE) AS police_home_with_mother,
        w.uprn,
        w.since,
        e.adult_id IS NOT NULL AS met_mother,
        coalesce(e.domestic, FALSE) AS domestic_with_mother,
        e.last_met
    FROM pairs AS q
    INNER JOIN pregnancy AS p ON q.supplier = p.supplier AND q.record_id = p.record_id
    LEFT JOIN stands_named AS n
        ON q.supplier = n.supplier AND q.record_id = n.record_id AND q.adult_id = n.named_id
    LEFT JOIN told_by_child_facing AS f
        ON q.supplier = f.supplier AND q.record_id = f.record_id AND q.adult_id = f.adult_id
    LEFT JOIN with_mother AS w
        ON q.supplier = w.supplier AND q.record_id = w.record_id AND q.adult_id = w.adult_id
    LEFT JOIN at_childs_home AS h
        ON q.supplier = h.supplier AND q.record_id = h.record_id AND q.adult_id = h.adult_id
    LEFT JOIN met AS e
        ON q.supplier = e.supplier AND q.record_id = e.record_id AND q.adult_id = e.adult_id
)

SELECT
    'hidden_adult' AS kind,
    w.adult_id AS subject_id,
    p.mother_id AS family_id,
    p.mother_id,
    p.mother_died,
    p.baby_ids,
    p.supplier,
    p.record_id,
    p.is_current,
    p.is_current OR i.record_id IS NOT NULL OR len(p.baby_ids) = 0 AS infant,
    p.status,
    p.booked_on,
    p.single_parent,
    p.father_named,
    p.partner_named,
    p.father_recorded_reason,
    w.* EXCLUDE (supplier, record_id, adult_id),
    a.sex AS adult_sex,
    coalesce(
        list_has_any(x.given_keys, y.given_keys)
        OR ((x.has_initial_only OR len(y.given_keys) = 0) AND list_has_any(x.initials, y.initials)), FALSE
    ) AS named_alike,
    -- A record of her home with her birth date, or with none and a name that fits hers, may be her own, linked or not.
    coalesce(
        w.lives_with_mother AND coalesce(a.sex, m.sex, '2') = coalesce(m.sex, '2')
        AND list_has_any(y.family_keys, z.family_keys)
        AND coalesce(a.born = m.born, TRUE)
        AND (
            a.born = m.born
            OR list_has_any(y.given_keys, z.given_keys)
            OR ((len(y.given_keys) = 0 OR len(z.given_keys) = 0) AND list_has_any(y.initials, z.initials))
        ), FALSE
    ) AS may_be_mother,
    EXISTS (SELECT 1 FROM stay AS t WHERE t.person_id = w.adult_id AND t.registered) AS on_a_register,
    date_diff('year', a.born, m.born) AS adult_older_by,
    date_diff('year', a.born, $night) AS adult_age
FROM weighed AS w
INNER JOIN pregnancy AS p ON w.supplier = p.supplier AND w.record_id = p.record_id
INNER JOIN profile AS a ON w.adult_id = a.person_id
INNER JOIN profile AS m ON p.mother_id = m.person_id
LEFT JOIN with_infant AS i ON w.supplier = i.supplier AND w.record_id = i.record_id
LEFT JOIN names_in_part AS x ON w.supplier = x.supplier AND w.record_id = x.record_id
LEFT JOIN person_name AS y ON w.adult_id = y.person_id
LEFT JOIN person_name AS z ON p.mother_id = z.person_id
WHERE (p.is_current OR p.has_child) AND NOT w.in_part AND a.is_grown_up AND w.adult_id <> p.mother_id AND NOT list_contains(p.baby_ids, w.adult_id)
ORDER BY w.adult_id, p.supplier, p.record_id
