"""The dense side: exact inner-product search over unit vectors with FAISS."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import IndexDamaged

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterable
    from pathlib import Path

    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

NAME = "vectors.faiss"


def write(path: Path, dimension: int, pieces: Iterable[Vectors]) -> int:
    """Write vectors as a FAISS flat inner-product index, piece by piece; returns their number.

    The bytes are those that FAISS writes for all of them at once, without holding them: a header
    that says how many there are, twice, and the vectors one after another.
    """
    number = 0
    with path.open("wb") as file:
        file.write(_header(dimension, 0))
        for piece in pieces:
            if piece.shape[1:] != (dimension,):
                raise ValueError(f"vectors of shape {piece.shape[1:]}, not of {dimension}")
            file.write(np.ascontiguousarray(piece, "<f4").tobytes())
            number += len(piece)
        file.seek(0)
        file.write(_header(dimension, number))
        file.flush()
        os.fsync(file.fileno())
    return number


def to_bytes(vectors: Vectors) -> bytes:
    """Serialise vectors of shape (n, d), float32, as a FAISS flat inner-product index."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return bytes(faiss.serialize_index(index).data)


def _header(dimension: int, number: int) -> bytes:
    """What stands before so many vectors: an empty index's bytes with the two numbers changed.

    Raises:
        RuntimeError: this FAISS writes its indexes in another way.
    """
    empty = to_bytes(np.empty((0, dimension), np.float32))
    one = to_bytes(np.zeros((1, dimension), np.float32))
    last = int.from_bytes(one[len(empty) - 8 : len(empty)], "little")  # floats or bytes of one
    head = _numbered(empty, 1, last)
    if head != one[: len(empty)] or len(one) != len(empty) + 4 * dimension:
        raise RuntimeError("this version of faiss-cpu writes its indexes in an unknown way")
    return _numbered(empty, number, number * last)


def _numbered(header: bytes, number: int, size: int) -> bytes:
    """The header with the number of vectors (at byte 8) and their size (at its end)."""
    return header[:8] + number.to_bytes(8, "little") + header[16:-8] + size.to_bytes(8, "little")


class DenseIndex:
    """A FAISS flat index over mapped bytes: exact up to a few hundred thousand passages.

    FAISS reads the vectors where they lie, and a mapped file stays readable after it is deleted.

    Args:
        data: what `to_bytes` gave, as bytes or as a mapped file.
        expected: the number of vectors that belong there.
        where: the file, for messages.

    Raises:
        IndexDamaged: it is no FAISS index, or one of another number of vectors.
    """

    def __init__(self, data: bytes | mmap.mmap, expected: int, where: Path) -> None:
        import faiss

        self._data = np.frombuffer(data, np.uint8)
        readers: Any = faiss  # the class is missing from its types
        try:
            reader = readers.ZeroCopyIOReader(faiss.swig_ptr(self._data), self._data.size)
            self._index: Any = faiss.read_index(reader)
        except RuntimeError as error:
            raise IndexDamaged(f"{where} is damaged: run: qa index") from error
        if self._index.ntotal != expected:
            raise IndexDamaged(
                f"{where} holds {self._index.ntotal} vectors for {expected} passages: run: qa index"
            )

    def top(
        self, question: Vectors, k: int, only: npt.NDArray[np.bool_] | None = None
    ) -> tuple[npt.NDArray[np.int64], Vectors]:
        """The ``k`` passages with the highest cosine to a question vector of shape (d,).

        ``only`` says of each passage whether it is looked at; None is all of them.
        Returns ids and cosines, highest first, ties by id ascending.
        """
        k = min(k, self._index.ntotal if only is None else int(only.sum()))
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        chosen = None if only is None else _selected(only)
        scores, ids = self._index.search(question.reshape(1, -1), k, params=chosen)
        order = np.lexsort((ids[0], -scores[0]))
        return ids[0][order], scores[0][order]

    def vectors(self) -> Vectors:
        """All vectors, shape (n, d), float32: a read-only view, valid while this index lives."""
        import faiss

        count, dimension = self._index.ntotal, self._index.d
        if count == 0:
            return np.empty((0, dimension), np.float32)
        flat = faiss.rev_swig_ptr(self._index.get_xb(), count * dimension)
        view: Vectors = flat.reshape(count, dimension)
        return view


def _selected(only: npt.NDArray[np.bool_]) -> Any:
    """FAISS's parameters for a search among some of the vectors."""
    import faiss

    parts: Any = faiss  # its classes are missing from its types
    bits = np.packbits(only, bitorder="little")
    return parts.SearchParameters(sel=parts.IDSelectorBitmap(bits))
