-- one row: one person's police involvement that makes a look more urgent, as the record grades it
-- reads: police, person
CREATE OR REPLACE TABLE occurrence_fact AS
SELECT
    p.person_id,
    o.supplier,
    o.record_id,
    o.occurred_on,
    o.occurrence_type,
    o.role,
    o.outcome,
    o.risk_grade,
    coalesce(o.warning_markers, '') AS warning_markers
FROM police AS o
INNER JOIN person AS p ON p.mention_id = concat_ws('|', 'police', o.supplier, o.record_id, 'person')
WHERE
    (o.role IN ('suspect', 'arrested') AND o.occurrence_type IN ('violence', 'domestic_abuse'))
    OR regexp_matches(coalesce(o.warning_markers, ''), 'violent|weapons|domestic_abuse')
ORDER BY p.person_id, o.occurred_on, o.supplier, o.record_id
