"""Many numbers in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 12


def ranges(numbers: Iterable[int]) -> str:
    """Give rising numbers as ranges, the first twelve of them, and how many more there are."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [f"{a}" if a == b else f"{a}–{b}" for a, b in runs[:_MOST]]  # noqa: RUF001 - a range
    more = sum(b - a + 1 for a, b in runs[_MOST:])
    return ", ".join(shown) + (f" and {more} more" if more else "")
