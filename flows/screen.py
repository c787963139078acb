"""What an operator sees: progress bars and short tables on standard error and output. No personal value."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


class Bar:
    """A progress bar on standard error with the words of what is being done. Silent where nobody watches."""

    def __init__(self, title: str) -> None:
        console = Console(file=sys.stderr)
        self._progress = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task(title, total=None)
        self._title = title

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._progress.stop()

    def update(self, words: str, done: int, total: int) -> None:
        """Show that `done` of `total` parts are done and what comes now."""
        self._progress.update(self._task, description=f"{self._title}: {words}", completed=done, total=total)
