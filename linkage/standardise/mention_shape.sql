-- one row: one mention of a person in one standing record, every value but its name's in one shape
-- reads: mention_source, phone_text, email_text, nhs_number_text, relationship_text
CREATE OR REPLACE TABLE mention_shape AS
WITH anchor AS (
    SELECT
        s.mention_id AS anchor_id,
        h.shape AS anchor_number,
        p.shape AS anchor_phone,
        s.date_of_birth AS anchor_born
    FROM mention_source AS s
    LEFT JOIN phone_text AS p ON s.phone = p.text
    LEFT JOIN nhs_number_text AS h ON s.nhs_number = h.text
    WHERE s.mention IN ('patient', 'mother')
)

SELECT
    s.* EXCLUDE (phone, email, nhs_number, relationship, sex, title),
    a.* EXCLUDE (anchor_id),
    regexp_extract(upper(s.title), '^[A-Z]+') AS title,
    p.shape AS phone,
    e.shape AS email,
    h.shape AS nhs_number,
    h.text IS NOT NULL AND h.shape IS NULL AS nhs_number_failed,
    r.shape AS relationship,
    s.sex AS sex_given
FROM mention_source AS s
LEFT JOIN phone_text AS p ON s.phone = p.text
LEFT JOIN email_text AS e ON s.email = e.text
LEFT JOIN nhs_number_text AS h ON s.nhs_number = h.text
LEFT JOIN relationship_text AS r ON s.relationship = r.text
LEFT JOIN anchor AS a ON s.anchor_id = a.anchor_id
ORDER BY s.mention_id
