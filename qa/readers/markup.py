"""From a tree of HTML elements to paragraphs, lists, tables and headings.

The tree is walked with a stack of our own: documents may be nested deeper than Python recurses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qa.readers.assembly import squeezed

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Elements that begin and end a paragraph. All others run on within one.
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog",
    "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header",
    "hgroup", "html", "li", "main", "menu", "nav", "ol", "p", "section", "summary", "ul",
    "caption", "legend", "option", "tbody", "thead", "tfoot", "optgroup", "select", "textarea",
    "hr", "svg", "math", "iframe",
})  # fmt: skip
_SILENT = frozenset({
    "script", "style", "template", "noscript", "head", "title", "meta", "link", "object", "embed",
    "applet", "audio", "video", "canvas", "map", "iframe", "svg", "button", "input", "select",
    "textarea", "datalist", "noframes", "frameset",
})  # fmt: skip
_HIDDEN = ("display:none", "visibility:hidden")
_CELLS = frozenset({"td", "th"})
_MOST_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a page: a heading (``level`` from 1), a table (``rows``), or a paragraph.

    ``linked`` counts the characters that stand in links; ``element`` is where it begins.
    """

    text: str
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    linked: int = 0
    element: Any = None


@dataclass(slots=True)
class _Open:
    """The paragraph being read."""

    words: list[str] = field(default_factory=list)
    linked: int = 0
    level: int = 0
    exact: int = 0
    links: int = 0
    element: Any = None

    def take(self, text: str | None, element: Any) -> None:
        """Add words."""
        if not text:
            return
        if not self.words:
            if not self.exact and not text.strip():
                return
            self.element = element
        self.words.append(text if self.exact else _flat(text))
        if self.links:
            self.linked += len(text.strip())

    def close(self) -> Piece | None:
        """Give what was read, and begin anew."""
        text = "".join(self.words)
        text = text.strip("\n") if self.exact else _lines(text)
        piece = Piece(text, self.level, (), self.linked, self.element) if text.strip() else None
        self.words, self.linked, self.element = [], 0, None
        return piece


def pieces(root: Any, skip: frozenset[Any] = frozenset()) -> Iterator[Piece]:
    """Yield the pieces of an element in order, without what is never shown or in ``skip``."""
    state = _Open()
    # An element is met twice: to be opened, and (with True) to be closed.
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        name = _name(element)
        if closing:
            yield from _closed(name, state)
            state.take(element.tail if element is not root else None, element)
            continue
        if name in _SILENT or not name or element in skip or _is_hidden(element):
            state.take(element.tail if element is not root else None, element)
            continue
        if name == "table" and not _is_layout(element):
            yield from _flush(state)
            rows = tuple(_rows(element))
            if rows:
                text = " ".join(" ".join(row) for row in rows)
                yield Piece(text, rows=rows, linked=_linked(element), element=element)
            state.take(element.tail if element is not root else None, element)
            continue
        yield from _opened(element, name, state)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield from _flush(state)


def _opened(element: Any, name: str, state: _Open) -> Iterator[Piece]:
    if _parts(name):
        yield from _flush(state)
    if name == "br":
        state.words.append("\n")
    if name in _HEADINGS:
        state.level = _HEADINGS[name]
    state.exact += name == "pre"
    state.links += name == "a"
    state.take(element.text, element)


def _closed(name: str, state: _Open) -> Iterator[Piece]:
    if _parts(name):
        yield from _flush(state)
    if name in _HEADINGS:
        state.level = 0
    state.exact -= name == "pre"
    state.links -= name == "a"


def _parts(name: str) -> bool:
    """Whether an element begins and ends a paragraph."""
    return name in _BLOCKS or name in _HEADINGS or name in {"pre", "table", "tr", "td", "th"}


def _flush(state: _Open) -> Iterator[Piece]:
    piece = state.close()
    if piece is not None:
        yield piece


def _name(element: Any) -> str:
    """An element's name without namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    style = (element.get("style") or "").replace(" ", "").lower()
    return any(mark in style for mark in _HIDDEN)


def _is_layout(table: Any) -> bool:
    """Whether a table only arranges a page: it holds tables, headings or paragraphs."""
    inner = (_name(element) for element in table.iter())
    next(inner)
    return any(name in _HEADINGS or name in {"table", "article", "main", "nav"} for name in inner)


def _rows(table: Any) -> Iterator[tuple[str, ...]]:
    left = _MOST_CELLS
    for row in table.iter():
        if _name(row) == "caption":
            yield (squeezed("".join(row.itertext())),)
        if _name(row) != "tr":
            continue
        cells = [
            squeezed(" ".join(piece.text for piece in pieces(cell)))
            for cell in row
            if _name(cell) in _CELLS
        ]
        left -= len(cells)
        if any(cells):
            yield tuple(cells)
        if left < 0:
            return


def _linked(element: Any) -> int:
    return sum(len(squeezed("".join(link.itertext()))) for link in element.iter("a"))


def _flat(text: str) -> str:
    """White space as HTML has it: a space."""
    lead = " " if text[:1].isspace() else ""
    trail = " " if text[-1:].isspace() and text.strip() else ""
    return lead + " ".join(text.split()) + trail


def _lines(text: str) -> str:
    """Lines as breaks made them, each without spaces at its ends or in a row."""
    return "\n".join(filter(None, (squeezed(line) for line in text.split("\n"))))
