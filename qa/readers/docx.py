"""Word files (Office Open XML, ECMA-376): headings, paragraphs, tables, notes, properties."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from qa.readers.assembly import Assembly
from qa.readers.office import properties
from qa.readers.unreadable import Unreadable, needing
from qa.readers.xmlsafe import parse_xml
from qa.readers.zips import open_archive, rewritten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import Reading, SourceFile
    from qa.readers.metadata import Metadata

suffixes = (".docx", ".docm")
version = 1
needs = ("docx", "lxml")

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# What was deleted, or moved away, with changes tracked; and drawings, read by themselves.
_GONE = {f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _FALLBACK, f"{_W}instrText"}
_PARTS = {"footnotes": f"{_W}footnote", "endnotes": f"{_W}endnote", "comments": f"{_W}comment"}
_PARSED = (".xml", ".rels")


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a Word file as one document; notes and comments stand at its end.

    Text boxes follow the paragraph they hang on. What was deleted with changes tracked is left
    out, what was inserted is not. Running heads, pictures and macros are not read.

    Raises:
        Unreadable: it is damaged or encrypted, or python-docx is not installed.
    """
    with needing("documents", "Word files"):
        import docx
        from lxml import etree
    archive = open_archive(data)
    try:
        file = docx.Document(io.BytesIO(rewritten(archive, _PARSED)))
    except (KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise Unreadable(f"damaged, or no Word file ({error})") from None
    assembly = Assembly()
    levels = _levels(file)
    _write(file.element.body, levels, assembly)
    for name, tag in _PARTS.items():
        part = f"word/{name}.xml"
        if archive.has(part):
            _write_notes(parse_xml(archive.read(part), f"its part {name}"), tag, assembly)
    found = properties(file.core_properties)
    return assembly.reading(source, meta, found, notes=archive.notes)


def _levels(file: Any) -> dict[str, int]:
    """The levels of headings by the identifiers of their styles; a title has 0.

    A style says it by its name, which is English in the file whatever the program's language, by
    its outline level, or by the style it is based on.
    """
    found: dict[str, int] = {}
    for style in file.styles.element.findall(f"{_W}style"):
        name = style.find(f"{_W}name")
        words = "" if name is None else (name.get(f"{_W}val") or "")
        match = _HEADING.fullmatch(words)
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        based = style.find(f"{_W}basedOn")
        level = int(match[1]) if match else 0 if words.lower() == "title" else None
        if level is None and outline is not None:
            level = _outline(outline)
        if level is None and based is not None:
            level = found.get(based.get(f"{_W}val") or "")
        if level is not None:
            found[style.get(f"{_W}styleId") or ""] = level
    return found


def _outline(element: Any) -> int | None:
    value = element.get(f"{_W}val") or ""
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else None


def _write(body: Any, levels: dict[str, int], assembly: Assembly) -> None:
    for element in _elements(body):
        if element.tag == f"{_W}tbl":
            assembly.rows(list(_rows(element)))
            continue
        words = _words(element)
        level = _level(element, levels)
        if level is not None:
            assembly.heading(level, words)
        else:
            assembly.add(words)
        for box in element.iter(f"{_W}txbxContent"):
            if not any(above.tag in _GONE for above in box.iterancestors()):
                for inner in box.iter(f"{_W}p"):
                    assembly.add(_words(inner))


def _elements(container: Any) -> Iterator[Any]:
    """Yield the paragraphs and tables, also those in content controls, in order."""
    stack = list(reversed(container))
    while stack:
        element = stack.pop()
        if element.tag in {f"{_W}p", f"{_W}tbl"}:
            yield element
        elif element.tag not in _GONE:
            stack.extend(reversed(element))


def _level(paragraph: Any, levels: dict[str, int]) -> int | None:
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None:
        return _outline(outline)
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return None if style is None else levels.get(style.get(f"{_W}val") or "")


def _words(paragraph: Any) -> str:
    """A paragraph's text, without what was deleted and what stands in drawings."""
    found = []
    stack = [paragraph]
    while stack:
        element = stack.pop()
        if element.tag in _GONE:
            continue
        if element.tag == f"{_W}t":
            found.append(element.text or "")
        elif element.tag in _SPACES and _is_of_run(element):
            found.append(_SPACES[element.tag])
        else:
            stack.extend(reversed(element))
    return "".join(found)


def _is_of_run(element: Any) -> bool:
    """Whether a tab is typed, and not one of those set for a paragraph."""
    return bool(element.getparent().tag == f"{_W}r")


def _rows(table: Any) -> Iterator[tuple[str, ...]]:
    """Yield the rows' cells; a table within a cell is read as its words."""
    for row in _own(table, f"{_W}tr"):
        yield tuple(
            " ".join(_words(paragraph) for paragraph in cell.iter(f"{_W}p"))
            for cell in _own(row, f"{_W}tc")
        )


def _own(container: Any, tag: str) -> Iterator[Any]:
    """Yield the elements of a tag that stand in no other of it."""
    stack = list(reversed(container))
    while stack:
        element = stack.pop()
        if element.tag == tag:
            yield element
        elif element.tag not in _GONE and element.tag != f"{_W}tbl":
            stack.extend(reversed(element))


def _write_notes(root: Any, tag: str, assembly: Assembly) -> None:
    for note in root.iter(tag):
        if note.get(f"{_W}type") in {None, "normal"}:
            for paragraph in note.iter(f"{_W}p"):
                assembly.add(_words(paragraph).strip())
