"""Jupyter notebooks (nbformat 3 and 4): cells of words and code, and what the code gave."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from qa.nouns import Block, Document, Locator, Reading, Skipped
from qa.readers.code import pieces
from qa.readers.markdown import Outline, outline
from qa.readers.metadata import from_mapping
from qa.readers.plainhtml import words_of
from qa.readers.structure import stem, trimmed
from qa.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import SourceFile
    from qa.readers.metadata import Metadata

suffixes = (".ipynb",)
version = 1

_SURROGATE = re.compile("[\ud800-\udfff]")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What Python shows of an object that has no words.
_OBJECT = re.compile(r"<[\w.]+(?: [^<>\n]*)?>")
_FORMS = ("text/markdown", "text/plain", "text/latex", "text/html")
_LONGEST_OUTPUT = 50_000


@dataclass(slots=True)
class _Text:
    """A text under way, with what is found in it; ``lines`` are the starts of spans of code."""

    pieces: list[str] = field(default_factory=list)
    outline: Outline = field(default_factory=Outline)
    lines: set[int] = field(default_factory=set)
    locators: list[Locator] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    length: int = 0
    pictures: int = 0

    def write(self, words: str) -> int:
        """Add words and a blank line; returns where the words begin."""
        start = self.length
        self.pieces.append(words + "\n\n")
        self.length += len(words) + 2
        return start


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a notebook as one document; headings go from cell to cell.

    The units of words are sentences, those of code and of what it printed are lines. Locators are
    of kind "cell", numbered from 1. Pictures among the outputs are counted in a note.

    Raises:
        Unreadable: it is no JSON, or no notebook.
    """
    notebook = _parse(data)
    text = _Text()
    for number, cell in enumerate(_cells(notebook), 1):
        start = text.length
        _write_cell(text, cell, number)
        if text.length > start + 2:
            text.locators.append(Locator(start, text.length - 2, "cell", str(number)))
    if text.pictures:
        outputs = "1 output is a picture" if text.pictures == 1 else f"{text.pictures} are pictures"
        text.notes.append(f"of its outputs {outputs} and not read")
    notes = tuple(text.notes)
    blocks = tuple(
        replace(block, lines=True) if block.start in text.lines else block
        for block in text.outline.blocks
    )
    if not blocks:
        return Reading(skipped=(Skipped(source.name, "its cells hold no words"),), notes=notes)
    about = notebook.get("metadata")
    known = meta.over(from_mapping(about)) if isinstance(about, dict) else meta
    title = known.title or text.outline.title or stem(source.name)
    document = Document(
        name=source.name,
        text="".join(text.pieces),
        title=title,
        blocks=tuple(_without_title(block, title) for block in blocks),
        date=known.date,
        publisher=known.publisher,
        url=known.url,
        license=known.license,
        locators=tuple(text.locators),
    )
    return Reading((document,), notes=notes)


def _parse(data: bytes) -> dict[Any, Any]:
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"damaged: not valid JSON ({str(error)[:100]})") from None
    if not isinstance(notebook, dict) or not any(map(notebook.get, ("cells", "worksheets"))):
        raise Unreadable("no notebook: it has no cells")
    return notebook


def _cells(notebook: dict[Any, Any]) -> Iterator[Any]:
    """Yield the cells; in format 3 they are in worksheets."""
    sheets = notebook.get("worksheets")
    holders = [notebook, *(sheets if isinstance(sheets, list) else ())]
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        if isinstance(cells, list):
            yield from cells


def _write_cell(text: _Text, cell: Any, number: int) -> None:
    if not isinstance(cell, dict):
        text.notes.append(f"cell {number} is none and was not read")
        return
    kind = str(cell.get("cell_type"))
    words = _words(cell.get("source", cell.get("input")))
    if kind in {"markdown", "heading", "raw"}:
        level = cell.get("level")
        if kind == "heading" and isinstance(level, int):
            words = f"{'#' * max(1, min(level, 6))} {words}"
        _write_markdown(text, words)
        return
    _write_lines(text, words, "py")
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else ():
        if isinstance(output, dict):
            _write_output(text, output, number)


def _write_markdown(text: _Text, words: str) -> None:
    """Write a cell of words, its headings with those of the cells before it."""
    if not words:
        return
    found = outline(words, 0)
    start = text.write(words)
    text.outline.spans.extend((start + a, start + b) for a, b in found.spans)
    text.outline.headings.update({start + at: heading for at, heading in found.headings.items()})
    text.outline.rows.update({start + at: header for at, header in found.rows.items()})


def _write_lines(text: _Text, words: str, kind: str) -> None:
    if not words:
        return
    start = text.write(words)
    for piece in pieces(words, kind):
        text.outline.spans.append((start + piece.start, start + piece.end))
        if piece.lines:
            text.lines.add(start + piece.start)


def _write_output(text: _Text, output: dict[Any, Any], number: int) -> None:
    """Write what a cell gave, in the plainest form it has."""
    data = output.get("data", output)
    data = data if isinstance(data, dict) else {}
    forms = [str(form) for form in data]
    if any(form.startswith("image/") or form in {"png", "jpeg", "svg"} for form in forms):
        text.pictures += 1
    words = _words(output.get("text"))
    if not words and "evalue" in output:
        words = f"{_words(output.get('ename'))}: {_words(output.get('evalue'))}"
    if not words:
        found = ((form, _words(data.get(form))) for form in _FORMS)
        form, words = next((pair for pair in found if pair[1]), ("", ""))
        words = words_of(words) if form == "text/html" else words
    if _OBJECT.fullmatch(words):
        return
    if len(words) > _LONGEST_OUTPUT:
        text.notes.append(f"an output of cell {number} was cut at {_LONGEST_OUTPUT:,} characters")
        words = words[:_LONGEST_OUTPUT]
    _write_lines(text, words, "output")


def _words(value: Any) -> str:
    """A text of the format: a string, or a list of strings."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    text = _COLOUR.sub("", _SURROGATE.sub("\ufffd", value))
    start, end = trimmed(text, 0, len(text))
    # The white space before a first line of code is part of it.
    start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    return text[start:end]


def _without_title(block: Block, title: str) -> Block:
    if block.headings and block.headings[0].casefold() == title.casefold():
        return replace(block, headings=block.headings[1:])
    return block
