"""Writing a generation while its sources are read: what was written takes no memory."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np

from qa import dense
from qa.arrays import GrowingArray
from qa.counts import TermCounts, grouped
from qa.generation import (
    DESCRIPTION,
    DOCUMENT_DTYPE,
    DOCUMENTS_BM25,
    FOLDER,
    PASSAGE_DTYPE,
    PASSAGES_BM25,
    VERSION,
    SourcePart,
    describe,
    name_of,
    put_in_place,
)
from qa.lexical import Bm25
from qa.storage import canonical_json, sync, write_durably

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

    from qa.nouns import EmbedderIdentity, Skipped
    from qa.settings import IndexSettings

    Vectors = npt.NDArray[np.float32]

_ARRAYS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "documents": (DOCUMENT_DTYPE, ()),
    "passages": (PASSAGE_DTYPE, ()),
    "sentences": ("<i4", (2,)),
    "keys": ("u1", (16,)),
    "twins": ("<u8", ()),
}
_STREAMS = ("sources.jsonl", "documents.jsonl", "locators.jsonl", "texts.utf8")


class GenerationWriter:
    """A generation in the making: sources are added in order of name, then it is finished.

    Use it as a context manager: on leaving, a draft that was not finished is deleted.
    """

    def __init__(self, index: Path) -> None:
        self._folder = index / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._draft = self._folder / f".draft-{os.getpid()}"
        shutil.rmtree(self._draft, ignore_errors=True)
        self._draft.mkdir()
        self._streams: dict[str, BinaryIO] = {}
        self._arrays: dict[str, GrowingArray] = {}
        self.sources = self.documents = 0
        self.skipped: list[Skipped] = []
        self._line = self._locators = self._text = 0

    def __enter__(self) -> Self:
        try:
            for name in _STREAMS:
                self._streams[name] = (self._draft / name).open("wb")
            for name, (dtype, row) in _ARRAYS.items():
                self._arrays[name] = GrowingArray(self._draft / f"{name}.npy", dtype, row)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        opened: list[BinaryIO | GrowingArray] = [*self._streams.values(), *self._arrays.values()]
        for file in opened:
            with suppress(OSError):  # a full disk: what is still to be written is not wanted
                file.close()
        shutil.rmtree(self._draft, ignore_errors=True)

    @property
    def passages(self) -> int:
        """How many passages there are so far."""
        return self._arrays["passages"].rows

    def add(self, part: SourcePart) -> None:
        """Add a source."""
        documents = self._documents(part)
        passages = part.passages.astype(PASSAGE_DTYPE)  # a copy
        passages["document"] += self.documents
        passages["sentence"] = self._arrays["sentences"].rows + _starts(passages["sentences"])
        self._streams["sources.jsonl"].write(part.record.to_line())
        for line, locators, text in zip(part.lines, part.locators, part.texts, strict=True):
            self._streams["documents.jsonl"].write(line)
            self._streams["locators.jsonl"].write(locators)
            self._streams["texts.utf8"].write(text)
        rows = {"documents": documents, "passages": passages, "sentences": part.sentences}
        for name, array in {**rows, "keys": part.keys, "twins": part.twins}.items():
            self._arrays[name].add(array)
        self.skipped += part.record.skipped
        self.sources += 1
        self.documents += len(part.lines)
        self._line += int(documents["line_bytes"].sum())
        self._locators += int(documents["locators_bytes"].sum())
        self._text += int(documents["text_bytes"].sum())

    def finish(
        self,
        vectors: Iterable[Vectors],
        counts: TermCounts,
        settings: IndexSettings,
        embedder: EmbedderIdentity,
    ) -> str:
        """Write the rest, put the generation in its place and return its name.

        Args:
            vectors: unit vectors of all passages in order, in pieces of shape (n, dimension).
            counts: the passages' terms, in the same order.
            settings: what shaped the index.
            embedder: what made the vectors.
        """
        for file in self._streams.values():
            file.flush()
            os.fsync(file.fileno())
        for array in self._arrays.values():
            array.finish()
        written = dense.write(self._draft / dense.NAME, embedder.dimension, vectors)
        if not self.passages == written == counts.size:
            raise ValueError(
                f"{self.passages} passages, {written} vectors, terms of {counts.size} passages"
            )
        self._write_lexical(counts, settings)
        description = {
            "version": VERSION,
            "settings": settings.as_json(),
            "embedder": asdict(embedder),
            "documents": self.documents,
            "passages": self.passages,
            "files": describe(self._draft),
        }
        data = canonical_json(description)
        write_durably(self._draft / DESCRIPTION, data)
        sync(self._draft)
        name = name_of(data)
        put_in_place(self._draft, self._folder / name)
        return name

    def _documents(self, part: SourcePart) -> npt.NDArray[np.void]:
        table = np.zeros(len(part.lines), DOCUMENT_DTYPE)
        table["line_bytes"] = [len(line) for line in part.lines]
        table["line"] = self._line + _starts(table["line_bytes"])
        table["locators_bytes"] = [len(line) for line in part.locators]
        table["locators"] = self._locators + _starts(table["locators_bytes"])
        table["text_bytes"] = [memoryview(text).nbytes for text in part.texts]
        table["text"] = self._text + _starts(table["text_bytes"])
        table["passages"] = np.bincount(part.passages["document"], minlength=len(part.lines))
        table["first_passage"] = self.passages + _starts(table["passages"])
        table["source"] = self.sources
        return table

    def _write_lexical(self, counts: TermCounts, settings: IndexSettings) -> None:
        """Write the BM25 of the passages, and that of whole documents below, if it is another."""
        folder = self._draft / PASSAGES_BM25
        Bm25.build(counts, k1=settings.k1, b=settings.b).save(folder)
        passages = np.load(self._draft / "passages.npy", allow_pickle=False)
        owners = np.ascontiguousarray(passages["document"])
        del passages
        if not np.array_equal(owners, np.arange(self.documents)):
            whole = grouped(counts, owners, self.documents)
            Bm25.build(whole, k1=settings.k1, b=settings.b).save(self._draft / DOCUMENTS_BM25)
        for path in sorted(folder.rglob("*")):
            sync(path)
        sync(folder)


def _starts(sizes: Any) -> npt.NDArray[np.int64]:
    """Where each of several runs begins when they stand one after another."""
    ends = np.cumsum(np.asarray(sizes, np.int64), dtype=np.int64)
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1]
    return starts
