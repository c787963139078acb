-- one row: two properties that are one building, or a flat and its building
-- reads: property
CREATE OR REPLACE TABLE benign_same_building AS
WITH part AS (
    SELECT uprn, parent_uprn FROM property WHERE parent_uprn IS NOT NULL AND uprn <> parent_uprn
)

-- One condition a join: with OR between them every property would be laid beside every other.
SELECT uprn AS uprn_a, parent_uprn AS uprn_b FROM part SEMI JOIN property AS p ON part.parent_uprn = p.uprn
UNION
SELECT parent_uprn AS uprn_a, uprn AS uprn_b FROM part SEMI JOIN property AS p ON part.parent_uprn = p.uprn
UNION
SELECT a.uprn AS uprn_a, b.uprn AS uprn_b
FROM part AS a INNER JOIN part AS b ON a.parent_uprn = b.parent_uprn AND a.uprn <> b.uprn
ORDER BY uprn_a, uprn_b
