-- one row: one person and a property they pay council tax for beside another one, alone: a landlord or a second home
-- reads: claim
CREATE OR REPLACE TABLE benign_landlord AS
WITH pays AS (
    SELECT DISTINCT person_id, uprn
    FROM claim
    WHERE contract = 'council_tax' AND address_role = 'home' AND stands
),

both_homes AS (
    SELECT a.person_id, a.uprn, b.uprn AS other_uprn
    FROM pays AS a
    INNER JOIN pays AS b ON a.person_id = b.person_id AND a.uprn <> b.uprn
),

-- Two who pay for the same two homes moved together, and one of the accounts was not closed yet.
counted AS (
    SELECT uprn, other_uprn, count(*) AS payers
    FROM both_homes
    GROUP BY uprn, other_uprn
)

SELECT DISTINCT h.person_id, h.uprn
FROM both_homes AS h
INNER JOIN counted AS c ON h.uprn = c.uprn AND h.other_uprn = c.other_uprn
WHERE c.payers = 1
ORDER BY h.person_id, h.uprn
