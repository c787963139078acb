-- one row: one person whom a single record puts a door or a digit away from a home that other records give
-- reads: claim, stay, property
CREATE OR REPLACE TABLE benign_number_slip AS
WITH held AS (
    SELECT
        c.person_id, c.uprn, count(DISTINCT c.mention_id) AS records,
        p.street, p.number, p.flat, split_part(p.postcode_norm, ' ', 1) AS outward
    FROM claim AS c
    SEMI JOIN (SELECT person_id FROM stay WHERE places > 1) AS s ON c.person_id = s.person_id
    INNER JOIN property AS p ON c.uprn = p.uprn
    WHERE c.stands AND p.street IS NOT NULL AND p.number IS NOT NULL
    GROUP BY ALL
),

near AS (
    SELECT a.person_id, a.uprn AS uprn_slipped, b.uprn AS uprn_meant
    FROM held AS a
    INNER JOIN held AS b ON a.person_id = b.person_id AND a.street = b.street AND a.outward = b.outward
    WHERE
        a.records = 1 AND a.uprn <> b.uprn AND a.flat IS NOT DISTINCT FROM b.flat
        AND (
            damerau_levenshtein(a.number, b.number) = 1
            OR abs(try_cast(a.number AS INTEGER) - try_cast(b.number AS INTEGER)) <= 2
        )
),

-- A family that moved along the street is put at both homes by more than one of its members' records.
moved AS (
    SELECT a.uprn AS uprn_a, b.uprn AS uprn_b
    FROM held AS a
    INNER JOIN held AS b ON a.person_id = b.person_id AND a.street = b.street AND a.uprn <> b.uprn
    GROUP BY ALL
    HAVING count(DISTINCT a.person_id) > 1
)

SELECT n.person_id, n.uprn_slipped, n.uprn_meant
FROM near AS n
ANTI JOIN moved AS m ON n.uprn_slipped = m.uprn_a AND n.uprn_meant = m.uprn_b
ORDER BY n.person_id, n.uprn_slipped, n.uprn_meant
