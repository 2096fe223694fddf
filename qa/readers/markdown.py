"""Markdown (CommonMark with tables): blocks and heading paths by markdown-it-py's line maps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.nouns import Block
from qa.readers.metadata import clean
from qa.readers.structure import Structure, read_text, trimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from qa.nouns import Reading, SourceFile
    from qa.readers.metadata import Metadata
    from qa.readers.structure import Span

suffixes = (".md", ".markdown")
version = 2

# The parser's own line ends; a form feed, for one, does not end a line of Markdown.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_MARKERS = re.compile(
    r"(?:[ \t]*(?:>|[-*+](?=[ \t])(?:[ \t]+\[[ xX]\](?=[ \t]))?|\d{1,9}[.)](?=[ \t])))*[ \t]*"
)
_NO_WORDS = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|</?[A-Za-z!][^<>]*>", re.DOTALL)
_WORD = re.compile(r"\w")
_DEFINITION = re.compile(r"[ \t>]*\[[^\]]+\]:")
_LEAVES = {"paragraph_open", "fence", "code_block", "html_block", "table_open"}
_LONGEST_HEADING = 1_000
# A table's header is a line, and a line of dashes; one with more rows is too many passages.
_HEADER_LINES, _MOST_ROWS = 2, 5_000


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a Markdown file as one document."""
    return read_text(source, data, meta, structure)


@dataclass(slots=True)
class Outline:
    """What stands where in a text: ``headings`` by their start, with level and words.

    ``rows`` gives the header of the table that a span which is a row belongs to, by its start.
    """

    spans: list[Span] = field(default_factory=list)
    headings: dict[int, tuple[int, str]] = field(default_factory=dict)
    rows: dict[int, str] = field(default_factory=dict)

    @property
    def title(self) -> str | None:
        """The first heading of level 1, else a first heading that is above all others."""
        ordered = [heading for _, heading in sorted(self.headings.items())]
        first = next((words for level, words in ordered if level == 1), None)
        if first is None and ordered and all(level > ordered[0][0] for level, _ in ordered[1:]):
            first = ordered[0][1]
        return first or None

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The spans as blocks, each with the path of the headings above it."""
        blocks = []
        above: list[tuple[int, str]] = []
        waiting = sorted(self.headings.items(), reverse=True)
        for start, end in sorted(self.spans):
            while waiting and waiting[-1][0] < start:
                level, words = waiting.pop()[1]
                while above and above[-1][0] >= level:
                    above.pop()
                if words:
                    above.append((level, words))
            path = tuple(words for _, words in above)
            header = self.rows.get(start)
            if header is None:
                blocks.append(Block(start, end, path))
            else:
                blocks.append(Block(start, end, (*path, header), lines=True, alone=True))
        return tuple(blocks)


def structure(text: str, start: int) -> Structure:
    """Find the blocks after ``start``, each with its heading path.

    A block is a paragraph (of a list item, a quotation, or by itself), a table, a line of indented
    code, fenced code without its fences, or HTML that holds words. Of a table with several rows
    each is a block that stands alone, under the table's header as its last heading. Definitions of
    links are left out. The title is the first heading of level 1, else a first heading that is
    above all others.
    """
    found = outline(text, start)
    return Structure(found.blocks, found.title)


def outline(text: str, start: int) -> Outline:
    """Find spans and headings after ``start``."""
    blocks, inline = _parsers()
    lines = [line.span() for line in _LINE.finditer(text, start)]
    found = Outline()
    seen = bytearray(len(lines))
    tokens = blocks.parse(text[start:])
    for number, token in enumerate(tokens):
        if token.map is None:
            continue
        first, last = token.map[0], min(token.map[1], len(lines))
        if token.type == "heading_open":
            words = _words(inline, tokens[number + 1].content)
            found.headings[lines[first][0]] = int(token.tag[1:]), words
        elif token.type == "table_open" and _HEADER_LINES + 2 <= last - first <= _MOST_ROWS:
            _table(text, lines[first:last], found)
        elif token.type in _LEAVES:
            found.spans.extend(_leaf(text, lines[first:last], token))
        elif token.type != "hr":
            continue
        seen[first:last] = b"\1" * (last - first)
    found.spans.extend(_unseen(text, lines, seen))
    found.spans = [span for span in found.spans if span[0] < span[1]]
    return found


def _table(text: str, lines: list[Span], found: Outline) -> None:
    """Add a table's header, and its rows each by itself."""
    spans = [_without_markers(text, *line) for line in lines]
    header = (spans[0][0], spans[_HEADER_LINES - 1][1])
    cells = [cell.strip() for cell in text[slice(*spans[0])].strip("|").split("|")]
    name = clean(" | ".join(cells)) if any(cells) else None
    found.spans.append(header)
    for span in spans[_HEADER_LINES:]:
        found.spans.append(span)
        if name and span[0] < span[1]:
            found.rows[span[0]] = name


def _parsers() -> tuple[MarkdownIt, MarkdownIt]:
    """Return a parser of blocks alone, which is fast, and one of what stands inside a heading."""
    from markdown_it import MarkdownIt

    blocks = MarkdownIt("commonmark").enable("table")
    blocks.core.ruler.enableOnly(["normalize", "block"])
    return blocks, MarkdownIt("commonmark")


def _words(inline: MarkdownIt, content: str) -> str:
    """Give a heading's words without its markup."""
    children = inline.parseInline(content[:_LONGEST_HEADING])[0].children or []
    breaks = {"softbreak", "hardbreak"}
    words = [
        " " if child.type in breaks else child.content
        for child in children
        if child.type != "html_inline"
    ]
    return clean("".join(words)) or clean(content) or ""


def _leaf(text: str, lines: list[Span], token: Token) -> Iterator[Span]:
    """Yield the spans of a leaf block, given the lines it stands on."""
    start, end = lines[0][0], lines[-1][1]
    if token.type == "fence":
        inside = lines[1 : 1 + token.content.count("\n")]
        if inside:
            yield trimmed(text, inside[0][0], inside[-1][1])
    elif token.type == "code_block":
        yield from (trimmed(text, *line) for line in lines)
    elif token.type == "html_block":
        if _WORD.search(_NO_WORDS.sub("", text[start:end])):
            yield trimmed(text, start, end)
    else:
        yield _without_markers(text, start, end)


def _without_markers(text: str, start: int, end: int) -> Span:
    markers = _MARKERS.match(text, start, end)
    return trimmed(text, markers.end() if markers else start, end)


def _unseen(text: str, lines: list[Span], seen: bytearray) -> Iterator[Span]:
    """Yield what the parser gave no block for: what is nested too deep, but not definitions."""
    group: list[Span] = []
    for line, was_seen in zip([*lines, (len(text), len(text))], [*seen, 1], strict=True):
        if not was_seen and not text[line[0] : line[1]].isspace():
            group.append(line)
            continue
        if group and not _DEFINITION.match(text, *group[0]):
            start, end = group[0][0], group[-1][1]
            if _WORD.search(text, start, end):
                yield _without_markers(text, start, end)
        group = []
