"""Pairs of mentions and their match weights on Spark: the same model, the same pairs and the same weights as score.py.

Rows go to Spark and pairs come back through sockets of this machine, encrypted between machines: no file of the night is
ever read or written by Spark, and what it spills of its own is encrypted with a key that dies with the session. A session
lives for one scoring. No text of Spark is passed on, since an error or a plan can hold a value of a record: only the names of
classes are. It computes with Spark's own SQL alone (spark_sql.py).
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from linkage.night import Night
from linkage.people import model, score, spark_sql
from linkage.settings import Settings, SettingsError

OLDEST_JAVA = 17
FIXED = {
    "spark.app.name": "linkage",
    # Nothing to look at, nothing kept: pages, event logs and plans would show rows to whoever reads them.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.log.level": "OFF",
    # What is spilt, shuffled or sent between processes is encrypted; without it rows would go to Spark in a plain file.
    "spark.io.encryption.enabled": "true",
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    # The meaning of NULL, casts and dates on which spark_sql.py rests.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.catalogImplementation": "in-memory",
    # Rows stay as they came and are not laid into the plan, once for every use.
    "spark.sql.execution.arrow.localRelationThreshold": "0",
}
"""What no settings file may change."""
HANDSHAKE = "LINKAGE_SPARK_SECRET"
"""The variable that holds spark.authenticate.secret of a cluster: among settings it would stand in the process list."""


class EngineMissing(SettingsError):
    """Spark cannot be started here; the message says what to install or to set."""


class SparkFailed(RuntimeError):
    """Spark gave up. The message names classes of errors, never a value of a record."""


def check(settings: Settings) -> None:
    """Raise EngineMissing or SettingsError where a night could not be scored on Spark."""
    if reason := missing():
        raise EngineMissing(reason)
    configuration(settings, threads=1, scratch=Path())


def missing() -> str | None:
    """What has to be installed before Spark can run here, in words; None when nothing has."""
    if find_spec("pyspark") is None:
        return "--engine spark needs pyspark, which is not installed; pip install -r requirements-spark.lock"
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    found = _java_version(java) if java else 0
    if found < OLDEST_JAVA:
        told = f"what {'JAVA_HOME' if home else 'PATH'} leads to is Java {found}" if found else "none was found"
        return (
            f"--engine spark needs Java {OLDEST_JAVA} or newer and {told}; install it (Debian: openjdk-17-jre-headless)"
        )
    return None


def _java_version(java: str) -> int:
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603  # found on PATH
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def configuration(settings: Settings, threads: int, scratch: Path) -> dict[str, str]:
    """Spark's configuration: ours, then `[spark]` of the settings. Raises SettingsError for what may not be set there."""
    master = settings.text("engine.master")
    local = master.split("[")[0] == "local"
    given = settings.table("spark")
    for key, value in given.items():
        if isinstance(value, Mapping):
            raise SettingsError(
                f'[spark] holds a table {key}; write its settings in quotes: "spark.executor.memory" = "8g"'
            )
        if not key.startswith("spark.") or key in FIXED or key == "spark.authenticate.secret":
            raise SettingsError(f"[spark] may not set {key}: it is fixed, or not for a file, or no setting of Spark")
    if master.startswith(("spark://", "local-cluster")) and not os.environ.get(HANDSHAKE):
        raise SettingsError(
            f"engine.master is {master}: set the variable {HANDSHAKE} to the cluster's spark.authenticate.secret"
        )
    ours = {
        "spark.master": f"local[{threads}]" if master == "local" else master,
        "spark.driver.memory": settings.text("engine.memory"),
        # What comes back is the night's pairs, for which the driver has its memory.
        "spark.driver.maxResultSize": "0",
        # Out of memory, a thread of Spark's can end and leave the night waiting for ever: let the process end.
        "spark.driver.extraJavaOptions": f'-XX:-UsePerfData -XX:+ExitOnOutOfMemoryError -Djava.io.tmpdir="{scratch}"',
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
    }
    if local:
        ours |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": str(2 * threads),
            # Every small table that is joined takes whole pages of memory; at Spark's own size forty of them filled 2 GB.
            "spark.buffer.pageSize": "2m",
        }
    return {**ours, **{key: _text(value) for key, value in given.items()}, **FIXED}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def compare(
    con: duckdb.DuckDBPyConnection,
    night: Night,
    parameters: Mapping[str, Any],
    keep_above: float,
    fresh: str | None = None,
    rest: str | None = None,
) -> None:
    """`scored`, as score.score builds it, by Splink's Spark backend. Raises EngineMissing, SettingsError or SparkFailed."""
    check(night.settings)
    settings, wanted = _settings(con, parameters)
    tables = {
        table: f"SELECT {wanted} FROM {table}" for table in ((fresh, rest) if fresh and rest else ("person_input",))
    }
    with tempfile.TemporaryDirectory(prefix="spark-", dir=_private(con)) as scratch:
        chosen = configuration(night.settings, night.threads, Path(scratch))
        with session(chosen) as spark:
            parts = _predict(con, spark, settings, keep_above, tables)
    for name, pairs in parts.items():
        con.register(name, pairs)
    score.keep_scored(con, list(parts))
    for name in parts:
        con.unregister(name)


def _private(con: duckdb.DuckDBPyConnection) -> str | None:
    """The folder that the night spills to, which goes with the night. None where the connection has none of its own."""
    row = con.execute("SELECT current_setting('temp_directory')").fetchone()
    spill = Path(row[0]) if row and row[0] else Path()
    if not spill.is_absolute():
        return None
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(spill)


@contextmanager
def session(chosen: Mapping[str, str]) -> Iterator[Any]:
    """A SparkSession in a process of its own that ends with it and whose words nobody hears. Raises SparkFailed."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    # Without it Spark asks the network for this machine's name.
    if chosen["spark.master"].startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")
    configured = SparkConf(loadDefaults=False).setAll(list(chosen.items()))
    heard = None if os.environ.get("LINKAGE_DEBUG") else subprocess.DEVNULL
    try:
        gateway = launch_gateway(configured, {"stdout": heard, "stderr": heard})
    except Exception as error:
        raise SparkFailed(f"Spark did not start: {type(error).__name__}") from None
    try:
        if secret := os.environ.get(HANDSHAKE):
            configured.set("spark.authenticate.secret", secret)
        context = SparkContext(conf=configured, gateway=gateway)
        try:
            yield SparkSession(context)
        finally:
            context.stop()
    except Exception as error:
        if os.environ.get("LINKAGE_DEBUG"):
            raise
        # Now, while Java is there to be asked.
        why = "it ran out of memory; raise engine.memory" if _out_of_memory(gateway) else classes(error)
        raise SparkFailed(f"Spark failed: {why}") from None
    finally:
        gateway.shutdown()
        # Java ends when its standard input does; another session starts another.
        gateway.proc.stdin.close()
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None


def _out_of_memory(gateway: Any) -> bool:
    """Whether Java ended for want of memory, which is its exit status 3. It may take a moment to end."""
    try:
        return bool(gateway.proc.wait(timeout=1) == 3)
    except subprocess.TimeoutExpired:
        return False


def _predict(
    con: duckdb.DuckDBPyConnection, spark: Any, settings: dict[str, Any], keep_above: float, tables: Mapping[str, str]
) -> dict[str, Any]:
    """Splink's pairs above a match weight as Arrow tables by name: of one table, or within the first and with the second.

    tables: the query of each table's rows by its name.
    """
    from splink import Linker, SparkAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = _once(SparkAPI)(spark_session=spark, break_lineage_method="persist", register_udfs_automatically=False)
    rows = [_hand_over(con, spark, api, table, query) for table, query in tables.items()]
    linker = Linker(rows[0], settings, log_level=logging.ERROR)
    for column in score.TF_COLUMNS:
        query = (
            f"SELECT value AS {column}, frequency AS tf_{column} FROM store.term_frequency WHERE column_name = $column"
        )
        handed = _hand_over(con, spark, api, f"frequency_of_{column}", query, {"column": column})
        linker.table_management.register_term_frequency_lookup(handed, column)
    predict = linker.inference
    if len(rows) == 1:
        predicted = {"pairs": predict.predict(threshold_match_weight=keep_above)}
    else:
        new, old = rows
        predicted = {
            "pairs_within": predict.predict_within(new, threshold_match_weight=keep_above),
            "pairs_between": predict.predict_between(new, old, threshold_match_weight=keep_above),
        }
    returned = ["mention_id_l", "mention_id_r", "match_weight", *score.GAMMAS]
    return {name: found.as_spark_dataframe().select(returned).toArrow() for name, found in predicted.items()}


def _once(api: type[Any]) -> type[Any]:
    """Splink's backend without its stores of intermediate tables: here each is read once, and kept they filled the memory."""

    class Once(api):  # type: ignore[misc]  # Splink is not followed
        def _break_lineage_and_repartition(self, rows: Any, templated_name: str, physical_name: str) -> Any:
            even = templated_name == "__splink__blocked_id_pairs"
            return rows.repartition(self.num_partitions_on_repartition) if even else rows

    return Once


def _settings(con: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Splink's settings in Spark's SQL, and the columns of `person_input` that they read: no others leave this process."""
    described = con.execute("DESCRIBE person_input").fetchall()
    lists = {name for name, kind, *_ in described if kind.endswith("[]")}
    settings = model.splink_settings(parameters, score.people_in_region(con), score.chance_of_agreement(con))
    conditions = [part for c in model.COMPARISONS for part in (c.silent, *(level.sql for level in c.levels))]
    read = {"mention_id"}.union(*map(spark_sql.columns, conditions), *(columns for columns, _ in model.BLOCKING))
    return spark_sql.translate_settings(settings, lists), ", ".join(name for name, *_ in described if name in read)


def _hand_over(
    con: duckdb.DuckDBPyConnection, spark: Any, api: Any, name: str, query: str, bound: Mapping[str, Any] | None = None
) -> Any:
    """The rows of a query as one of Splink's tables."""
    rows = (con.execute(query, bound) if bound else con.execute(query)).to_arrow_table()
    return api.register(spark.createDataFrame(rows).persist(), dataset_display_name=name)


def classes(error: BaseException) -> str:
    """The classes of an error and of what caused it in Java, in words that hold no value. While the session lasts."""
    names = [type(error).__name__]
    cause = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    while cause is not None and len(names) < 6:
        names.append(str(cause.getClass().getName()))
        cause = cause.getCause()
    return " of ".join(names)
