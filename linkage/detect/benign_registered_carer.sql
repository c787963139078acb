-- one row: one child and the home of somebody whom a practice has as the child's guardian or carer
-- reads: gp, mention, person, profile, stay
CREATE OR REPLACE TABLE benign_registered_carer AS
WITH stated AS (
    SELECT
        m.relationship, c.person_id AS named_id, a.person_id AS anchor_id,
        -- A grandmother as next of kin is a relative to ring; one written down as carer has the child in her care.
        regexp_matches(lower(g.next_of_kin_relationship), 'carer|guardian|foster|kinship') AS says_care
    FROM mention AS m
    INNER JOIN person AS c ON m.mention_id = c.mention_id
    INNER JOIN person AS a ON m.anchor_id = a.mention_id
    INNER JOIN gp AS g ON m.supplier = g.supplier AND m.record_id = g.record_id
    WHERE m.contract = 'gp' AND m.mention = 'next_of_kin'
),

carers AS (
    SELECT anchor_id AS child_id, named_id AS carer_id FROM stated WHERE relationship = 'guardian' OR says_care
    UNION
    -- The carer's own practice may have the child as next of kin, in a word that says the same.
    SELECT named_id AS child_id, anchor_id AS carer_id FROM stated WHERE relationship = 'ward'
)

SELECT DISTINCT k.child_id, s.uprn
FROM carers AS k
INNER JOIN profile AS f ON k.child_id = f.person_id AND f.is_child
INNER JOIN stay AS s ON k.carer_id = s.person_id AND s.registered
ORDER BY k.child_id, s.uprn
