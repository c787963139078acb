-- one row: two properties that are one building, or a flat and its building, of which somebody is said to live at the first and elsewhere
-- reads: property, stay
CREATE OR REPLACE TABLE benign_same_building AS
WITH at_two AS (SELECT uprn FROM stay WHERE places > 1),

part AS (
    SELECT uprn, parent_uprn FROM property WHERE parent_uprn IS NOT NULL AND uprn <> parent_uprn
)

-- One condition a join: with OR between them every property would be laid beside every other.
SELECT part.uprn AS uprn_a, part.parent_uprn AS uprn_b
FROM part
SEMI JOIN property AS p ON part.parent_uprn = p.uprn
SEMI JOIN at_two AS t ON part.uprn = t.uprn
UNION
SELECT part.parent_uprn AS uprn_a, part.uprn AS uprn_b
FROM part
SEMI JOIN property AS p ON part.parent_uprn = p.uprn
SEMI JOIN at_two AS t ON part.parent_uprn = t.uprn
UNION
SELECT a.uprn AS uprn_a, b.uprn AS uprn_b
FROM part AS a
INNER JOIN part AS b ON a.parent_uprn = b.parent_uprn AND a.uprn <> b.uprn
SEMI JOIN at_two AS t ON a.uprn = t.uprn
ORDER BY uprn_a, uprn_b
