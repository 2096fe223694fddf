"""reStructuredText: sections by their adornment, directives' bodies, comments left out.

A small reading of docutils' rules (docutils, "reStructuredText Markup Specification"), not an
implementation of them: nothing is run, included or substituted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.nouns import Block
from qa.readers.metadata import Metadata, clean, from_mapping
from qa.readers.structure import Structure, read_text, trimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import Reading, SourceFile

suffixes = (".rst",)
version = 2

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1{2,}[ \t]*")
_BULLET = re.compile(r"(?:[-*+•‣]|\(?(?:\d{1,3}|[A-Za-z#])[.)])[ \t]+\S")
_FIELD = re.compile(r":([^:\s][^:]*):(?:[ \t]+(.*))?")
_DIRECTIVE = re.compile(r"\.\.[ \t]+(?:\|[^|]+\|[ \t]+)?([\w][\w:+.-]*)::(?:[ \t]+|\Z)")
_NOTE = re.compile(r"\.\.[ \t]+\[[^\]]+\][ \t]+")
_EXPLICIT = re.compile(r"\.\.(?:[ \t]|\Z)")
# Directives whose first line is words of theirs; of the others it is an argument.
_WORDED = {
    "attention", "caution", "danger", "error", "hint", "important", "note", "tip", "warning",
    "admonition", "topic", "sidebar", "rubric", "epigraph", "highlights", "pull-quote", "seealso",
    "versionadded", "versionchanged", "deprecated", "todo", "parsed-literal", "glossary",
}  # fmt: skip
# Directives whose body is no text of the document.
_WORDLESS = {"toctree", "image", "include", "raw", "contents", "index", "meta", "literalinclude"}


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a reStructuredText file as one document."""
    return read_text(source, data, meta, structure)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without the white space at its ends; ``indent`` counts what stood before it."""

    start: int
    end: int
    indent: int
    words: str


@dataclass(slots=True)
class _State:
    """Where reading has come: sections open, blocks found, fields met at the top."""

    styles: list[str] = field(default_factory=list)
    above: list[tuple[int, str]] = field(default_factory=list)
    titles: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def open(self, style: str, words: str) -> None:
        """Open a section; a style not seen before is one level deeper than all seen."""
        if style not in self.styles:
            self.styles.append(style)
        level = self.styles.index(style)
        while self.above and self.above[-1][0] >= level:
            self.above.pop()
        self.above.append((level, words))
        self.titles.append((level, words))

    def add(self, start: int, end: int) -> None:
        """Add a block under the open sections."""
        self.blocks.append(Block(start, end, tuple(words for _, words in self.above)))


def structure(text: str, start: int) -> Structure:
    """Find the blocks after ``start``, each with the titles of the sections it is in.

    Left out are comments, link targets, the marks, arguments and options of directives, and
    the fields at the top, which may give ``date``, ``title`` and other metadata. The first title
    is the document's where no other is on its level.
    """
    lines = [_line(text, *match.span()) for match in _LINE.finditer(text, start)]
    state = _State()
    number = 0
    while number < len(lines):
        if not lines[number].words:
            number += 1
            continue
        number = _section(lines, number, state) or _other(lines, number, state)
    titles = state.titles
    title = titles[0][1] if titles and all(level for level, _ in titles[1:]) else None
    return Structure(tuple(state.blocks), title, from_mapping(dict(state.fields)))


def _line(text: str, start: int, end: int) -> _Line:
    first, last = trimmed(text, start, end)
    return _Line(first, last, len(text[start:first].expandtabs()), text[first:last])


def _section(lines: list[_Line], number: int, state: _State) -> int | None:
    """Read a section's title, with or without a line above it; return the line after it."""
    here = [line.words for line in lines[number : number + 3]] + ["", ""]
    over = _ADORNMENT.fullmatch(here[0])
    if over and here[1] and here[2] == here[0] and len(here[0]) >= len(here[1]):
        state.open(here[0][0] * 2, clean(here[1]) or "")
        return number + 3
    if over and not here[1]:  # a transition, or what is left of a title
        return number + 1
    under = _ADORNMENT.fullmatch(here[1])
    wide = len(here[1]) >= len(here[0]) or len(here[1]) >= 4
    if not over and under and wide and lines[number].indent == 0:
        state.open(here[1][0], clean(here[0]) or "")
        return number + 2
    return None


def _other(lines: list[_Line], number: int, state: _State) -> int:
    """Read what is no title; return the line after it."""
    line = lines[number]
    if _EXPLICIT.match(line.words):
        return _explicit(lines, number, state)
    known = _FIELD.fullmatch(line.words)
    if known and not state.blocks:
        state.fields.setdefault(known[1].strip().lower(), (known[2] or "").strip())
        return _indented(lines, number + 1, line.indent, blank=False)
    end = number + 1
    while end < len(lines) and lines[end].words:
        end += 1
    for first, last in _items(lines[number:end]):
        state.add(first.start, last.end)
    return end


def _explicit(lines: list[_Line], number: int, state: _State) -> int:
    """Read what two dots begin: a directive, a note, or a comment and its like."""
    line = lines[number]
    end = _indented(lines, number + 1, line.indent, blank=True)
    directive, note = _DIRECTIVE.match(line.words), _NOTE.match(line.words)
    mark = note or directive
    name = directive[1].lower() if directive else ""
    if mark is None or name in _WORDLESS:
        return end
    body = number + 1
    while body < end and lines[body].words and directive and _FIELD.match(lines[body].words):
        body += 1
    worded = (note or name in _WORDED) and mark.end() < len(line.words)
    group: list[_Line] = []
    if worded:
        start = line.start + mark.end()
        group = [_Line(start, line.end, line.indent, line.words[mark.end() :])]
    for inside in [*lines[body:end], _Line(0, 0, 0, "")]:
        if inside.words:
            group.append(inside)
            continue
        for first, last in _items(group):
            state.add(first.start, last.end)
        group = []
    return end


def _indented(lines: list[_Line], number: int, indent: int, *, blank: bool) -> int:
    """Return the line after those deeper than ``indent``; blank lines between count if asked."""
    end = number
    while number < len(lines):
        if lines[number].words and lines[number].indent <= indent:
            break
        if lines[number].words:
            end = number + 1
        elif not blank:
            break
        number += 1
    return end


def _items(group: list[_Line]) -> Iterator[tuple[_Line, _Line]]:
    """Yield the first and last lines of the paragraphs or list items in lines without a gap."""
    if not group:
        return
    first = last = group[0]
    for line in group[1:]:
        if _BULLET.match(line.words):
            yield first, last
            first = line
        last = line
    yield first, last
