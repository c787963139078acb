-- one row: one mention as a data officer may see it: nobody protected or shielded, no place that protection cut off
-- reads: mention, person, claim, property, seen_mention, wanted_mention (those to be shown)
CREATE OR REPLACE TABLE question_mention AS
WITH place AS (
    SELECT
        c.mention_id,
        list(DISTINCT t.display_address ORDER BY t.display_address) AS addresses,
        list(DISTINCT c.uprn ORDER BY c.uprn) AS uprns,
        min_by(c.council_gss, (c.address_role = 'occurrence', c.address_role, c.council_gss)) AS council_gss
    FROM claim AS c
    INNER JOIN property AS t ON c.uprn = t.uprn
    WHERE c.match_level = 'property' AND c.mention_id IN (SELECT w.mention_id FROM wanted_mention AS w)
    GROUP BY c.mention_id
)

SELECT
    m.mention_id,
    p.person_id,
    p.link_probability,
    p.cluster_size,
    m.contract,
    m.supplier,
    m.record_id,
    m.mention,
    m.name_display AS name,
    m.date_of_birth AS born,
    m.sex,
    m.nhs_number,
    m.phone,
    m.email,
    m.force_key,
    m.relationship,
    -- Who named this person, where the record is somebody else's.
    a.name_display AS named_by,
    coalesce(l.addresses, []) AS addresses,
    coalesce(l.uprns, []) AS uprns,
    l.council_gss,
    m.asserted_on AS said_on
FROM wanted_mention AS w
INNER JOIN mention AS m ON w.mention_id = m.mention_id
INNER JOIN person AS p ON m.mention_id = p.mention_id
-- Who named them is shown only where that person may be.
LEFT JOIN seen_mention AS s ON m.anchor_id = s.mention_id
LEFT JOIN mention AS a ON s.mention_id = a.mention_id
LEFT JOIN place AS l ON m.mention_id = l.mention_id
WHERE m.mention_id IN (SELECT e.mention_id FROM seen_mention AS e)
ORDER BY m.mention_id
