-- one row: one property where students live: by its council-tax account, or a hall of residence by its class
-- reads: council_tax, claim, property
CREATE OR REPLACE TABLE benign_student AS
SELECT c.uprn
FROM claim AS c
INNER JOIN council_tax AS t ON c.supplier = t.supplier AND c.record_id = t.record_id
WHERE
    c.contract = 'council_tax' AND c.address_role = 'home' AND c.stands
    AND (t.exemption_class IN ('N', 'M', 'K') OR contains(coalesce(lower(t.disregards), ''), 'student'))
UNION
-- RI03: halls (extracts.md, gazetteer).
SELECT uprn FROM property WHERE starts_with(classification, 'RI03')
ORDER BY uprn
