"""Progress on the standard error stream."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa.render.console import is_drawn
from qa.render.safe import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID


class Progress:
    """What is being done: a bar where the console is drawn on, messages wherever it is.

    Given no console, it is silent. One thing is under way at a time: a second ``start`` replaces
    the first.
    """

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def start(self, description: str, total: int | None = None) -> None:
        """Begin something of ``total`` steps, None where the number isn't known."""
        if self._console is None or not is_drawn(self._console):
            return
        if self._bar is None:
            self._bar = _bar(self._console)
            self._bar.start()
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(clean_line(description), total=total)

    def describe(self, description: str) -> None:
        """Say more of what is under way."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=clean_line(description))

    def advance(self, n: int = 1) -> None:
        """Count ``n`` steps done."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, n)

    def say(self, message: str) -> None:
        """Write one line, above the bar where there is one."""
        if self._console is not None:
            from rich.text import Text

            self._console.print(Text(clean_line(message)), soft_wrap=True)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None


@contextmanager
def progress(console: Console, quiet: bool) -> Iterator[Progress]:
    """Give a :class:`Progress` on ``console`` (standard error's); ``quiet`` silences all of it.

    The bar vanishes at the end, whatever the end. It is drawn only at a terminal without
    ``NO_COLOR``, and never touches the standard output.
    """
    shown = Progress(None if quiet else console)
    try:
        yield shown
    finally:
        shown.stop()


def _bar(console: Console) -> Bar:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    return RichProgress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
        # rich would send what others print to its own console: answers belong to stdout.
        redirect_stdout=False,
        redirect_stderr=False,
    )
