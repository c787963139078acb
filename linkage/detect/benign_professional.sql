-- one row: one person whom a maternity booking names as a contact by profession: carer, interpreter, doula, landlord
-- reads: mention, person
CREATE OR REPLACE TABLE benign_professional AS
SELECT DISTINCT m.supplier, m.record_id, p.person_id
FROM mention AS m
INNER JOIN person AS p ON m.mention_id = p.mention_id
WHERE m.contract = 'maternity_booking' AND m.relationship = 'professional'
ORDER BY m.supplier, m.record_id, p.person_id
