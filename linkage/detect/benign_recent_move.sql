-- one row: one home where everybody is new: since when, by its oldest standing council-tax account
-- reads: claim
CREATE OR REPLACE TABLE benign_recent_move AS
WITH accounts AS (
    SELECT uprn, min(valid_from) AS account_since
    FROM claim
    WHERE contract = 'council_tax' AND address_role = 'home' AND stands
    GROUP BY uprn
)

SELECT a.uprn, a.account_since
FROM accounts AS a
-- Whom another record had there before the account began was no newcomer then.
WHERE NOT EXISTS (
    SELECT 1 FROM claim AS c
    WHERE c.uprn = a.uprn AND c.stands AND c.valid_from < a.account_since - INTERVAL 14 DAY
)
ORDER BY a.uprn
