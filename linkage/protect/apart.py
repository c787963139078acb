"""Records of an identity whose number was invalidated that do not bear the number: they are linked with nothing any more.

A council-tax account or a police record of the old name would else be linked with the new identity. They are left out before the first
comparison, so that no pair is made and nothing says that it was considered. Who names somebody else stays: of a record the mention alone is
left out, and the whole record where it is about the old identity.

`store.kept_apart`: one row a keyed hash of the old identity alone, never of its successor. kind: `mention`, a mention that linkage held to be
it while it bore the number; `police_key`, that of such a police record; `name`, its full name with its birth date. What bears a number of its
own is never left out: that tells whose it is. since, until: the nights on which it stood under this key; carried: whether it got it by a
renumbering. It is never taken back.

In memory, for the length of the gate: `invalidated_now`, hashes that tonight's list invalidates; `invalidated_record`, the records that
bear one.
"""

from __future__ import annotations

import duckdb

from linkage.night import Night
from linkage.protect.hashes import NUMBERS, RECORD, number_hash, plain_hash
from linkage.tables import CONTRACTS, PEOPLE_CONTRACTS

PRINCIPAL = {name: CONTRACTS[name].mentions[0] for name in PEOPLE_CONTRACTS}
"""By contract, the mention that a record is about; its number is the record's."""
NAMED = ("gp", "maternity_booking", "police")
"""Contracts whose rows bear a number beside a name; a newborn's is none yet."""
_STOOD = "(until IS NULL OR until > $night) AND (NOT carried OR since <= $night)"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables where they are missing."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.kept_apart (kind VARCHAR, hash VARCHAR, since DATE, until DATE, carried BOOLEAN)"
    )
    con.execute("CREATE OR REPLACE TABLE invalidated_record (contract VARCHAR, supplier VARCHAR, record_id VARCHAR)")


def note_listed(con: duckdb.DuckDBPyConnection) -> None:
    """`invalidated_now`, before the list's entries of this kind are dropped."""
    entries = " UNION ".join(
        f"SELECT {plain_hash(column)} AS hash FROM accepted_protected WHERE reason = 'invalidated' AND {column} IS NOT NULL"
        for column in NUMBERS
    )
    con.execute(f"CREATE OR REPLACE TABLE invalidated_now AS {entries}")


def note_bearers(con: duckdb.DuckDBPyConnection, night: Night, contract: str, numbers: list[str]) -> None:
    """Note the records of a contract that bear a number of `invalidated_now`, and keep their names, before they are deleted."""
    bears = "IN (SELECT b.text FROM borne_number AS b SEMI JOIN invalidated_now USING (hash))"
    bearing = " OR ".join(f"{column} {bears}" for column in numbers)
    for table in (f"accepted_{contract}", f"store.{contract}_record"):
        con.execute(
            f"INSERT INTO invalidated_record SELECT DISTINCT '{contract}', supplier, record_id FROM {table} WHERE {bearing}"
        )
        if contract in NAMED:
            name = _name_hash("concat_ws(' ', given_names, family_name)")
            _keep(con, night, f"SELECT 'name' AS kind, {name} AS hash FROM {table} WHERE {bearing}")


def note_linked(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """Keep who was held to be one person with a bearer while it was, and end every id that they ever had: adds to `refused_person`."""
    bearers = " UNION ALL ".join(
        f"SELECT {_mention(name)} AS mention_id FROM invalidated_record WHERE contract = '{name}'" for name in PRINCIPAL
    )
    con.execute(
        f"CREATE OR REPLACE TABLE apart_mention AS WITH bore AS (FROM store.person_member SEMI JOIN ({bearers}) USING (mention_id)) "
        "SELECT DISTINCT o.mention_id FROM store.person_member AS o INNER JOIN bore AS b USING (person_id) "
        "WHERE o.mention_id NOT IN (SELECT mention_id FROM bore) "
        "AND (b.known_to IS NULL OR o.known_from < b.known_to) AND (o.known_to IS NULL OR b.known_from < o.known_to)"
    )
    _keep(con, night, f"SELECT 'mention' AS kind, {number_hash('mention_id')} AS hash FROM apart_mention")
    for table in ("accepted_police", "store.police_record"):
        key = plain_hash("nominal_ref")
        _keep(
            con, night,
            f"SELECT 'police_key' AS kind, {key} AS hash FROM {table} WHERE concat_ws('|', 'police', supplier, record_id, 'person') "
            "IN (SELECT mention_id FROM apart_mention)",
        )  # fmt: skip
    con.execute(
        "INSERT INTO refused_person SELECT DISTINCT person_id FROM store.person_member SEMI JOIN apart_mention USING (mention_id) "
        "WHERE person_id NOT IN (SELECT r.person_id FROM refused_person AS r)"
    )
    con.execute("DROP TABLE apart_mention")


def forget_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what stood for the length of the gate."""
    for table in ("invalidated_now", "invalidated_record"):
        con.execute(f"DROP TABLE {table}")


def leave_out(con: duckdb.DuckDBPyConnection, night: Night) -> int:
    """Take what is kept apart out of `mention`. Returns how many mentions went."""
    if not con.execute("SELECT 1 FROM store.kept_apart LIMIT 1").fetchone():
        return 0
    _carry(con, night)
    con.execute(
        "CREATE OR REPLACE TABLE left_out AS SELECT mention_id, contract, supplier, record_id, mention FROM mention "
        f"WHERE nhs_number IS NULL AND ({_stands(number_hash('mention_id'), 'mention')} "
        f"OR {_stands(plain_hash('force_key'), 'police_key')} OR {_stands(_name_hash('name_display'), 'name')})",
        {"night": night.date},
    )
    _keep(con, night, f"SELECT 'mention' AS kind, {number_hash('mention_id')} AS hash FROM left_out")
    own = ", ".join(f"('{name}', '{mention}')" for name, mention in PRINCIPAL.items())
    con.execute(f"CREATE OR REPLACE TABLE left_out_record AS FROM left_out WHERE (contract, mention) IN ({own})")
    gone = con.execute(
        "DELETE FROM mention WHERE mention_id IN (SELECT mention_id FROM left_out) "
        f"OR {RECORD} IN (SELECT {RECORD} FROM left_out_record) RETURNING 1"
    ).fetchall()
    _forget_versions(con)
    for table in ("left_out", "left_out_record"):
        con.execute(f"DROP TABLE {table}")
    return len(gone)


def _forget_versions(con: duckdb.DuckDBPyConnection) -> None:
    """Of a record that is left out no earlier version is kept: it may have changed from the old name to the new one."""
    for name in PEOPLE_CONTRACTS:
        con.execute(
            f"DELETE FROM store.{name}_record WHERE known_to IS NOT NULL AND ('{name}', supplier, record_id) IN "
            f"(SELECT {RECORD} FROM left_out_record)"
        )


def _carry(con: duckdb.DuckDBPyConnection, night: Night) -> None:
    """What was renumbered tonight is kept apart under its new key, and its old key may be anybody's. A night done again begins anew."""
    given = {"night": night.date}
    con.execute("DELETE FROM store.kept_apart WHERE carried AND since >= $night", given)
    con.execute("UPDATE store.kept_apart SET until = NULL WHERE until >= $night", given)
    steps = " UNION ALL ".join(
        f"SELECT {number_hash(_mention(name, mention, 'was_record_id'))} AS was, {number_hash(_mention(name, mention))} AS hash FROM step "
        f"WHERE contract = '{name}'"
        for name in PEOPLE_CONTRACTS
        for mention in CONTRACTS[name].mentions
    )
    con.execute(
        "CREATE OR REPLACE TABLE apart_step AS WITH step AS (FROM store.same_record WHERE night = $night AND record_id <> was_record_id) "
        f"SELECT s.hash, s.was FROM ({steps}) AS s SEMI JOIN (FROM store.kept_apart WHERE kind = 'mention' AND {_STOOD}) AS k ON s.was = k.hash",
        given,
    )
    con.execute(
        f"UPDATE store.kept_apart SET until = $night WHERE kind = 'mention' AND {_STOOD} AND hash IN (SELECT was FROM apart_step)",
        given,
    )
    con.execute(
        "INSERT INTO store.kept_apart SELECT DISTINCT 'mention', hash, $night, NULL, TRUE FROM apart_step ORDER BY ALL",
        given,
    )
    con.execute("DROP TABLE apart_step")


def _keep(con: duckdb.DuckDBPyConnection, night: Night, found: str) -> None:
    """Keep hashes that do not stand yet. found: a query of kind and hash."""
    con.execute(
        f"INSERT INTO store.kept_apart SELECT DISTINCT kind, hash, $night, NULL, FALSE FROM ({found}) WHERE hash IS NOT NULL "
        f"AND (kind, hash) NOT IN (SELECT (k.kind, k.hash) FROM store.kept_apart AS k WHERE {_STOOD}) ORDER BY ALL",
        {"night": night.date},
    )


def _stands(hash: str, kind: str) -> str:
    return f"coalesce({hash} IN (SELECT k.hash FROM store.kept_apart AS k WHERE kind = '{kind}' AND {_STOOD}), FALSE)"


def _mention(contract: str, mention: str | None = None, record_id: str = "record_id") -> str:
    """SQL for the id of a mention of a record, its principal's if none is given."""
    return f"concat_ws('|', '{contract}', supplier, {record_id}, '{mention or PRINCIPAL[contract]}')"


def _name_hash(name: str) -> str:
    """SQL for the keyed hash of a full name with a birth date; null where either is not known."""
    letters = f"nullif(regexp_replace(upper(strip_accents({name})), '[^A-Z]', '', 'g'), '')"
    return number_hash(f"{letters} || '|' || date_of_birth")
