-- one row: one council-tax account that no practice knows at its home, and the one patient of all who bears its name
-- reads: blocking_key, mention, name_part
-- The name alone proves nobody; what is added here is where everybody else is. At the account's home no practice has anybody, so
-- that its holder is registered elsewhere or nowhere; one patient alone bears the name; and that patient either pays nowhere where
-- the practice has them and was registered there before the account began, or moved there after it did, account and
-- registration together, each account in one name: the old one was not closed.
CREATE OR REPLACE TABLE sole_bearer AS
WITH standing AS (
    SELECT mention_id, supplier, account
    FROM mention
    WHERE contract = 'council_tax' AND liable_from <= $night AND coalesce(liable_to, $night) >= $night
),

account_home AS (
    SELECT i.mention_id, unnest(i.home_keys) AS home
    FROM blocking_key AS i
    SEMI JOIN standing AS s ON i.mention_id = s.mention_id
),

-- Children too: where a practice has anybody at all, the holder may be of that household.
patient_home AS (
    SELECT i.mention_id, unnest(i.home_keys) AS home
    FROM blocking_key AS i
    SEMI JOIN (SELECT m.mention_id FROM mention AS m WHERE m.contract = 'gp' AND m.mention = 'patient') AS p ON i.mention_id = p.mention_id
),

-- Nearly every account is known where it pays: only the others are looked for.
unknown_there AS (
    SELECT DISTINCT mention_id FROM account_home
    EXCEPT
    SELECT a.mention_id FROM account_home AS a SEMI JOIN patient_home AS p ON a.home = p.home
),

grown AS NOT MATERIALIZED (
    SELECT * FROM mention WHERE contract = 'gp' AND mention = 'patient' AND date_of_birth <= $night - INTERVAL 18 YEAR
),

-- A family name alone is borne by thousands. What is asked of the given name below, as one value that both must have: a given
-- name, or the initial that stands for one where the account (1) or the patient (2) gives no more.
name_of AS (
    SELECT side, mention_id, unnest(family_keys) AS family, given
    FROM (
        SELECT side, mention_id, family_keys, unnest(
            given_keys || list_transform(lead_initials, lambda i: other_side || i)
            || CASE WHEN len(given_keys) = 0 THEN list_transform(lead_initials, lambda i: side || i) ELSE [] END
        ) AS given
        FROM (
            SELECT '1' AS side, '2' AS other_side, m.mention_id, m.family_keys, n.given_keys, n.lead_initials
            FROM mention AS m
            INNER JOIN name_part AS n ON m.name_id = n.name_id
            SEMI JOIN unknown_there AS u ON m.mention_id = u.mention_id
            UNION ALL
            SELECT '2' AS side, '1' AS other_side, g.mention_id, g.family_keys, n.given_keys, n.lead_initials
            FROM grown AS g
            INNER JOIN name_part AS n ON g.name_id = n.name_id
        ) AS both_sides
    ) AS n
),

named AS (
    SELECT DISTINCT a.mention_id AS account_id, p.mention_id AS patient_id
    FROM name_of AS a
    INNER JOIN name_of AS p ON a.family = p.family AND a.given = p.given AND a.side = '1' AND p.side = '2'
),

-- And who pays where such a patient is registered.
asked AS (
    SELECT account_id, patient_id, FALSE AS at_home FROM named
    UNION ALL
    SELECT DISTINCT a.mention_id AS account_id, p.mention_id AS patient_id, TRUE AS at_home
    FROM account_home AS a
    INNER JOIN patient_home AS p ON a.home = p.home
    SEMI JOIN named AS n ON p.mention_id = n.patient_id
),

account AS (
    SELECT m.mention_id, m.family_keys, n.given_keys, m.given_called, n.lead_initials, n.two_initials, m.sex, m.date_of_birth, m.phone,
    m.liable_from, s.holders
    FROM (SELECT *, count(*) OVER (PARTITION BY supplier, account) AS holders FROM standing) AS s
    INNER JOIN mention AS m ON s.mention_id = m.mention_id
    INNER JOIN name_part AS n ON m.name_id = n.name_id
    SEMI JOIN asked AS q ON m.mention_id = q.account_id
),

patient AS (
    SELECT g.mention_id, g.family_keys, n.given_keys, g.given_called, n.lead_initials, n.two_initials, g.sex, g.date_of_birth, g.phone, g.asserted_on
    FROM grown AS g
    INNER JOIN name_part AS n ON g.name_id = n.name_id
    SEMI JOIN named AS q ON g.mention_id = q.patient_id
),

-- Whose names may be one, as far as they are written, and nothing else speaks against it.
fits AS (
    SELECT q.account_id, q.patient_id, q.at_home
    FROM asked AS q
    INNER JOIN account AS a ON q.account_id = a.mention_id
    INNER JOIN patient AS p ON q.patient_id = p.mention_id
    WHERE
        list_has_any(a.family_keys, p.family_keys)
        AND coalesce(a.sex = p.sex, TRUE) AND coalesce(a.date_of_birth = p.date_of_birth, TRUE)
        AND (
            list_has_any(a.given_keys, p.given_keys)
            OR ((len(a.given_keys) = 0 OR len(p.given_keys) = 0) AND list_has_any(a.lead_initials, p.lead_initials))
        )
        AND (len(a.two_initials) = 0 OR len(p.two_initials) = 0 OR list_has_any(a.two_initials, p.two_initials))
),

sole AS (
    SELECT account_id, any_value(patient_id) AS patient_id
    FROM fits
    WHERE NOT at_home
    GROUP BY account_id
    HAVING count(*) = 1
),

pays AS (
    SELECT f.patient_id, max(a.liable_from) AS since, max(a.holders) AS holders
    FROM fits AS f
    INNER JOIN account AS a ON f.account_id = a.mention_id
    WHERE f.at_home
    GROUP BY f.patient_id
)

SELECT
    least(s.account_id, s.patient_id) AS mention_id_l,
    greatest(s.account_id, s.patient_id) AS mention_id_r,
    list_has_any(a.given_keys, p.given_keys) AS whole_name,
    a.sex = p.sex AS same_sex,
    a.phone = p.phone AS same_phone,
    a.date_of_birth = p.date_of_birth AS same_birth_date
FROM sole AS s
INNER JOIN account AS a ON s.account_id = a.mention_id
INNER JOIN patient AS p ON s.patient_id = p.mention_id
LEFT JOIN pays AS h ON s.patient_id = h.patient_id
WHERE
    -- A second name or a short form in common (Audrey Margaret and Rita) leaves others of that name out of sight.
    coalesce(a.given_called = p.given_called, TRUE) AND coalesce(a.phone = p.phone, TRUE)
    AND (
        (h.patient_id IS NULL AND p.asserted_on <= a.liable_from)
        OR (
            h.since > a.liable_from AND h.holders = 1 AND a.holders = 1
            AND abs(date_diff('day', h.since, p.asserted_on)) <= 120
        )
    )
ORDER BY mention_id_l, mention_id_r
