-- one row: one mention with what its own words may bring it together with others by
-- reads: mention
CREATE OR REPLACE VIEW own_key AS
SELECT
    * REPLACE (supplier || ':' || force_key AS force_key),
    CAST(date_of_birth AS VARCHAR) AS born,
    coalesce(given_called[1], initials[1]) AS given_initial,
    -- In whichever order the two names stand, mistyped or not.
    list_distinct(list_transform(
        list_filter([family_last] || family_keys, lambda f: f IS NOT NULL AND given_called IS NOT NULL),
        lambda f: least(given_called[1], f[1]) || greatest(given_called[1], f[1])
    )) AS both_initials
FROM mention
