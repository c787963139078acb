-- one row: one child, mother or carer whose standing records give two properties as current
-- reads: stay, profile, family, pregnancy, relation, claim
CREATE OR REPLACE TABLE address_divergence AS
WITH kin AS (SELECT DISTINCT person_a, person_b FROM relation WHERE relation IN ('parent', 'partner')),

concerned AS (
    SELECT child_id AS person_id, 'child' AS part, family_id, child_id, mother_id, pregnancy, unborn, infant, child_one_on
    FROM family
    WHERE child_id IS NOT NULL
    UNION ALL BY NAME
    SELECT mother_id AS person_id, 'mother' AS part, family_id, child_id, mother_id, pregnancy, unborn, infant, child_one_on
    FROM family
    WHERE mother_id IS NOT NULL
    UNION ALL BY NAME
    -- A carer: a grown-up at a home that a record gives for a child. Of both the register or the latest word: an earlier
    -- statement is overtaken by any later claim (exceptions.md, "Current"), of the grown-up as of the child.
    SELECT DISTINCT
        a.person_id, 'carer' AS part, y.family_id, y.child_id, y.mother_id, y.pregnancy, y.unborn, y.infant, y.child_one_on,
        c.uprn AS shared_uprn, CASE WHEN k.person_a IS NULL AND h.person_a IS NULL THEN c.first_said END AS child_since
    FROM family AS y
    INNER JOIN stay AS c ON y.child_id = c.person_id
    INNER JOIN stay AS a ON c.uprn = a.uprn AND a.person_id <> c.person_id
    INNER JOIN profile AS f ON a.person_id = f.person_id AND f.is_grown_up
    -- One condition a join: with IN over both everybody would be laid beside all kin.
    LEFT JOIN kin AS k ON a.person_id = k.person_a AND y.child_id = k.person_b
    LEFT JOIN kin AS h ON a.person_id = h.person_a AND y.mother_id = h.person_b
    WHERE
        c.place_kind IN ('dwelling', 'flat') AND a.person_id IS DISTINCT FROM y.mother_id
        AND (c.is_latest OR c.lasting) AND (a.is_latest OR a.lasting)
    UNION ALL BY NAME
    -- Of a child whom no record has at a home any more: a parent or her partner, by a record's word, where the mother is.
    SELECT DISTINCT
        a.person_id, 'carer' AS part, y.family_id, y.child_id, y.mother_id, y.pregnancy, y.unborn, y.infant, y.child_one_on
    FROM family AS y
    INNER JOIN stay AS m ON y.mother_id = m.person_id AND m.place_kind IN ('dwelling', 'flat')
    INNER JOIN stay AS a ON m.uprn = a.uprn AND a.person_id <> m.person_id
    INNER JOIN profile AS f ON a.person_id = f.person_id AND f.is_grown_up
    INNER JOIN relation AS r
        ON
            a.person_id = r.person_a
            AND ((r.relation = 'parent' AND r.person_b = y.child_id) OR (r.relation = 'partner' AND r.person_b = y.mother_id))
    ANTI JOIN stay AS c ON y.child_id = c.person_id
    WHERE y.child_id IS NOT NULL AND (m.is_latest OR m.lasting) AND (a.is_latest OR a.lasting)
),

-- Since when the accounts of a home stand, and who closed one there and when.
accounts AS (
    SELECT uprn, min(valid_from) AS since
    FROM claim
    WHERE contract = 'council_tax' AND address_role = 'home' AND stands
    GROUP BY uprn
),

closed AS (
    SELECT person_id, uprn, max(valid_to) AS closed_on
    FROM claim
    WHERE contract = 'council_tax' AND address_role = 'home' AND says_residence AND valid_to < $night AND uprn IS NOT NULL
    GROUP BY person_id, uprn
),

-- Homes at which another child of the same birth is registered.
twin_at AS (
    SELECT DISTINCT b.baby_id AS person_id, s.uprn
    FROM pregnancy AS p
    INNER JOIN unnest(p.baby_ids) AS b (baby_id) ON TRUE
    INNER JOIN unnest(p.baby_ids) AS t (twin_id) ON b.baby_id <> t.twin_id
    INNER JOIN stay AS s ON t.twin_id = s.person_id AND s.registered
)

SELECT DISTINCT
    'address_divergence' AS kind,
    c.person_id AS subject_id,
    c.part,
    c.family_id,
    c.child_id,
    c.mother_id,
    c.pregnancy,
    c.unborn,
    c.infant,
    c.child_one_on,
    o.uprn AS older_uprn,
    n.uprn,
    o.register_said AS older_said,
    n.first_said AS since,
    n.last_said,
    n.registered AS newer_registered,
    n.verified,
    o.on_gp AS older_on_gp,
    o.on_council_tax AS older_on_council_tax,
    o.on_booking AS older_on_booking,
    n.on_gp AS newer_on_gp,
    n.on_council_tax AS newer_on_council_tax,
    n.on_police AS newer_on_police,
    n.on_discharge AS newer_on_discharge,
    n.on_booking AS newer_on_booking,
    n.contracts AS newer_contracts,
    o.council_gss AS older_gss,
    n.council_gss,
    least(o.match_probability, n.match_probability) AS match_probability
FROM concerned AS c
-- The older must be a register, which stands while it is not changed; a statement is overtaken by any later claim.
INNER JOIN stay AS o ON c.person_id = o.person_id AND o.lasting
INNER JOIN stay AS n ON c.person_id = n.person_id AND o.uprn <> n.uprn
LEFT JOIN twin_at AS t ON n.person_id = t.person_id AND n.uprn = t.uprn
LEFT JOIN accounts AS k ON o.uprn = k.uprn
LEFT JOIN closed AS e ON o.person_id = e.person_id AND o.uprn = e.uprn
LEFT JOIN stay AS w ON c.mother_id = w.person_id AND o.uprn = w.uprn
WHERE
    o.place_kind IN ('dwelling', 'flat') AND n.place_kind IN ('dwelling', 'flat')
    -- Who was elsewhere before the child came, and is nobody's parent or partner by any record, lived there before the family did.
    AND (
        c.child_since IS NULL OR c.shared_uprn <> o.uprn OR c.child_since <= n.first_said
        -- A practice may hear of a family three months after it came, and a child be born after somebody left its mother there.
        -- Nothing is allowed for that where council tax dates the family's coming, or this person's leaving: the accounts that
        -- stand began after the newer home, or an own one ended before the child came.
        OR (
            c.child_since <= n.first_said + INTERVAL 90 DAY
            AND (
                coalesce(w.first_said <= n.first_said, FALSE)
                OR (coalesce(k.since <= n.first_said, TRUE) AND coalesce(e.closed_on > c.child_since, TRUE))
            )
        )
    )
    AND (
        (n.last_said > o.register_said AND n.is_latest)
        -- Of the same day: neither is older. A practice's is taken for the older one, being slower to hear.
        OR (
            n.last_said = o.register_said AND n.is_latest
            AND (NOT n.registered OR (o.on_gp AND NOT n.on_gp) OR (o.on_gp = n.on_gp AND o.uprn < n.uprn))
        )
        -- A home that a baby was discharged to and that the first registration, within twelve weeks, does not give
        -- (exceptions.md, typical). A registration later than that is a move that was told, but for a twin of whom
        -- the other is still registered there.
        OR (
            n.on_discharge AND NOT n.registered AND n.last_said <= o.register_said
            AND (o.register_said <= n.last_said + INTERVAL 84 DAY OR t.uprn IS NOT NULL)
        )
    )
ORDER BY c.person_id, c.family_id, c.child_id, o.uprn, n.uprn
