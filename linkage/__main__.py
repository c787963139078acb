"""`python -m linkage` and the command `linkage`."""

from __future__ import annotations

import sys

from linkage.cli import main

if __name__ == "__main__":
    sys.exit(main())
