"""Typst in a process of its own: for each report of a large region it comes to hold hundreds of megabytes, and gives none back.

Reads an order from standard input and writes the PDF to standard output; nothing of it is ever a file or an argument.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path

from linkage import parallel

SOURCE = Path(__file__).with_name("templates") / "report.typ"


def pressed(data: str, timestamp: int) -> bytes:
    """The report as a tagged PDF. data: JSON that the template reads; timestamp: seconds since 1970 that the PDF bears as its date.

    Raises RuntimeError, without a value of the data, when it cannot be made.
    """
    order = json.dumps({"data": data, "timestamp": timestamp}, ensure_ascii=False)
    return parallel.apart(__name__, order.encode())


def _press(data: str, timestamp: int) -> bytes:
    import typst

    made: bytes = typst.compile(
        SOURCE.read_bytes(),
        sys_inputs={"data": data},
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[_font_folder()]),
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=timestamp,
    )
    return made


def _font_folder() -> str:
    spec = find_spec("ttf_opensans")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package ttf-opensans is missing; install from requirements.lock")
    return str(Path(spec.origin).with_name("ttf"))


if __name__ == "__main__":
    sys.stdout.buffer.write(_press(**json.load(sys.stdin.buffer)))
