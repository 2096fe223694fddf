"""A reader's view of one generation: opened once, checked whole, unaffected by what comes after."""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from qa import dense, generation, tokens
from qa.errors import IndexDamaged
from qa.generation import SourceRecord
from qa.lexical import Bm25
from qa.manifest import Manifest, read_manifest
from qa.nouns import EmbedderIdentity, IndexInfo, Locator
from qa.plan import Fingerprint
from qa.slices import Slices
from qa.storage import checksum, read_json_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

_SMALL = 1 << 16
# Records of documents that are remembered, of some hundred bytes each.
_MOST_RECORDS = 10_000


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the index keeps of a document besides its text; ``chars`` is the text's length."""

    name: str
    title: str
    date: str | None
    publisher: str | None
    url: str | None
    license: str | None
    line_start: int | None
    line_end: int | None
    headings: tuple[tuple[str, ...], ...]
    chars: int


class Snapshot:
    """One generation of an index: its arrays are memory-mapped, its texts read piece by piece.

    Opening checks the size and checksum of every file, so that a truncated or altered index is
    refused instead of answering wrongly.

    Raises:
        IndexDamaged: a file is missing, truncated, altered, or of another version.
    """

    def __init__(self, index: Path, manifest: Manifest) -> None:
        self.index = index
        self.manifest = manifest
        self.name = manifest.current
        self.folder = index / generation.FOLDER / self.name
        self._way_out = f"run: qa index --index {index}"
        self.description = self._checked_description()
        self.embedder = EmbedderIdentity(**self.description["embedder"])
        self._texts = Slices(self.folder / "texts.utf8")
        self._lines = Slices(self.folder / "documents.jsonl")
        self._locators = Slices(self.folder / "locators.jsonl")
        self._sources = _map(self.folder / "sources.jsonl")
        self._vectors = _map(self.folder / dense.NAME)
        self.documents = self._array("documents.npy")
        self.passages = self._array("passages.npy")
        self.sentences = self._array("sentences.npy")
        self.twins = self._array("twins.npy")
        # What each passage's vector follows from, shape (passages, 16).
        self.keys = self._array("keys.npy")
        self.bm25 = Bm25.load(self.folder / generation.PASSAGES_BM25)
        # The same as the passages' where every document is one passage.
        self.documents_bm25 = self._documents_bm25()
        self._records: dict[int, DocumentRecord] = {}

    @staticmethod
    def open(index: Path) -> Snapshot:
        """Open the current generation; tries again if it was replaced and swept meanwhile."""
        manifest = read_manifest(index)
        for _ in range(5):
            try:
                return Snapshot(index, manifest)
            except (IndexDamaged, OSError) as error:
                newer = read_manifest(index)
                if newer == manifest:
                    if isinstance(error, IndexDamaged):
                        raise
                    way_out = f"run: qa index --index {index}"
                    raise IndexDamaged(f"{index} can't be read ({error}): {way_out}") from error
                manifest = newer
        return Snapshot(index, manifest)

    @property
    def info(self) -> IndexInfo:
        """Which index this is, as answers report it."""
        return IndexInfo(self.name, self.embedder.name, len(self.documents), len(self.passages))

    @cached_property
    def dense(self) -> dense.DenseIndex:
        """The dense side; FAISS is imported when it is first asked for."""
        where = self.folder / dense.NAME
        return dense.DenseIndex(self._vectors, len(self.passages), where)

    @cached_property
    def sources(self) -> tuple[SourceRecord, ...]:
        """The files the generation was read from, in order."""
        return tuple(SourceRecord.from_json(_loads(line)) for line in self._source_lines)

    def source(self, number: int) -> SourceRecord:
        """One of the sources, without reading the others."""
        return SourceRecord.from_json(_loads(self._source_lines[number]))

    def fingerprint(self, document: int) -> Fingerprint:
        """What a document's source was when it was read, and what read it."""
        record = self.source(int(self.documents[document]["source"]))
        return Fingerprint(record.digest, record.reader)

    @cached_property
    def _source_lines(self) -> list[bytes]:
        return self._sources[:].splitlines()

    def document(self, number: int) -> DocumentRecord:
        """The record of a document, counted from 0."""
        record = self._records.get(number)
        if record is None:
            value = _loads(self.document_line(number))
            headings = tuple(tuple(path) for path in value["headings"])
            record = DocumentRecord(**{**value, "headings": headings})
            if len(self._records) >= _MOST_RECORDS:
                self._records.clear()
            self._records[number] = record
        return record

    def document_line(self, number: int) -> bytes:
        """The document's line as it is stored."""
        row = self.documents[number]
        return self._lines.read(int(row["line"]), int(row["line_bytes"]))

    def locators(self, number: int) -> tuple[Locator, ...]:
        """Where the parts of a document stand in its file, in order, wider ones first."""
        return tuple(Locator(*values) for values in json.loads(self.locators_line(number)))

    def locators_line(self, number: int) -> bytes:
        """The document's locators as they are stored: a JSON list of lists."""
        row = self.documents[number]
        return self._locators.read(int(row["locators"]), int(row["locators_bytes"]))

    def find_document(self, name: str) -> int | None:
        """The number of a document by its name, or None."""
        for number in range(len(self.documents)):
            if self.document(number).name == name:
                return number
        return None

    def text(self, number: int) -> str:
        """The whole text of a document."""
        return self.text_bytes(number).decode("utf-8")

    def text_bytes(self, number: int) -> bytes:
        """The whole text of a document in UTF-8."""
        row = self.documents[number]
        return self._texts.read(int(row["text"]), int(row["text_bytes"]))

    def passage_text(self, passage: int) -> str:
        """The text of a passage."""
        row = self.passages[passage]
        base = int(self.documents[int(row["document"])]["text"])
        start, end = int(row["byte_start"]), int(row["byte_end"])
        return self._texts.read(base + start, end - start).decode("utf-8")

    def passage_sentences(self, passage: int) -> tuple[tuple[int, int], ...]:
        """The sentences of a passage as spans in its document's text."""
        row = self.passages[passage]
        first, start = int(row["sentence"]), int(row["start"])
        spans = self.sentences[first : first + int(row["sentences"])]
        return tuple((start + int(a), start + int(b)) for a, b in spans)

    def iter_documents(self) -> Iterator[DocumentRecord]:
        """All documents' records in order."""
        return (self.document(number) for number in range(len(self.documents)))

    def _documents_bm25(self) -> Bm25:
        if not generation.has_documents_bm25(self.description["files"]):
            return self.bm25
        return Bm25.load(self.folder / generation.DOCUMENTS_BM25)

    def _array(self, name: str) -> npt.NDArray[Any]:
        """Map an array; a small one is read, for an empty one can't be mapped."""
        path = self.folder / name
        mode: Literal["r"] | None = "r" if path.stat().st_size > _SMALL else None
        array: npt.NDArray[Any] = np.load(path, mmap_mode=mode, allow_pickle=False)
        return array

    def _checked_description(self) -> dict[str, Any]:
        path = self.folder / generation.DESCRIPTION
        try:
            if generation.name_of(path.read_bytes()) != self.name:
                raise IndexDamaged(f"{path} was altered (checksum differs): {self._way_out}")
            value = read_json_object(path, self._way_out)
            if value.get("version") != generation.VERSION:
                raise IndexDamaged(
                    f"{path} is of version {value.get('version')!r}, this program reads "
                    f"{generation.VERSION}: {self._way_out}"
                )
            if value["settings"]["analysis"] != tokens.VERSION:
                raise IndexDamaged(
                    f"{path} has terms of version {value['settings']['analysis']!r}, this program "
                    f"asks for those of {tokens.VERSION}: {self._way_out}"
                )
            for name, expected in value["files"].items():
                self._check_file(name, expected)
        except FileNotFoundError as error:
            missing = f"{error.filename} is missing"
            raise IndexDamaged(f"the index is damaged: {missing}: {self._way_out}") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise IndexDamaged(f"{path} is damaged ({error!r}): {self._way_out}") from error
        return value

    def _check_file(self, name: str, expected: dict[str, Any]) -> None:
        path = self.folder / name
        size = path.stat().st_size
        if size != expected["size"]:
            raise IndexDamaged(
                f"{path} has {size} bytes instead of {expected['size']}: {self._way_out}"
            )
        if checksum(path) != expected["checksum"]:
            raise IndexDamaged(f"{path} was altered (checksum differs): {self._way_out}")


def _loads(line: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(line.decode("utf-8", "surrogateescape"))
    return value


def _map(path: Path) -> mmap.mmap | bytes:
    """Map a file for reading; an empty one can't be mapped and is empty bytes."""
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
