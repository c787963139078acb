"""Which mentions must be resolved tonight: components of linked mentions, and what was resolved of them before.

Resolution never looks beyond the mentions that edges or verdicts connect, so each such component is resolved alone and
kept under a digest of all that it rests on: facts, edges, verdicts, threshold and rules. A night resolves the components
whose digest it has not seen. Reads `mention`, `name_part`, `blocking_key`, `pair`, `verdict_pair`; writes `resolved` (one row a mention: the first
mention of its cluster and the probability that brought it in) and `refused_pair` (one row a link that a rule forbade).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import starmap
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from linkage.parallel import cut, spread
from linkage.people import model
from linkage.people.cluster import Cluster, Facts
from linkage.people.resolve import Edge, Resolution, Ruling
from linkage.store import arrow
from linkage.version import code_of

BATCH = 100_000
"""Linked mentions that are resolved at a time."""
FACTS = (
    "SELECT mention_id, concat_ws('|', contract, supplier, record_id) AS record, is_contact, given_keys, family_called, "
    "initials, name_letters, date_of_birth, nhs_number, anchor_number, "
    "CASE WHEN account IS NOT NULL THEN concat_ws('|', supplier, account) END AS account, "
    "CASE WHEN mention = 'baby' THEN concat_ws('|', supplier, pregnancy) END AS birth, born_before, born_after, "
    "CASE WHEN force_key IS NOT NULL THEN concat_ws('|', supplier, force_key) END AS force_key, "
    "nhs_number IS NOT NULL OR (date_of_birth IS NOT NULL AND (len(given) > 0 OR mention = 'baby')) AS strong, sex, "
    "CASE WHEN mention = 'liable' THEN i.home_keys ELSE [] END AS liable_at, "
    "CASE WHEN relationship IN ('son', 'daughter', 'brother', 'sister') THEN i.context_keys ELSE [] END AS younger_at "
    "FROM mention INNER JOIN (SELECT mention_id, home_keys, context_keys FROM blocking_key) AS i USING (mention_id) "
    "INNER JOIN (SELECT name_id, given, given_keys, initials, family_called, name_letters FROM name_part) AS n USING (name_id)"
)
_PLACED = model.gammas_of(
    model.FAMILY_AND_HOME,
    *(
        f"{where}_{family}"
        for where in ("home", "named_from_home", "named_together")
        for family in ("and_family", "without_family")
    ),
    "home_and_family_apart",
    "home_without_family_apart",
)
_UNDER_ANOTHER_NAME = model.gammas_of(model.FAMILY_AND_HOME, "home", "home_apart", "named_from_home")
_GIVEN = model.gammas_of(model.GIVEN_NAME, "several", "same", "joined")
_BARELY_NAMED = (
    f"gamma_family_and_home IN {model.gammas_of(model.FAMILY_AND_HOME, 'named_from_home_without_family', 'named_together_without_family')} "
    f"AND gamma_given_name IN {model.gammas_of(model.GIVEN_NAME, 'initial', 'second_initial', 'later_initial')} AND gamma_sex = -1 AND NOT of_kin"
)
IN_SIGHT = (
    f"(gamma_family_and_home IN {_PLACED} AND NOT ({_BARELY_NAMED})) "
    f"OR (gamma_family_and_home IN {_UNDER_ANOTHER_NAME} AND gamma_given_name IN {_GIVEN})"
)
"""Where two mentions share a home: by the family name, or by a whole given name under another family name.

Not where a record without a family name and without a sex has but an initial in common with the other: who is named from a home and is
not said to be kin often lives elsewhere (of 48 such on eight invented regions, 11 were not the one who bore the initial there; of 37 kin, one). Nor
where two people of a home each name somebody of one given name and two family names.
"""
EDGES = f"SELECT match_weight, mention_id_l, mention_id_r, ({IN_SIGHT}) AS in_sight FROM pair WHERE veto IS NULL"
_RESOLVED = pa.schema({"mention_id": pa.string(), "cluster": pa.string(), "link": pa.float64()})
_REFUSED = pa.schema({"mention_id_l": pa.string(), "mention_id_r": pa.string(), "reason": pa.string()})


def resolve(con: duckdb.DuckDBPyConnection, link_at: float, processes: int = 1) -> int:
    """Resolve what is new, on so many cores. Returns how many mentions stood in components that had to be resolved."""
    con.execute("CREATE TABLE IF NOT EXISTS verdict_pair (mention_id_l VARCHAR, mention_id_r VARCHAR, same BOOLEAN)")
    con.execute("CREATE TABLE IF NOT EXISTS store.resolved_by (rules VARCHAR)")
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.resolved (digest UBIGINT, mention_id VARCHAR, cluster VARCHAR, link DOUBLE)"
    )
    con.execute(
        "CREATE TABLE IF NOT EXISTS store.refused (digest UBIGINT, mention_id_l VARCHAR, mention_id_r VARCHAR, reason VARCHAR)"
    )
    _label(con)
    _digest(con)
    _forget_others(con, f"{code_of('people')} {link_at}")
    con.execute(
        "CREATE OR REPLACE TABLE unresolved AS SELECT mention_id, digest FROM component "
        "WHERE digest IS NOT NULL AND digest NOT IN (SELECT r.digest FROM store.resolved AS r)"
    )
    row = con.execute("SELECT count(*) FROM unresolved").fetchone() or (0,)
    batches = row[0] // BATCH + 1
    anew = sum(_resolve_batch(con, link_at, batch, batches, processes) for batch in range(batches))
    con.execute(
        "CREATE OR REPLACE TABLE resolved AS SELECT c.mention_id, coalesce(r.cluster, c.mention_id) AS cluster, r.link "
        "FROM component AS c LEFT JOIN store.resolved AS r ON c.mention_id = r.mention_id"
    )
    con.execute(
        "CREATE OR REPLACE TABLE refused_pair AS SELECT mention_id_l, mention_id_r, reason FROM store.refused ORDER BY ALL"
    )
    con.execute("DROP TABLE component")
    con.execute("DROP TABLE unresolved")
    return anew


def _resolve_batch(con: duckdb.DuckDBPyConnection, link_at: float, batch: int, of: int, processes: int) -> int:
    """Resolve one batch of what is `unresolved`; returns its mentions. Bounds what Python holds."""
    mine = f"FROM unresolved WHERE digest % {of} = {batch}"
    row = con.execute(f"SELECT count(*) {mine}").fetchone() or (0,)
    parts = len(cut(range(row[0]), processes))
    found = spread(
        partial(_resolved, link_at), _known(con, f"(SELECT mention_id, digest // {of} % {parts} AS part {mine})", parts)
    )
    resolved, refused = (pa.concat_tables(tables) for tables in zip(*found, strict=True))
    _keep(con, "resolved", resolved, "mention_id")
    _keep(con, "refused", refused, "mention_id_l")
    return int(resolved.num_rows)


Known = tuple[pa.Table, pa.Table, pa.Table]
"""Facts, edges and rulings as the database lays them out: each process makes its own of them."""


def _known(con: duckdb.DuckDBPyConnection, among: str, parts: int) -> list[Known]:
    """What is known of the mentions of a query that tells each mention's part, by part. All mentions are gone through once."""
    told = [con.execute(query(among, "part")).to_arrow_table() for query in (_facts_of, _edges_of, _rulings_of)]
    return [
        tuple(table.filter(pc.equal(table["part"], part)).drop_columns("part") for table in told)
        for part in range(parts)
    ]


def _resolved(link_at: float, known: Known) -> tuple[pa.Table, pa.Table]:
    """Every mention with the first of its cluster and the link that brought it in; and the links that a rule forbade."""
    facts, edges, rulings = map(_rows, known)
    resolution = Resolution(_as_facts(facts), _as_edges(edges), link_at, starmap(Ruling, rulings))
    clusters = unique_clusters(resolution.run())
    rows = [(m, c.members[0], resolution.link.get(m)) for c in clusters for m in c.members]
    return arrow(rows, _RESOLVED), arrow([(a, b, why) for (a, b), why in resolution.refused.items()], _REFUSED)


def _rows(table: pa.Table) -> Iterable[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def _label(con: duckdb.DuckDBPyConnection) -> None:
    """`numbered`: one row a mention with the number of its component."""
    con.execute("CREATE OR REPLACE TABLE numbered AS SELECT mention_id, row_number() OVER () - 1 AS place FROM mention")
    joined = con.execute(
        f"SELECT a.place AS one, b.place AS other FROM ({EDGES} UNION ALL "
        "SELECT 0, mention_id_l, mention_id_r, FALSE FROM verdict_pair) AS e "
        "INNER JOIN numbered AS a ON e.mention_id_l = a.mention_id INNER JOIN numbered AS b ON e.mention_id_r = b.mention_id"
    ).fetchnumpy()
    row = con.execute("SELECT count(*) FROM numbered").fetchone()
    size = int(row[0]) if row else 0
    graph = coo_matrix(
        (np.ones(len(joined["one"]), dtype=np.int8), (joined["one"], joined["other"])), shape=(size, size)
    )
    labels = connected_components(graph, directed=False)[1] if size else np.empty(0, dtype=np.int32)
    con.register("labels", pl.DataFrame({"place": np.arange(size, dtype=np.int64), "component": labels}))
    con.execute(
        "CREATE OR REPLACE TABLE numbered AS SELECT mention_id, component FROM numbered INNER JOIN labels USING (place)"
    )
    con.unregister("labels")


def _digest(con: duckdb.DuckDBPyConnection) -> None:
    """`component`: one row a mention with the digest of its component, or none where nothing is linked to it."""
    con.execute(
        "CREATE OR REPLACE TABLE component AS WITH part AS ("
        # Facts are of a mention's own row, of which the two hashes tell.
        "SELECT n.component, hash(k.mention_id, k.row_hash, k.fact_hash) AS part FROM blocking_key AS k "
        "INNER JOIN numbered AS n USING (mention_id) UNION ALL "
        f"SELECT n.component, hash(e) AS part FROM ({EDGES}) AS e INNER JOIN numbered AS n ON e.mention_id_l = n.mention_id "
        "UNION ALL SELECT n.component, hash(v) AS part FROM verdict_pair AS v "
        "INNER JOIN numbered AS n ON v.mention_id_l = n.mention_id), "
        "summed AS (SELECT component, hash(sum(part), bit_xor(part), count(*)) AS digest, count(*) AS parts FROM part GROUP BY ALL) "
        "SELECT n.mention_id, CASE WHEN s.parts > 1 THEN s.digest END AS digest "
        "FROM numbered AS n INNER JOIN summed AS s USING (component)"
    )
    con.execute("DROP TABLE numbered")


def _forget_others(con: duckdb.DuckDBPyConnection, rules: str) -> None:
    """Drop what is kept of components that are no more, or all of it under other rules."""
    if con.execute("SELECT rules FROM store.resolved_by").fetchone() != (rules,):
        for table in ("resolved_by", "resolved", "refused"):
            con.execute(f"DELETE FROM store.{table}")
        con.execute("INSERT INTO store.resolved_by VALUES ($rules)", {"rules": rules})
    for table in ("resolved", "refused"):
        con.execute(
            f"DELETE FROM store.{table} WHERE digest NOT IN (SELECT c.digest FROM component AS c WHERE c.digest IS NOT NULL)"
        )


def _keep(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, key: str) -> None:
    con.register("found", rows)
    con.execute(
        f"INSERT INTO store.{table} SELECT u.digest, f.* FROM found AS f "
        f"INNER JOIN unresolved AS u ON f.{key} = u.mention_id ORDER BY ALL"
    )
    con.unregister("found")


def _facts_of(among: str, *also: str) -> str:
    return f"SELECT {', '.join(('f.*', *also))} FROM ({FACTS}) AS f INNER JOIN {among} AS u USING (mention_id) ORDER BY mention_id"


def _edges_of(among: str, *also: str) -> str:
    return f"SELECT {', '.join(('e.*', *also))} FROM ({EDGES}) AS e INNER JOIN {among} AS u ON e.mention_id_l = u.mention_id ORDER BY ALL"


def _rulings_of(among: str, *also: str) -> str:
    """Verdicts in force, as `linkage.sources.decisions` laid them out: pairs of mentions, one person or not."""
    return (
        f"SELECT {', '.join(('v.mention_id_l', 'v.mention_id_r', 'v.same', *also))} FROM verdict_pair AS v "
        f"INNER JOIN {among} AS u ON v.mention_id_l = u.mention_id ORDER BY ALL"
    )


def _as_facts(rows: Iterable[tuple[Any, ...]]) -> list[Facts]:
    return [
        Facts(r[0], r[1], r[2], frozenset(r[3]), frozenset(r[4]), frozenset(r[5]), *r[6:-2], *map(frozenset, r[-2:]))
        for r in rows
    ]


def _as_edges(rows: Iterable[tuple[Any, ...]]) -> list[Edge]:
    return [Edge(float(weight), a, b, in_sight) for weight, a, b, in_sight in rows]


def read_facts(con: duckdb.DuckDBPyConnection) -> list[Facts]:
    """What every mention says that can rule a link out, in order of mention_id."""
    return _as_facts(con.execute(_facts_of("mention")).fetchall())


def read_edges(con: duckdb.DuckDBPyConnection) -> list[Edge]:
    """Pairs that no rule forbids, with their match weights."""
    return _as_edges(con.execute(_edges_of("mention")).fetchall())


def unique_clusters(by_mention: dict[str, Cluster]) -> list[Cluster]:
    """The clusters, members sorted, in order of their first member."""
    found = {id(c): c for c in by_mention.values()}.values()
    for cluster in found:
        cluster.members.sort()
    return sorted(found, key=lambda c: c.members[0])
