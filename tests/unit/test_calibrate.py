"""Points of calibration from counted links."""

from __future__ import annotations

from linkage.people.cluster import Cluster
from linkage.people.measured import calibrate


def linked(count: int, wrong: int, said: float) -> tuple[list[Cluster], dict[str, float], dict[str, str]]:
    """Clusters of three with one mention brought in by a link of this probability; of them so many of another person."""
    clusters, link, true = [], {}, {}
    for place in range(count):
        members = [f"{said}-{place}-{n}" for n in range(3)]
        clusters.append(Cluster(members=members))
        link[members[2]] = said
        true |= dict.fromkeys(members[:2], f"{said}-{place}") | {
            members[2]: "other" if place < wrong else f"{said}-{place}"
        }
    return clusters, link, true


def points(*told: tuple[int, int, float]) -> dict[float, float]:
    each = [linked(*one) for one in told]
    brought = {m for _, link, _ in each for m in link}
    found = calibrate(
        [c for clusters, _, _ in each for c in clusters],
        {m: p for _, link, _ in each for m, p in link.items()},
        {m: p for _, _, true in each for m, p in true.items()},
        brought,
    )
    return dict(found)


def test_what_was_right_is_what_is_said():
    found = points((1000, 300, 0.85), (1000, 20, 0.97))
    assert abs(found[0.9] - 0.7) < 0.002
    assert abs(found[0.98] - 0.98) < 0.002


def test_a_few_links_prove_nothing():
    found = points((2, 0, 0.55), (1000, 300, 0.85), (1000, 20, 0.97))
    assert found[0.6] <= found[0.9] < found[0.98] < 1.0


def test_points_never_fall():
    found = points((200, 10, 0.65), (200, 40, 0.75), (200, 2, 0.97))
    assert list(found.values()) == sorted(found.values())
    assert found[0.7] == found[0.8]
