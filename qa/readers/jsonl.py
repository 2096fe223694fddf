"""JSONL corpora: a document a line, ``{"_id"|"id", "title"?, "text", ...}`` as BEIR has them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.nouns import Block, Document, Reading, Skipped
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.text import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import SourceFile

suffixes = (".jsonl",)
version = 1

_BOM = b"\xef\xbb\xbf"
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Bad(Exception):  # noqa: N818 - a line's state, turned into Skipped
    """A line that can't be used; the message is the reason."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A physical line: its number from 1, where it starts in the file, its bytes."""

    number: int
    start: int
    data: bytes


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read each line as a document named ``FILE#ID``; a bad line is skipped with its number.

    Line numbers count from 1, blank lines included; ``line_start`` and ``line_end`` are bytes in
    the file, without the line's end. ``meta`` fills what a line leaves open, but for the title.
    A document's blocks are its paragraphs; none of them is taken for a heading.
    """
    documents: list[Document] = []
    skipped: list[Skipped] = []
    numbers: dict[str, int] = {}
    for row in _rows(data):
        try:
            values = _parse(row.data)
            identifier = _identifier(values)
            first = numbers.setdefault(identifier, row.number)
            if first != row.number:
                raise _Bad(f"the id {identifier!r} is that of line {first} too")  # noqa: TRY301 - one place says what is skipped
            name = f"{source.name}#{identifier}"
            documents.append(_document(name, values, row, meta))
        except _Bad as bad:
            skipped.append(Skipped(source.name, str(bad), row.number))
    if not documents and not skipped:
        skipped.append(Skipped(source.name, "empty"))
    return Reading(tuple(documents), tuple(skipped))


def _rows(data: bytes) -> Iterator[_Row]:
    """Yield the lines that are not blank."""
    start = len(_BOM) if data.startswith(_BOM) else 0
    number = 0
    while start < len(data):
        number += 1
        newline = data.find(b"\n", start)
        end = newline if newline >= 0 else len(data)
        line = data[start:end].removesuffix(b"\r")
        if line.strip():
            yield _Row(number, start, line)
        start = end + 1


def _document(name: str, values: dict[str, Any], row: _Row, meta: Metadata) -> Document:
    text = _SURROGATE.sub("\ufffd", values["text"])
    known = _metadata(values, meta)
    blocks = tuple(Block(first, end) for first, end in paragraphs(text))
    if not blocks and not known.title:
        raise _Bad("empty")
    return Document(
        name=name,
        text=text,
        title=known.title or "",
        blocks=blocks,
        date=known.date,
        publisher=known.publisher,
        url=known.url,
        license=known.license,
        line_start=row.start,
        line_end=row.start + len(row.data),
    )


def _parse(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError:
        raise _Bad("not valid UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _Bad(f"not valid JSON ({error})") from None
    if not isinstance(values, dict):
        raise _Bad("not a JSON object")
    if not isinstance(values.get("text"), str):
        raise _Bad('"text" is no string' if "text" in values else 'no "text"')
    return values


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _identifier(values: dict[str, Any]) -> str:
    found = values.get("_id", values.get("id"))
    if found is None:
        raise _Bad('no "_id" or "id"')
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        raise _Bad("its id is neither text nor a number")
    identifier = _SURROGATE.sub("\ufffd", str(found))
    if not identifier.strip():
        raise _Bad("its id is empty")
    return identifier


def _metadata(values: dict[str, Any], meta: Metadata) -> Metadata:
    more = values.get("metadata")
    known = from_mapping(values)
    if isinstance(more, dict):
        known = known.over(from_mapping(more))
    title = known.title
    known = known.over(meta)
    return Metadata(title, known.date, known.publisher, known.url, known.license)
