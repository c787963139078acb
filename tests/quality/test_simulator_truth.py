"""The truth of a simulated region holds by the records themselves: every situation is what exceptions.md says it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sample_data.simulator import simulate

PEOPLE, NIGHTS = 6000, 6


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the truth tables, and `claim`: address rows of the person's own records with the person."""
    out: Path = tmp_path_factory.mktemp("region")
    simulate(PEOPLE, NIGHTS, 5, out)
    con = duckdb.connect(config={"threads": 2})
    for file in sorted((out / "truth").glob("*.parquet")):
        con.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM '{file}'")
    for file in ("gp", "council_tax", "police", "maternity_booking", "maternity_birth", "protected", "gazetteer"):
        con.execute(
            f"CREATE VIEW {file} AS SELECT *, regexp_extract(filename, '(\\d{{4}}-\\d\\d-\\d\\d)/', 1)::DATE AS night, "
            f"regexp_extract(filename, '__([a-z_]+)', 1) AS supplier "
            f"FROM read_csv('{out}/landing/*/{file}__*.csv', all_varchar = true, union_by_name = true, filename = true)"
        )
    con.execute(
        "CREATE TABLE claim AS SELECT a.*, m.true_person FROM addresses a "
        "JOIN mentions m USING (contract, supplier, record_id, mention) "
    )
    con.execute(
        "CREATE TABLE register AS SELECT c.* FROM claim c LEFT JOIN council_tax t ON c.contract = 'council_tax' "
        "AND t.record_id = c.record_id AND t.supplier = c.supplier AND t.night = c.last_night "
        "WHERE c.address_role IN ('home', 'discharge') AND c.contract <> 'police' "
        "AND (t.liable_to IS NULL OR t.liable_to = '')"
    )
    yield con
    con.close()


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return con.execute(query).fetchall()


def test_every_kind_has_many_variants(region: duckdb.DuckDBPyConnection) -> None:
    counts = dict(rows(region, "SELECT kind, count(DISTINCT variant) FROM situations GROUP BY kind"))  # type: ignore[arg-type]
    assert set(counts) == {"unregistered_co_residence", "hidden_adult", "address_divergence"}
    assert min(counts.values()) >= 6  # type: ignore[type-var]


def test_as_many_benign_as_true(region: duckdb.DuckDBPyConnection) -> None:
    ((true,), (benign,)) = rows(region, "SELECT count(*) FROM situations UNION ALL SELECT count(*) FROM benign")
    assert benign >= true > 20  # type: ignore[operator]


def test_co_residents_live_there_and_no_register_says_so(region: duckdb.DuckDBPyConnection) -> None:
    wrong = rows(
        region,
        """
        SELECT s.variant, s.situation_id FROM situations s
        WHERE s.kind = 'unregistered_co_residence' AND s.discoverable_on IS NOT NULL AND (
            NOT EXISTS (SELECT 1 FROM residence r WHERE r.true_person = s.true_person
                        AND r.uprn = s.uprn AND r.share = 1.0
                        AND r."from" <= s.discoverable_on AND coalesce(r."to", DATE '9999-01-01') > s.discoverable_on)
            OR EXISTS (SELECT 1 FROM register c WHERE c.true_person = s.true_person AND c.true_uprn = s.uprn
                       AND s.discoverable_on BETWEEN c.first_night AND c.last_night))
        """,
    )
    assert wrong == []


def test_co_residence_is_with_a_child_or_a_pregnancy(region: duckdb.DuckDBPyConnection) -> None:
    """Somebody under 18 by a practice or births row, or an expectant mother, lives at the property."""
    wrong = rows(
        region,
        """
        WITH young AS (
            SELECT DISTINCT m.true_person FROM gp g JOIN mentions m ON m.contract = 'gp' AND m.supplier = g.supplier
            AND m.record_id = g.record_id AND m.mention = 'patient'
            WHERE try_cast(g.date_of_birth AS DATE) > DATE '2008-02-01'
            UNION SELECT true_person FROM mentions WHERE mention IN ('mother', 'baby'))
        SELECT s.variant, s.situation_id FROM situations s WHERE s.kind = 'unregistered_co_residence' AND NOT EXISTS (
            SELECT 1 FROM residence r JOIN young USING (true_person)
            WHERE r.uprn = s.uprn AND r."from" <= DATE '2026-01-12'
            AND coalesce(r."to", DATE '9999-01-01') > DATE '2026-01-05')
        """,
    )
    assert wrong == []


def test_hidden_adults_have_a_part_and_are_not_named(region: duckdb.DuckDBPyConnection) -> None:
    wrong = rows(
        region,
        """
        SELECT s.variant, s.situation_id FROM situations s WHERE s.kind = 'hidden_adult' AND (
            NOT EXISTS (SELECT 1 FROM relations r WHERE
                (r.true_person_a = s.other_person AND r.true_person_b = s.true_person) OR
                (r.true_person_b = s.other_person AND r.true_person_a = s.true_person) OR
                (r.relation = 'parent' AND r.true_person_a = s.other_person AND r.true_person_b IN (
                    SELECT true_person_b FROM relations WHERE relation = 'parent' AND true_person_a = s.true_person)))
            OR EXISTS (SELECT 1 FROM mentions a JOIN mentions b USING (contract, supplier, record_id)
                WHERE a.mention = 'mother' AND b.mention IN ('father', 'partner') AND b.true_person = s.other_person
                AND (a.true_person = s.true_person OR a.true_person IN (
                    SELECT true_person_a FROM relations WHERE relation = 'parent' AND true_person_b = s.true_person))))
        """,
    )
    assert wrong == []


def test_divergent_people_have_records_at_two_properties(region: duckdb.DuckDBPyConnection) -> None:
    wrong = rows(
        region,
        """
        SELECT s.variant, s.situation_id, count(DISTINCT c.true_uprn) FROM situations s
        LEFT JOIN claim c ON c.true_person = s.true_person AND s.discoverable_on BETWEEN c.first_night AND c.last_night
            AND c.address_role <> 'occurrence'
        WHERE s.kind = 'address_divergence' AND s.discoverable_on IS NOT NULL
        GROUP BY ALL HAVING count(DISTINCT c.true_uprn) < 2
        """,
    )
    assert wrong == []


def test_nothing_is_planted_on_protected_people(region: duckdb.DuckDBPyConnection) -> None:
    """No situation is about somebody under sensitivity S, withheld, on the list, or at a listed property."""
    wrong = rows(
        region,
        """
        WITH guarded AS (
            SELECT m.true_person FROM gp g JOIN mentions m ON m.contract = 'gp' AND m.supplier = g.supplier
            AND m.record_id = g.record_id AND m.mention = 'patient' WHERE g.sensitivity = 'S'
            OR g.nhs_number IN (SELECT nhs_number FROM protected WHERE nhs_number <> '')
            UNION SELECT true_person FROM residence WHERE uprn IN (SELECT uprn FROM protected WHERE uprn <> ''))
        SELECT s.situation_id FROM situations s WHERE s.true_person IN (SELECT true_person FROM guarded)
            OR s.other_person IN (SELECT true_person FROM guarded)
        """,
    )
    assert wrong == []
    assert rows(region, "SELECT count(*) > 8 FROM protected") == [(True,)]


def test_an_invalidated_number_is_still_sent_and_belongs_to_another_person(region: duckdb.DuckDBPyConnection) -> None:
    sent = rows(
        region,
        "SELECT count(DISTINCT g.record_id) FROM gp g JOIN protected p ON p.nhs_number = g.nhs_number "
        "AND p.reason = 'invalidated' AND p.night = g.night",
    )
    assert sent[0][0] >= 1  # type: ignore[operator]


def test_everybody_mentioned_has_a_residence(region: duckdb.DuckDBPyConnection) -> None:
    missing = rows(
        region, "SELECT DISTINCT true_person FROM mentions WHERE true_person NOT IN (SELECT true_person FROM residence)"
    )
    assert missing == []


def test_nobody_has_more_than_one_home_at_once(region: duckdb.DuckDBPyConnection) -> None:
    wrong = rows(
        region,
        """
        SELECT true_person, sum(share) FROM residence WHERE "from" <= DATE '2026-01-06'
        AND coalesce("to", DATE '9999-01-01') > DATE '2026-01-06' GROUP BY true_person HAVING sum(share) > 1.0
        """,
    )
    assert wrong == []


def test_record_ids_are_unique_in_each_file(region: duckdb.DuckDBPyConnection) -> None:
    for contract in ("gp", "council_tax", "police", "maternity_booking", "maternity_birth"):
        doubled = rows(
            region, f"SELECT record_id FROM {contract} GROUP BY night, supplier, record_id HAVING count(*) > 1"
        )
        assert doubled == []


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        (
            "SELECT avg(spd) FROM (SELECT max((discount_code IS NOT NULL)::INT) AS spd FROM council_tax "
            "WHERE liable_to IS NULL "
            "GROUP BY night, supplier, account_ref)",
            0.25,
            0.42,
        ),
        ("SELECT avg((date_of_birth IS NULL)::INT) FROM council_tax", 0.75, 0.85),
        (
            "SELECT avg((emergency_contact_phone IS NOT NULL)::INT) FROM maternity_booking "
            "WHERE emergency_contact_name <> ''",
            0.82,
            0.97,
        ),
        ("SELECT avg((postcode IS NULL)::INT) FROM police WHERE address_line_1 <> ''", 0.12, 0.3),
        ("SELECT avg((nhs_number IS NULL)::INT) FROM gp", 0.002, 0.03),
        ("SELECT avg((true_uprn IS NULL)::INT) FROM addresses WHERE contract = 'gp'", 0.01, 0.12),
    ],
)
def test_base_rates(region: duckdb.DuckDBPyConnection, query: str, low: float, high: float) -> None:
    """Base rates of the domain notes, section 6, within what a region of this size allows."""
    ((share,),) = rows(region, query)
    assert low <= share <= high  # type: ignore[operator]


def test_stale_practices_are_about_one_in_twelve(region: duckdb.DuckDBPyConnection) -> None:
    ((share,),) = rows(
        region,
        """
        SELECT avg((NOT EXISTS (SELECT 1 FROM residence r WHERE r.true_person = c.true_person AND r.uprn = c.true_uprn
            AND r."from" <= DATE '2026-01-05' AND coalesce(r."to", DATE '9999-01-01') > DATE '2026-01-05'))::INT)
        FROM claim c WHERE c.contract = 'gp' AND c.first_night = DATE '2026-01-05' AND c.true_uprn IS NOT NULL
        """,
    )
    assert 0.045 <= share <= 0.11  # type: ignore[operator]


def test_every_night_differs_from_the_one_before(region: duckdb.DuckDBPyConnection) -> None:
    """Real change: of the practices' rows some come, some go and some change on most nights."""
    changed = rows(
        region,
        "SELECT count(*) FROM (SELECT supplier, record_id FROM (SELECT DISTINCT * EXCLUDE (night, filename) FROM gp) "
        "GROUP BY ALL HAVING count(*) > 1)",
    )
    withdrawn = rows(
        region,
        "SELECT count(*) FROM (SELECT supplier, record_id, max(night) AS last FROM gp GROUP BY ALL) "
        "WHERE last < (SELECT max(night) FROM gp)",
    )
    assert changed[0][0] > 10  # type: ignore[operator]
    assert withdrawn[0][0] > 1  # type: ignore[operator]


def test_babies_reach_a_practice_under_the_number_of_the_birth_row(region: duckdb.DuckDBPyConnection) -> None:
    joined = rows(
        region,
        "SELECT count(DISTINCT b.record_id) FROM maternity_birth b JOIN gp g ON g.nhs_number = b.nhs_number "
        "JOIN mentions x ON x.contract = 'maternity_birth' AND x.record_id = b.record_id "
        "JOIN mentions y ON y.contract = 'gp' AND y.record_id = g.record_id "
        "AND y.supplier = g.supplier AND y.mention = 'patient' "
        "WHERE x.true_person = y.true_person",
    )
    births = rows(region, "SELECT count(DISTINCT record_id) FROM maternity_birth")
    assert joined[0][0] > 0.7 * births[0][0]  # type: ignore[operator]


def test_benign_co_residence_is_registered_or_no_residence(region: duckdb.DuckDBPyConnection) -> None:
    """Nobody listed as benign lives at the property as their one home without any register there."""
    wrong = rows(
        region,
        """
        SELECT b.variant, b.situation_id FROM benign b WHERE b.kind = 'unregistered_co_residence'
        AND EXISTS (SELECT 1 FROM residence r WHERE r.true_person = b.true_person AND r.uprn = b.uprn AND r.share = 1.0
            AND r."from" <= b.discoverable_on AND coalesce(r."to", DATE '9999-01-01') > b.discoverable_on)
        AND NOT EXISTS (SELECT 1 FROM register c WHERE c.true_person = b.true_person AND c.true_uprn = b.uprn
            AND b.discoverable_on BETWEEN c.first_night AND c.last_night)
        """,
    )
    assert wrong == []


def test_benign_contacts_are_no_fathers_or_partners_unless_named(region: duckdb.DuckDBPyConnection) -> None:
    wrong = rows(
        region,
        """
        SELECT b.variant, b.situation_id FROM benign b WHERE b.kind = 'hidden_adult'
        AND b.explanation = 'contact_is_other'
        AND EXISTS (SELECT 1 FROM relations r WHERE
            (r.relation = 'partner' AND r.true_person_a = b.other_person AND r.true_person_b = b.true_person) OR
            (r.relation = 'parent' AND r.true_person_a = b.other_person AND r.true_person_b IN (
                SELECT true_person_b FROM relations WHERE relation = 'parent' AND true_person_a = b.true_person)))
        """,
    )
    assert wrong == []


def test_look_alikes_name_their_explanation(region: duckdb.DuckDBPyConnection) -> None:
    assert rows(region, "SELECT count(DISTINCT explanation) >= 14 FROM benign WHERE explanation <> ''") == [(True,)]


def test_texts_without_their_flat_are_of_the_building(region: duckdb.DuckDBPyConnection) -> None:
    """The truth of some police addresses is a building that flats name as their parent."""
    ((found,),) = rows(
        region,
        "SELECT count(*) FROM addresses WHERE contract = 'police' "
        "AND true_uprn IN (SELECT parent_uprn FROM gazetteer WHERE parent_uprn <> '')",
    )
    assert found > 3  # type: ignore[operator]


def test_no_day_is_the_birthday_of_many(region: duckdb.DuckDBPyConnection) -> None:
    """But for 1 January, which is written where the day is not known."""
    shared = region.execute(
        "SELECT count(DISTINCT c.true_person) FROM gp AS g INNER JOIN claim AS c USING (supplier, record_id) "
        "WHERE c.contract = 'gp' AND substr(g.date_of_birth, 6) <> '01-01' GROUP BY g.date_of_birth ORDER BY 1 DESC LIMIT 1"
    ).fetchone()
    assert shared
    assert shared[0] <= 10
