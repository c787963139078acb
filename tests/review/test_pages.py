"""The pages in a real browser, over two nights: officers judge, a hub answers, and the next night shows what it changed.

The tests run in order: each is a part of one story. LINKAGE_PICTURES=1 also writes docs/pictures/review.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet
import pytest
from axe_playwright_python.sync_playwright import Axe

from linkage.people.verdict import settled
from linkage.review.worklist import State, items
from tests.night.conftest import exceptions
from tests.review.conftest import DUDLEY, FIRST, SECOND, opened, press

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "review"
INJECTED = '<script>document.title="broken"</script><img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def asked(browser, pages):
    """Sign-ins by name, and every address that any of their pages asked for."""
    requests: list[str] = []
    held = {}

    def as_(name, *, script=True):
        if (name, script) not in held:
            page = opened(browser, pages, name, script=script)
            page.on("request", lambda request: requests.append(request.url))
            page.on("dialog", lambda dialog: pytest.fail("a script of a record ran"))
            held[name, script] = page
        return held[name, script]

    yield as_, requests
    for page in held.values():
        page.context.close()


@pytest.fixture
def as_(asked):
    return asked[0]


def picture(page, name):
    if os.environ.get("LINKAGE_PICTURES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def sound(page):
    """No fault that axe-core finds at WCAG 2.2 AA, one h1, a title."""
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("h1").count() == 1
    assert page.title().endswith("– linkage")


def open_item(pages, *, parts, readers=1, least=2):
    """An open question of so many groups and readers, the shortest first; tests/review/planted.py sees to it that there is one."""
    found = [
        i
        for i in items(pages.desk).values()
        if i.state is State.OPEN
        and not i.taken_by
        and len(i.question["groups"]) == parts
        and i.question["readers_needed"] == readers
        and least <= sum(map(len, i.question["groups"]))
        and any(NAMED[m.rsplit("|", 1)[1]] for group in i.question["groups"] for m in group)
    ]
    return min(found, key=lambda i: sum(map(len, i.question["groups"])))


NAMED = {
    "patient": "given_names",
    "mother": "given_names",
    "baby": "given_names",
    "person": "given_names",
    "liable": "forenames",
} | dict.fromkeys(("father", "partner", "next_of_kin", "emergency_contact"), "")
"""The column that names the person whom a record is about; empty for those whom it only mentions."""


def take(page, pages, question):
    page.goto(f"{pages.address}/questions/{question}")
    press(page, "Take this question")


@pytest.mark.parametrize(
    ("name", "path", "shot"),
    [
        ("olive", "/questions", "worklist"),
        ("olive", "/verdicts", "verdicts-none"),
        ("olive", "/keys", "keys"),
        ("olive", "/nights", "nights"),
        ("olive", f"/nights/{FIRST}", "night"),
        ("olive", "/figures", "figures"),
        ("dee", "/exceptions", "exceptions"),
        ("dee", "/history", "history-none"),
        ("audrey", "/audit", "audit"),
        ("adam", "/accounts", "accounts"),
        ("adam", "/audit", "not-allowed"),
    ],
)
def test_every_page_is_accessible(as_, pages, name, path, shot):
    page = as_(name)
    page.goto(pages.address + path)
    sound(page)
    picture(page, shot)


def test_the_sign_in_page(browser, pages):
    page = browser.new_context().new_page()
    page.goto(pages.address)
    sound(page)
    picture(page, "sign-in")
    page.get_by_label("User name").fill("olive")
    page.get_by_label("Password").fill("wrong")
    press(page, "Sign in")
    assert "User name or password is wrong" in page.get_by_role("alert").inner_text()
    sound(page)
    page.context.close()


def test_an_officer_clears_ten_by_keyboard_alone(as_, pages):
    page = as_("olive")
    page.goto(f"{pages.address}/questions?reason=sample")
    before = len(pages.desk.inbox.verdicts())
    for number in range(10):
        with page.expect_navigation():
            page.keyboard.press("n")
        page.get_by_text("What do the records say?").wait_for()
        assert "chance of" not in page.content(), "the score is not shown before the verdict"
        if number == 0:
            sound(page)
            picture(page, "question")
        page.keyboard.press("1")
        page.keyboard.press("q")
        with page.expect_navigation():
            page.keyboard.press("s")
        page.get_by_text("You said: same person").wait_for()
        assert "chance of" in page.content()
    assert len(pages.desk.inbox.verdicts()) == before + 10
    sound(page)
    picture(page, "question-judged")


def test_tab_space_and_enter_do_it_too_and_without_script(as_, pages):
    page = as_("olive", script=False)
    page.goto(f"{pages.address}/questions")
    reach(page, lambda: page.evaluate_handle("document.activeElement").inner_text().startswith("Take the next"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    reach(page, lambda: focused(page) == "same")
    page.keyboard.press("Space")
    reach(page, lambda: focused(page) in ("names_and_birth", "too_little"))
    page.keyboard.press("Space")
    reach(page, lambda: page.evaluate_handle("document.activeElement").inner_text() == "Save the verdict")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("heading", name="You said: same person").count() == 1


def focused(page):
    return page.evaluate("document.activeElement.value || ''")


def reach(page, there):
    """Press Tab until it is there."""
    for _ in range(200):
        if there():
            return
        page.keyboard.press("Tab")
    pytest.fail("not reached by the Tab key")


def test_keys_can_be_switched_off(as_, pages):
    page = as_("olive")
    page.goto(f"{pages.address}/keys")
    page.get_by_label("Off").check()
    press(page, "Save")
    page.goto(f"{pages.address}/questions")
    assert page.locator("script").count() == 0
    page.keyboard.press("n")
    assert page.url.endswith("/questions")
    page.goto(f"{pages.address}/keys")
    page.get_by_label("On").check()
    press(page, "Save")


def test_a_form_that_lacks_something_says_what(as_, pages):
    page = as_("olive")
    take(page, pages, open_item(pages, parts=1, least=3).id)
    press(page, "Save the verdict")
    assert "Choose what the records say" in page.get_by_role("alert").inner_text()
    page.get_by_label("Split into groups").check()
    page.get_by_label("A slip in a record").check()
    press(page, "Save the verdict")
    told = page.get_by_role("alert").inner_text()
    assert "Put the records into two groups or more" in told
    assert "Say in a note" in told
    assert page.get_by_label("Split into groups").is_checked()
    sound(page)
    picture(page, "question-faults")
    press(page, "Hand it back")


@pytest.fixture(scope="module")
def story():
    """What the tests leave for the night after."""
    return {}


def test_a_split_and_a_joining(as_, pages, story):
    page = as_("olive")
    split = open_item(pages, parts=1, least=3)
    take(page, pages, split.id)
    page.get_by_label("Split into groups").check()
    page.get_by_text("Groups, for a split").click()
    page.get_by_label("Record A").select_option("2")
    page.get_by_label("A phone number or e-mail address").check()
    press(page, "Save the verdict")
    page.get_by_text("You said: split into groups").wait_for()
    joined = open_item(pages, parts=2)
    take(page, pages, joined.id)
    page.get_by_label("Same person").check()
    page.get_by_label("Addresses over time").check()
    press(page, "Save the verdict")
    page.get_by_text("You said: same person").wait_for()
    story["split"] = settled(pages.desk.inbox.verdicts(questions=[split.id]))
    story["joined"] = settled(pages.desk.inbox.verdicts(questions=[joined.id]))
    assert [r.same for r in story["split"].rulings()].count(False) >= 2
    assert [r.same for r in story["joined"].rulings()].count(False) == 0


def test_two_officers_who_do_not_see_each_other_and_a_third_who_decides(as_, pages, story):
    question = open_item(pages, parts=1, readers=2).id
    first, second, third = as_("olive"), as_("omar"), as_("sena")
    take(first, pages, question)
    second.goto(f"{pages.address}/questions/{question}")
    assert "A colleague is on it now" in second.content()
    judge(first, "Same person")
    assert "Waits for a second reader" in first.content()
    take(second, pages, question)
    assert "same person" not in second.locator("main").inner_text().lower().split("what do the records say")[0]
    judge(second, "Not enough to say")
    assert items(pages.desk)[question].state is State.THIRD
    assert "Another reader" not in second.content()
    take(third, pages, question)
    judge(third, "Same person")
    assert settled(pages.desk.inbox.verdicts(questions=[question])).officer == "sena"
    second.goto(f"{pages.address}/questions/{question}")
    assert second.get_by_text("Another reader said: same person").count() == 2
    story["double"] = question


def judge(page, outcome):
    page.get_by_label(outcome).check()
    page.get_by_label("An NHS number or police key").check()
    press(page, "Save the verdict")


def test_a_verdict_is_taken_back(as_, pages, story):
    page = as_("omar")
    question = open_item(pages, parts=2).id
    take(page, pages, question)
    judge(page, "Different people")
    press(page, "Take this verdict back")
    assert "Taken back" in page.content()
    assert items(pages.desk)[question].state is State.OPEN
    assert len(pages.desk.inbox.verdicts(questions=[question])) == 2, "the first stays on record"
    sound(page)


def test_a_hub_answers(as_, pages, story):
    page = as_("dee")
    led = [r for r in pages.desk.published.hub_list(DUDLEY) if r["reader"] == "lead" and r["status"] != "resolved"]
    story["benign"] = led[0]["exception_id"]
    wrong, person = next((e["exception_id"], p) for e in led[1:] for p in twice_told(pages, e["exception_id"]))
    page.goto(f"{pages.address}/exceptions/{story['benign']}")
    sound(page)
    picture(page, "exception")
    press(page, "Save the answer")
    assert "Choose an answer" in page.get_by_role("alert").inner_text()
    page.get_by_label("Innocent reason", exact=True).check()
    page.get_by_label("For an innocent reason: which").select_option("recent_move")
    page.get_by_label("Note").fill("Spoke to the practice.")
    press(page, "Save the answer")
    assert "answered: innocent reason" in page.content()
    page.goto(f"{pages.address}/exceptions/{wrong}")
    page.get_by_label("Wrong person").check()
    press(page, "Save the answer")
    assert "Mark the records" in page.get_by_role("alert").inner_text()
    found = pages.desk.published.hub_page(DUDLEY, wrong)
    number = next(n for n, r in enumerate(found["records"]) if r["person_id"] == person)
    page.locator("input[name=record]").nth(number).check()
    press(page, "Save the answer")
    assert "answered: wrong person" in page.content()
    story["apart"] = [r["mention_id"] for r in found["records"] if r["person_id"] == person]
    page.goto(f"{pages.address}/history")
    assert "Spoke to the practice." in page.content()
    sound(page)
    picture(page, "history")


def twice_told(pages, exception):
    """People of whom an exception shows more than one record."""
    shown = [r["person_id"] for r in pages.desk.published.hub_page(DUDLEY, exception)["records"]]
    return [p for p in dict.fromkeys(shown) if shown.count(p) > 1]


def test_a_second_hub_is_refused(as_, pages):
    shared = {r["exception_id"] for r in pages.desk.published.hub_list("E08000028")}
    other = next(r for r in pages.desk.published.hub_list(DUDLEY) if r["exception_id"] not in shared)
    page = as_("sandy")
    answer = page.goto(f"{pages.address}/exceptions/{other['exception_id']}")
    assert answer.status == 404
    told = pages.desk.published.hub_told(DUDLEY, [other["exception_id"]])
    assert told[other["exception_id"]]["claim"] not in page.content()
    sound(page)


def test_the_next_night_runs_while_the_pages_are_open(as_, pages, story):
    """A name full of markup comes in, on a record that a verdict speaks of."""
    about = next(m for group in story["split"].groups for m in group if NAMED[m.rsplit("|", 1)[1]])
    contract, supplier, record_id, mention = about.split("|")
    rewrite(pages.landing / str(SECOND) / f"{contract}__{supplier}.csv", record_id, NAMED[mention])
    night = subprocess.Popen(
        [sys.executable, "-m", "linkage", "run", "--no-prefect", "--landing", str(pages.landing), "--night", str(SECOND),
         "--store", str(pages.work / "store.duckdb"), "--out", str(pages.work / "out")],
        stderr=subprocess.PIPE,
    )  # fmt: skip
    page, opened_meanwhile = as_("omar"), 0
    while night.poll() is None:
        assert page.goto(f"{pages.address}/questions").ok
        opened_meanwhile += 1
        time.sleep(0.5)
    assert night.returncode in (0, 1), night.stderr.read()
    assert opened_meanwhile > 3
    page.goto(f"{pages.address}/questions")
    assert "Night of 6 Jan 2026" in page.content()


def rewrite(file, record_id, column):
    with open(file, encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    row = next(r for r in rows if r["record_id"] == record_id)
    row[column] = f"{row[column]} {INJECTED}"
    with open(file, "w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    file.with_name(file.name + ".manifest.json").unlink(missing_ok=True)


def people(pages):
    rows = pyarrow.parquet.read_table(pages.work / "out" / str(SECOND) / "persons.parquet").to_pylist()
    return {"|".join((r["contract"], r["supplier"], r["record_id"], r["mention"])): r for r in rows}


def test_what_was_judged_binds_the_next_night(pages, story):
    found = people(pages)
    for name in ("split", "joined"):
        for ruling in story[name].rulings():
            assert (found[ruling.a]["person_id"] == found[ruling.b]["person_id"]) == ruling.same
            assert found[ruling.a]["reviewed"]
            assert found[ruling.b]["reviewed"]
    here, *others = story["apart"]
    assert all(found[here]["person_id"] != found[other]["person_id"] for other in others)


def test_what_the_hub_answered_is_in_the_ledger(pages, story):
    found = {e["exception_id"]: e for e in exceptions(pages.work, SECOND)}
    assert found[story["benign"]]["status"] == "resolved"
    assert "innocent reason" in found[story["benign"]]["resolved_because"]
    kept = pages.desk.published.rows("SELECT code FROM store.answer ORDER BY code")
    assert [r["code"] for r in kept] == ["benign", "wrong_person"]


def test_what_each_verdict_changed_is_told(as_, pages, story):
    page = as_("olive")
    page.goto(f"{pages.address}/verdicts")
    told = {row.locator("th").inner_text(): row.inner_text() for row in page.locator("tbody tr").all()}
    assert "1 person became 2" in told[story["split"].question_id]
    assert "2 people became 1" in told[story["joined"].question_id]
    sound(page)
    picture(page, "verdicts")
    senior = as_("sena")
    senior.goto(f"{pages.address}/verdicts")
    assert "by olive" in senior.content()
    page.goto(f"{pages.address}/figures")
    sound(page)
    picture(page, "figures-second-night")


def test_an_injection_in_a_name_stays_text_and_changed_evidence_is_asked_again(as_, pages, story):
    again = items(pages.desk)[story["split"].question_id]
    assert "evidence_changed" in again.question["reasons"]
    page = as_("sena")
    take(page, pages, again.id)
    assert page.title() != "broken"
    assert page.locator("main script, main img").count() == 0
    assert "onerror" in page.locator("main").inner_text()
    sound(page)
    picture(page, "question-changed")


def test_what_is_settled_is_not_asked_again(pages, story):
    open_ = items(pages.desk)
    assert story["joined"].question_id not in open_
    assert story["double"] not in open_


def test_nothing_was_asked_of_anywhere_else(asked, pages):
    _, requests = asked
    assert len(requests) > 100
    assert {r for r in requests if not r.startswith(pages.address)} == set()


def test_no_personal_value_in_the_audit_log(pages):
    text = pages.desk.audit_log.read_text(encoding="utf-8")
    names = {
        r["name"] for r in pages.desk.published.rows("SELECT DISTINCT name FROM store.question_mention") if r["name"]
    }
    assert not [n for n in names if len(n) > 6 and n in text]
    assert "Spoke to the practice" not in text
    assert {json.loads(line)["event"]["what"] for line in text.splitlines()} >= {
        "signed_in", "viewed_question", "gave_verdict", "took_back_verdict", "viewed_exception", "answered", "refused",
    }  # fmt: skip


def test_a_page_prints_without_menus_and_forms(as_, pages):
    page = as_("dee")
    page.goto(f"{pages.address}/exceptions")
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible()
    assert page.locator("main table").first.is_visible()
    page.emulate_media(media="screen")
