"""The reasons why something was not read, sorted into a few groups that a person can act on."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qa.nouns import Skipped

HIDDEN, LEFT_OUT, EMPTY, OTHER = "hidden", "left out on purpose", "empty", "other"
ROWS = "rows of a file"
# The first that fits is the group; what a person can do something about comes first.
_GROUPS = {
    HIDDEN: r"hidden (?:file|folder)",
    LEFT_OUT: r"index: false|BEIR|an index of qa|^link to|\ba link\b|^describes ",
    "needs a library or program": r"pip install|\binstall\b",
    "encrypted": r"encrypt|password",
    "without text": r"\bOCR\b|\b(?:has|have) (?:no )?text",
    "too large": r"--max-|too large|zip bomb|nested too deep|more than it may hold"
    r"|does not fit into memory|more memory than",
    "damaged": r"damaged|\bits content|crash|no usable result|stopped answering|was killed"
    r"|compressed in a way|\bcan't be unpacked",
    "no access": r"permission|can't be read|vanished|broken link|no process could be started",
    "unknown kind": r"no reader for|a pipe|a socket|a device|binary|not text",
    EMPTY: r"\bempty\b|holds no ",
}
_PATTERNS = {group: re.compile(pattern) for group, pattern in _GROUPS.items()}
# Nothing that was left out for these reasons could hold an answer.
_ON_PURPOSE = frozenset({HIDDEN, LEFT_OUT, EMPTY})
_ORDER = [
    *(name for name in _GROUPS if name not in _ON_PURPOSE),
    *(ROWS, OTHER, EMPTY, LEFT_OUT, HIDDEN),
]


def group_of(item: Skipped) -> str:
    """The group of something that was not read."""
    if item.line is not None:
        return ROWS
    found = (group for group, pattern in _PATTERNS.items() if pattern.search(item.reason))
    return next(found, OTHER)


def on_purpose(item: Skipped) -> bool:
    """Whether it was left out on purpose, or has nothing in it: no answer could stand there."""
    return group_of(item) in _ON_PURPOSE


def by_group(items: Iterable[Skipped]) -> dict[str, int]:
    """How many there are of each group, groups to act on first."""
    counts = Counter(map(group_of, items))
    return {group: counts[group] for group in _ORDER if counts[group]}


def to_act_on_first(items: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """The same, those that a person can do something about first."""
    return tuple(sorted(items, key=lambda item: _ORDER.index(group_of(item))))
