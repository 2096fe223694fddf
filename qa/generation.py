"""A generation: the immutable files of one state of an index, and what they hold.

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

import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from qa.lexical import FACTS
from qa.nouns import Skipped
from qa.storage import checksum, sync

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    import numpy.typing as npt

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
        ("locators", "<i8"),
        ("locators_bytes", "<i8"),
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

    ``lines``, ``locators`` and ``texts`` have one item a document.

    Shapes: ``passages`` (p,) of `PASSAGE_DTYPE`, ``sentences`` (s, 2) int32 relative to their
    passage, ``keys`` (p, 16) uint8, ``twins`` (p,) uint64.
    """

    record: SourceRecord
    lines: tuple[bytes, ...]
    locators: tuple[bytes, ...]
    texts: tuple[bytes | memoryview, ...]
    passages: npt.NDArray[np.void]
    sentences: npt.NDArray[np.int32]
    keys: npt.NDArray[np.uint8]
    twins: npt.NDArray[np.uint64]


def json_line(value: Any) -> bytes:
    """One JSON line; file names that are no UTF-8 keep their bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return (text + "\n").encode("utf-8", "surrogateescape")


def name_of(description: bytes) -> str:
    """The name of the generation that these bytes of a generation.json describe."""
    return xxhash.xxh3_128_hexdigest(description)[:16]


def has_documents_bm25(files: Container[str]) -> bool:
    """Whether documents have a BM25 of their own among a generation's files."""
    return f"{DOCUMENTS_BM25}/{FACTS}" in files


def put_in_place(draft: Path, final: Path) -> None:
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
        return same and describe(folder) == describe(draft)
    except OSError:
        return False


def describe(draft: Path) -> dict[str, dict[str, Any]]:
    """Size and checksum of every file below a folder, by its name there."""
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    return {
        path.relative_to(draft).as_posix(): {
            "size": path.stat().st_size,
            "checksum": checksum(path),
        }
        for path in files
    }
