"""Plain English in all that hubs, agencies and partnerships read: short sentences, no jargon, no adjective about families."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import pytest

from linkage import vocabulary
from linkage.report import summary
from tests.unit.conftest import LEAD
from tests.unit.test_report import text_of

ROOT = Path(__file__).resolve().parents[2] / "linkage"
NEVER = [r["word"] for r in csv.DictReader(Path(__file__).with_name("words_never_used.csv").open(encoding="utf-8"))]
TEMPLATES = sorted(f for folder in ("report", "deliver") for f in (ROOT / folder).rglob("templates/*") if f.is_file())
WORDING = [ROOT / "vocabulary.py", ROOT / "detect" / "wording.py", ROOT / "detect" / "priority.py", *sorted((ROOT / "report").glob("*.py")),
           *sorted((ROOT / "deliver").glob("*.py"))]  # fmt: skip
MOST_WORDS = 32


def spoken(file: Path) -> list[str]:
    """What a file says to readers: a template without its markup, or the text constants of a module without docstrings."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        text = re.sub(
            r"<style>.*?</style>|\{%.*?%\}|\{\{.*?\}\}|<[^>]+>|^//.*?$", " ", text, flags=re.DOTALL | re.MULTILINE
        )
        return text.splitlines()
    tree = ast.parse(text)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | documented
    ]


def found_in(text: str) -> list[str]:
    """Words that are never used. Names of columns in statements to the database are no words to a reader."""
    if re.search(r"\b(SELECT|INSERT|CREATE|DELETE)\b", text):
        return []
    return [
        word
        for word in NEVER
        if re.search(rf"(?<![\w-]){re.escape(word)}", text, re.IGNORECASE) and " " in text.strip()
    ]


def test_the_check_finds_what_it_looks_for():
    assert found_in("A secretive family.") == ["secretive"]
    assert found_in("Nothing of the kind.") == []
    assert "  secretive " in spoken_of('"""doc"""\nX = "  secretive "\n')


def spoken_of(source):
    tree = ast.parse(source)
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]


@pytest.mark.parametrize("file", [*TEMPLATES, *WORDING], ids=lambda f: f"{f.parent.name}/{f.name}")
def test_no_such_word_is_written(file):
    assert [(word, line) for line in spoken(file) for word in found_in(line)] == []


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "exceptions.csv", "exceptions.json"])
def test_no_such_word_reaches_a_reader(content, tmp_path, name):
    from linkage.report import hub

    hub.write(tmp_path, content, [summary.hub(content, LEAD)])
    told = text_of(tmp_path / "hubs" / LEAD / name)
    assert [word for word in NEVER if re.search(rf"(?<![\w-]){re.escape(word)}", told, re.IGNORECASE)] == []


def test_sentences_are_short():
    said = [
        summary.SAFE_CONTACT, summary.WHAT_IT_IS, summary.INVENTED,
        *(w for name in dir(vocabulary) if name.endswith("_WORDS") for w in getattr(vocabulary, name).values()),
        *(line for file in TEMPLATES if file.suffix == ".html" for line in spoken(file)),
    ]  # fmt: skip
    sentences = [s for text in said for s in re.split(r"(?<=[.:;?])\s", text)]
    assert len(sentences) > 50
    assert [s for s in sentences if len(s.split()) > MOST_WORDS] == []
