"""Rich Text Format (Microsoft, RTF specification 1.9.1): its words, by striprtf."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qa.readers.assembly import Assembly
from qa.readers.metadata import Metadata, from_mapping
from qa.readers.unreadable import Unreadable, needing

if TYPE_CHECKING:
    from qa.nouns import Reading, SourceFile

suffixes = (".rtf",)
version = 1
needs = ("striprtf",)

_INFO = re.compile(r"\{\\info\b(.{0,4000})", re.DOTALL)
_TIME = re.compile(r"\{\\(?:creatim|revtim)\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read an RTF file as one document, a paragraph a block.

    Raises:
        Unreadable: it is no RTF file, or striprtf is not installed.
    """
    if not data.lstrip()[:5] == b"{\\rtf":
        raise Unreadable("damaged, or no RTF file: it does not begin with {\\rtf")
    raw = data.decode("latin-1")
    words = _words(raw)
    assembly = Assembly()
    for line in words.splitlines():
        assembly.add(line)
    return assembly.reading(source, meta, _metadata(raw))


def _words(raw: str) -> str:
    with needing("documents", "RTF files"):
        from striprtf.striprtf import rtf_to_text
    return str(rtf_to_text(raw, errors="replace"))  # type: ignore[no-untyped-call]


def _metadata(raw: str) -> Metadata:
    info = _INFO.search(raw)
    head = info[1] if info else ""
    date = _TIME.search(head)
    return from_mapping(
        {
            "title": _value(head, "title"),
            "publisher": _value(head, "company") or _value(head, "author"),
            "date": "-".join(date.groups()) if date else None,
        }
    )


def _value(info: str, name: str) -> str | None:
    """What the information group says under a name, with its characters decoded."""
    found = re.search(r"\{\\" + name + r"\b ?((?:[^{}\\]|\\.){0,1000})\}", info, re.DOTALL)
    return _words("{\\rtf1 " + found[1] + "}") if found else None
