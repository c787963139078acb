-- one row: one mention of a person in one standing record, every value in one shape
-- reads: mention_source, restricted_row, name_part, phone_text, email_text, nhs_number_text, relationship_text
CREATE OR REPLACE TABLE mention AS
WITH plain AS MATERIALIZED (
    SELECT
        s.* EXCLUDE (phone, email, nhs_number, relationship, sex, title),
        regexp_extract(upper(s.title), '^[A-Z]+') AS title,
        p.shape AS phone,
        e.shape AS email,
        h.shape AS nhs_number,
        h.text IS NOT NULL AND h.shape IS NULL AS nhs_number_failed,
        r.shape AS relationship,
        s.sex AS sex_given,
        (s.contract, s.supplier, s.record_id) IN (SELECT (k.contract, k.supplier, k.record_id) FROM restricted_row AS k)
            AS restricted
    FROM mention_source AS s
    LEFT JOIN phone_text AS p ON s.phone = p.text
    LEFT JOIN email_text AS e ON s.email = e.text
    LEFT JOIN nhs_number_text AS h ON s.nhs_number = h.text
    LEFT JOIN relationship_text AS r ON s.relationship = r.text
),

anchored AS (
    SELECT
        s.* EXCLUDE (relationship),
        -- Whom a child's practice has as "father of child" is the patient's.
        CASE
            WHEN s.contract = 'gp' AND s.relationship = 'father_of_baby' AND a.date_of_birth > s.asserted_on - INTERVAL 12 YEAR
                THEN 'father'
            ELSE s.relationship
        END AS relationship,
        a.nhs_number AS anchor_number,
        a.phone AS anchor_phone,
        a.date_of_birth AS anchor_born
    FROM plain AS s
    LEFT JOIN plain AS a ON s.anchor_id = a.mention_id
),

named AS (
    SELECT
        s.* EXCLUDE (given_text, family_text, other_text, known_as_text, full_text),
        n.name_id, n.name_hash, coalesce(n.given_called[1], n.initials[1]) AS given_initial, n.family_keys, n.given_called, n.family_last, n.name_display
    -- Names first: they are wide, and so they are read past the mentions and not laid up to be looked up.
    FROM name_part AS n
    -- Each mention's name is in it, the empty one as well.
    INNER JOIN anchored AS s
        ON
            n.given_text IS NOT DISTINCT FROM s.given_text
            AND n.family_text IS NOT DISTINCT FROM s.family_text
            AND n.other_text IS NOT DISTINCT FROM s.other_text
            AND n.known_as_text IS NOT DISTINCT FROM s.known_as_text
            AND n.full_text IS NOT DISTINCT FROM s.full_text
)

SELECT
    mention_id,
    contract,
    supplier,
    record_id,
    mention,
    anchor_id,
    anchor_number,
    restricted,
    mention IN ('father', 'partner', 'emergency_contact', 'next_of_kin') AS is_contact,
    name_id,
    name_hash,
    given_initial,
    family_keys,
    given_called,
    family_last,
    name_display,
    -- 1 January of 1900 and 1901 stand for "not known" in many systems; a date after the night is an error.
    CASE WHEN date_of_birth > DATE '1901-01-01' AND date_of_birth <= $night THEN date_of_birth END AS date_of_birth,
    coalesce(
        CASE WHEN sex_given IN ('1', '2') THEN sex_given END,
        CASE
            WHEN relationship IN ('husband', 'father', 'father_of_baby', 'brother', 'son') THEN '1'
            WHEN relationship IN ('wife', 'mother', 'sister', 'daughter') THEN '2'
            WHEN title IN ('MR', 'SIR', 'MASTER') THEN '1'
            WHEN title IN ('MRS', 'MISS', 'MS', 'LADY') THEN '2'
        END
    ) AS sex,
    nhs_number,
    nhs_number_failed,
    -- A contact's number that is the anchor's own says nothing of the contact.
    CASE WHEN anchor_phone IS NULL OR phone <> anchor_phone THEN phone END AS phone,
    email,
    relationship,
    force_key,
    account,
    pregnancy,
    birth_order,
    died_on,
    asserted_on,
    liable_from,
    liable_to,
    -- Bounds that a mention sets on its person's birth: liable persons and parents are grown up, parents are older
    -- than their child by 13 years or more, children younger. Counted to the end of the year, so that a bound does not
    -- move, and what rests on it stands, from one night to the next. Nobody gives a small child as the person to ring. Nobody is born
    -- after they died. A maternity booking's bare "father" may be the baby's, who is not older than her by anything.
    least(
        CASE
            WHEN mention = 'liable' THEN date_trunc('year', $night) - INTERVAL 16 YEAR
            WHEN mention IN ('father', 'partner') THEN date_trunc('year', $night) - INTERVAL 12 YEAR
            WHEN relationship IN ('husband', 'wife', 'partner', 'father_of_baby') THEN date_trunc('year', $night) - INTERVAL 14 YEAR
            WHEN relationship IN ('mother', 'grandparent') OR (relationship = 'father' AND contract <> 'maternity_booking')
                THEN anchor_born - INTERVAL 13 YEAR
            WHEN mention IN ('next_of_kin', 'emergency_contact') THEN date_trunc('year', $night) - INTERVAL 12 YEAR
            WHEN mention = 'mother' THEN asserted_on - INTERVAL 10 YEAR
        END::DATE,
        died_on
    ) AS born_before,
    CASE
        WHEN mention = 'baby' THEN date_of_birth - INTERVAL 1 DAY
        WHEN relationship IN ('son', 'daughter') THEN anchor_born + INTERVAL 13 YEAR
    END::DATE AS born_after
FROM named
ORDER BY mention_id
