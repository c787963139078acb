-- one row: two entries of the property list that are written alike to the last part: one home under two reference numbers
-- reads: property
CREATE OR REPLACE TABLE benign_same_property AS
SELECT a.uprn AS uprn_a, b.uprn AS uprn_b
FROM property AS a
INNER JOIN property AS b
    ON
        a.postcode_norm = b.postcode_norm AND a.uprn <> b.uprn
        AND a.number IS NOT DISTINCT FROM b.number AND a.street IS NOT DISTINCT FROM b.street
        AND a.flat IS NOT DISTINCT FROM b.flat AND a.building IS NOT DISTINCT FROM b.building
WHERE a.number IS NOT NULL OR a.building IS NOT NULL
ORDER BY uprn_a, uprn_b
