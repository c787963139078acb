-- one row: one property whose council-tax account says that students live there
-- reads: council_tax, claim
CREATE OR REPLACE TABLE benign_student AS
SELECT DISTINCT c.uprn
FROM claim AS c
INNER JOIN council_tax AS t ON c.supplier = t.supplier AND c.record_id = t.record_id
WHERE
    c.contract = 'council_tax' AND c.address_role = 'home' AND c.stands
    AND (t.exemption_class IN ('N', 'M', 'K') OR contains(coalesce(lower(t.disregards), ''), 'student'))
ORDER BY c.uprn
