-- one row: one full name not yet registered, with how common its family name is among those who bear its given name
-- reads: person_input, term_frequency
CREATE OR REPLACE TABLE name_reach AS
WITH named AS (
    SELECT
        full_name,
        given_called,
        family_last,
        count(*) OVER (PARTITION BY given_called) AS of_given,
        count(*) OVER (PARTITION BY family_last) AS of_family,
        count(*) OVER () AS of_all
    FROM person_input
    WHERE full_name IS NOT NULL
),

-- Mentions by full name, so that each family name beside a given name counts once.
met AS (
    SELECT full_name, given_called, family_last, any_value(of_given) AS of_given, any_value(of_family) AS of_family,
        any_value(of_all) AS of_all
    FROM named
    GROUP BY ALL
),

-- How many bear any family name that stands beside the given name, and any given name beside the family name. What one
-- region's records show of it falls short of what could be met, by half or more where few bear the name: of a name that
-- one family bears they show next to nothing, so no reach is taken for less than a thirty-second of all, or 200 mentions.
reached AS (
    SELECT
        full_name,
        of_family / greatest(
            2 * sum(of_family) OVER (PARTITION BY given_called), 2 * sum(of_given) OVER (PARTITION BY family_last),
            of_all / 32, least(of_all, 200)
        ) AS share
    FROM met
)

-- A full name that was unknown when the region was registered is as common as they are at the mean.
SELECT
    'full_name' AS column_name,
    r.full_name AS value,
    CASE
        WHEN $first THEN r.share
        ELSE (SELECT avg(t.frequency) FROM store.term_frequency AS t WHERE t.column_name = 'full_name' AND t.learned)
    END AS frequency,
    $first AS learned,
    $night AS known_from,
    NULL AS known_to
FROM reached AS r
WHERE r.full_name NOT IN (SELECT t.value FROM store.term_frequency AS t WHERE t.column_name = 'full_name')
ORDER BY r.full_name
