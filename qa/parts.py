"""From one source file to its part of a generation."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import xxhash

from qa import tokens
from qa.counts import TermCounts, count_terms
from qa.generation import PASSAGE_DTYPE, SourcePart, SourceRecord, json_line
from qa.passages import cut, embedded_text
from qa.snapshot import DocumentRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qa.nouns import Document, Passage, Reading
    from qa.passages import CutSettings
    from qa.plan import Fingerprint
    from qa.snapshot import Snapshot


_PAGES = frozenset({"page", "slide"})


@dataclass(frozen=True, slots=True)
class FreshPart:
    """A source read anew: its part, what to embed of each passage, and all passages' terms."""

    part: SourcePart
    embed: tuple[str, ...]
    counts: TermCounts

    @property
    def bytes(self) -> int:
        """About how much memory it takes."""
        texts = sum(memoryview(text).nbytes for text in self.part.texts)
        return texts + sum(map(len, self.embed)) + 6 * len(self.counts.passages)


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A source taken over from a generation; its passages are ``first`` to ``end`` there."""

    part: SourcePart
    first: int
    end: int


def fresh_part(
    name: str, fingerprint: Fingerprint, reading: Reading, settings: CutSettings, embedder: str
) -> FreshPart:
    """Cut a source's documents and work out all that follows from them.

    Args:
        name: the source's name.
        fingerprint: its content's digest and its reader.
        reading: what the reader made of it.
        settings: how to cut.
        embedder: the embedder's fingerprint, part of the reuse keys.
    """
    rows: list[tuple[int, ...]] = []
    spans: list[tuple[int, int]] = []
    lines, locators, texts, embed, terms, keys, twins = [], [], [], [], [], [], []
    for number, document in enumerate(reading.documents):
        passages = cut(document, settings)
        text, offsets = _encode(document.text, passages)
        paths = sorted({passage.headings for passage in passages})
        place = {path: position for position, path in enumerate(paths)}
        lines.append(_document_line(document, tuple(paths)))
        locators.append(_locators_line(document))
        texts.append(text)
        title = _own_title(document)
        for p in passages:
            words = document.text[p.start : p.end]
            bounds = (offsets[p.start], offsets[p.end])
            rows.append((number, place[p.headings], p.start, p.end, *bounds, 0, len(p.sentences)))
            spans.extend((a - p.start, b - p.start) for a, b in p.sentences)
            embed.append(embedded_text(title, p.headings, words))
            terms.append(tokens.analyse(embedded_text(document.title, p.headings, words)))
            keys.append(reuse_key(embedder, embed[-1]))
            twins.append(xxhash.xxh3_64_intdigest(" ".join(words.split()).encode()))
    pages, blank = _pages(reading)
    record = SourceRecord(
        name=name,
        digest=fingerprint.digest,
        reader=fingerprint.reader,
        documents=len(lines),
        passages=len(rows),
        skipped=reading.skipped,
        notes=reading.notes,
        pages=pages,
        blank_pages=blank,
    )
    part = SourcePart(
        record=record,
        lines=tuple(lines),
        locators=tuple(locators),
        texts=tuple(texts),
        passages=np.array(rows, PASSAGE_DTYPE) if rows else np.empty(0, PASSAGE_DTYPE),
        sentences=np.array(spans, np.int32).reshape(-1, 2),
        keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16),
        twins=np.array(twins, np.uint64),
    )
    return FreshPart(part, tuple(embed), count_terms(terms))


def _pages(reading: Reading) -> tuple[int, int]:
    """How many pages or slides a file has, and how many of them without text."""
    named: dict[tuple[str, str], bool] = {}
    for document in reading.documents:
        for found in document.locators:
            if found.kind in _PAGES:
                written = not document.text[found.start : found.end].isspace()
                page = (found.kind, found.label)
                named[page] = named.get(page, False) or (written and found.start < found.end)
    pages = max(reading.pages or 0, len(named))
    return pages, pages - sum(named.values())


def kept_part(snapshot: Snapshot, source: int) -> KeptPart:
    """Take a source's part over from a generation, without reading or cutting anything."""
    record = snapshot.sources[source]
    first, end = np.searchsorted(snapshot.documents["source"], [source, source + 1])
    documents = snapshot.documents[first:end]
    first_passage = int(documents["first_passage"][0]) if len(documents) else 0
    last_passage = first_passage + record.passages
    passages = np.array(snapshot.passages[first_passage:last_passage])
    passages["document"] -= first
    if len(passages):
        sentence = int(passages["sentence"][0])
        sentences = snapshot.sentences[sentence : sentence + int(passages["sentences"].sum())]
    else:
        sentences = np.empty((0, 2), np.int32)
    part = SourcePart(
        record=record,
        lines=tuple(snapshot.document_line(number) for number in range(first, end)),
        locators=tuple(snapshot.locators_line(number) for number in range(first, end)),
        texts=tuple(snapshot.text_bytes(number) for number in range(first, end)),
        passages=passages,
        sentences=sentences,
        keys=snapshot.keys[first_passage:last_passage],
        twins=snapshot.twins[first_passage:last_passage],
    )
    return KeptPart(part, first_passage, last_passage)


def reuse_key(embedder: str, text: str) -> bytes:
    """Name all that could change a passage's vector, in 16 bytes: the embedder and the text."""
    return xxhash.xxh3_128_digest(f"{embedder}\0{text}".encode("utf-8", "surrogatepass"))


def key_rows(keys: npt.NDArray[np.uint8]) -> list[bytes]:
    """Keys of shape (n, 16) as bytes objects."""
    data = keys.tobytes()
    return [data[i : i + 16] for i in range(0, len(data), 16)]


def _own_title(document: Document) -> str:
    """The title, unless it only repeats the file's name: a renamed file keeps its vectors."""
    file, _, identifier = document.name.partition("#")
    borrowed = {PurePosixPath(file).stem, PurePosixPath(file).name, identifier}
    return "" if document.title in borrowed else document.title


def _encode(text: str, passages: Sequence[Passage]) -> tuple[bytes, dict[int, int]]:
    """Encode a text, and give the byte offset of every passage bound."""
    bounds = sorted({p.start for p in passages} | {p.end for p in passages})
    data = text.encode("utf-8")
    if len(data) == len(text):
        return data, {bound: bound for bound in bounds}
    offsets, before, position = {}, 0, 0
    for bound in bounds:
        position += len(text[before:bound].encode("utf-8"))
        offsets[bound] = position
        before = bound
    return data, offsets


def _locators_line(document: Document) -> bytes:
    """Where the document's parts stand in its file, as `Snapshot.locators` reads it back."""
    return json_line([list(astuple(locator)) for locator in document.locators])


def _document_line(document: Document, headings: tuple[tuple[str, ...], ...]) -> bytes:
    record = DocumentRecord(
        name=document.name,
        title=document.title,
        date=document.date,
        publisher=document.publisher,
        url=document.url,
        license=document.license,
        line_start=document.line_start,
        line_end=document.line_end,
        headings=headings,
        chars=len(document.text),
    )
    return json_line(asdict(record))
