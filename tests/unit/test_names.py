"""Names: what agencies write, as tokens and classes."""

from __future__ import annotations

import pytest

from linkage.standardise import mention, names

WRITTEN = [
    # Only a title stands first: the name is in the family name's place.
    ("Khatun", "Khadija", ("KHADIJA",), (), (), ("KHATUN",)),
    ("Kaur", "Hardeep", ("HARDEEP",), (), (), ("KAUR",)),
    ("Begum Fatima", "Choudhury", ("FATIMA",), (), ("CHOUDHURY",), ("BEGUM",)),
    ("Begum", None, ("BEGUM",), (), (), ("BEGUM",)),
    # given, family, given tokens, initials, family tokens, titles
    ("Mohd Yusuf", "Begum", ("MOHD", "YUSUF"), (), (), ("BEGUM",)),
    ("J", "O'Brien", (), ("J",), ("OBRIEN",), ()),
    ("Sean", "O' Neill", ("SEAN",), (), ("ONEILL",), ()),
    ("Łukasz", "Kowalski", ("LUKASZ",), (), ("KOWALSKI",), ()),
    ("Baby Girl", "Grant", (), (), ("GRANT",), ()),
    ("Twin 1", "Smith", (), (), ("SMITH",), ()),
    ("Anne-Marie", "Price-Jones", ("ANNE", "MARIE"), (), ("PRICE", "JONES"), ()),
    # A woman's second name is a title in the family name's place alone.
    ("Khatun", "Kausar", ("KAUSAR",), (), (), ("KAUSAR", "KHATUN")),
    ("Noor", "Begam", ("NOOR",), (), (), ("BEGAM",)),
    ("Noor", "Kausar", ("NOOR",), (), (), ("KAUSAR",)),
    ("Kausar", "Khan", ("KAUSAR",), (), ("KHAN",), ()),
    # What leads a family name is one with it, however it is written.
    ("Omar", "Al-Masri", ("OMAR",), (), ("ALMASRI",), ()),
    ("Omar", "AL MASRI", ("OMAR",), (), ("ALMASRI",), ()),
    ("Abd al-Rahman", "Said", ("ABDUL", "RAHMAN"), (), ("SAID",), ()),
    ("Al", "Smith", ("AL",), (), ("SMITH",), ()),
    ("Jan", "van der Berg", ("JAN",), (), ("VANDERBERG",), ()),
    ("Sean", "Mc Carthy", ("SEAN",), (), ("MCCARTHY",), ()),
    ("MRS J.P.", "O’BRIEN", (), ("J", "P"), ("OBRIEN",), ()),
    ("N/A", "N/A", (), (), (), ()),
    ("N A", "Khan", (), ("N", "A"), ("KHAN",), ()),
    ("Not Known", "Khan", (), (), ("KHAN",), ()),
    ("Li Na", "Wang", ("LI", "NA"), (), ("WANG",), ()),
    # A letter typed twice in a title.
    ("Kaurr", "Surinder", ("SURINDER",), (), (), ("KAURR",)),
    ("Mrs Parveen", None, ("PARVEEN",), (), (), ()),
    (None, None, (), (), (), ()),
]


@pytest.mark.parametrize(("given", "family", "tokens", "initials", "surnames", "titles"), WRITTEN)
def test_columns(given, family, tokens, initials, surnames, titles):
    name = names.parse(given, family)
    assert (name.given, name.initials, name.family, name.titles) == (tokens, initials, surnames, titles)


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("mr imran khan", ("IMRAN",), ("KHAN",)),
        ("Khan, Imran", ("IMRAN",), ("KHAN",)),
        ("Imran", ("IMRAN",), ()),
        ("GAVIN CRAIG THOMPSON", ("GAVIN", "CRAIG"), ("THOMPSON",)),
        ("Ahmad Al-Khatib", ("AHMAD",), ("ALKHATIB",)),
        ("Al-Khatib Ahmad", ("ALKHATIB",), ("AHMAD",)),
        ("Ahmad Al Khatib", ("AHMAD",), ("ALKHATIB",)),
        ("husband - Imran", ("IMRAN",), ()),
        ("Imran Khan (husband)", ("IMRAN",), ("KHAN",)),
        ("Khan, Imran (her partner)", ("IMRAN",), ("KHAN",)),
        ("Asha Patel, mum", ("ASHA",), ("PATEL",)),
        ("Mrs. J Friend", (), ("FRIEND",)),
        ("Mother: Ann Son", ("ANN",), ("SON",)),
        ("N/A", (), ()),
        ("-", (), ()),
        ("NOT KNOWN", (), ()),
        ("Not known (partner)", (), ()),
        ("Unknown", (), ()),
        ("see above", (), ()),
        ("Na Li", ("NA",), ("LI",)),  # a name, where it is not the whole text
    ],
)
def test_one_text(text, given, family):
    name = names.parse_full(text)
    assert (name.given, name.family) == (given, family)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MUHAMMAD", "MOHD"),
        ("HUSSEIN", "HOSSAIN"),
        ("YOUSAF", "YUSUF"),
        ("KOWALSKA", "KOWALSKI"),
        ("CHOWDHURY", "CHAUDHRY"),
        ("CUSMAN", "OTHMAN"),
        ("FAARAX", "FARAH"),
        ("MAXAMED", "MD"),
        ("CHAN", "CHEN"),
        ("CIARAN", "KIERAN"),
        ("BEGAM", "BEGUM"),
        ("HOQUE", "HAQ"),
        ("MARIUM", "MARYAM"),
        ("HUMERA", "HUMAIRA"),
        ("LEILA", "LAYLA"),
        ("PUJA", "POOJA"),
        ("JASVEER", "JASBIR"),
        ("DAUD", "DAWOOD"),
        ("MOAHMAD", "MOHAMMED"),  # so common that a slip in it is likelier than another name
        ("MOHAMME", "MOHAMMED"),
    ],
)
def test_spellings_of_one_name_share_a_class(one, other):
    assert names.spelling_class(one) == names.spelling_class(other)


@pytest.mark.parametrize(("one", "other"), [("HASSAN", "HUSSAIN"), ("SMITH", "JONES"), ("AISHA", "SAIRA"), ("MAHMOOD", "MOHAMMED"),
                                           ("AHAMED", "MOHAMED"), ("WANG", "HUANG"), ("MOHSIN", "MOHAMMED")])  # fmt: skip
def test_different_names_do_not(one, other):
    assert names.spelling_class(one) != names.spelling_class(other)


def test_a_short_form_meets_its_formal_name():
    assert set(names.nicknames("BOB")) & set(names.nicknames("ROBERT"))
    assert set(names.nicknames("KASIA")) & set(names.nicknames("KATARZYNA"))
    assert set(names.nicknames("NICKY")) & set(names.nicknames("NICOLA"))
    assert not set(names.nicknames("IMRAN")) & set(names.nicknames("JOHN"))
    assert set(names.nicknames("CHRIS")) & set(names.nicknames("KRZYSZTOF"))
    assert set(names.nicknames("SUKI")) & set(names.nicknames("SUKHWINDER"))
    assert all(set(names.nicknames("MANNY")) & set(names.nicknames(name)) for name in ("MANDEEP", "MANPREET"))


def test_one_romanisation_may_stand_for_two_names_that_are_not_one():
    wong, wang, huang = (
        set(mention._parts("Mei", f, None, None, None)["family_keys"]) for f in ("Wong", "Wang", "Huang")
    )
    assert wong & wang
    assert wong & huang
    assert not wang & huang


def test_a_family_name_in_two_parts_is_also_one():
    assert "ZHIQIANG" in mention._parts("T", "Zhi-Qiang", None, None, None)["family_keys"]


def test_a_title_that_stands_for_the_family_name_is_what_some_call_her_by():
    assert "PARVEEN" in mention._parts("Maryam", "Parveen", None, None, None)["family_called"]
    assert "PARVEEN" not in mention._parts("Maryam", "Parveen Khan", None, None, None)["family_called"]


def test_a_title_alone_among_given_names_leaves_room_for_the_other_order():
    assert {"PARVEEN", "AMINA"} <= set(mention._parts("Parveen", "Amina", None, None, None)["given_keys"])
    assert "AMINA" not in mention._parts("Noor", "Amina", None, None, None)["given_keys"]


def test_a_fathers_name_stands_behind_the_first_whichever_is_used():
    assert mention._parts("Ahmed Ibrahim", "Yusuf", None, None, None)["later"] == ["IBRAHIM"]


@pytest.mark.parametrize("reference", ["spelling_classes", "nicknames", "honorifics", "placeholders", "title_tokens",
                                       "particles", "kin_words", "readings"])  # fmt: skip
def test_reference_lists_name_their_origin_and_hold_clean_tokens(reference):
    text = (names.REFERENCE / f"{reference}.csv").read_text(encoding="utf-8")
    assert text.startswith("#")
    assert "Licence" in text
    rows = [line for line in text.splitlines() if not line.startswith("#")][1:]
    tokens = [row.split(",")[0] for row in rows]
    assert len(tokens) == len(set(tokens)) > 0
    assert all(names.fold(token) == [token] for token in tokens)


def test_what_stands_as_a_title_may_be_written_as_an_initial():
    assert mention._parts("Surinder", "Kaur Gill", None, None, None)["title_initials"] == ["K"]
    assert mention._parts("Ann", "Gill", None, None, None)["title_initials"] == []


def test_a_family_name_may_be_written_as_the_initial_of_any_of_its_spellings():
    assert {"C", "Z"} <= set(mention._parts("Feng", "Zhou", None, None, None)["family_initials"])
    assert "L" in mention._parts("Amarjit", "Kaur", "Lally", None, None)["family_initials"]


def test_abdul_is_no_name_by_itself_so_either_name_behind_it_is_the_second():
    assert mention._parts("Abdul-Rahman Karim", "Saleh", None, None, None)["two_initials"] == ["AK", "AR"]
    assert mention._parts("Adam Rhys Karl", "Hill", None, None, None)["two_initials"] == ["AR"]


def test_an_article_that_stands_first_is_the_letter_of_a_family_name_cut_short():
    found = names.parse_full("Al Yousef")
    assert (found.given, found.initials, found.family) == ((), ("A",), ("YOUSEF",))
    assert names.parse_full("Al").given == ("AL",)


def test_an_article_may_be_left_out():
    assert set(mention._parts("Omar", "Al-Masri", None, None, None)["family_keys"]) == {"ALMASRI", "MASRI"}
    assert names.bare("ALLEN") == "ALLEN"
    assert names.bare("VANDERBERG") == "VANDERBERG"


@pytest.mark.parametrize(
    ("given", "lead", "later"),
    [
        ("Khadra Yusuf", {"K"}, {"Y"}),
        ("Mohammed Saqib Zubair", {"M", "S"}, {"Z"}),  # called Saqib, written Mohammed
        ("M S", {"M"}, {"S"}),
        ("Aqib D", {"A"}, {"D"}),
        ("Xodan Cali", {"X", "H"}, {"C", "A"}),  # Hodan Ali, as Somali has it
        ("Bob", {"B", "R"}, set()),
        ("Yasmeen", {"Y", "J"}, set()),  # Jasmin, as others spell her
    ],
)
def test_what_leads_a_given_name_and_what_follows(given, lead, later):
    parts = mention._parts(given, "Hill", None, None, None)
    assert (set(parts["lead_initials"]), set(parts["later_initials"])) == (lead, later)


@pytest.mark.parametrize(
    ("given", "family", "pairs"),
    [
        ("Mary Ann", "Hill", {"MA"}),
        ("M A", "Hill", {"MA"}),
        ("M", "Hill", set()),
        ("Rupinder Kaur", "Atwal", {"RK"}),  # clerks who write initials write the title's too
        ("Begum Taslima Rokeya", "Ali", {"TR"}),
        ("Youssef Adam", "Nur", {"YA"}),
    ],
)
def test_two_initials(given, family, pairs):
    assert mention._two_initials(names.parse(given, family).in_order) == pairs
