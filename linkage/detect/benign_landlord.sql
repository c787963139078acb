-- one row: one person liable for council tax at more than one property tonight: a landlord or a second home
-- reads: claim
CREATE OR REPLACE TABLE benign_landlord AS
SELECT person_id
FROM claim
WHERE contract = 'council_tax' AND address_role = 'home' AND stands
GROUP BY person_id
HAVING count(DISTINCT uprn) > 1
ORDER BY person_id
