"""Which files of a night's folder are extracts, and which must not even be opened.

A file is `<contract>__<supplier>.csv` or `.parquet`, lower case (extracts.md). What does not follow that is named and
refused; hidden files and other companions are left unread.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

from linkage.sources.refusal import Refused
from linkage.tables import CONTRACTS, Contract

EXTRACT = re.compile(r"(?P<contract>[a-z0-9_]+?)__(?P<supplier>[a-z0-9_]+)\.(?P<kind>csv|parquet)")
MANIFEST = ".manifest.json"
PROTECTED = "protected"
LISTS = (".xlsx", ".xls", ".ods", ".tsv", ".txt", ".zip", ".gz")
"""Endings in which a protected list is sent by mistake. What else lies there under such names is no one's list."""


@dataclass(frozen=True)
class Extract:
    """A file that may be read: its real path, what it holds and from whom."""

    path: Path
    contract: Contract
    supplier: str


@dataclass(frozen=True)
class Found:
    """One entry of the night's folder that means to be an extract.

    `contract` and `supplier` are "" where the name does not tell them; `refusal` says why it must not be opened.
    """

    name: str
    path: Path
    contract: str = ""
    supplier: str = ""
    kind: str = ""
    refusal: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return (self.contract, self.supplier)


def find(folder: Path) -> tuple[list[Found], list[str]]:
    """The extracts of a folder in order of name, and the names of the entries left unread."""
    entries = sorted(folder.iterdir(), key=lambda p: p.name)
    found = [f for f in (_identify(p) for p in entries) if f is not None]
    known = {f.name for f in found}
    unread = [p.name for p in entries if p.name not in known and not p.name.lower().endswith(MANIFEST)]
    return _refuse_twins(found), unread


def open_checked(found: Found, folder: Path) -> Path:
    """The real path of a found file. Raises Refused for what is not a regular, readable file of this folder."""
    if found.refusal:
        raise Refused(found.refusal)
    return regular_file(found.path, folder)


def regular_file(path: Path, folder: Path) -> Path:
    """The real path of a regular, readable file inside `folder`. Raises Refused."""
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError):
        raise Refused("it cannot be opened (a broken link?); deliver the file itself") from None
    if not real.is_relative_to(folder.resolve()):
        raise Refused("it is a link to a place outside the night's folder; deliver the file itself")
    if stat.S_ISDIR(mode):
        raise Refused("it is a folder, not a file; deliver one file")
    if not stat.S_ISREG(mode):
        raise Refused("it is not a regular file; deliver one file")
    try:
        real.open("rb").close()
    except OSError:
        raise Refused("the job cannot read it; correct its permissions") from None
    return real


def manifest_of(found: Found, folder: Path) -> Path | None:
    """The manifest that stands beside a file: `<file>.manifest.json`, else `<stem>.manifest.json`."""
    for name in (found.name + MANIFEST, Path(found.name).stem + MANIFEST):
        if (folder / name).is_symlink() or (folder / name).exists():
            return folder / name
    return None


def orphan_manifests(folder: Path, found: list[Found]) -> list[Found]:
    """Manifests whose file did not come: each names a supplier that meant to deliver."""
    names = {f.name for f in found} | {Path(f.name).stem for f in found}
    orphans = []
    for path in sorted(folder.glob(f"*{MANIFEST}")):
        stem = path.name.removesuffix(MANIFEST)
        match = EXTRACT.fullmatch(stem) or EXTRACT.fullmatch(stem + ".csv")
        if stem not in names and match and match["contract"] in CONTRACTS:
            orphans.append(Found(stem, path, match["contract"], match["supplier"]))
    return orphans


def _identify(path: Path) -> Found | None:
    name = path.name
    if name.startswith((".", "~")) or name.lower().endswith(MANIFEST):
        return None
    if match := EXTRACT.fullmatch(name):
        known = match["contract"] in CONTRACTS
        contract = match["contract"] if known else _protected_list(name) or match["contract"]
        return Found(name, path, contract, match["supplier"], match["kind"], "" if known else _no_contract())
    return _misnamed(path) if _means_to_be_extract(name) else None


def _means_to_be_extract(name: str) -> bool:
    lower = name.lower()
    named = lower.split("__")[0] in CONTRACTS and "__" in lower
    return lower.endswith((".csv", ".parquet")) or named or (PROTECTED in lower and lower.endswith(LISTS))


def _protected_list(name: str) -> str:
    """The contract of a file that is refused for its name and may be a protected list, else "": without it nobody would be protected."""
    return PROTECTED if "protect" in name.lower() else ""


def _misnamed(path: Path) -> Found:
    """A file whose name breaks the rule. Its supplier is told only where lower case is all that is missing."""
    lower = path.name.lower()
    match = EXTRACT.fullmatch(lower)
    if match and match["contract"] in CONTRACTS:
        words = "its name is not in lower case; rename it to lower case"
        return Found(path.name, path, match["contract"], match["supplier"], refusal=words)
    contract = lower.split("__")[0]
    words = "its name is not <contract>__<supplier>.csv or .parquet, with a supplier of a-z, 0-9 and _ only; rename it"
    return Found(path.name, path, contract if contract in CONTRACTS else _protected_list(lower), refusal=words)


def _no_contract() -> str:
    return f"there is no such contract; the name must begin with one of {', '.join(sorted(CONTRACTS))}"


def _refuse_twins(found: list[Found]) -> list[Found]:
    """Two files of one supplier for one contract: nobody can say which is the register, so neither is read."""
    good = [f.key for f in found if not f.refusal]
    twins = {key for key in good if good.count(key) > 1}
    words = "this supplier delivered two files of one contract; leave the right one"
    kept = [f if f.refusal or f.key not in twins else _refused(f, words) for f in found]
    # A misnamed copy beside the rightly named file must not count against the supplier.
    return [_anonymous(f) if f.refusal and f.key in good and f.key not in twins else f for f in kept]


def _refused(found: Found, words: str) -> Found:
    return Found(found.name, found.path, found.contract, found.supplier, found.kind, words)


def _anonymous(found: Found) -> Found:
    return Found(found.name, found.path, found.contract, "", found.kind, found.refusal)
