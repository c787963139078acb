-- one row: one person in one household: people whose stays at a property overlap, in a chain
-- reads: household_interval
CREATE OR REPLACE TABLE household_group AS
WITH ordered AS (
    SELECT
        *,
        max(coalesce(valid_to, DATE '9999-12-31')) OVER (
            PARTITION BY uprn ORDER BY valid_from, person_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS until_before
    FROM household_interval
),

numbered AS (
    SELECT
        *,
        sum(CASE WHEN until_before IS NULL OR until_before <= valid_from THEN 1 ELSE 0 END) OVER (
            PARTITION BY uprn ORDER BY valid_from, person_id
        ) AS era
    FROM ordered
)

SELECT uprn, era, person_id, valid_from, valid_to, registered, basis
FROM numbered
ORDER BY uprn, era, person_id
