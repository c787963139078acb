-- one row: one full name not yet registered, with how common its family name is among those who bear its given name
-- reads: person_input, term_frequency
CREATE OR REPLACE TABLE name_reach AS
WITH place AS (
    SELECT name, count(*) FILTER (WHERE is_given) AS as_given, count(*) FILTER (WHERE NOT is_given) AS as_family
    FROM (
        SELECT given_called AS name, TRUE AS is_given FROM person_input WHERE full_name IS NOT NULL
        UNION ALL
        SELECT family_last AS name, FALSE AS is_given FROM person_input WHERE full_name IS NOT NULL
    ) AS both_places
    GROUP BY name
),

-- Each full name in the order in which its two names mostly stand: Popescu Alina is as common as Alina Popescu.
named AS (
    SELECT
        p.full_name,
        CASE WHEN g.as_family * f.as_given > g.as_given * f.as_family THEN p.family_last ELSE p.given_called END
            AS given_called,
        CASE WHEN g.as_family * f.as_given > g.as_given * f.as_family THEN p.given_called ELSE p.family_last END
            AS family_last,
        p.born
    FROM person_input AS p
    INNER JOIN place AS g ON p.given_called = g.name
    INNER JOIN place AS f ON p.family_last = f.name
    WHERE p.full_name IS NOT NULL
),

-- People by given name are told apart by their birth dates: ten records of one man meet no second family name.
given_name AS (
    SELECT given_called, count(*) AS of_given, greatest(count(DISTINCT born), 1) AS bearers FROM named GROUP BY ALL
),

family_name AS (
    SELECT
        family_last,
        count(*) AS of_family,
        greatest(count(DISTINCT born), 1) AS bearers,
        sum(count(*)) OVER () AS of_all
    FROM named
    GROUP BY ALL
),

-- What so many bearers would meet, did given and family names fall together by chance alone.
given_chance AS (
    SELECT b.bearers, sum(f.of_family * (1 - pow(1 - f.of_family / f.of_all, b.bearers))) AS reach
    FROM (SELECT DISTINCT bearers FROM given_name) AS b
    CROSS JOIN family_name AS f
    GROUP BY b.bearers
),

family_chance AS (
    SELECT b.bearers, sum(g.of_given * (1 - pow(1 - g.of_given / b.of_all, b.bearers))) AS reach
    FROM (SELECT DISTINCT bearers, of_all FROM family_name) AS b
    CROSS JOIN given_name AS g
    GROUP BY b.bearers
),

-- Mentions by full name, so that each family name beside a given name counts once.
met AS (
    SELECT
        n.full_name, n.given_called, n.family_last,
        g.of_given, g.bearers AS given_bearers, f.of_family, f.bearers AS family_bearers, f.of_all
    FROM (SELECT DISTINCT full_name, given_called, family_last FROM named) AS n
    INNER JOIN given_name AS g ON n.given_called = g.given_called
    INNER JOIN family_name AS f ON n.family_last = f.family_last
),

-- Names of a small community meet each other and few others: they reach less than chance would, and are commoner together
-- than apart. Of a name with few bearers records show next to nothing, so what one bearer would meet by chance is added to
-- both sides.
reached AS (
    SELECT
        m.full_name,
        m.of_family / m.of_all / least(1, greatest(
            1 / 32,
            (sum(m.of_family) OVER (PARTITION BY m.given_called) + a.reach) / (c.reach + a.reach),
            (sum(m.of_given) OVER (PARTITION BY m.family_last) + b.reach) / (d.reach + b.reach)
        )) AS share
    FROM met AS m
    INNER JOIN given_chance AS c ON m.given_bearers = c.bearers
    INNER JOIN family_chance AS d ON m.family_bearers = d.bearers
    CROSS JOIN (SELECT min(reach) AS reach FROM given_chance) AS a
    CROSS JOIN (SELECT min(reach) AS reach FROM family_chance) AS b
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
