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

-- People are told apart by their birth dates: ten records of one man meet no second family name. Of a large region a part shows
-- who bears which names. Later nights look for nobody: what was learned then stands.
bearer AS (
    SELECT given_called, family_last, count(*) AS bearers
    FROM (
        SELECT DISTINCT given_called, family_last, born
        FROM named
        WHERE born IS NOT NULL AND $first
        ORDER BY hash(given_called, family_last, born), born, given_called, family_last
        LIMIT 25000
    ) AS people
    GROUP BY ALL
),

given_name AS (SELECT given_called, sum(bearers) AS bearers FROM bearer GROUP BY given_called),

family_name AS (SELECT family_last, sum(bearers) AS bearers FROM bearer GROUP BY family_last),

everybody AS (SELECT coalesce(sum(bearers), 0) AS bearers FROM bearer),

of_all AS (SELECT family_last, count(*) / sum(count(*)) OVER () AS share FROM named GROUP BY family_last),

full_names AS (SELECT DISTINCT full_name, given_called, family_last FROM named),

-- How often two given names stand beside one family name.
beside AS (
    SELECT a.given_called AS one, b.given_called AS other, sum(a.bearers * b.bearers / f.bearers) AS often
    FROM bearer AS a
    INNER JOIN bearer AS b ON a.family_last = b.family_last AND a.given_called <> b.given_called
    INNER JOIN family_name AS f ON a.family_last = f.family_last
    GROUP BY ALL
),

-- From the given name by another family name to another given name, and from there to the family name: Mei Wong, Wei Wong, Wei Chan,
-- so Chan is likely beside Mei. What the two names themselves have in common counts nothing, as it may be one person.
led AS (
    SELECT
        n.full_name,
        sum((w.often - coalesce(own.bearers, 0) * b.bearers / f.bearers) * b.bearers / g.bearers) AS often
    FROM full_names AS n
    INNER JOIN bearer AS b ON n.family_last = b.family_last
    INNER JOIN given_name AS g ON b.given_called = g.given_called
    INNER JOIN family_name AS f ON n.family_last = f.family_last
    INNER JOIN beside AS w ON n.given_called = w.one AND b.given_called = w.other
    LEFT JOIN bearer AS own ON n.given_called = own.given_called AND n.family_last = own.family_last
    GROUP BY n.full_name
),

-- Laid beside what chance would lead to, did given and family names fall together at random: names of a small community meet each
-- other and few others. Of names with few bearers records show next to nothing, so both sides get a little more.
reached AS (
    SELECT
        n.full_name,
        o.share * greatest(1, least(128, (coalesce(l.often, 0) + 0.005) / (
            coalesce(
                (g.bearers - coalesce(own.bearers, 0)) * (f.bearers - coalesce(own.bearers, 0)) / nullif(e.bearers, 0), 0
            ) + 0.005
        ))) AS share
    FROM full_names AS n
    INNER JOIN of_all AS o ON n.family_last = o.family_last
    CROSS JOIN everybody AS e
    LEFT JOIN led AS l ON n.full_name = l.full_name
    LEFT JOIN given_name AS g ON n.given_called = g.given_called
    LEFT JOIN family_name AS f ON n.family_last = f.family_last
    LEFT JOIN bearer AS own ON n.given_called = own.given_called AND n.family_last = own.family_last
)

-- A full name that was unknown when the region was registered is as common as they are at the mean.
SELECT
    'full_name' AS column_name,
    r.full_name AS value,
    CASE
        WHEN $first THEN round(r.share, 12)
        ELSE (SELECT avg(t.frequency) FROM store.term_frequency AS t WHERE t.column_name = 'full_name' AND t.learned)
    END AS frequency,
    $first AS learned,
    $night AS known_from,
    NULL AS known_to
FROM reached AS r
WHERE r.full_name NOT IN (SELECT t.value FROM store.term_frequency AS t WHERE t.column_name = 'full_name')
ORDER BY r.full_name
