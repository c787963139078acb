-- one row: one child and the home of somebody whom a practice has as the child's guardian, carer or grandparent
-- reads: mention, person, profile, stay
CREATE OR REPLACE TABLE benign_registered_carer AS
WITH carers AS (
    SELECT a.person_id AS child_id, c.person_id AS carer_id
    FROM mention AS m
    INNER JOIN person AS c ON m.mention_id = c.mention_id
    INNER JOIN person AS a ON m.anchor_id = a.mention_id
    WHERE m.contract = 'gp' AND m.relationship IN ('guardian', 'grandparent', 'professional')
    UNION
    -- The carer's own practice may have the child as next of kin, in a word that says the same.
    SELECT c.person_id AS child_id, a.person_id AS carer_id
    FROM mention AS m
    INNER JOIN person AS c ON m.mention_id = c.mention_id
    INNER JOIN person AS a ON m.anchor_id = a.mention_id
    WHERE m.contract = 'gp' AND m.relationship IN ('ward', 'grandchild')
)

SELECT DISTINCT k.child_id, s.uprn
FROM carers AS k
INNER JOIN profile AS f ON k.child_id = f.person_id AND f.is_child
INNER JOIN stay AS s ON k.carer_id = s.person_id AND s.registered
ORDER BY k.child_id, s.uprn
