-- one row: one mention with what its own words may bring it together with others by
-- reads: mention
CREATE OR REPLACE VIEW own_key AS
SELECT
    * REPLACE (supplier || ':' || force_key AS force_key),
    CAST(date_of_birth AS VARCHAR) AS born
FROM mention
