-- one row: one person whom a standing record puts in a care home, hostel, prison, hospital or hall, and since when
-- reads: gp, police, person, claim
CREATE OR REPLACE TABLE benign_institution AS
WITH said AS (
    SELECT p.person_id, coalesce(g.address_updated_on, g.registered_on) AS since
    FROM gp AS g
    INNER JOIN person AS p ON p.mention_id = concat_ws('|', 'gp', g.supplier, g.record_id, 'patient')
    WHERE
        g.residential_institute_code IS NOT NULL AND coalesce(g.registration_type, 'regular') = 'regular'
        AND coalesce(g.deregistered_on, $night) >= $night
    UNION ALL
    SELECT p.person_id, o.occurred_on AS since
    FROM police AS o
    INNER JOIN person AS p ON p.mention_id = concat_ws('|', 'police', o.supplier, o.record_id, 'person')
    WHERE o.address_role = 'institution' AND o.occurred_on >= $night - INTERVAL 365 DAY
    UNION ALL
    SELECT person_id, valid_from AS since
    FROM claim
    WHERE stands AND place_kind = 'institution'
)

SELECT person_id, max(since) AS since
FROM said
GROUP BY person_id
ORDER BY person_id
