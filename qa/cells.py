"""Which cell of a row answers: the one whose column the question names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from qa import tokens

if TYPE_CHECKING:
    from qa.extract import Candidate

# Formats whose rows a reader writes with the columns' names: ``Country: Honduras; Year: 2017``.
_WRITTEN = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm")
_PAIR = re.compile(r"(?:\A|(?<=; ))([^:;\n]{1,100}): ")
_LONGEST_NAME = 8
# A row of a Markdown table; its header is the last of the headings.
_BAR = re.compile(r" ?\| ?")
_CELL = re.compile(r"(?<!\\)\|")


class _Cell(NamedTuple):
    """A cell of a row: its column's name, and where its value stands in the line."""

    name: str
    start: int
    end: int


def picked(question: str, best: Candidate) -> Candidate | None:
    """The candidate narrowed to one cell, where it stands in a row of a table; else None.

    That is the cell whose column's name has most of the question's words, of those whose values
    the question does not give itself; where it names no column, the cell that was found.
    """
    text, base = best.hit.text, best.hit.start
    begin = text.rfind("\n", 0, best.start - base) + 1
    stop = text.find("\n", begin)
    line = text[begin : stop if stop >= 0 else len(text)]
    at = best.start - base - begin
    written = best.hit.document.lower().endswith(_WRITTEN)
    cells = _written(line) if written else _between_bars(line, best.hit.headings)
    if len(cells) < 2:
        return None
    chosen = _chosen(set(tokens.analyse(question)), line, cells, at)
    start = base + begin
    return replace(
        best,
        start=start + chosen.start,
        end=start + chosen.end,
        quote_start=start,
        quote_end=start + len(line.rstrip()),
    )


def _written(line: str) -> list[_Cell]:
    """The cells of a row in which each value stands after its column's name."""
    names = list(_PAIR.finditer(line))
    if len(names) < 2 or names[0].start() or any(len(n[1].split()) > _LONGEST_NAME for n in names):
        return []
    ends = [*(name.start() - 2 for name in names[1:]), len(line.rstrip())]
    return [_Cell(name[1], name.end(), end) for name, end in zip(names, ends, strict=True)]


def _between_bars(line: str, headings: tuple[str, ...]) -> list[_Cell]:
    """The cells of a row of a Markdown table, whose header has as many."""
    names = _BAR.split(headings[-1]) if headings else []
    if len(names) < 2:
        return []
    bars = [bar.start() for bar in _CELL.finditer(line)]
    edges = [*([] if line.startswith("|") else [-1]), *bars]
    edges += [] if line.rstrip().endswith("|") else [len(line)]
    if len(edges) != len(names) + 1:
        return []
    cells = []
    for name, left, right in zip(names, edges, edges[1:], strict=False):
        value = line[left + 1 : right]
        start = left + 1 + len(value) - len(value.lstrip())
        cells.append(_Cell(name, start, max(start, left + 1 + len(value.rstrip()))))
    return cells


def _chosen(asked: set[str], line: str, cells: list[_Cell], at: int) -> _Cell:
    found = max((cell for cell in cells if cell.start <= at), default=cells[0], key=_by_start)
    ranked: list[tuple[float, float, bool, int]] = []
    for place, cell in enumerate(cells):
        name = set(tokens.analyse(cell.name))
        value = set(tokens.analyse(line[cell.start : cell.end]))
        shared = len(name & asked)
        if not value or not shared or 2 * len(value & asked) >= len(value):
            continue
        ranked.append((shared, shared / len(name), cell is found, -place))
    return cells[-max(ranked)[3]] if ranked else found


def _by_start(cell: _Cell) -> int:
    return cell.start
