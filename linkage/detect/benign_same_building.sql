-- one row: two properties that are one building, or a flat and its building
-- reads: property
CREATE OR REPLACE TABLE benign_same_building AS
SELECT a.uprn AS uprn_a, b.uprn AS uprn_b
FROM property AS a
INNER JOIN property AS b
    ON a.uprn <> b.uprn AND (a.uprn = b.parent_uprn OR b.uprn = a.parent_uprn OR a.parent_uprn = b.parent_uprn)
ORDER BY uprn_a, uprn_b
