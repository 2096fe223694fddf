"""The terms of all passages of a build, gathered source by source in little memory."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from qa.counts import TermCounts, count_terms, merge
from qa.lexical import load_counts

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

# Sources counted on their own until they are made one: each has its own list of terms.
_LOOSE = 256


class Tally:
    """Counts of passages in order: those read anew, and those kept of an older collection.

    ``old`` is the number of passages of that collection.
    """

    def __init__(self, old: int) -> None:
        self._rows = np.full(old, -1, np.int64)
        self._size = 0
        self._loose: list[TermCounts] = []
        self._levels: list[list[TermCounts]] = []
        self._fresh: list[npt.NDArray[np.int64]] = []

    def keep(self, first: int, end: int) -> None:
        """Take over the passages ``first`` to ``end`` of the older collection."""
        self._rows[first:end] = np.arange(self._size, self._size + end - first)
        self._size += end - first

    def add(self, counts: TermCounts) -> None:
        """Add passages read anew."""
        self._fresh.append(np.arange(self._size, self._size + counts.size))
        self._size += counts.size
        self._loose.append(counts)
        if len(self._loose) >= _LOOSE:
            self._stack(_joined(self._loose), 0)
            self._loose = []

    def total(self, before: Path | None) -> TermCounts:
        """The counts of all passages; ``before`` is the folder of the older collection.

        Raises:
            IndexDamaged: it can't be read.
        """
        stacked = [counts for level in reversed(self._levels) for counts in level]
        fresh = _joined([*stacked, _joined(self._loose)])
        rows = np.concatenate([np.empty(0, np.int64), *self._fresh])
        parts = [(fresh, rows)]
        if before is not None and (self._rows >= 0).any():
            parts.append((load_counts(before), self._rows))
        return merge(parts, self._size)

    def _stack(self, counts: TermCounts, level: int) -> None:
        """Keep few collections, each several times as large as the next: each is merged rarely."""
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(counts)
        if len(self._levels[level]) >= 4:
            joined = _joined(self._levels[level])
            self._levels[level] = []
            self._stack(joined, level + 1)


def _joined(parts: list[TermCounts]) -> TermCounts:
    """The counts of collections one after another."""
    if not parts:
        return count_terms([])
    starts = np.cumsum([0, *(part.size for part in parts)])
    maps = [np.arange(a, b) for a, b in pairwise(starts.tolist())]
    return merge(list(zip(parts, maps, strict=True)), int(starts[-1]))
