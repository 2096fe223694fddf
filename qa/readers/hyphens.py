"""Joining lines into a text in which words are whole again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CUT = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\u2010]\Z")
_LONGEST = 80
_HYPHENS = ("-", "\u2010")
_NEXT = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)+")
# What a compound begins with far more often than a word cut in two.
_FIRST_PARTS = frozenset({
    "well", "self", "long", "short", "high", "low", "half", "full", "large", "small", "cross",
    "all", "ever", "second", "third", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty",
    "ninety",
})  # fmt: skip
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")


@dataclass(slots=True)
class Vocabulary:
    """The words that a document writes within its lines, in lower case; some with a hyphen."""

    words: set[str] = field(default_factory=set)

    @staticmethod
    def of(lines: Iterable[str]) -> Vocabulary:
        """Collect from a document's lines; what the end of a line may have cut does not count.

        Where no line ends in a hyphen nothing need be known.
        """
        lines = list(lines)
        found: set[str] = set()
        if not any(line.endswith(_HYPHENS) for line in lines):
            return Vocabulary()
        for line in lines:
            inner = line.rpartition(" ")[0] if line.endswith(_HYPHENS) else line
            found.update(match[0].casefold() for match in _COMPOUND.finditer(inner))
            found.update(match[0].casefold() for match in _NEXT.finditer(inner))
        return Vocabulary({word.replace("\u2010", "-") for word in found})

    def join(self, before: str, after: str) -> str:
        """Join two lines: a word that the line's end cut is made whole.

        Its hyphen stays where it is likely the word's own: the document writes it so elsewhere,
        or writes both its parts as words and nowhere the whole; a capital or a figure follows.
        Scripts that write without spaces get none.
        """
        if before.endswith(_HYPHENS) and after:
            cut, following = _CUT.search(before[-_LONGEST:]), _NEXT.match(after)
            if cut and following:
                kept = self._is_compound(cut[1].casefold(), following[0])
                return (before if kept else before[:-1]) + after
            if not before[:-1].endswith(" "):
                return before + after
        if _UNSPACED.match(before[-1:]) and _UNSPACED.match(after[:1]):
            return before + after
        return f"{before} {after}" if before and after else before + after

    def _is_compound(self, first: str, second: str) -> bool:
        """Whether the hyphen between two parts is the word's own."""
        if not second[0].islower() or f"{first}-{second}".casefold() in self.words:
            return True
        if f"{first}{second}".casefold() in self.words:
            return False
        return first in _FIRST_PARTS or {first, second.casefold()} <= self.words
