"""Which documents a question is asked of, by date, name and publisher, before any is ranked."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np

from qa.errors import NothingSelected

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from qa.snapshot import DocumentRecord, Snapshot

# What follows a full date (a time of day) is not looked at.
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?=\D|\Z))?)?(?=[T\s]|\Z)")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a year, a month or a date stands for, both ends included."""

    first: date
    last: date

    @staticmethod
    def of(text: str) -> Period | None:
        """Read ``2020``, ``2020-05`` or ``2020-05-01``, a time after it or none; else None."""
        match = _DATE.match(text.strip())
        if match is None:
            return None
        year, month, day = (None if part is None else int(part) for part in match.groups())
        try:
            first = date(year or 0, month or 1, day or 1)
            last_month = first.month if month else 12
            last_day = day or monthrange(first.year, last_month)[1]
            return Period(first, date(first.year, last_month, last_day))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a document must be like; None and an empty tuple ask nothing of it.

    ``since`` and ``until`` are inclusive: a document dated ``2020`` is of 2020-06 too, for it may
    be. ``names`` are globs, of which one must match the document's name, or that of the file it
    came from; ``publisher`` stands in its publisher's name, whatever the case.
    """

    since: Period | None = None
    until: Period | None = None
    names: tuple[str, ...] = ()
    publisher: str | None = None

    @property
    def dated(self) -> bool:
        """Whether a document needs a date."""
        return self.since is not None or self.until is not None

    @property
    def is_open(self) -> bool:
        """Whether it lets every document through."""
        return not (self.dated or self.names or self.publisher)

    def fits(self, record: DocumentRecord) -> bool:
        """Whether name and publisher are as asked for."""
        if self.publisher is not None and _fold(self.publisher) not in _fold(record.publisher):
            return False
        return not self.names or any(
            fnmatchcase(name, _composed(glob)) for glob in self.names for name in _names(record)
        )

    def falls(self, period: Period) -> bool:
        """Whether a document's date is as asked for."""
        late = self.since is None or period.last >= self.since.first
        return late and (self.until is None or period.first <= self.until.last)


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What a question is asked of: ``passages`` says of each passage whether it may be found.

    ``undated`` counts the documents that were left out for nothing but the lack of a date.
    """

    passages: npt.NDArray[np.bool_]
    documents: int
    undated: int


def scope_of(snapshot: Snapshot, narrow: Narrow) -> Scope:
    """The documents of an index that are as asked for.

    Raises:
        NothingSelected: none is; the message says what there is.
    """
    wanted = np.zeros(len(snapshot.documents), bool)
    undated = 0
    for number, record in enumerate(snapshot.iter_documents()):
        if not narrow.fits(record):
            continue
        period = Period.of(record.date) if narrow.dated and record.date else None
        undated += narrow.dated and period is None
        wanted[number] = not narrow.dated or (period is not None and narrow.falls(period))
    if not wanted.any():
        raise NothingSelected(_what_there_is(tuple(snapshot.iter_documents()), narrow))
    return Scope(wanted[snapshot.passages["document"]], int(wanted.sum()), undated)


def _names(record: DocumentRecord) -> tuple[str, ...]:
    """The document's name and, where its file holds many documents, that of the file."""
    name = _composed(record.name)
    return (name,) if record.line_start is None else (name, name.partition("#")[0])


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _fold(text: str | None) -> str:
    return "" if text is None else " ".join(text.casefold().split())


def _what_there_is(records: tuple[DocumentRecord, ...], narrow: Narrow) -> str:
    """Say what no document is like, and of each thing asked for what there is instead."""
    told = []
    if narrow.names:
        names = dict.fromkeys(name for record in records for name in _names(record)[-1:])
        told.append(f"the documents are {_listed(names)}")
    if narrow.publisher is not None:
        publishers = sorted({record.publisher for record in records if record.publisher})
        told.append(f"the publishers are {_listed(publishers)}" if publishers else "none has one")
    if narrow.dated:
        told.append(_dates(records))
    return f"no document is as asked for: {'; '.join(told)}"


def _dates(records: tuple[DocumentRecord, ...]) -> str:
    known = sorted(r.date for r in records if r.date and Period.of(r.date))
    if not known:
        return "none has a date"
    span = known[0] if known[0] == known[-1] else f"{known[0]} to {known[-1]}"
    return f"{len(known)} of {len(records)} documents have a date, {span}"


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    more = len(shown) - _MOST_NAMED
    return ", ".join(shown[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
