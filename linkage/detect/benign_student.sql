-- one row: one property where students live; `whole`: all do (exemption, hall), else by a disregard one of its grown-ups does
-- reads: council_tax, claim, property
CREATE OR REPLACE TABLE benign_student AS
WITH found AS (
    SELECT c.uprn, coalesce(t.exemption_class IN ('N', 'M', 'K'), FALSE) AS whole
    FROM claim AS c
    INNER JOIN council_tax AS t ON c.supplier = t.supplier AND c.record_id = t.record_id
    WHERE
        c.contract = 'council_tax' AND c.address_role = 'home' AND c.stands
        AND (t.exemption_class IN ('N', 'M', 'K') OR contains(coalesce(lower(t.disregards), ''), 'student'))
    UNION ALL
    -- RI03: halls (extracts.md, gazetteer).
    SELECT uprn, TRUE AS whole FROM property WHERE starts_with(classification, 'RI03')
)

SELECT uprn, bool_or(whole) AS whole
FROM found
GROUP BY uprn
ORDER BY uprn
