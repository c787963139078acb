-- one row: one pregnancy that stands in a maternity file and has, or may have, a living child
-- reads: maternity_booking, maternity_birth, person, profile
CREATE OR REPLACE TABLE pregnancy AS
WITH babies AS (
    SELECT b.supplier, b.booking_record_id, list(p.person_id ORDER BY b.birth_order, b.record_id) AS baby_ids
    FROM maternity_birth AS b
    INNER JOIN person AS p ON p.mention_id = concat_ws('|', 'maternity_birth', b.supplier, b.record_id, 'baby')
    INNER JOIN profile AS f ON p.person_id = f.person_id AND f.died_on IS NULL
    GROUP BY b.supplier, b.booking_record_id
),

born AS (SELECT DISTINCT supplier, booking_record_id FROM maternity_birth)

SELECT
    k.supplier,
    k.record_id,
    concat_ws('|', 'maternity_booking', k.supplier, k.record_id, 'mother') AS mother_mention_id,
    p.person_id AS mother_id,
    f.shielded AS mother_shielded,
    f.died_on IS NOT NULL AS mother_died,
    k.status,
    k.booked_on,
    k.expected_delivery_on,
    k.single_parent,
    k.father_recorded_reason,
    k.father_name IS NOT NULL AS father_named,
    k.partner_name IS NOT NULL AS partner_named,
    k.previous_social_care,
    coalesce(b.baby_ids, []) AS baby_ids,
    -- Overdue by more than six weeks and still active: the record was not closed, and is no current pregnancy.
    f.died_on IS NULL AND k.status = 'active'
    AND coalesce(k.expected_delivery_on, k.booked_on + INTERVAL 240 DAY) >= $night - INTERVAL 42 DAY AS is_current,
    -- A living child of it is known, or was born so lately that its own record is still to come (the newborn's six weeks).
    b.baby_ids IS NOT NULL OR (
        k.status = 'delivered' AND n.supplier IS NULL
        AND coalesce(k.expected_delivery_on, k.booked_on + INTERVAL 240 DAY) >= $night - INTERVAL 42 DAY
    ) AS has_child
FROM maternity_booking AS k
INNER JOIN person AS p ON p.mention_id = concat_ws('|', 'maternity_booking', k.supplier, k.record_id, 'mother')
INNER JOIN profile AS f ON p.person_id = f.person_id
LEFT JOIN babies AS b ON k.supplier = b.supplier AND k.record_id = b.booking_record_id
LEFT JOIN born AS n ON k.supplier = n.supplier AND k.record_id = n.booking_record_id
WHERE
    k.status IN ('active', 'delivered')
    -- Where the mother has died and the child lives, what her record leaves out about a father is asked all the more.
    AND (f.died_on IS NULL OR b.baby_ids IS NOT NULL)
ORDER BY k.supplier, k.record_id
