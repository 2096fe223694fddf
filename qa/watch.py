"""Following a folder: the index is brought up to date whenever something in it changes."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePath
from time import monotonic, sleep
from typing import TYPE_CHECKING, Protocol

from qa.errors import QaError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

# Changes this close together are one batch, and one generation; one that goes on for longer is cut.
_QUIET_MS, _LONGEST_MS = 400, 5_000
_TICK_MS = 500
_RETRY_SECONDS, _MOST_SECONDS = 2.0, 60.0


class Stop(Protocol):
    """What says that it is enough."""

    def is_set(self) -> bool:
        """Whether it is."""
        ...


@dataclass(slots=True)
class _Trouble:
    """What went wrong last, when to try again, and how long to wait after that."""

    message: str | None = None
    due: float | None = None
    wait: float = field(default_factory=lambda: _RETRY_SECONDS)

    def is_due(self) -> bool:
        return self.due is not None and monotonic() >= self.due


def watch(
    corpus: Path,
    index: Path,
    build: Callable[[], None],
    say: Callable[[str], None],
    stop: Stop,
) -> None:
    """Call ``build`` now, and again after every batch of changes in the folder, until ``stop``.

    What goes wrong is said, once, and tried again: an index that somebody else is building, a full
    disk, a folder that is gone for a while. What was indexed goes on answering meanwhile.

    Raises:
        QaError: the folder is not there at the beginning.
    """
    if not corpus.is_dir():
        build()  # says what is wrong
    trouble = _Trouble()
    with closing(ticks(corpus, index, say, stop)) as changes:
        for changed in changes:
            if changed or trouble.is_due():
                trouble = _tried(build, say, trouble)


def _tried(build: Callable[[], None], say: Callable[[str], None], before: _Trouble) -> _Trouble:
    try:
        build()
    except QaError as error:
        message = str(error)
        if message != before.message:
            say(f"{message} (trying again)")
        return _Trouble(message, monotonic() + before.wait, min(2 * before.wait, _MOST_SECONDS))
    return _Trouble()


def ticks(
    corpus: Path, index: Path, say: Callable[[str], None], stop: Stop
) -> Generator[bool, None, None]:
    """Give True at first, after every batch of changes, and when the folder went or came back.

    In between gives False twice a second. What changes in the index itself, should the folder hold
    it, or in hidden files, is no change.
    """
    while not stop.is_set():
        place = _place(corpus)
        if place is None:
            yield True
        while place is None and not stop.is_set():
            sleep(_TICK_MS / 1000)
            place = _place(corpus)
            yield False
        if place is not None:
            yield from _while_there(corpus, index, place, say, stop)


def _while_there(
    corpus: Path, index: Path, place: tuple[int, int], say: Callable[[str], None], stop: Stop
) -> Iterator[bool]:
    """The ticks of a folder until it is gone or another one stands in its place."""
    polling = None
    while not stop.is_set():
        try:
            yield from _notified(corpus, index, place, stop, polling=polling)
        except FileNotFoundError:
            return
        except (RuntimeError, OSError) as error:  # as many watches as the system allows
            if polling:
                raise
            polling = True
            say(f"the system can't report changes here ({error}): looking for them instead")
        else:
            return


def _notified(
    corpus: Path, index: Path, place: tuple[int, int], stop: Stop, *, polling: bool | None
) -> Iterator[bool]:
    from watchfiles import watch as watched

    root, own = os.path.realpath(corpus), os.path.realpath(index)
    changes = watched(
        root,
        watch_filter=lambda _, path: _counts(path, root, own),
        debounce=_LONGEST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        rust_timeout=_TICK_MS,
        yield_on_timeout=True,
        force_polling=polling,
        ignore_permission_denied=True,
    )
    with closing(changes):
        first = True  # whatever changed before this was set up
        for batch in changes:
            if _place(corpus) != place:
                return
            yield first or bool(batch)
            first = False


def _counts(path: str, root: str, index: str) -> bool:
    """Whether a change of this path may be one of a source."""
    if path == index or path.startswith(index + os.sep):
        return False
    below = PurePath(path.removeprefix(root)).parts
    return not any(part.startswith(".") for part in below)


def _place(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another of its name; None where there is none."""
    try:
        facts = folder.stat()
    except OSError:
        return None
    return (facts.st_dev, facts.st_ino) if folder.is_dir() else None
