"""HTML: the main text of a page without what surrounds it, and what the page says of itself.

A page that says where its main text stands (``<main>``, ``<article>``) is believed. Of any other,
trafilatura (Barbaresi, "Trafilatura: A Web Scraping Library", ACL 2021) finds the main text; what
stands between its first and last words is kept whole, for a sentence must not be lost.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa.readers.assembly import Assembly, squeezed
from qa.readers.decoding import decode
from qa.readers.markup import pieces
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.unreadable import Unreadable, needing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.nouns import Reading, SourceFile
    from qa.readers.markup import Piece

suffixes = (".html", ".htm", ".xhtml")
version = 1
needs = ("lxml", "trafilatura")

_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]+)""", re.IGNORECASE
)
# What browsers take for windows-1252 (WHATWG, Encoding), or is not true.
_MISNAMED = {"iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii", "utf-8", "utf8"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_AROUND = {"nav", "footer", "aside", "header", "form", "dialog", "menu"}
_ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "menu"}
_NOT_LETTER = re.compile(r"\W+")
_FEWEST, _LINKED, _LEAST_SHARE = 40, 0.6, 0.25
_MOST_ELEMENTS, _DEEPEST = 50_000, 200


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a page as one document, with its headings as heading paths.

    Raises:
        Unreadable: it holds no HTML, or lxml or trafilatura is not installed.
    """
    tree = parse(data)
    main = _main(tree)
    found = _metadata(tree)
    assembly = Assembly(title=found.title)
    write(main, assembly)
    return assembly.reading(source, meta, found, empty="holds no text beside scripts and marks")


def parse(data: bytes) -> Any:
    """Parse a page's bytes; never fetches, runs or expands anything.

    Raises:
        Unreadable: it holds no HTML, or a library is not installed.
    """
    with needing("documents", "HTML files"):
        import trafilatura  # noqa: F401 - said now if it is missing, not after reading half
        from lxml import etree, html
    parser = html.HTMLParser(
        encoding="utf-8",
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,  # else what is nested deeper than 256 elements is lost without a word
    )
    if not data.strip():
        raise Unreadable("empty")
    if b"\0" in data[:1000] and not data.startswith(_UTF16):
        raise Unreadable("binary, not HTML")
    try:
        tree = html.document_fromstring(_as_utf8(data), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unreadable(f"holds no HTML ({error})") from None
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        raise Unreadable("its elements are nested too deep (over 2,048), or it is too large")
    return tree


def write(found: Sequence[Piece], assembly: Assembly) -> None:
    """Write pieces down in order."""
    for piece in found:
        if piece.rows:
            assembly.rows(piece.rows)
        elif piece.level:
            assembly.heading(piece.level, piece.text)
        else:
            assembly.add(piece.text)


def _as_utf8(data: bytes) -> bytes:
    """The bytes in UTF-8: as they are, or as the page says, or else as they seem to be."""
    if data.startswith(_UTF16):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        said = _CHARSET.search(data[:4096])
        name = said[1].decode("ascii").lower() if said else ""
        name = "windows-1252" if name in _MISNAMED else name
        try:
            return data.decode(name, "replace").encode("utf-8", "replace")
        except LookupError:
            return (decode(data).text or data.decode("windows-1252", "replace")).encode()
    return data


def _main(tree: Any) -> list[Piece]:
    """The pieces of the main text."""
    body = tree.find("body")
    root = tree if body is None else body
    said = [e for e in root.iter("main", "article") if not _in_main(e)]
    said += [] if said else [e for e in root.iter() if e.get("role") == "main"][:1]
    if said:
        found = [piece for each in said for piece in pieces(each, _around(each, nested=True))]
        if sum(len(piece.text) for piece in found) >= _FEWEST:
            return [piece for piece in found if not _is_links(piece)]
    everything = list(pieces(root))
    kept = _between(everything, _main_words(tree))
    if kept is not None:
        return kept
    around = _around(root, nested=False)
    return list(pieces(root, around)) or everything


def _in_main(element: Any) -> bool:
    return any(above.tag in {"main", "article"} for above in element.iterancestors())


def _around(root: Any, *, nested: bool) -> frozenset[Any]:
    """Elements that surround the main text; a header within it may hold its title."""
    names = _AROUND - {"header"} if nested else _AROUND
    return frozenset(
        element
        for element in root.iter()
        if element is not root and (element.tag in names or element.get("role") in _ROLES)
    )


def _main_words(tree: Any) -> str:
    """The letters of what trafilatura takes for the main text."""
    from copy import deepcopy

    from trafilatura import bare_extraction

    if _is_large(tree):
        return ""
    found = None
    with suppress(Exception):  # it meets pages it was never made for; the page is read without it
        found = bare_extraction(deepcopy(tree), favor_recall=True, include_comments=False)
    return _letters(str(getattr(found, "text", None) or ""))


def _between(everything: Sequence[Piece], words: str) -> list[Piece] | None:
    """What stands between the first and last piece that is main text, less lists of links.

    None where nothing is, or so little that it can't be the main text.
    """
    main = [n for n, piece in enumerate(everything) if _is_in(piece, words)]
    whole = sum(len(piece.text) for piece in everything if not _is_links(piece))
    kept = sum(len(everything[n].text) for n in main)
    if not main or kept < _LEAST_SHARE * whole:
        return None
    first = main[0]
    while first and everything[first - 1].level:  # the title, which is metadata to trafilatura
        first -= 1
    return [piece for piece in everything[first : main[-1] + 1] if not _is_links(piece)]


def _is_in(piece: Piece, words: str) -> bool:
    letters = _letters(piece.text)
    return bool(letters) and not piece.level and not _is_links(piece) and letters in words


def _is_links(piece: Piece) -> bool:
    """Whether most of a piece is links: a menu, a list of related pages."""
    return not piece.level and piece.linked > _LINKED * len(piece.text) and len(piece.text) < 200


def _letters(text: str) -> str:
    return _NOT_LETTER.sub("", text).casefold()


def _metadata(tree: Any) -> Metadata:
    """What the page says of itself, as trafilatura finds it."""
    from trafilatura.metadata import extract_metadata

    found = None
    with suppress(Exception):  # as above
        found = extract_metadata(
            _small(tree), date_config={"extensive_search": False, "original_date": True}
        )
    heading = tree.find(".//title")
    title = squeezed(heading.text_content()) if heading is not None else None
    values = {
        "title": getattr(found, "title", None) or title,
        "date": getattr(found, "date", None),
        "publisher": getattr(found, "sitename", None) or getattr(found, "author", None),
        "url": getattr(found, "url", None),
        "license": getattr(found, "license", None),
    }
    return from_mapping(values)


def _is_large(tree: Any) -> bool:
    """Whether a page has more elements, or deeper ones, than trafilatura reads in a second."""
    from lxml import etree

    count = depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if count > _MOST_ELEMENTS or depth > _DEEPEST:
            return True
    return False


def _small(tree: Any) -> Any:
    """The tree; of a large page its head alone."""
    from copy import deepcopy

    from lxml import html

    head = tree.find("head")
    if not _is_large(tree):
        return tree
    stub = html.Element("html")
    if head is not None:
        stub.append(deepcopy(head))
    return stub
