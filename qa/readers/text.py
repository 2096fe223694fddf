"""Plain text: paragraphs, and the lines above them that look like headings."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from qa.nouns import Block
from qa.readers.metadata import clean
from qa.readers.structure import Structure, read_text, trimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import Reading, SourceFile
    from qa.readers.metadata import Metadata
    from qa.readers.structure import Span

suffixes = (".txt",)
version = 2

# Lines longer than this are not wrapped by hand: each is a paragraph.
_LONG_LINE = 200
# A line and its end; the ends are those of `str.splitlines`.
_ENDS = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_LINE = re.compile(f"[^{_ENDS}]*(?:\r\n|[{_ENDS}])|[^{_ENDS}]+\\Z")
_BULLET = re.compile(r"(?:[•‣◦▪●·*–—+-]|\(?\d{1,3}[.)]|\(?[A-Za-z]\))[ \t]+\S")  # noqa: RUF001 - as they are typed
_HEADING_END = tuple(".!?;,:…。！？；，：、\"'”’»›」』")  # noqa: RUF001 - as they are typed
_HEADING_WORDS, _HEADING_CHARACTERS, _HEADING_UNCASED = 12, 100, 30


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a plain text file as one document."""
    return read_text(source, data, meta, structure)


def structure(text: str, start: int) -> Structure:
    """Find paragraphs and headings; every character but white space is in one of them.

    A heading is a short line without an end mark above a paragraph at least twice as long; the
    first, where the text begins with it, is the title. Headings with nothing between them make a
    path, otherwise each replaces the one before: plain text shows no levels.
    """
    spans = list(paragraphs(text, start))
    blocks: list[Block] = []
    path: tuple[str, ...] = ()
    title = None
    open_path = False  # no paragraph yet under the last heading
    for number, (first, last) in enumerate(spans):
        if number + 1 < len(spans) and _is_heading(text, spans[number], spans[number + 1]):
            heading = clean(text[first:last]) or ""
            path = (*path, heading) if open_path else (heading,)
            title = heading if number == 0 else title
            open_path = True
        else:
            blocks.append(Block(first, last, path))
            open_path = False
    return Structure(tuple(blocks), title)


def paragraphs(text: str, start: int = 0) -> Iterator[Span]:
    """Yield the trimmed spans of paragraphs, in order.

    Blank lines part them. Where lines are long each is a paragraph; otherwise lines were wrapped
    by hand and belong together, but a bullet or a number begins a new paragraph.
    """
    groups = list(_groups(text, start))
    lines = [line for group in groups for line in group]
    written = sum(end - first for first, end in lines)
    in_long = sum(end - first for first, end in lines if end - first > _LONG_LINE)
    unwrapped = in_long * 4 > written
    for group in groups:
        if unwrapped or any(end - first > _LONG_LINE for first, end in group):
            yield from group
        else:
            yield from _unwrap(text, group)


def _groups(text: str, start: int) -> Iterator[list[Span]]:
    """Yield the lines, trimmed, between blank lines."""
    group: list[Span] = []
    for line in _LINE.finditer(text, start):
        first, end = trimmed(text, *line.span())
        if first < end:
            group.append((first, end))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _unwrap(text: str, group: list[Span]) -> Iterator[Span]:
    first, last = group[0]
    for start, end in group[1:]:
        if _BULLET.match(text, start, end):
            yield first, last
            first = start
        last = end
    yield first, last


def _is_heading(text: str, span: Span, following: Span) -> bool:
    start, end = span
    if end - start > _HEADING_CHARACTERS or following[1] - following[0] < 2 * (end - start):
        return False
    line = text[start:end]
    first = unicodedata.category(line[0])
    if first not in {"Lu", "Lt", "Lo", "Nd"} or _BULLET.match(line) or len(line.splitlines()) > 1:
        return False
    if first == "Lo" and len(line) > _HEADING_UNCASED:  # a script without capitals, few spaces
        return False
    return not line.endswith(_HEADING_END) and len(line.split()) <= _HEADING_WORDS
