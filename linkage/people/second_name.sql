-- one row: one pair of given names not yet registered, with how common it is
-- reads: person_input, term_frequency
CREATE OR REPLACE TABLE second_name AS
WITH named AS (SELECT given_pair, given_called, second_name, born FROM person_input WHERE given_pair IS NOT NULL),

-- People are told apart by their birth dates: ten records of one man are one bearer.
pair_bearer AS (SELECT given_pair, given_called, second_name, greatest(count(DISTINCT born), 1) AS bearers FROM named GROUP BY ALL),

first_bearer AS (SELECT given_called, sum(bearers) AS bearers FROM pair_bearer GROUP BY given_called),

second_bearer AS (SELECT second_name, sum(bearers) / sum(sum(bearers)) OVER () AS share FROM pair_bearer GROUP BY second_name),

-- Both records must give a second name at all, whoever they are of.
given AS (SELECT pow(count(given_pair) / greatest(count(given_called), 1), 2) AS share FROM person_input)

-- Somebody else of the first name has the second as often as all others of that name do, and at least as often as anybody has. A pair
-- that was unknown when the region was registered is as common as they are at the mean.
SELECT
    'given_pair' AS column_name,
    b.given_pair AS value,
    CASE
        WHEN $first THEN c.frequency * g.share * greatest(s.share, (b.bearers - 1) / (f.bearers + 1))
        ELSE (SELECT avg(t.frequency) FROM store.term_frequency AS t WHERE t.column_name = 'given_pair' AND t.learned)
    END AS frequency,
    $first AS learned,
    $night AS known_from,
    NULL AS known_to
FROM pair_bearer AS b
INNER JOIN first_bearer AS f ON b.given_called = f.given_called
INNER JOIN second_bearer AS s ON b.second_name = s.second_name
INNER JOIN store.term_frequency AS c ON c.column_name = 'given_called' AND b.given_called = c.value
CROSS JOIN given AS g
WHERE b.given_pair NOT IN (SELECT t.value FROM store.term_frequency AS t WHERE t.column_name = 'given_pair')
ORDER BY b.given_pair
