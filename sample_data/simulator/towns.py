"""The towns of the region: councils, post towns, localities, postcode sectors and the words streets are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """One post town of a council: its localities and its postcode sectors. `weight` is its share of the council."""

    council: str
    name: str
    localities: tuple[str, ...]
    sectors: tuple[str, ...]
    weight: float


DUDLEY, SANDWELL, BIRMINGHAM, WALSALL = "4615", "4620", "4605", "4630"

TOWNS: tuple[Town, ...] = (
    Town(
        DUDLEY,
        "Dudley",
        ("Netherton", "Kates Hill", "Sedgley", "Gornal", "Woodside", ""),
        ("DY1 2", "DY1 4", "DY2 7", "DY2 9", "DY3 1", "DY3 3"),
        30,
    ),
    Town(
        DUDLEY,
        "Stourbridge",
        ("Lye", "Wollaston", "Amblecote", "Pedmore", "Norton", ""),
        ("DY8 3", "DY8 5", "DY9 7", "DY9 8"),
        20,
    ),
    Town(
        DUDLEY,
        "Halesowen",
        ("Cradley", "Hasbury", "Hayley Green", "Lapal", ""),
        ("B62 8", "B62 9", "B63 2", "B63 4"),
        20,
    ),
    Town(
        DUDLEY,
        "Brierley Hill",
        ("Quarry Bank", "Pensnett", "Amblecote", "Withymoor", ""),
        ("DY5 1", "DY5 2", "DY5 4"),
        18,
    ),
    Town(DUDLEY, "Kingswinford", ("Wall Heath", "Wordsley", ""), ("DY6 7", "DY6 9"), 12),
    Town(
        SANDWELL,
        "West Bromwich",
        ("Hateley Heath", "Great Barr", "Carters Green", "Hill Top", ""),
        ("B70 0", "B70 7", "B71 1", "B71 3"),
        26,
    ),
    Town(SANDWELL, "Smethwick", ("Bearwood", "Cape Hill", "Londonderry", ""), ("B66 2", "B66 4", "B67 5", "B67 7"), 20),
    Town(SANDWELL, "Oldbury", ("Langley", "Warley", "Brandhall", ""), ("B68 0", "B68 9", "B69 2", "B69 4"), 18),
    Town(SANDWELL, "Tipton", ("Princes End", "Great Bridge", "Tividale", ""), ("DY4 0", "DY4 7", "DY4 9"), 14),
    Town(SANDWELL, "Wednesbury", ("Friar Park", "Wood Green", "Mesty Croft", ""), ("WS10 0", "WS10 7", "WS10 9"), 12),
    Town(SANDWELL, "Rowley Regis", ("Blackheath", "Whiteheath", ""), ("B65 0", "B65 8"), 6),
    Town(SANDWELL, "Cradley Heath", ("Old Hill", ""), ("B64 5", "B64 7"), 6),
    Town(
        BIRMINGHAM,
        "Birmingham",
        ("Handsworth", "Quinton", "Harborne", "Perry Barr"),
        ("B21 0", "B21 9", "B32 1", "B17 8"),
        100,
    ),
    Town(WALSALL, "Willenhall", ("Portobello", "Short Heath", ""), ("WV13 2", "WV13 3"), 100),
)

SHARES: tuple[tuple[str, float], ...] = ((DUDLEY, 0.46), (SANDWELL, 0.47), (BIRMINGHAM, 0.055), (WALSALL, 0.015))
"""Share of the homes in each council; Birmingham and Walsall deliver no gazetteer."""

DELIVERED = (DUDLEY, SANDWELL)
"""Councils whose gazetteer and council tax are delivered."""

STREET_KINDS: tuple[tuple[str, float], ...] = (
    ("Road", 34),
    ("Street", 24),
    ("Avenue", 13),
    ("Close", 9),
    ("Drive", 7),
    ("Crescent", 3),
    ("Lane", 4),
    ("Grove", 3),
    ("Way", 2),
    ("Gardens", 1),
    ("Court", 0.6),
    ("Place", 0.8),
    ("Terrace", 0.8),
    ("Square", 0.3),
    ("Walk", 0.5),
)

COUNTIES = ("West Midlands", "West Midlands", "W Midlands", "West Mids", "Worcs", "Staffs")

BLOCK_WORDS = ("House", "Court", "Lodge", "Heights", "Point", "Tower", "Mansions")
