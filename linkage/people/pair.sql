-- one row: one scored pair of mentions with its match weight and, where a rule forbids the link, the reason
-- reads: scored, mention
CREATE OR REPLACE TABLE pair AS
WITH told AS NOT MATERIALIZED (
    SELECT
        *,
        -- A maternity booking's father is the baby's, and a contact in it whom it calls father may be.
        CASE
            WHEN contract = 'maternity_booking' AND relationship = 'father' THEN NULL
            WHEN relationship IN ('husband', 'wife', 'partner', 'father_of_baby') THEN 'partner'
            WHEN relationship IN ('mother', 'father') THEN 'parent'
            WHEN relationship IN ('brother', 'sister') THEN 'sibling'
            WHEN relationship IN ('son', 'daughter') THEN 'child'
        END AS kin,
        coalesce(relationship IN ('father', 'parent', 'step_parent'), FALSE) AS is_parent
    FROM mention
)

SELECT
    s.mention_id_l,
    s.mention_id_r,
    s.match_weight,
    s.gamma_given_name,
    s.gamma_family_and_home,
    s.gamma_birth_date,
    s.gamma_sex,
    s.gamma_nhs_number,
    s.gamma_phone,
    s.gamma_email,
    s.gamma_force_key,
    s.gamma_move_day,
    CASE
        WHEN s.gamma_nhs_number = 0 THEN 'two_nhs_numbers'
        WHEN
            l.contract = r.contract AND l.supplier = r.supplier AND l.record_id = r.record_id
            AND NOT (l.is_contact AND r.is_contact)
            THEN 'same_record'
        WHEN l.anchor_number = r.nhs_number OR r.anchor_number = l.nhs_number THEN 'names_the_other'
        -- Nobody is somebody's son and their partner.
        WHEN l.anchor_number = r.anchor_number AND l.kin <> r.kin THEN 'other_kin'
        WHEN l.mention = 'baby' AND r.mention = 'baby' AND l.pregnancy = r.pregnancy AND l.supplier = r.supplier
            THEN 'born_together'
        WHEN
            l.account = r.account AND l.supplier = r.supplier
            AND NOT coalesce(l.date_of_birth = r.date_of_birth AND s.gamma_given_name > 2, FALSE)
            THEN 'same_account'
        WHEN s.gamma_given_name = 0 AND s.gamma_nhs_number < 1 AND s.gamma_force_key < 1 THEN 'given_names_differ'
        WHEN s.gamma_birth_date = 0 AND s.gamma_nhs_number < 1 AND s.gamma_force_key < 1 THEN 'birth_dates_differ'
        -- One valid number and two dates that may be one mistyped are one person, whatever else the wrong date would say.
        WHEN s.gamma_nhs_number > 0 AND s.gamma_birth_date > 0 THEN NULL
        WHEN l.date_of_birth > r.born_before OR r.date_of_birth > l.born_before THEN 'too_young'
        WHEN l.date_of_birth < r.born_after OR r.date_of_birth < l.born_after THEN 'too_old'
        WHEN l.born_before < r.born_after OR r.born_before < l.born_after THEN 'another_generation'
    END AS veto,
    -- Kin live together oftener than friends, and than those of whom nobody says who they are.
    coalesce(l.kin, r.kin) IS NOT NULL OR l.is_parent OR r.is_parent AS of_kin
FROM scored AS s
INNER JOIN told AS l ON s.mention_id_l = l.mention_id
INNER JOIN told AS r ON s.mention_id_r = r.mention_id
ORDER BY s.mention_id_l, s.mention_id_r
