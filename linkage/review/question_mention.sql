-- one row: one mention as a data officer may see it: nobody protected or shielded, no place that protection cut off
-- reads: mention, person, claim, property, shielded
CREATE OR REPLACE TABLE question_mention AS
WITH place AS (
    SELECT
        c.mention_id,
        list(DISTINCT t.display_address ORDER BY t.display_address) AS addresses,
        list(DISTINCT c.uprn ORDER BY c.uprn) AS uprns,
        min_by(c.council_gss, c.address_role = 'occurrence') AS council_gss
    FROM claim AS c
    INNER JOIN property AS t ON c.uprn = t.uprn
    WHERE c.match_level = 'property'
    GROUP BY c.mention_id
),

seen AS (
    SELECT m.*, p.person_id, p.link_probability, p.cluster_size
    FROM mention AS m
    INNER JOIN person AS p ON m.mention_id = p.mention_id
    WHERE p.person_id NOT IN (SELECT s.person_id FROM shielded AS s)
)

SELECT
    m.mention_id,
    m.person_id,
    m.link_probability,
    m.cluster_size,
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
FROM seen AS m
LEFT JOIN seen AS a ON m.anchor_id = a.mention_id
LEFT JOIN place AS l ON m.mention_id = l.mention_id
ORDER BY m.mention_id
