"""A sorted vocabulary, searched where it lies."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import mmap
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """A sorted vocabulary that is searched where it lies: UTF-8 lines and their offsets."""

    lines: bytes | mmap.mmap
    offsets: Int64

    @staticmethod
    def of(vocabulary: Sequence[str]) -> Lexicon:
        """Lay out sorted terms. Raises ValueError for a term that holds a line feed."""
        lines = [term.encode() + b"\n" for term in vocabulary]
        blob = b"".join(lines)
        if blob.count(b"\n") != len(lines):
            raise ValueError("a term must not hold a line feed")
        offsets = np.zeros(len(lines) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)), out=offsets[1:])
        return Lexicon(blob, offsets)

    def find(self, term: str) -> int | None:
        """Return the term's number, None for a term that stands nowhere."""
        wanted = term.encode(errors="replace")
        lines, starts = self.lines, self.offsets.data  # both index without numpy's overhead
        size = len(starts) - 1

        def line(index: int) -> bytes:
            return lines[starts[index] : starts[index + 1] - 1]

        index = bisect_left(range(size), wanted, key=line)
        return index if index < size and line(index) == wanted else None

    def terms(self) -> tuple[str, ...]:
        """Return all terms, sorted."""
        return tuple(self.lines[:].decode().split("\n")[:-1])
