-- one row: one statement by one record that person a stands in a relation to person b
-- reads: mention, person, maternity_birth
CREATE OR REPLACE TABLE relation AS
WITH named AS (
    SELECT
        m.contract, m.supplier, m.record_id, m.mention, m.relationship, m.asserted_on, m.pregnancy,
        c.person_id AS named_id,
        a.person_id AS anchor_id
    FROM mention AS m
    INNER JOIN person AS c ON m.mention_id = c.mention_id
    INNER JOIN person AS a ON m.anchor_id = a.mention_id
),

-- Whom a booking calls father, whatever they stand there as, and who is too young to be the mother's: the baby's.
too_young AS (
    SELECT DISTINCT n.supplier, n.record_id, n.mention
    FROM named AS n
    INNER JOIN mention AS a ON a.mention_id = concat_ws('|', n.contract, n.supplier, n.record_id, 'mother')
    INNER JOIN person AS c ON n.named_id = c.person_id
    INNER JOIN mention AS m ON c.mention_id = m.mention_id
    WHERE
        n.contract = 'maternity_booking' AND n.relationship = 'father'
        AND m.date_of_birth > a.date_of_birth - INTERVAL 13 YEAR
),

told AS (
    SELECT
        n.*,
        n.mention = 'father' OR n.contract = 'maternity_booking' AND y.record_id IS NOT NULL AS is_father
    FROM named AS n
    LEFT JOIN too_young AS y ON n.supplier = y.supplier AND n.record_id = y.record_id AND n.mention = y.mention
),

babies AS (
    SELECT b.supplier, b.record_id, b.booking_record_id, b.date_of_birth, p.person_id
    FROM maternity_birth AS b
    INNER JOIN person AS p ON p.mention_id = concat_ws('|', 'maternity_birth', b.supplier, b.record_id, 'baby')
),

stated AS (
    SELECT
        m.person_id AS person_a, 'parent' AS relation, b.person_id AS person_b,
        'maternity_birth' AS contract, b.supplier, b.record_id, 'baby' AS mention,
        b.date_of_birth AS stated_on, 'verified' AS basis
    FROM babies AS b
    INNER JOIN person AS m ON m.mention_id = concat_ws('|', 'maternity_booking', b.supplier, b.booking_record_id, 'mother')
    UNION ALL BY NAME
    SELECT
        n.named_id AS person_a, 'parent' AS relation, b.person_id AS person_b,
        n.contract, n.supplier, n.record_id, n.mention, n.asserted_on AS stated_on, 'self_reported' AS basis
    FROM told AS n
    INNER JOIN babies AS b ON n.supplier = b.supplier AND n.pregnancy = b.booking_record_id
    WHERE n.is_father OR n.relationship = 'father_of_baby'
    UNION ALL BY NAME
    SELECT
        named_id AS person_a,
        CASE
            WHEN mention = 'partner' OR relationship IN ('husband', 'wife', 'partner', 'father_of_baby') THEN 'partner'
            WHEN is_father THEN 'father_of_pregnancy'
            WHEN relationship IN ('mother', 'father', 'parent', 'step_parent') THEN 'parent'
            WHEN relationship IN ('son', 'daughter') THEN 'child'
            WHEN relationship IN ('brother', 'sister') THEN 'sibling'
            WHEN relationship IN ('grandparent', 'grandchild', 'in_law', 'kin') THEN 'kin'
            WHEN relationship IN ('friend', 'professional', 'relative') THEN relationship
            ELSE 'contact'
        END AS relation,
        anchor_id AS person_b,
        contract, supplier, record_id, mention, asserted_on AS stated_on, 'self_reported' AS basis
    FROM told
)

SELECT *
FROM stated
WHERE person_a <> person_b
ORDER BY person_a, relation, person_b, contract, supplier, record_id, mention
