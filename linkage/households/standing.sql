-- one row: one claim of residence, how likely it still holds on the night, and the claim that took its place
-- reads: claim
CREATE OR REPLACE TABLE standing AS
WITH dated AS (
    SELECT
        mention_id, address_role, person_id, uprn, contract, match_probability, valid_from, valid_to,
        greatest(date_diff('day', valid_from, least(coalesce(valid_to, $night), $night)), 0) / 365.25 AS years,
        CASE contract WHEN 'gp' THEN $gp_lag WHEN 'council_tax' THEN $council_tax_lag END / 365.25 AS lag,
        is_register,
        supplier, record_id,
        concat_ws('|', mention_id, address_role) AS claim_key
    FROM claim
    WHERE uprn IS NOT NULL AND valid_from <= $night
),

-- Within one agency a later word about the same person elsewhere takes the place of the earlier one. Two agencies that
-- give two homes are not set against each other here: two homes are a normal state.
moved AS (
    SELECT person_id, contract, address_role
    FROM dated
    GROUP BY person_id, contract, address_role
    HAVING min(uprn) <> max(uprn)
),

told_of AS (
    SELECT d.*
    FROM dated AS d
    SEMI JOIN moved AS m ON d.person_id = m.person_id AND d.contract = m.contract AND d.address_role = m.address_role
),

later AS (
    SELECT
        a.claim_key,
        min_by({'supplier': b.supplier, 'record_id': b.record_id, 'uprn': b.uprn}, (b.valid_from, b.claim_key)) AS later_claim,
        min(b.valid_from) AS superseded_on
    FROM told_of AS a
    INNER JOIN told_of AS b
        ON
            a.person_id = b.person_id AND a.contract = b.contract AND a.address_role = b.address_role
            AND a.uprn <> b.uprn AND a.valid_from < b.valid_from
    GROUP BY a.claim_key
)

SELECT
    d.mention_id,
    d.address_role,
    -- Of those who move, a register hears after its lag: the share of its entries that are stale grows towards
    -- moves a year x lag and stays there. A statement made once is never put right, so its confidence goes on falling.
    round(d.match_probability * CASE
        WHEN l.claim_key IS NOT NULL OR d.valid_to < $night THEN 0
        WHEN d.is_register AND d.lag IS NOT NULL THEN 1 - $moves * d.lag * (1 - exp(-d.years / d.lag))
        ELSE exp(-$moves * d.years)
    END, 4) AS confidence,
    l.later_claim.supplier AS superseded_by_supplier,
    l.later_claim.record_id AS superseded_by_record_id,
    l.later_claim.uprn AS superseded_by_uprn,
    l.superseded_on
FROM dated AS d
LEFT JOIN later AS l ON d.claim_key = l.claim_key
ORDER BY d.mention_id, d.address_role
