"""OpenDocument texts (ISO/IEC 26300): headings, paragraphs, lists, tables, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.readers.assembly import Assembly
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.unreadable import Unreadable, needing
from qa.readers.xmlsafe import parse_xml
from qa.readers.zips import open_archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import Reading, SourceFile

suffixes = (".odt", ".ott")
version = 1
needs = ("lxml",)

_OF = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE = f"{{{_OF}text:1.0}}", f"{{{_OF}table:1.0}}"
_OFFICE, _META = f"{{{_OF}office:1.0}}", f"{{{_OF}meta:1.0}}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_PARAGRAPHS = {f"{_TEXT}p", f"{_TEXT}h"}
_GONE = {f"{_TEXT}tracked-changes", f"{_TEXT}note-citation", f"{_OFFICE}forms"}
# What hangs on a paragraph without being part of its words.
_ASIDE = {f"{_TEXT}note", f"{_OFFICE}annotation", f"{{{_OF}drawing:1.0}}text-box"}
_MOST_SPACES, _MOST_CELLS = 100, 2_000


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read an OpenDocument text as one document; notes follow the paragraph they stand in.

    Raises:
        Unreadable: it is damaged or encrypted, or lxml is not installed.
    """
    with needing("documents", "OpenDocument files"):
        import lxml.etree  # noqa: F401 - said now if it is missing
    archive = open_archive(data)
    if archive.has("META-INF/manifest.xml") and b"encryption-data" in archive.read(
        "META-INF/manifest.xml"
    ):
        raise Unreadable("encrypted: save a copy without a password")
    root = parse_xml(archive.read("content.xml"), "its content")
    assembly = Assembly()
    for body in root.iter(f"{_OFFICE}text"):
        _write(body, assembly)
    return assembly.reading(source, meta, _metadata(archive), notes=archive.notes)


def _write(body: Any, assembly: Assembly) -> None:
    stack = list(reversed(body))
    while stack:
        element = stack.pop()
        if element.tag in _PARAGRAPHS:
            _write_paragraph(element, assembly)
            stack.extend(reversed(list(_asides(element))))
        elif element.tag == f"{_TABLE}table":
            assembly.rows(list(_rows(element)))
        elif element.tag not in _GONE:
            stack.extend(reversed(element))


def _write_paragraph(element: Any, assembly: Assembly) -> None:
    words = _words(element)
    if element.tag == f"{_TEXT}h":
        level = element.get(f"{_TEXT}outline-level") or "1"
        assembly.heading(int(level) if level.isdecimal() else 1, words)
    elif element.get(f"{_TEXT}style-name") == "Title":
        assembly.heading(0, words)
    else:
        assembly.add(words)


def _words(paragraph: Any) -> str:
    """A paragraph's words, with the white space that OpenDocument writes as elements."""
    found = [paragraph.text or ""]
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if isinstance(element, str):
            found.append(element)
            continue
        tail = element.tail or ""
        if element.tag == f"{_TEXT}s":
            count = element.get(f"{_TEXT}c") or "1"
            found.append(" " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES))
        elif element.tag == f"{_TEXT}tab":
            found.append("\t")
        elif element.tag == f"{_TEXT}line-break":
            found.append("\n")
        elif element.tag not in _ASIDE | _GONE:
            stack.append(tail)
            stack.extend(reversed(element))
            found.append(element.text or "" if isinstance(element.tag, str) else "")
            continue
        found.append(tail)
    return "".join(found)


def _asides(paragraph: Any) -> Iterator[Any]:
    for element in paragraph.iter(*_ASIDE):
        above = (one.tag for one in element.iterancestors())
        if next((tag for tag in above if tag in _ASIDE or tag in _PARAGRAPHS), None) in _PARAGRAPHS:
            yield element


def _rows(table: Any) -> Iterator[tuple[str, ...]]:
    """Yield the rows' cells; empty ones at the end, repeated a million times at will, go."""
    for row in table.iter(f"{_TABLE}table-row"):
        cells: list[str] = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            words = " ".join(_words(paragraph) for paragraph in cell.iter(*_PARAGRAPHS))
            times = cell.get(f"{_TABLE}number-columns-repeated") or "1"
            room = _MOST_CELLS - len(cells)
            cells += [words] * min(int(times) if times.isdecimal() else 1, room)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield tuple(cells)


def _metadata(archive: Any) -> Metadata:
    if not archive.has("meta.xml"):
        return Metadata()
    root = parse_xml(archive.read("meta.xml"), "its metadata")

    def first(*names: str) -> str | None:
        found = (element.text for element in root.iter(*names))
        return next(filter(None, found), None)

    date = first(f"{_DUBLIN}date") or first(f"{_META}creation-date")
    return from_mapping(
        {
            "title": first(f"{_DUBLIN}title"),
            "publisher": first(f"{_META}initial-creator") or first(f"{_DUBLIN}creator"),
            "date": date[:10] if date else None,
        }
    )
