-- one row: two households linked by their people, with how one became the other
-- reads: scored_household, household, household_input, property
CREATE OR REPLACE TABLE household_link AS
WITH directed AS (
    -- a is the earlier of the two: the first to start, by id where both start together.
    SELECT
        CASE WHEN (l.started, l.household_id) <= (r.started, r.household_id) THEN l.household_id ELSE r.household_id END AS a,
        CASE WHEN (l.started, l.household_id) <= (r.started, r.household_id) THEN r.household_id ELSE l.household_id END AS b,
        s.match_probability
    FROM scored_household AS s
    INNER JOIN household_input AS l ON s.household_id_l = l.household_id
    INNER JOIN household_input AS r ON s.household_id_r = r.household_id
    WHERE s.match_probability >= $link_at AND l.uprn <> r.uprn
),

-- A single person at two doors of one street is far oftener a number written wrong than a move along it.
next_door AS (
    SELECT d.a, d.b
    FROM directed AS d
    INNER JOIN household_input AS i ON d.a = i.household_id
    INNER JOIN household_input AS j ON d.b = j.household_id
    INNER JOIN property AS p ON i.uprn = p.uprn
    INNER JOIN property AS q ON j.uprn = q.uprn
    WHERE
        p.street = q.street AND p.flat IS NOT DISTINCT FROM q.flat
        AND split_part(p.postcode_norm, ' ', 1) = split_part(q.postcode_norm, ' ', 1)
        AND (
            damerau_levenshtein(p.number, q.number) = 1
            OR abs(try_cast(p.number AS INTEGER) - try_cast(q.number AS INTEGER)) <= 2
        )
),

counted AS (
    SELECT
        d.a,
        d.b,
        d.match_probability,
        count(*) AS shared,
        bool_or(x.registered AND y.valid_to IS NULL) AS still_registered_at_a,
        max(i.size) AS size_a,
        max(j.size) AS size_b,
        count(*) FILTER (WHERE x.valid_to IS NULL AND y.valid_to IS NULL) AS at_both
    FROM directed AS d
    INNER JOIN household AS x ON d.a = x.household_id
    INNER JOIN household AS y ON d.b = y.household_id AND x.person_id = y.person_id
    INNER JOIN household_input AS i ON d.a = i.household_id
    INNER JOIN household_input AS j ON d.b = j.household_id
    GROUP BY d.a, d.b, d.match_probability
)

SELECT
    a AS household_id_a,
    b AS household_id_b,
    round(match_probability, 6) AS match_probability,
    CASE
        WHEN at_both > 0 OR still_registered_at_a THEN 'same_people_two_addresses'
        WHEN shared * 3 >= size_a * 2 AND shared * 3 >= size_b * 2 THEN 'moved'
        WHEN shared * 3 >= size_a * 2 THEN 'merged'
        ELSE 'split'
    END AS reason
FROM counted AS c
WHERE c.shared > 1 OR NOT EXISTS (SELECT 1 FROM next_door AS n WHERE n.a = c.a AND n.b = c.b)
ORDER BY household_id_a, household_id_b
