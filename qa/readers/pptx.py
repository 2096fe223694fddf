"""PowerPoint files (Office Open XML, ECMA-376): slides with their titles, tables and notes."""

from __future__ import annotations

import io
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

suffixes = (".pptx", ".pptm")
version = 1
needs = ("lxml", "pptx")

_PARSED = (".xml", ".rels")
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a PowerPoint file as one document with its slides as locators.

    A slide's title is the heading of what stands on it: shapes in their order, groups and tables
    and diagrams among them, then the speaker's notes. Pictures are not read.

    Raises:
        Unreadable: it is damaged or encrypted, or python-pptx is not installed.
    """
    with needing("documents", "PowerPoint files"):
        import pptx
        from lxml import etree
    archive = open_archive(data)
    try:
        file = pptx.Presentation(io.BytesIO(rewritten(archive, _PARSED)))
    except (KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise Unreadable(f"damaged, or no PowerPoint file ({error})") from None
    found = properties(file.core_properties)
    assembly = Assembly(title=found.title)
    for number, slide in enumerate(file.slides, start=1):
        with assembly.place("slide", str(number)):
            _write(slide, assembly)
    return assembly.reading(source, meta, found, pages=len(file.slides), notes=archive.notes)


def _write(slide: Any, assembly: Assembly) -> None:
    title = slide.shapes.title
    words = title.text_frame.text if title is not None else ""
    assembly.end_section()
    assembly.heading(1, words)
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if getattr(shape, "has_table", False):
            assembly.rows([[cell.text for cell in row.cells] for row in shape.table.rows])
        elif shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                assembly.add(paragraph.text)
    for relation in slide.part.rels.values():
        if relation.reltype == _DIAGRAM and not relation.is_external:
            _write_diagram(relation.target_part.blob, assembly)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            assembly.add(paragraph.text)


def _shapes(shapes: Any) -> Iterator[Any]:
    """Yield the shapes in order, those of groups in their place."""
    stack = list(shapes)[::-1]
    while stack:
        shape = stack.pop()
        if hasattr(shape, "shapes"):
            stack.extend(list(shape.shapes)[::-1])
        else:
            yield shape


def _write_diagram(data: bytes, assembly: Assembly) -> None:
    for paragraph in parse_xml(data, "a diagram").iter(f"{_A}p"):
        assembly.add("".join(run.text or "" for run in paragraph.iter(f"{_A}t")))
