-- one row: one thing that a record says of a mother or an infant and that somebody who looks at an exception would want to know
-- reads: pregnancy, profile, stay
CREATE OR REPLACE TABLE linked_concern AS
WITH infants AS (
    SELECT p.mother_id, p.supplier, p.record_id, b.baby_id, f.born, f.on_gp_list
    FROM pregnancy AS p
    INNER JOIN unnest(p.baby_ids) AS b (baby_id) ON TRUE
    INNER JOIN profile AS f ON b.baby_id = f.person_id
    WHERE f.is_infant AND NOT f.shielded AND NOT p.mother_shielded
),

practice_home AS (
    SELECT i.supplier, i.record_id, i.mother_id, i.baby_id, s.uprn
    FROM infants AS i
    INNER JOIN stay AS s ON i.baby_id = s.person_id AND s.on_gp
)

-- What the mother reported at a booking of hers is one concern, however many bookings say it.
SELECT DISTINCT mother_id AS person_id, 'earlier_social_care' AS concern, NULL::DATE AS born
FROM pregnancy
WHERE previous_social_care = 'Y' AND NOT mother_shielded
UNION ALL
-- A birth takes a practice up to 42 days to register (exceptions.md, Benign explanations).
SELECT baby_id AS person_id, 'infant_without_gp' AS concern, born
FROM infants
WHERE NOT on_gp_list AND born < $night - INTERVAL 42 DAY
UNION ALL
SELECT DISTINCT a.mother_id AS person_id, 'twins_registered_apart' AS concern, NULL::DATE AS born
FROM practice_home AS a
INNER JOIN practice_home AS b ON a.supplier = b.supplier AND a.record_id = b.record_id AND a.baby_id < b.baby_id
WHERE a.uprn NOT IN (SELECT o.uprn FROM practice_home AS o WHERE o.baby_id = b.baby_id)
ORDER BY person_id, concern, born
