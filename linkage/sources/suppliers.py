"""What the settings say of a supplier: whether it may be loaded, and by which column map.

In mode `live` a supplier is loaded only when the settings give its lawful basis, data-sharing agreement and DPIA
reference (UK GDPR articles 6, 26 and 35); in mode `synthetic` (invented people) any supplier is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from linkage.settings import Settings, SettingsError
from linkage.sources.refusal import Refused
from linkage.tables import CONTRACTS, Contract

PAPERS = ("lawful_basis", "data_sharing_agreement", "dpia_reference")
MODES = ("synthetic", "live")


def check_governance(settings: Settings, supplier: str) -> None:
    """Raises Refused for a supplier without its papers, SettingsError for a mode that does not exist."""
    mode = settings.text("governance.mode")
    if mode not in MODES:
        raise SettingsError(f"governance.mode must be one of {', '.join(MODES)}")
    if mode == "synthetic":
        return
    given = _supplier(settings, supplier)
    missing = [p for p in PAPERS if not (isinstance(given.get(p), str) and given[p].strip())]
    if missing:
        raise Refused(f"the settings do not give {', '.join(missing)} for its supplier, and the mode is live; add them")


def retired(settings: Settings, night: date) -> list[str]:
    """Suppliers that the settings retire on or before a night. Raises SettingsError for a date that is none."""
    return sorted(
        name
        for name in settings.table("suppliers")
        if (day := _retired_on(settings, name)) is not None and day <= night
    )


def _retired_on(settings: Settings, supplier: str) -> date | None:
    given = _supplier(settings, supplier).get("retired_on")
    try:
        return given if given is None or type(given) is date else date.fromisoformat(given)
    except (TypeError, ValueError):
        raise SettingsError(f"suppliers.{supplier}.retired_on must be a date of the form YYYY-MM-DD") from None


def check_not_retired(settings: Settings, supplier: str, night: date) -> None:
    """Raises Refused for a file of a supplier that the settings have retired."""
    if supplier in retired(settings, night):
        raise Refused("the settings retire its supplier; take retired_on out if it delivers again")


def column_map(settings: Settings, supplier: str, contract: Contract) -> dict[str, str]:
    """The supplier's headings for one contract: heading to contract column; empty when it has none.

    `column_map` is the name of a map, or a table of contract to name. A map whose name begins with a contract's name
    is for that contract alone. Raises Refused when the settings name a map or a column that does not exist.
    """
    name = _map_name(_supplier(settings, supplier).get("column_map"), contract)
    if name is None:
        return {}
    maps = settings.table("column_maps")
    if not isinstance(maps.get(name), Mapping):
        raise Refused(f"the settings give its supplier the column map {name}, which does not exist; correct them")
    unknown = sorted({str(ours) for ours in maps[name].values()} - set(contract.names))
    if unknown:
        raise Refused(f"the column map {name} names {', '.join(unknown)}, no column of {contract.name}; correct it")
    return {str(theirs): str(ours) for theirs, ours in maps[name].items()}


def _map_name(given: Any, contract: Contract) -> str | None:
    if isinstance(given, Mapping):
        given = given.get(contract.name)
        return None if given is None else str(given)
    if given is None:
        return None
    meant = [c for c in CONTRACTS if str(given) == c or str(given).startswith(f"{c}_")]
    return str(given) if not meant or contract.name in meant else None


def _supplier(settings: Settings, supplier: str) -> Mapping[str, Any]:
    given = settings.table("suppliers").get(supplier, {})
    return given if isinstance(given, Mapping) else {}
