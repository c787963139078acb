-- one row: two people of whom a record says that they are parent and child, siblings or other kin, either way round
-- reads: relation
CREATE OR REPLACE TABLE benign_relative AS
WITH said AS (
    SELECT person_a, person_b FROM relation WHERE relation IN ('parent', 'child', 'sibling', 'kin')
)

SELECT person_a, person_b FROM said
UNION
SELECT person_b AS person_a, person_a AS person_b FROM said
ORDER BY person_a, person_b
