"""What readers of one text a file share: decoding, front matter, title and heading paths."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.nouns import Block, Document, Reading, Skipped
from qa.readers.dateline import dateline
from qa.readers.decoding import decode
from qa.readers.metadata import Metadata, clean, front_matter

if TYPE_CHECKING:
    from collections.abc import Callable

    from qa.nouns import SourceFile

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Structure:
    """A text's blocks, its title where one stands in it, and what it says about itself.

    Heading paths still hold the title; `read_text` takes it away.
    """

    blocks: tuple[Block, ...]
    title: str | None = None
    metadata: Metadata = field(default_factory=Metadata)


def read_text(
    source: SourceFile,
    data: bytes,
    meta: Metadata,
    find: Callable[[str, int], Structure],
) -> Reading:
    """Read a file that is one text; ``find(text, start)`` gives the structure after ``start``.

    The document's text is the whole file, decoded; its front matter is in no block.
    """
    decoded = decode(data)
    if decoded.text is None:
        return Reading(skipped=(Skipped(source.name, decoded.reason or "not text"),))
    front = front_matter(decoded.text)
    notes = decoded.notes + front.notes
    if not front.metadata.index:
        skipped = Skipped(source.name, "its front matter says index: false")
        return Reading(skipped=(skipped,), notes=notes)
    structure = find(decoded.text, front.end)
    if not structure.blocks:
        skipped = Skipped(source.name, "holds no text beside headings, comments and front matter")
        return Reading(skipped=(skipped,), notes=notes)
    known = meta.over(front.metadata).over(structure.metadata)
    title = known.title or structure.title or stem(source.name)
    document = Document(
        name=source.name,
        text=decoded.text,
        title=title,
        blocks=tuple(without_title(block, title) for block in structure.blocks),
        date=known.date or dateline(decoded.text, front.end),
        publisher=known.publisher,
        url=known.url,
        license=known.license,
    )
    return Reading((document,), notes=notes)


def stem(name: str) -> str:
    """Return what a file is called where it has no title: its name without folder and suffix."""
    return clean(PurePosixPath(name).stem) or name


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the span without white space at its ends; ``start == end`` where nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def without_title(block: Block, title: str) -> Block:
    """Return the block without the document's title at the head of its path."""
    if block.headings and block.headings[0].casefold() == title.casefold():
        return replace(block, headings=block.headings[1:])
    return block
