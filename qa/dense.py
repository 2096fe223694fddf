"""The dense side: exact inner-product search over unit vectors with FAISS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import IndexDamaged

if TYPE_CHECKING:
    import mmap
    from pathlib import Path

    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

NAME = "vectors.faiss"


def to_bytes(vectors: Vectors) -> bytes:
    """Serialise vectors of shape (n, d), float32, as a FAISS flat inner-product index."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return bytes(faiss.serialize_index(index).data)


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
