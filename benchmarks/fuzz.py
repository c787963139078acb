"""A coverage-guided fuzzer (atheris, libFuzzer) over everything that reads what a supplier sends.

    make fuzz MINUTES=2

names, contacts, places: never an error, one plain shape, the same when shaped again. readers: a file of any bytes is read
or refused in words. gates: rows of any values are accepted or set aside, each exactly once. No value in what is said.
An input that breaks one of these is kept in build/fuzz and becomes a test once it is mended.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import logging
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
FOUND = ROOT / "build" / "fuzz"
NIGHT = date(2026, 1, 5)
CANARY = "Qzvarnish"
"""Stands in the values of every file that the fuzzer starts from: seen in what is said, it is a value that got out."""
SHARES = {"names": 1, "contacts": 1, "places": 1, "readers": 2, "gates": 2}
LONGEST = 4096
ROWS = 12
"""Of a file that the gates judge: each bears the input's values in other columns."""
FORGET_EVERY = 20_000
"""Inputs after which what the standardisers remember is let go: a night sees fewer different texts than a fuzzer."""
TEXTS = [
    "Ann\x1fO'Neill-Smith\x1fKaur\x1fBob", "Khan, Imran", "Dr \u0410nn\u0430\x1f\u202eZo\u200be\x1fﬁ ß İ ł", "BABY\x1fTwin 1\x1fBegum",
    "07700 900123\x1f+44 (0)7700 900123\x1f0044 121 496 0000 ext 3", "A.Lee@Example.org\x1f999 123 4560\x1fFOB / ex partner",
    "Flat 2, 12/3 High St\x1fGround Floor Flat\x1fDudley\x1fDY1 1AA", "4, 30, Bank Road\x1fNext to 3\x1fW Mids\x1fDYI lAA",
    "1990-02-28\x1f2026-13-01\x1f٣",
]  # fmt: skip


@dataclass
class Ended:
    """What one target gave: inputs run, those kept since they reached new code, and inputs that broke a promise."""

    executions: int
    kept: int
    failures: int


def plain(tokens: tuple[str, ...] | list[str]) -> None:
    for token in tokens:
        assert token.isascii(), ascii(token)
        assert token.isprintable(), ascii(token)
        assert token == token.upper(), ascii(token)


def unseen(text: str) -> list[str]:
    """Characters of a text that show nothing or turn the reading order round."""
    return [c for c in text if unicodedata.category(c) in ("Cf", "Cc", "Cs")]


def names_target() -> Callable[[bytes], None]:
    from linkage.standardise import mention, names

    def run(data: bytes) -> None:
        given, family, other, known, *_ = [*texts(data), "", "", "", ""]
        parsed = names.parse(given, family, other, known)
        full = names.parse_full(given)
        for name in (parsed, full):
            plain((*name.given, *name.family, *name.also, *name.initials, *name.titles, *name.in_order))
        for token in (*parsed.given, *parsed.family):
            again = names.spelling_class(names.spelling_class(token))
            assert again == names.spelling_class(token), "a class of spellings has another class"
        folded = names.fold(given)
        assert names.fold(" ".join(folded)) == folded
        parts = mention._parts(given, family, other, known, None)
        assert not unseen(str(parts["name_display"] or ""))
        shown = names.visible(given)
        assert names.visible(shown) == shown
        mention._parts(None, None, None, None, given)

    return run


def contacts_target() -> Callable[[bytes], None]:
    from linkage.standardise import contact

    def run(data: bytes) -> None:
        for text in texts(data):
            for shape in (contact.phone, contact.email, contact.valid_nhs_number):
                if (shaped := shape(text)) is not None:
                    # A number from abroad is written without the zero that some countries keep.
                    assert shape(shaped) == shaped or shaped.startswith("+"), shape.__name__
                    assert not unseen(shaped), shape.__name__
                    assert shape is contact.email or shaped.isascii(), shape.__name__
            contact.relationship(text)

    return run


def places_target() -> Callable[[bytes], None]:
    from linkage.places import text as places

    def run(data: bytes) -> None:
        *lines, code = texts(data)
        parsed = places.parse(tuple(lines[:5]), code)
        plain(
            [
                *parsed.names,
                *(part for pair in parsed.numbered for part in pair),
                parsed.flat or "",
                parsed.postcode or "",
            ]
        )
        for line in lines:
            plain([places.name(line), places.flat_of(line) or ""])
            if (found := places.postcode(line)) is not None:
                assert places.postcode(found) == found
                assert re.fullmatch(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}", found)

    return run


class Landing:
    """A landing folder of one file, the tables it is read into, and everything that was said about it."""

    def __init__(self) -> None:
        from linkage import settings, store
        from linkage.night import Night

        self.work = Path(tempfile.mkdtemp(prefix="fuzz"))
        self.folder = self.work / str(NIGHT)
        self.folder.mkdir()
        self.con = store.connect(threads=1)
        self.con.execute("ATTACH ':memory:' AS store")
        self.night = Night(NIGHT, self.work, self.work / "out", settings.load())
        self.said = io.StringIO()
        logging.basicConfig(stream=self.said, level=logging.INFO, force=True)

    def land(self, files: dict[str, bytes]) -> None:
        from linkage.sources import read

        for old in self.folder.iterdir():
            old.unlink()
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        self.said.seek(0)
        self.said.truncate()
        read.land(self.con, self.night)

    def one(self, query: str) -> tuple:
        return self.con.execute(query).fetchone() or ()

    def check(self, contract: str, headed: bool) -> None:
        """One file was read whole or refused, in words that hold no value. headed: a heading of its own says the canary."""
        found = self.con.execute("SELECT status, rows_read, reasons FROM input_file").fetchall()
        assert len(found) == 1
        assert found[0][0] in ("accepted", "refused")
        landed, set_aside = (self.one(f"SELECT count(*) FROM {t}")[0] for t in (f"landed_{contract}", "landed_reject"))
        assert landed + set_aside == (found[0][1] if found[0][0] == "accepted" else 0)
        if not headed:
            self.say(found, self.con.execute("SELECT reasons FROM landed_reject").fetchall())

    def say(self, *told: object) -> None:
        assert CANARY.lower() not in f"{told}{self.said.getvalue()}".lower(), "a value is in what is said"


def readers_target() -> Callable[[bytes], None]:
    from linkage.tables import CONTRACTS

    landing, contracts = Landing(), list(CONTRACTS)

    def run(data: bytes) -> None:
        if not data:
            return
        contract = contracts[data[0] % len(contracts)]
        kind = ("csv", "csv", "parquet")[data[0] // len(contracts) % 3]
        body, _, claimed = data[1:].partition(b"\x1e\x1e")
        name = f"{contract}__fuzz.{kind}"
        landing.land({name: body, **({f"{name}.manifest.json": claimed} if claimed else {})})
        landing.check(contract, headed=CANARY in headings(body, kind))

    return run


def headings(body: bytes, kind: str) -> str:
    """The heading line, if another line is as wide; whatever the fuzzer copied there is a heading, which may be told."""
    if kind == "parquet":
        return body.decode("latin-1")
    try:
        first, *rest = csv.reader(io.StringIO(body.decode("utf-8", "replace"), newline=""))
    except (ValueError, csv.Error):
        return ""
    return ",".join(first) if any(len(line) == len(first) for line in rest) else ""


def gates_target() -> Callable[[bytes], None]:
    from expectations.contracts import gate
    from linkage.tables import CONTRACTS

    landing, contracts = Landing(), list(CONTRACTS.values())

    def run(data: bytes) -> None:
        if not data:
            return
        contract, values = contracts[data[0] % len(contracts)], texts(data[1:])
        rows = [row(contract.names, values, number) for number in range(1, ROWS + 1)]
        landing.land({f"{contract.name}__fuzz.csv": as_csv([list(contract.names), *rows])})
        gate(landing.con, landing.night)
        landed = f"(SELECT supplier, row_number FROM landed_{contract.name})"
        # Of a row of the protected list that is set aside, the numbers protect all the same, each as a row of its own.
        accepted, aside = (
            f"(SELECT supplier, row_number FROM accepted_{contract.name} WHERE record_id NOT LIKE 'row % number %')",
            "(SELECT supplier, row_number FROM quarantine)",
        )
        if landing.one("SELECT status FROM input_file WHERE supplier = 'fuzz'")[0] == "accepted":
            assert landing.one(f"SELECT count(*) FROM ({landed} EXCEPT ({accepted} UNION {aside}))") == (0,), (
                "a row was lost"
            )
            assert landing.one(f"SELECT count(*) FROM ({accepted} INTERSECT {aside})") == (0,), "a row went both ways"
        said = (
            landing.con.execute(f"SELECT * FROM {t}").fetchall() for t in ("rule_result", "gate_warning", "input_file")
        )
        landing.say(*said, landing.con.execute("SELECT reasons FROM quarantine").fetchall())

    return run


def row(columns: tuple[str, ...], values: list[str], number: int) -> list[str]:
    """A row of the values in turn. Its key is its own, so that a row is set aside for its values."""
    told = [values[(number + at) % len(values)] for at in range(len(columns))]
    return [f"{CANARY}{number}" if name == "record_id" else value for name, value in zip(columns, told, strict=True)]


def as_csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def texts(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").split("\x1f")


TARGETS = {
    "names": names_target, "contacts": contacts_target, "places": places_target, "readers": readers_target, "gates": gates_target,
}  # fmt: skip


def seeds(target: str) -> list[bytes]:
    """What the fuzzer starts from."""
    if target not in ("readers", "gates"):
        return [t.encode() for t in TEXTS]
    from linkage.tables import CONTRACTS

    values = [*"\x1f".join(TEXTS).split("\x1f"), "1", "2", "true", "N", CANARY]
    if target == "gates":
        return [bytes([n]) + "\x1f".join(values).encode() for n in range(len(CONTRACTS))]
    found = []
    for n, contract in enumerate(CONTRACTS.values()):
        rows = [row(contract.names, [f"{v} {CANARY}" for v in values], number) for number in range(1, 4)]
        text, table = as_csv([list(contract.names), *rows]), io.BytesIO()
        pq.write_table(pa.table(dict(zip(contract.names, zip(*rows, strict=True), strict=True))), table)
        found += [
            bytes([n]) + text,
            bytes([n]) + text + b'\x1e\x1e{"rows": 3}',
            bytes([n + 2 * len(CONTRACTS)]) + table.getvalue(),
        ]
    return found


def fuzz(target: str, seconds: int, corpus: Path, broken: Path) -> None:
    """Run one target in this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["linkage", "expectations"]):
        run = TARGETS[target]()
    from linkage.places import words
    from linkage.standardise import names

    remembered = (words.postcode, words.name, names.spelling_class, names.nicknames)
    count = 0

    def one(data: bytes) -> None:
        nonlocal count
        count += 1
        if count % FORGET_EVERY == 0:
            for kept in remembered:
                kept.cache_clear()
        run(data)

    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        # Of wall time: the gates' first input loads Great Expectations, 4 s of a processor that others may be using.
        "-timeout=120",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], str(corpus), *limits, f"-artifact_prefix={broken}/"], one)
    atheris.Fuzz()


def ended(target: str, seconds: int) -> Ended:
    """Run one target in a process of its own."""
    corpus, broken = Path(tempfile.mkdtemp(prefix="corpus")), FOUND / target
    shutil.rmtree(broken, ignore_errors=True)
    broken.mkdir(parents=True)
    try:
        for number, seed in enumerate(seeds(target)):
            (corpus / f"seed{number}").write_bytes(seed)
        told = ["--target", target, "--seconds", str(seconds), "--corpus", str(corpus)]
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.fuzz", *told], cwd=ROOT, capture_output=True, check=False
        )
        words = done.stderr.decode("utf-8", "replace")
        ran = re.search(r"stat::number_of_executed_units:\s+(\d+)", words)
        kept = re.search(r"stat::new_units_added:\s+(\d+)", words)
        if done.returncode:
            (broken / "said.txt").write_text(words + done.stdout.decode("utf-8", "replace"), encoding="utf-8")
        return Ended(int(ran[1]) if ran else 0, int(kept[1]) if kept else 0, int(done.returncode != 0))
    finally:
        shutil.rmtree(corpus)


def measure(minutes: float) -> dict[str, Ended]:
    """Run every target, one after the other. The time is shared out by what a single input costs."""
    part = 60 * minutes / sum(SHARES.values())
    return {target: ended(target, max(1, round(part * share))) for target, share in SHARES.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--report", type=Path, help="a JSON file for the figures")
    parser.add_argument("--target", choices=TARGETS, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.target:
        fuzz(given.target, given.seconds, given.corpus, FOUND / given.target)
    found = measure(given.minutes)
    for target, end in found.items():
        print(f"{target}: {end.executions:,} inputs, {end.kept:,} of them into new code, {end.failures} failed")
    if given.report:
        given.report.write_text(json.dumps({t: asdict(e) for t, e in found.items()}), encoding="utf-8")
    if any(e.failures for e in found.values()):
        print(f"what failed, and what it said: {FOUND}")
    return int(any(e.failures for e in found.values()))


if __name__ == "__main__":
    sys.exit(main())
