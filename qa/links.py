"""Where a citation leads: an address that opens the source at the place, where one can."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote as percent

if TYPE_CHECKING:
    from pathlib import Path

    from qa.nouns import Locator
    from qa.snapshot import DocumentRecord

_WEB = re.compile(r"https?://[^\s/?#]+\S*\Z")
_ADDRESS = "!#$%&'()*+,/:;=?@[]~"  # what may stand in an address as it is, beside letters and -._
_LONGEST_EXACT, _WORDS = 120, 5
_CELLS = re.compile(r"(?:.*!)?([A-Z]{1,4})(\d+)(?::([A-Z]{1,4})(\d+))?")
_COMMA_SEPARATED = (".csv", ".tsv")


def is_of_web(address: str | None) -> bool:
    """Whether an address is that of a page of the web."""
    return address is not None and bool(_WEB.match(address))


def link(
    record: DocumentRecord, root: Path | None, locator: Locator | None, quote: str
) -> str | None:
    """Return the address of a quote: on the web where its document is from there, else its file.

    ``#page=3`` opens a PDF file at its page (RFC 8118); ``#:~:text=`` a page of the web at the
    quote (WICG, "URL Fragment Text Directives"). None where there is neither address nor file.
    """
    web = record.url if record.url and _WEB.match(record.url) else None
    address = percent(web, safe=_ADDRESS, errors="replace") if web else None
    address = address or file_uri(root, record.name)
    if address is None:
        return None
    address = address.partition("#")[0]
    inside = fragment(record.name, locator)
    if inside is not None:
        return f"{address}#{inside[1]}"
    return f"{address}#:~:text={text_directive(quote)}" if web else address


def fragment(name: str, locator: Locator | None) -> tuple[str, str] | None:
    """Return what defines the fragment of a file's format, and the fragment; None without one.

    PDF (RFC 8118): ``page=3``; CSV (RFC 7111): ``row=4`` or ``cell=4,1-4,6``.
    """
    if locator is None:
        return None
    suffix = name.partition("#")[0].lower()
    if suffix.endswith(".pdf") and locator.kind == "page" and locator.label.isdecimal():
        return "http://tools.ietf.org/rfc/rfc8118", f"page={locator.label}"
    cells = _CELLS.fullmatch(locator.label) if locator.kind == "cells" else None
    if suffix.endswith(_COMMA_SEPARATED) and cells:
        first, row, last, last_row = cells.groups()
        rows = f"row={row}" if last_row in {None, row} else f"row={row}-{last_row}"
        one = f"cell={row},{_column(first)}" if last is None else rows
        return "http://tools.ietf.org/rfc/rfc7111", one
    return None


def text_directive(quote: str) -> str:
    """Return what finds a quote on a page: its words, of a long one the first and the last."""
    words = quote.split()
    text = " ".join(words)
    if len(text) <= _LONGEST_EXACT and "\n" not in quote:
        return _coded(text)
    if len(words) < 2 * _WORDS:
        return _coded(text)
    return f"{_coded(' '.join(words[:_WORDS]))},{_coded(' '.join(words[-_WORDS:]))}"


def file_uri(root: Path | None, name: str) -> str | None:
    """Return the ``file:`` URI of a document's file below ``root``, None where there is none.

    A name is a path below the corpus folder, followed by ``#ID`` where a file holds many
    documents; one that leads out of the folder, by itself or by a symbolic link, gets no link.
    """
    if root is None:
        return None
    for candidate in (name, name.rpartition("#")[0], name.partition("#")[0]):
        try:
            path = (root / candidate).resolve()
            if path.is_relative_to(root.resolve()) and path.is_file():
                return path.as_uri()
        except (OSError, ValueError):  # too long, a NUL, a loop, a surrogate: simply no link
            continue
    return None


def _coded(text: str) -> str:
    """Percent-encode for a text directive, in which a hyphen, too, has a meaning."""
    return percent(text, safe="", errors="replace").replace("-", "%2D")


def _column(letters: str) -> int:
    """The number of a column from 1: A, B, …, Z, AA."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number
