"""The command line of outputs.md: run, replay, simulate, evaluate, train, audit, review, explain, retain, subject, demo.

Exit status: 0 the night is done; 1 done, but a supplier was refused or late; 2 it could not be done (nothing
half-written, last night's output stands); 64 usage.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

from linkage import settings as settings_of
from linkage.audit import AuditError
from linkage.store import StoreError

DONE, DONE_WITH_WARNINGS, NOT_DONE, USAGE = 0, 1, 2, 64


class Parser(argparse.ArgumentParser):
    """argparse with the exit status of outputs.md for usage errors."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(USAGE)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.do(arguments))
    except (settings_of.SettingsError, StoreError, AuditError) as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    except KeyboardInterrupt:
        print("linkage: stopped; last night's output stands", file=sys.stderr)
        return NOT_DONE
    except Exception as error:
        if os.environ.get("LINKAGE_DEBUG"):
            raise
        # The error's own words may quote a value of a record.
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(place.filename).name} line {place.lineno}"
        print(
            f"linkage: failed: {where}. Set LINKAGE_DEBUG=1 on a safe terminal to see the whole error.", file=sys.stderr
        )
        return NOT_DONE


def parser() -> Parser:
    """The parser with every command."""
    top = Parser(
        prog="linkage",
        description="Join the records that separate agencies hold of one family, every night, and report what no single "
        "agency's record says. See README.md for a first run: `linkage demo`.",
    )
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _run(commands)
    _replay(commands)
    _schedule(commands)
    _status(commands)
    _simulate(commands)
    _evaluate(commands)
    _train(commands)
    _audit(commands)
    _deliver(commands)
    _digest(commands)
    _tell(commands, "person", "a person_id's records, households and history in plain words")
    _tell(commands, "household", "a household_id's people and history in plain words")
    _explain(commands)
    _retain(commands)
    _subject(commands)
    _review(commands)
    _demo(commands)
    return top


def _command(commands: argparse._SubParsersAction[Parser], name: str, words: str) -> Parser:
    return commands.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")


def _common(command: Parser, *, prefect_only: bool = False) -> None:
    command.add_argument(
        "--landing", type=Path, required=True, help="folder that holds one folder a night, named YYYY-MM-DD"
    )
    command.add_argument(
        "--store", type=Path, required=True, help="the store file, made when missing; its key lies beside it"
    )
    command.add_argument("--out", type=Path, required=True, help="folder that receives one folder of results a night")
    command.add_argument("--config", type=Path, help="settings that differ from the shipped ones (TOML)")
    command.add_argument(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help="where pairs are scored: here, or by the Spark of the settings (default: duckdb); the result is the same",
    )
    command.add_argument("--threads", type=_positive, default=2, help="processor cores to use (default: 2)")
    command.add_argument(
        "--memory",
        type=_memory,
        default="4GB",
        help="memory of a night: what DuckDB cannot hold in it beside Python is spilled, encrypted (default: 4GB)",
    )
    if prefect_only:
        return
    command.add_argument("--no-prefect", action="store_true", help="run the same stages without Prefect")


def _run(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "run", "one night: load, gate, link, detect, report")
    _common(command)
    command.add_argument("--night", type=_day, required=True, help="the night to run, YYYY-MM-DD")
    command.set_defaults(do=_do_run)


def _replay(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "replay", "every night in the landing folder, in order")
    _common(command)
    command.add_argument("--from", dest="first", type=_day, help="first night (default: the first there is)")
    command.add_argument("--to", dest="last", type=_day, help="last night (default: the last there is)")
    command.set_defaults(do=_do_replay)


def _schedule(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands, "schedule", "run the nights as they come, on the schedule of the settings, until stopped"
    )
    _common(command, prefect_only=True)
    command.set_defaults(do=_do_schedule)


def _status(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "status", "how the last night went, for monitoring: its exit status, and why")
    command.add_argument("--store", type=Path, required=True, help="the store file; its status file lies beside it")
    command.add_argument(
        "--max-age", type=_positive, metavar="HOURS", help="also exit 2 when it ended longer ago than this"
    )
    command.set_defaults(do=_do_status)


def _simulate(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "simulate", "an invented region to the extract contracts, with its truth")
    command.add_argument("--people", type=_positive, required=True, help="how many people live there")
    command.add_argument("--nights", type=_positive, required=True, help="how many nights to write")
    command.add_argument("--seed", type=int, required=True, help="the same seed gives the same region, byte for byte")
    command.add_argument("--out", type=Path, required=True, help="folder that receives landing/ and truth/")
    command.set_defaults(do=_do_simulate)


def _evaluate(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "evaluate", "linkage and exception figures against a truth")
    command.add_argument("--out", type=Path, required=True, help="folder of results that `run` or `replay` wrote")
    command.add_argument("--truth", type=Path, required=True, help="truth folder that `simulate` wrote")
    command.add_argument("--json", type=Path, help="also write the figures to this file")
    command.add_argument(
        "--landing",
        type=Path,
        help="folder of the extracts, for figures by sex, age and borough (default: landing beside the truth folder)",
    )
    command.add_argument("--config", type=Path, help="settings that the nights ran with (TOML)")
    command.set_defaults(do=_do_evaluate)


def _train(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands,
        "train",
        "a model of people from mentions without labels, with charts; exit 1: worse than the current one",
    )
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--store", type=Path, help="train on the last published night of this store, and on verdicts in it"
    )
    source.add_argument("--landing", type=Path, help="train on the extracts of one night of this folder")
    command.add_argument("--night", type=_day, help="with --landing: which night, YYYY-MM-DD (default: the last)")
    command.add_argument("--out", type=Path, required=True, help="folder that receives the model, charts and figures")
    command.add_argument(
        "--seed", type=int, default=1, help="seed of the random pairs: the same gives the same model (default: 1)"
    )
    command.add_argument(
        "--truth", type=Path, help="truth folder: calibrate on half of its people, measure on the other half"
    )
    command.add_argument(
        "--promote", type=Path, metavar="FILE",
        help="write the model to FILE unless it is worse than the current one on the standing evaluation",
    )  # fmt: skip
    command.add_argument(
        "--config", type=Path, help="settings that differ from the shipped ones (TOML); they name the current model"
    )
    command.set_defaults(do=_do_train)


def _audit(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "audit", "check the audit log and the sealed nights")
    actions = command.add_subparsers(title="actions", required=True, metavar="ACTION")
    verify = _command(
        actions, "verify", "whether a line of the log or a file of a night was changed, added or is missing"
    )
    verify.add_argument("--store", type=Path, required=True, help="the store file; its audit log lies beside it")
    verify.add_argument("--out", type=Path, help="folder of results: also check the nights in it")
    verify.set_defaults(do=_do_audit_verify)


def _deliver(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "deliver", "hand a published night over: each hub and agency its own share, once")
    command.add_argument("--out", type=Path, required=True, help="folder of results that `run` or `replay` wrote")
    command.add_argument("--outbox", type=Path, help="folder of the outbox (default: delivery.outbox of the settings)")
    command.add_argument("--store", type=Path, help="the store file: its audit log gets a line for each delivery")
    command.add_argument("--night", type=_day, help="the night to deliver, YYYY-MM-DD (default: the last published)")
    command.add_argument("--config", type=Path, help="settings that differ from the shipped ones (TOML)")
    command.set_defaults(do=_do_deliver)


def _digest(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(
        commands, "digest", "the week's figures for the partnership: nobody named, small counts not shown"
    )
    command.add_argument("--store", type=Path, required=True, help="the store file that nights are published to")
    command.add_argument("--out", type=Path, required=True, help="folder of results; the page goes to digest/ in it")
    command.add_argument("--to", type=_day, help="last night of the week, YYYY-MM-DD (default: the last published)")
    command.add_argument("--config", type=Path, help="settings that differ from the shipped ones (TOML)")
    command.set_defaults(do=_do_digest)


def _tell(commands: argparse._SubParsersAction[Parser], what: str, words: str, name: str = "") -> Parser:
    command = _command(commands, name or what, words)
    letter = what[0].upper() if what != "exception" else "X"
    command.add_argument(
        "id", type=_id(letter), metavar="ID", help=f"{letter} and twelve digits, as in the night's files"
    )
    command.add_argument("--store", type=Path, required=True, help="the store file")
    command.add_argument(
        "--as-of", type=_day, metavar="YYYY-MM-DD", help="as it was known on that night (default: the last)"
    )
    command.set_defaults(do=_do_tell, what=what)
    return command


def _explain(commands: argparse._SubParsersAction[Parser]) -> None:
    words = "an exception, its grounds and its history in plain words; with --out, rebuilt and compared byte for byte"
    command = _tell(commands, "exception", words, name="explain")
    command.add_argument("--out", type=Path, help="folder of results: rebuild the exception of --as-of and compare")
    command.add_argument("--config", type=Path, help="with --out: the settings that the night ran with")
    command.set_defaults(do=_do_explain)


def _retain(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "retain", "delete what has been kept long enough, and prove it")
    command.add_argument("--store", type=Path, required=True, help="the store file")
    command.add_argument("--out", type=Path, required=True, help="folder of results")
    command.add_argument("--landing", type=Path, help="folder of extracts: also delete old nights there")
    command.add_argument("--on", type=_day, required=True, help="the day to count from, YYYY-MM-DD")
    command.add_argument("--config", type=Path, help="settings that differ from the shipped ones (TOML)")
    command.set_defaults(do=_do_retain)


def _subject(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "subject", "what is held of one person, as JSON; or its rectification or erasure")
    command.add_argument(
        "number", metavar="NHSNUMBER", help="ten digits; - reads it from standard input, unseen by others"
    )
    command.add_argument("--store", type=Path, required=True, help="the store file")
    command.add_argument("--out", type=Path, help="folder of results; needed to erase or to give notice")
    command.add_argument("--outbox", type=Path, help="folder of deliveries: also list what went to hubs")
    what = command.add_mutually_exclusive_group()
    what.add_argument(
        "--erase",
        metavar="REASON",
        help="erase the person's records and refuse them from now on; REASON: a reference, no value",
    )
    what.add_argument(
        "--rectified", metavar="REASON", help="a supplier has put a record right: tell earlier recipients"
    )
    command.set_defaults(do=_do_subject)


def _review(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "review", "the review pages, for data officers and hubs, on this machine")
    command.add_argument("--store", type=Path, required=True, help="the store of published nights; it is only read")
    command.add_argument("--port", type=_positive, default=8760, help="port on 127.0.0.1 (default: 8760)")
    command.add_argument(
        "--config", type=Path, help="settings that differ from the shipped ones (TOML), as the nights use"
    )
    command.set_defaults(do=_do_review)


def _demo(commands: argparse._SubParsersAction[Parser]) -> None:
    command = _command(commands, "demo", "the lot on a small invented region; ends by printing where the reports are")
    command.add_argument("--out", type=Path, default=Path("demo"), help="folder to work in (default: demo)")
    command.add_argument("--people", type=_positive, default=3000, help="how many people live there (default: 3000)")
    command.add_argument("--nights", type=_positive, default=3, help="how many nights (default: 3)")
    command.add_argument("--seed", type=int, default=7, help="seed of the region (default: 7)")
    command.set_defaults(do=_do_demo)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date of the form YYYY-MM-DD") from None


def _id(letter: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(f"{letter}[0-9a-f]{{12}}", text):
            raise argparse.ArgumentTypeError(f"this is no id: {letter} and twelve of 0-9, a-f are expected")
        return text

    return read


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return int(text)


def _memory(text: str) -> str:
    from linkage.memory import LEAST_OF_A_NIGHT, bytes_of

    given = bytes_of(text)
    if given is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number with a unit, such as 4GB, 800MB or 3.5GiB")
    if given < LEAST_OF_A_NIGHT:
        raise argparse.ArgumentTypeError(f"{text!r} is too little for any night; give at least 100MB")
    return text


def _do_run(arguments: argparse.Namespace) -> int:
    from flows.replay import run_one

    return run_one(_plan(arguments), arguments.night)


def _do_replay(arguments: argparse.Namespace) -> int:
    from flows.replay import run_many

    return run_many(_plan(arguments), arguments.first, arguments.last)


def _plan(arguments: argparse.Namespace):  # type: ignore[no-untyped-def]
    from flows.replay import Plan

    return Plan(
        landing=arguments.landing,
        store=arguments.store,
        out=arguments.out,
        settings=settings_of.load(arguments.config),
        threads=arguments.threads,
        memory=arguments.memory,
        prefect=not arguments.no_prefect,
        engine=arguments.engine,
    )


def _do_schedule(arguments: argparse.Namespace) -> int:
    from flows.server import prefect_server
    from flows.workroom import NightImpossible

    settings = settings_of.load(arguments.config)
    paths = {name: str(getattr(arguments, name).absolute()) for name in ("landing", "store", "out")}
    config = str(arguments.config.absolute()) if arguments.config else None
    if arguments.engine == "spark":
        from linkage.people import spark

        spark.check(settings)
    try:
        with prefect_server(arguments.store):
            from flows.deploy import serve

            resources = {name: getattr(arguments, name) for name in ("threads", "memory", "engine")}
            serve({**paths, "config": config, **resources}, settings)
    except NightImpossible as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    return DONE


def _do_status(arguments: argparse.Namespace) -> int:
    from flows.outcome import report

    code, words = report(arguments.store, timedelta(hours=arguments.max_age) if arguments.max_age else None)
    print(words)
    return code


def _do_simulate(arguments: argparse.Namespace) -> int:
    from flows.screen import Bar
    from sample_data.simulator import simulate

    try:
        with Bar("simulating") as bar:
            simulate(arguments.people, arguments.nights, arguments.seed, arguments.out, progress=bar.update)
    except OSError as error:
        print(f"linkage: cannot write {error.filename or arguments.out}: {error.strerror}", file=sys.stderr)
        return NOT_DONE
    print(f"{arguments.out / 'landing'}\n{arguments.out / 'truth'}")
    return DONE


def _do_evaluate(arguments: argparse.Namespace) -> int:
    from linkage import evaluate

    settings = settings_of.load(arguments.config)
    for folder in (arguments.out, arguments.truth, arguments.landing):
        if folder is not None and not folder.is_dir():
            print(f"linkage: there is no folder {folder}", file=sys.stderr)
            return NOT_DONE
    try:
        result = evaluate.run(arguments.out, arguments.truth, arguments.landing, settings)
    except evaluate.EvaluationError as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(evaluate.render(result))
    return DONE


def _do_train(arguments: argparse.Namespace) -> int:
    from flows.training import NightImpossible, NotTrained, Request, run

    for folder in (arguments.landing, arguments.truth):
        if folder is not None and not folder.is_dir():
            print(f"linkage: there is no folder {folder}", file=sys.stderr)
            return NOT_DONE
    settings = settings_of.load(arguments.config)
    given = {
        name: getattr(arguments, name) for name in ("out", "seed", "landing", "night", "store", "truth", "promote")
    }
    try:
        status, words = run(Request(settings=settings, **given))
    except (NotTrained, NightImpossible) as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    print(words)
    return status


def _do_audit_verify(arguments: argparse.Namespace) -> int:
    from linkage.outputs import seal

    checked = seal.check(arguments.store, arguments.out)
    for fault in checked.faults:
        print(f"linkage: {fault}", file=sys.stderr)
    nights = (
        "no night was checked: --out names the folder of results"
        if arguments.out is None
        else f"nights checked: {checked.nights}, at fault: {len(checked.faults)}"
    )
    print(f"the chain of {checked.lines} lines holds; {nights}")
    return NOT_DONE if checked.faults else DONE


def _do_deliver(arguments: argparse.Namespace) -> int:
    from linkage.deliver import command

    settings = settings_of.load(arguments.config)
    return command.run(arguments.out, arguments.outbox, arguments.night, settings, arguments.store)


def _do_digest(arguments: argparse.Namespace) -> int:
    from linkage.report import digest_page

    if not arguments.store.exists():
        print(f"linkage: there is no store {arguments.store}", file=sys.stderr)
        return NOT_DONE
    try:
        made = digest_page.run(arguments.store, arguments.out, arguments.to, settings_of.load(arguments.config))
    except digest_page.NothingPublished as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    for file in made:
        print(file)
    return DONE


def _do_tell(arguments: argparse.Namespace) -> int:
    from linkage import tell

    try:
        lines = tell.tell(arguments.store, getattr(tell, arguments.what), arguments.id, arguments.as_of)
    except tell.NothingToTell as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    print("\n".join(lines))
    return DONE


def _do_review(arguments: argparse.Namespace) -> int:
    from linkage.review.app import run

    return run(arguments.store, arguments.port, settings_of.load(arguments.config))


def _do_explain(arguments: argparse.Namespace) -> int:
    from flows.explain import Unexplained, explain

    if arguments.out is None:
        return _do_tell(arguments)
    if arguments.as_of is None:
        print("linkage explain: --out needs --as-of, the night to rebuild", file=sys.stderr)
        return USAGE
    settings = settings_of.load(arguments.config)
    try:
        found = explain(arguments.store, arguments.out, arguments.as_of, arguments.id, settings)
    except Unexplained as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    print(found.line)
    if found.model_then not in (None, found.model):
        print("linkage: the model is not the one of that night", file=sys.stderr)
    says = (
        "the same, byte for byte, as"
        if found.same
        else "NOT the same as"
        if found.stands
        else "not to be compared with"
    )
    print(
        f"linkage: {says} that night's exceptions.jsonl; software {found.software}, model {found.model[:12]}",
        file=sys.stderr,
    )
    return DONE if found.same else NOT_DONE


def _do_retain(arguments: argparse.Namespace) -> int:
    from flows.upkeep import retain

    settings = settings_of.load(arguments.config)
    return _upkeep(
        lambda: [
            print(f"{d.what}: {d.count} deleted, none left from before {d.before}")
            for d in retain(arguments.store, arguments.out, arguments.landing, arguments.on, settings)
        ]
    )


def _do_subject(arguments: argparse.Namespace) -> int:
    from flows import upkeep

    number = "".join(c for c in (sys.stdin.readline() if arguments.number == "-" else arguments.number) if c.isdigit())
    if len(number) != 10 or ((arguments.erase or arguments.rectified) and arguments.out is None):
        print(
            "linkage subject: needs an NHS number of ten digits, and --out with --erase or --rectified", file=sys.stderr
        )
        return USAGE
    store, out, today = arguments.store, arguments.out, date.today()
    if arguments.erase:
        return _upkeep(lambda: print(*upkeep.erase(store, out, number, arguments.erase, today)[1], sep="\n"))
    if arguments.rectified:
        return _upkeep(lambda: print(*upkeep.rectified(store, out, number, arguments.rectified, today), sep="\n"))
    return _upkeep(lambda: _print_json(upkeep.access(store, number, arguments.outbox)))


def _print_json(told: object) -> None:
    print(json.dumps(told, indent=2, default=str, ensure_ascii=False))


def _upkeep(work: Callable[[], object]) -> int:
    from flows.workroom import NightImpossible
    from linkage.upkeep.retention import NotDeleted

    try:
        work()
    except (NightImpossible, NotDeleted) as error:
        print(f"linkage: {error}", file=sys.stderr)
        return NOT_DONE
    return DONE


def _do_demo(arguments: argparse.Namespace) -> int:
    from flows.demo import run_demo

    return run_demo(arguments.out, arguments.people, arguments.nights, arguments.seed)
