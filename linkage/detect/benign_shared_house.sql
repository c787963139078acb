-- one row: one property that is a shared house or a room in one: who gives it as home need not know who else lives there
-- reads: property
CREATE OR REPLACE TABLE benign_shared_house AS
SELECT p.uprn
FROM property AS p
LEFT JOIN property AS b ON p.parent_uprn = b.uprn
WHERE p.kind = 'hmo' OR b.kind = 'hmo'
ORDER BY p.uprn
