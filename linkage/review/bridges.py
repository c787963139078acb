"""Weak bridges: a cluster whose two parts are held together by one weak link alone."""

from __future__ import annotations

Link = tuple[float, str, str]
"""Match weight and two mentions."""


def weakest(links: list[Link], below: float) -> float | None:
    """Match weight of a cluster's weakest bridge, or None where none is weaker than `below`.

    A bridge is the only link between two parts of at least two mentions each. Only links of the cluster's strongest tree
    can be one: any other lies on a ring.
    """
    tree = _strongest_tree(links)
    members = {m for _, a, b in tree for m in (a, b)}
    found = []
    for cut in (link for link in tree if link[0] < below):
        side = _side([link for link in tree if link is not cut], cut[1])
        across = [link for link in links if (link[1] in side) != (link[2] in side)]
        if len(across) == 1 and len(side) >= 2 and len(members - side) >= 2:
            found.append(cut[0])
    return min(found, default=None)


def _strongest_tree(links: list[Link]) -> list[Link]:
    group = {m: m for _, a, b in links for m in (a, b)}

    def root(mention: str) -> str:
        while group[mention] != mention:
            mention = group[mention]
        return mention

    tree = []
    for link in sorted(links, key=lambda x: (-x[0], x[1], x[2])):
        one, other = root(link[1]), root(link[2])
        if one != other:
            group[one] = other
            tree.append(link)
    return tree


def _side(tree: list[Link], start: str) -> set[str]:
    reached, open_ = {start}, [start]
    while open_:
        here = open_.pop()
        for _, a, b in tree:
            for one, other in ((a, b), (b, a)):
                if one == here and other not in reached:
                    reached.add(other)
                    open_.append(other)
    return reached
