"""The software bill of materials: CycloneDX 1.6, from a lock file and the licences that installed packages state.

python .ci/sbom.py requirements.lock > build/sbom.cdx.json

Every package of the lock is a component with its exact version and the hashes that installation checks. There is no time
and no random number in it: the same lock gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

LINE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(lock: Path) -> dict[str, Any]:
    """The bill of one lock file. Raises ValueError for a package without a hash."""
    root = {"type": "application", "bom-ref": "linkage", "name": "linkage", "licenses": [{"license": {"id": "MIT"}}]}
    components = [_component(block) for block in _blocks(lock.read_text(encoding="utf-8"))]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": root, "lifecycles": [{"phase": "build"}]},
        "components": components,
        "dependencies": [{"ref": "linkage", "dependsOn": [c["bom-ref"] for c in components]}],
    }


def _blocks(text: str) -> list[str]:
    """The lines of each package: its own and the hashes that follow."""
    return [b for b in re.split(r"\n(?=[A-Za-z0-9])", text) if LINE.match(b)]


def _component(block: str) -> dict[str, Any]:
    found = LINE.match(block)
    hashes = HASH.findall(block)
    if found is None or not hashes:
        raise ValueError(f"no hash stands beside {block.splitlines()[0]}")
    name, version = found["name"].lower(), found["version"]
    purl = f"pkg:pypi/{name}@{version}"
    told = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    # One hash a file of the release; which one is installed depends on the machine.
    properties = [{"name": "linkage:file-sha256", "value": value} for value in hashes]
    return told | ({"licenses": licence} if (licence := _licence(name)) else {}) | {"properties": properties}


def _licence(name: str) -> list[dict[str, Any]]:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return []  # for another platform
    if expression := told.get("License-Expression"):
        return [{"expression": expression}]
    stated = [c.split(" :: ")[-1] for c in told.get_all("Classifier") or [] if c.startswith("License :: ")]
    return [{"license": {"name": name}} for name in stated]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill(Path(sys.argv[1])), indent=1) + "\n")
