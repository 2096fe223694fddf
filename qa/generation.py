"""A generation: the immutable files of one state of an index, and how they are written.

Everything in it follows from content alone (documents, settings, embedder), so its name is the
digest of its content: the same sources give the same generation, byte for byte.

    generation.json   settings, embedder, counts, and the checksum of every other file
    sources.jsonl     a file of the corpus a line: digest, reader, what could not be read
    documents.jsonl   a document a line; documents.npy says where each line and text lies
    texts.utf8        the documents' texts, one after another
    passages.npy      where each passage lies; sentences.npy its sentences
    keys.npy          what each passage's vector follows from; twins.npy a digest of its words
    vectors.faiss     the vectors; bm25/ the lexical side of the passages, bm25/documents/ that of
                      whole documents, left out where each is one passage and it would be the same
"""

from __future__ import annotations

import io
import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from qa import dense
from qa.counts import TermCounts, grouped
from qa.lexical import FACTS, Bm25
from qa.nouns import EmbedderIdentity, Skipped
from qa.storage import canonical_json, checksum, sync, write_durably

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from qa.settings import IndexSettings

VERSION = 3
FOLDER = "generations"
DESCRIPTION = "generation.json"
PASSAGES_BM25 = "bm25"
DOCUMENTS_BM25 = "bm25/documents"

PASSAGE_DTYPE = np.dtype(
    [
        ("document", "<i4"),
        ("headings", "<i4"),
        ("start", "<i8"),
        ("end", "<i8"),
        ("byte_start", "<i8"),
        ("byte_end", "<i8"),
        ("sentence", "<i8"),
        ("sentences", "<i4"),
    ]
)
DOCUMENT_DTYPE = np.dtype(
    [
        ("line", "<i8"),
        ("line_bytes", "<i8"),
        ("text", "<i8"),
        ("text_bytes", "<i8"),
        ("first_passage", "<i8"),
        ("passages", "<i8"),
        ("source", "<i4"),
    ]
)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What the index knows of one file: its content's digest, what read it, what could not be.

    ``pages`` counts its pages or slides, ``blank_pages`` those of them without text.
    """

    name: str
    digest: str
    reader: str
    documents: int
    passages: int
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    pages: int = 0
    blank_pages: int = 0

    def to_line(self) -> bytes:
        """One JSON line."""
        return json_line(asdict(self))

    @staticmethod
    def from_json(value: dict[str, Any]) -> SourceRecord:
        """Take back what `to_line` wrote."""
        skipped = tuple(Skipped(**item) for item in value["skipped"])
        return SourceRecord(**{**value, "skipped": skipped, "notes": tuple(value["notes"])})


@dataclass(frozen=True, slots=True)
class SourcePart:
    """The material of one source: ``passages`` has documents and sentences counted from 0.

    Shapes: ``passages`` (p,) of `PASSAGE_DTYPE`, ``sentences`` (s, 2) int32 relative to their
    passage, ``keys`` (p, 16) uint8, ``twins`` (p,) uint64.
    """

    record: SourceRecord
    lines: tuple[bytes, ...]
    texts: tuple[bytes | memoryview, ...]
    passages: npt.NDArray[np.void]
    sentences: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint8]
    twins: npt.NDArray[np.uint64]


def json_line(value: Any) -> bytes:
    """One JSON line; file names that are no UTF-8 keep their bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (text + "\n").encode("utf-8", "surrogateescape")


def array_bytes(array: npt.NDArray[Any]) -> bytes:
    """Serialise an array as an ``.npy`` file, never pickled."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def write_generation(  # noqa: PLR0913 - what a generation follows from, each once
    index: Path,
    parts: Sequence[SourcePart],
    vectors: npt.NDArray[np.float32],
    counts: TermCounts,
    settings: IndexSettings,
    embedder: EmbedderIdentity,
) -> str:
    """Write a generation's folder and return its name; nothing refers to it yet.

    Args:
        index: the index folder.
        parts: the sources in order of name.
        vectors: unit vectors, shape (passages, dimension), float32, in the parts' order.
        counts: the passages' terms, in the same order.
        settings: what shaped the index.
        embedder: what made the vectors.
    """
    folder = index / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".draft-{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        passages = _write_sources(draft, parts)
        if not len(passages) == len(vectors) == counts.size:
            raise ValueError(
                f"{len(passages)} passages, {len(vectors)} vectors, terms of {counts.size} passages"
            )
        write_durably(draft / dense.NAME, dense.to_bytes(vectors))
        documents = sum(part.record.documents for part in parts)
        _write_lexical(draft, counts, _of_documents(counts, passages, documents), settings)
        description = {
            "version": VERSION,
            "settings": settings.as_json(),
            "embedder": asdict(embedder),
            "documents": documents,
            "passages": len(passages),
            "files": _describe(draft),
        }
        data = canonical_json(description)
        write_durably(draft / DESCRIPTION, data)
        sync(draft)
        name = name_of(data)
        _put_in_place(draft, folder / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return name


def name_of(description: bytes) -> str:
    """The name of the generation that these bytes of a generation.json describe."""
    return xxhash.xxh3_128_hexdigest(description)[:16]


def has_documents_bm25(files: Container[str]) -> bool:
    """Whether documents have a BM25 of their own among a generation's files."""
    return f"{DOCUMENTS_BM25}/{FACTS}" in files


def _of_documents(
    counts: TermCounts, passages: npt.NDArray[np.void], documents: int
) -> TermCounts | None:
    """The terms of whole documents; None where every document is one passage, in their order."""
    if np.array_equal(passages["document"], np.arange(documents)):
        return None
    return grouped(counts, passages["document"], documents)


def _write_lexical(
    draft: Path, counts: TermCounts, whole: TermCounts | None, settings: IndexSettings
) -> None:
    """Write the BM25 of the passages, and that of the whole documents, if it is another, below."""
    folder = draft / PASSAGES_BM25
    Bm25.build(counts, k1=settings.k1, b=settings.b).save(folder)
    if whole is not None:
        Bm25.build(whole, k1=settings.k1, b=settings.b).save(draft / DOCUMENTS_BM25)
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def _put_in_place(draft: Path, final: Path) -> None:
    """Give the draft its name; a generation of that name has the same content, if it is whole.

    One that is stays as it is, for it may be the one that answers now.
    """
    if _is_copy(final, draft):
        return
    if final.exists():
        final.rename(draft.with_name(f"{draft.name}-damaged"))
    draft.rename(final)
    sync(final.parent)
    shutil.rmtree(draft.with_name(f"{draft.name}-damaged"), ignore_errors=True)


def _is_copy(folder: Path, draft: Path) -> bool:
    """Whether a folder holds every byte of the draft."""
    try:
        same = (folder / DESCRIPTION).read_bytes() == (draft / DESCRIPTION).read_bytes()
        return same and _describe(folder) == _describe(draft)
    except OSError:
        return False


def _describe(draft: Path) -> dict[str, dict[str, Any]]:
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    return {
        path.relative_to(draft).as_posix(): {
            "size": path.stat().st_size,
            "checksum": checksum(path),
        }
        for path in files
    }


def _write_sources(draft: Path, parts: Sequence[SourcePart]) -> npt.NDArray[np.void]:
    """Write everything but vectors and terms; returns the passages as written."""
    write_durably(draft / "sources.jsonl", b"".join(part.record.to_line() for part in parts))
    lines = [line for part in parts for line in part.lines]
    write_durably(draft / "documents.jsonl", b"".join(lines))
    with (draft / "texts.utf8").open("wb") as file:
        for part in parts:
            for text in part.texts:
                file.write(text)
        file.flush()
        os.fsync(file.fileno())
    passages = _join_passages(parts)
    _save(draft / "documents.npy", _documents_table(parts, passages))
    _save(draft / "passages.npy", passages)
    _save(draft / "sentences.npy", _join([p.sentences for p in parts], (0, 2), "<i4"))
    _save(draft / "keys.npy", _join([p.keys for p in parts], (0, 16), "u1"))
    _save(draft / "twins.npy", _join([p.twins for p in parts], (0,), "<u8"))
    return passages


def _save(path: Path, array: npt.NDArray[Any]) -> None:
    write_durably(path, array_bytes(array))


def _join(arrays: list[npt.NDArray[Any]], empty: tuple[int, ...], dtype: Any) -> npt.NDArray[Any]:
    if not arrays:
        return np.empty(empty, dtype)
    return np.ascontiguousarray(np.concatenate(arrays).astype(dtype, copy=False))


def _join_passages(parts: Sequence[SourcePart]) -> npt.NDArray[np.void]:
    joined = _join([part.passages for part in parts], (0,), PASSAGE_DTYPE).copy()
    sizes = [len(part.passages) for part in parts]
    shift = np.repeat(_starts([len(part.lines) for part in parts]), sizes)
    joined["document"] += shift.astype(np.int32)
    joined["sentence"] = _starts(joined["sentences"])
    return joined


def _documents_table(
    parts: Sequence[SourcePart], passages: npt.NDArray[np.void]
) -> npt.NDArray[np.void]:
    lines = [line for part in parts for line in part.lines]
    texts = [text for part in parts for text in part.texts]
    table = np.zeros(len(lines), DOCUMENT_DTYPE)
    table["line_bytes"] = [len(line) for line in lines]
    table["line"] = _starts(table["line_bytes"])
    table["text_bytes"] = [memoryview(text).nbytes for text in texts]
    table["text"] = _starts(table["text_bytes"])
    table["passages"] = np.bincount(passages["document"], minlength=len(lines))
    table["first_passage"] = _starts(table["passages"])
    table["source"] = np.repeat(np.arange(len(parts)), [len(part.lines) for part in parts])
    return table


def _starts(sizes: Any) -> npt.NDArray[np.int64]:
    """Where each of several runs begins when they stand one after another."""
    ends = np.cumsum(np.asarray(sizes, np.int64), dtype=np.int64)
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1]
    return starts
