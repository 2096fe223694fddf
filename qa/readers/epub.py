"""EPUB (W3C EPUB 3): chapters in reading order."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from qa.nouns import Skipped
from qa.readers.assembly import Assembly, squeezed
from qa.readers.html import parse, write
from qa.readers.markup import pieces
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.unreadable import Unreadable, needing
from qa.readers.xmlsafe import parse_xml
from qa.readers.zips import open_archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import Reading, SourceFile
    from qa.readers.zips import Archive

suffixes = (".epub",)
version = 1
needs = ("lxml",)

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTERS = {"application/xhtml+xml", "text/html"}
_FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a book as one document with its chapters as locators, named by their first heading.

    Raises:
        Unreadable: it is damaged or encrypted, or lxml is not installed.
    """
    with needing("documents", "EPUB files"):
        import lxml.etree  # noqa: F401 - said now if it is missing
    archive = open_archive(data)
    if archive.has(_ENCRYPTION) and _is_encrypted(archive):
        raise Unreadable("encrypted (DRM): it can't be read")
    place = _package(archive)
    package = parse_xml(archive.read(place), "its package")
    found = _metadata(package)
    assembly = Assembly(title=found.title)
    skipped = []
    for number, name in enumerate(_chapters(package, place), start=1):
        try:
            chapter = list(pieces(parse(archive.read(name))))
        except Unreadable as error:
            skipped.append(Skipped(source.name, f"its chapter {number} is left out: {error}"))
            continue
        heading = next((piece.text for piece in chapter if piece.level), None)
        assembly.end_section()
        with assembly.place("chapter", squeezed(heading) if heading else str(number)):
            write(chapter, assembly)
    return assembly.reading(source, meta, found, skipped=tuple(skipped), notes=archive.notes)


def _is_encrypted(archive: Archive) -> bool:
    """Whether more than its fonts is encrypted."""
    root = parse_xml(archive.read(_ENCRYPTION), "its list of encrypted parts")
    methods = {element.get("Algorithm") for element in root.iter("{*}EncryptionMethod")}
    return bool(methods - _FONTS)


def _package(archive: Archive) -> str:
    root = parse_xml(archive.read(_CONTAINER), "its container")
    place = next((element.get("full-path") for element in root.iter("{*}rootfile")), None)
    if not place:
        raise Unreadable("damaged, or no EPUB file: its container names no package")
    return str(place)


def _chapters(package: Any, place: str) -> Iterator[str]:
    """Yield the names of the chapters' parts, in reading order."""
    folder = posixpath.dirname(place)
    items = {
        item.get("id"): (item.get("href") or "", item.get("media-type"))
        for item in package.iter("{*}item")
    }
    for reference in package.iter("{*}itemref"):
        address, kind = items.get(reference.get("idref"), ("", None))
        if kind in _CHAPTERS:
            yield posixpath.normpath(posixpath.join(folder, unquote(address.partition("#")[0])))


def _metadata(package: Any) -> Metadata:
    def first(name: str) -> str | None:
        found = (squeezed("".join(e.itertext())) for e in package.iter(f"{{*}}{name}"))
        return next(filter(None, found), None)

    date = first("date")
    return from_mapping(
        {
            "title": first("title"),
            "publisher": first("publisher") or first("creator"),
            "date": date[:10] if date else None,
            "license": first("rights"),
        }
    )
