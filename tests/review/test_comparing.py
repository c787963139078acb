"""What a page says of records side by side."""

from __future__ import annotations

from datetime import date

import networkx
import pytest

from linkage.review import bridges, comparing, picture
from linkage.review.figures import drift, shared


def mention(mention_id, **told):
    base = {"name": "Ann Hill", "born": date(1990, 3, 4), "sex": "2", "nhs_number": None, "phone": None, "email": None,
            "force_key": None, "addresses": ["1 Elm Road", "2 Oak Road"], "relationship": None, "named_by": None, "person_id": "P1"}  # fmt: skip
    return {"mention_id": mention_id, **base, **told}


def line(mentions, name):
    return next(found for found in comparing.lines(mentions) if found.name == name)


def test_a_difference_is_said_in_the_cell_and_at_the_end():
    found = line([mention("1"), mention("2", born=date(1990, 3, 5)), mention("3", born=None)], "Date of birth")
    assert [(c.text, c.mark) for c in found.cells] == [
        ("4 Mar 1990", ""),
        ("5 Mar 1990", "differs"),
        ("not recorded", ""),
    ]
    assert found.verdict == "differs"


def test_order_and_case_of_a_name_and_one_shared_address_are_no_difference():
    both = [mention("1"), mention("2", name="HILL ANN", addresses=["2 Oak Road"])]
    assert line(both, "Name").cells[1].mark == "same as A"
    assert line(both, "Addresses").verdict == "same"


def test_an_initial_may_be_the_name():
    both = [mention("1", name="A Hill"), mention("2", name="Ann Mary Hill"), mention("3", name="Bob Hill")]
    assert [c.mark for c in line(both, "Name").cells] == ["", "may be A's, written otherwise", "differs"]
    assert line(both[:2], "Name").verdict == "may be the same"
    found = comparing.reasons(both[:2])
    assert "Name: A and B may be one name, written otherwise." in found["for"]
    assert not found["against"]
    assert any("Name" in words for words in comparing.reasons(both)["against"])


def test_a_field_that_nobody_gives_is_left_out_and_one_that_one_gives_is_no_agreement():
    names = [found.name for found in comparing.lines([mention("1"), mention("2")])]
    assert "Phone" not in names
    assert line([mention("1", phone="1"), mention("2")], "Phone").verdict == "only one says"


def test_reasons_in_words():
    found = comparing.reasons(
        [mention("1"), mention("2", born=date(1961, 1, 1)), mention("3", nhs_number="9991777636")]
    )
    assert "Date of birth: A and C agree." in found["for"]
    assert "Date of birth: A and C against B." in found["against"]
    assert "NHS number: not recorded in A and B." in found["unknown"]
    assert not any("Sex" in words for words in found["against"])


def test_the_weight_is_shown_only_when_it_may_be():
    link = {
        "mention_id_l": "1",
        "mention_id_r": "2",
        "match_weight": 11.5,
        "veto": None,
        **dict.fromkeys(comparing.COMPARED, 1),
    }
    both = [mention("1"), mention("2")]
    assert "11.5" not in str(comparing.pairs(both, [link], with_weight=False))
    assert "11.5" in str(comparing.pairs(both, [link], with_weight=True))


def test_the_picture_holds_no_name():
    link = {
        "mention_id_l": "1",
        "mention_id_r": "2",
        "match_weight": 11.5,
        "veto": None,
        **dict.fromkeys(comparing.COMPARED, 1),
    }
    drawn = picture.svg([mention("1", name="<b>x</b>"), mention("2")], [link], with_weight=False)
    assert drawn.count("<circle") == 2
    assert "<b>" not in drawn


@pytest.mark.parametrize("seed", range(6))
def test_weak_bridges_against_networkx(seed):
    graph = networkx.gnm_random_graph(9, 10, seed=seed)
    links = [(float(1 + (a * 7 + b * 3) % 11), f"m{a}", f"m{b}") for a, b in graph.edges]
    for part in networkx.connected_components(graph):
        members = {f"m{n}" for n in part}
        mine = [x for x in links if x[1] in members]
        piece = graph.subgraph(part).copy()
        expected = []
        for a, b in networkx.bridges(piece):
            cut = piece.copy()
            cut.remove_edge(a, b)
            if all(len(c) > 1 for c in networkx.connected_components(cut)):
                expected += [w for w, x, y in mine if {x, y} == {f"m{a}", f"m{b}"}]
        assert bridges.weakest(mine, below=99.0) == min(expected, default=None)
        assert bridges.weakest(mine, below=6.0) == min((w for w in expected if w < 6), default=None)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (2, 5, ("not shown", "fewer than 8")),
        (3, 100, ("not shown", "100")),
        (97, 100, ("not shown", "100")),
        (21, 98, ("20", "100")),
    ],
)
def test_small_counts_are_not_shown_and_cannot_be_worked_out(part, whole, shown):
    found = shared({"slice": "x", "part": part, "whole": whole}, 8)
    assert (found["part"], found["whole"]) == shown


def test_drift_names_what_moved():
    def row(night, part):
        return {
            "subject": "drift",
            "measure": "m",
            "slice": "s",
            "part": part,
            "whole": 100,
            "known_from": date(2026, 1, night),
        }

    assert drift([row(5, 50)], 8)[0]["word"] == "first night"
    assert drift([row(5, 50), row(6, 51)], 8)[0]["word"] == "steady"
    assert drift([row(5, 50), row(6, 40)], 8)[0]["word"] == "down"
