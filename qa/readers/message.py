"""Mail messages (RFC 5322, MIME): sender, date and subject as lines, then the body's words."""

from __future__ import annotations

import email
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header
from email.utils import parseaddr, parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from qa.nouns import Block, Document, Locator, Reading, Skipped
from qa.readers.decoding import decode
from qa.readers.metadata import Metadata, clean
from qa.readers.plainhtml import words_of
from qa.readers.structure import stem
from qa.readers.text import paragraphs
from qa.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from email.message import Message

    from qa.nouns import SourceFile

suffixes = (".eml",)
version = 1

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_DEEPEST = 20
_LONGEST_HEADER = 10_000
# A plain body shorter than this beside a longer one in HTML only says that there is one.
_STUB = 200
_UNKNOWN = {"", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit", "default"}


@dataclass(slots=True)
class _Text:
    """A text under way: its pieces, what is found in it, what was not read."""

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    locators: list[Locator] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    length: int = 0

    def write(self, words: str) -> int:
        """Add words; returns where they begin."""
        start = self.length
        self.pieces.append(words)
        self.length += len(words)
        return start


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a message as one document: its subject is the title, its sender the publisher.

    Of a body in two forms the plain one is read, unless it is only a stub. Attached messages are
    read as parts of it, other attachments are named in notes. Locators are of kind "part",
    numbered as IMAP does: 1, 2.1.

    Raises:
        Unreadable: it is no message, or its parts are nested too deeply.
    """
    try:
        message = email.message_from_bytes(data)
    except RecursionError:
        raise Unreadable("its parts are nested too deeply") from None
    if not any(_header(message, name) for name in _SHOWN):
        raise Unreadable("no mail message: it has neither sender, date nor subject")
    text = _Text()
    _write_message(text, message, "", (), 0)
    if text.length == 0:
        return Reading(skipped=(Skipped(source.name, "empty"),), notes=tuple(text.notes))
    known = meta.over(_metadata(message))
    document = Document(
        name=source.name,
        text="".join(text.pieces),
        title=known.title or stem(source.name),
        blocks=tuple(text.blocks),
        date=known.date,
        publisher=known.publisher,
        url=known.url,
        license=known.license,
        locators=tuple(sorted(text.locators, key=lambda at: (at.start, -at.end))),
    )
    return Reading((document,), notes=tuple(text.notes))


def _write_message(
    text: _Text, message: Message, number: str, headings: tuple[str, ...], depth: int
) -> None:
    """Write a message's header and its body."""
    header = "\n".join(
        f"{name}: {words}" for name in _SHOWN if (words := _shown(message, name)) is not None
    )
    if header:
        start = text.write(header)
        text.blocks.append(Block(start, text.length, headings, lines=True))
        text.write("\n\n")
    _write_part(text, message, number, headings, depth)


def _write_part(
    text: _Text, part: Message, number: str, headings: tuple[str, ...], depth: int
) -> None:
    """Write a part and those inside it."""
    kind = part.get_content_type()
    payload: Any = part.get_payload()
    if depth > _DEEPEST:
        text.notes.append(f"part {number} was not read: parts are nested over {_DEEPEST} deep")
    elif kind == "message/rfc822" and isinstance(payload, list):
        start = text.length
        for inner in payload:
            subject = clean(_header(inner, "Subject"))
            inside = (*headings, subject) if subject else headings
            below = number if inner.is_multipart() else f"{number or 1}.1"
            _write_message(text, inner, below, inside, depth + 1)
        if text.length > start:
            text.locators.append(Locator(start, text.length, "part", number or "1"))
    elif isinstance(payload, list):
        chosen = _alternative(payload) if kind == "multipart/alternative" else payload
        for place, inner in enumerate(payload, 1):
            if any(inner is one for one in chosen):
                below = f"{number}.{place}" if number else str(place)
                _write_part(text, inner, below, headings, depth + 1)
    elif part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
        _note_attachment(text, part, kind)
    else:
        _write_body(text, _words(part), number or "1", headings)


def _write_body(text: _Text, words: str, number: str, headings: tuple[str, ...]) -> None:
    spans = list(paragraphs(words))
    if not spans:
        return
    start = text.write(words)
    text.blocks.extend(Block(start + a, start + b, headings) for a, b in spans)
    text.locators.append(Locator(start + spans[0][0], start + spans[-1][1], "part", number))
    text.write("\n\n")


def _alternative(parts: Sequence[Message]) -> Sequence[Message]:
    """Of the forms of one body, the one to read: the plain one, or the last that can be read."""
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    others = [part for part in parts if part.get_content_type() != "text/plain"]
    if not plain or not others:
        return plain or others[-1:]
    words = _words(plain[0])
    rich = [part for part in others if part.get_content_type() == "text/html"]
    if len(words) < _STUB and rich and len(_words(rich[-1])) > 3 * len(words):
        return rich[-1:]
    if not words.strip() and not rich:
        return others[-1:]
    return [*plain, *(part for part in others if part.get_content_maintype() != "text")]


def _note_attachment(text: _Text, part: Message, kind: str) -> None:
    name = clean(_decoded(part.get_filename() or "")) or "without a name"
    text.notes.append(f"the attachment {name} ({kind}) was not read")


def _words(part: Message) -> str:
    """The words of a text part, with line ends as they are on this system."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = (part.get_content_charset() or "").lower()
    text = None
    if charset not in _UNKNOWN:
        try:
            text = data.decode(charset, "replace")
        except (LookupError, ValueError):  # a charset that is none, or no text encoding
            text = None
    if text is None:
        text = decode(data).text or ""
    text = text.replace("\r\n", "\n")
    html = part.get_content_type() == "text/html"
    return words_of(text) if html else text


def _metadata(message: Message) -> Metadata:
    when = _when(message)
    name, address = parseaddr(_header(message, "From"))
    return Metadata(
        title=clean(_header(message, "Subject")),
        date=when.date().isoformat() if when else None,
        publisher=clean(name or address),
    )


def _shown(message: Message, name: str) -> str | None:
    when = _when(message) if name == "Date" else None
    if when is not None:
        return when.isoformat(" ", "minutes")
    return " ".join(_header(message, name).split()) or None


def _when(message: Message) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _header(message: Message, name: str) -> str:
    """A header's words, decoded; the first of its name, empty where there is none."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    data = str(raw)[:_LONGEST_HEADER].encode("utf-8", "surrogateescape")
    return _decoded(data.decode("utf-8", "replace"))


def _decoded(words: str) -> str:
    """Words with what was encoded in them (RFC 2047) decoded; as they are where that fails."""
    try:
        parts = decode_header(words)
        decoded = [
            piece if isinstance(piece, str) else piece.decode(charset or "latin-1", "replace")
            for piece, charset in parts
        ]
    except (MessageError, LookupError, ValueError):
        return words
    return "".join(decoded)
