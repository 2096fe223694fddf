"""The vectors of a build: taken over where they are known, embedded where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from qa.embeddings import EmbeddingStore
from qa.parts import key_rows
from qa.salvage import salvaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from qa.encoder import Encoder
    from qa.reporter import Reporter
    from qa.snapshot import Snapshot

    Vectors = npt.NDArray[np.float32]
    Keys = npt.NDArray[np.uint8]

BATCH = 64
# So many passages are waited for, to embed those of one length together: padding costs time.
_WAITING = 32 * BATCH
_PIECE = 4096


class BuildVectors:
    """The vectors of the passages of a build, by reuse key; those embedded go to disk at once.

    Passages are embedded while others are still being read. Use it as a context manager.

    Args:
        index: the index folder, whose store keeps what is embedded as soon as it is.
        snapshot: the generation to take vectors over from, if any.
        encoder: what embeds the rest.

    Raises:
        StorageError: the store can't be written.
    """

    def __init__(self, index: Path, snapshot: Snapshot | None, encoder: Encoder) -> None:
        self._encoder = encoder
        self._snapshot = snapshot
        self._store = EmbeddingStore(index, encoder.identity.dimension)
        self._old = _Sorted(np.empty((0, 16), np.uint8) if snapshot is None else snapshot.keys)
        self._keys: list[Keys] = []
        self._waiting: dict[bytes, str] = {}
        self.embedded = 0
        if snapshot is None:
            for found in salvaged(index, encoder.identity.dimension):
                self._store.put(found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def keep(self, keys: Keys) -> None:
        """Passages that are in the snapshot already, by their keys, shape (n, 16)."""
        self._keys.append(np.array(keys))

    def add(self, keys: Keys, texts: Sequence[str]) -> None:
        """Passages that may have to be embedded: their keys, and what is embedded of each."""
        self.keep(keys)
        known = self._old.find(keys) >= 0
        for key, text, there in zip(key_rows(keys), texts, known.tolist(), strict=True):
            if not there and key not in self._waiting and not self._store.get([key]):
                self._waiting[key] = text
        if len(self._waiting) >= _WAITING:
            self._embed(None)

    def finish(self, reporter: Reporter) -> Iterator[Vectors]:
        """Embed what is left, telling of every batch, and give all vectors in order, in pieces.

        What the snapshot has and this build has not is put into the store, so that a file put back
        is not embedded again.
        """
        reporter.start("embedding", len(self._waiting))
        self._embed(reporter)
        self._retire()
        return self._pieces()

    def settle(self) -> None:
        """Drop from the store what the published generation holds now."""
        published = (key for keys in self._keys for key in key_rows(keys))
        self._store.settle(published, keep=sum(map(len, self._keys)))

    def _embed(self, reporter: Reporter | None) -> None:
        """Embed what waits batch by batch, each kept on disk as soon as it is done; longest first.

        ``reporter`` None is told nothing.
        """
        order = sorted(self._waiting, key=lambda key: (-len(self._waiting[key]), key))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            vectors = self._encoder.encode_passages([self._waiting[key] for key in batch])
            self._store.put(dict(zip(batch, vectors, strict=True)))
            self.embedded += len(batch)
            if reporter is not None:
                reporter.advance(len(batch))
        self._waiting.clear()

    def _retire(self) -> None:
        if self._snapshot is None or not len(self._snapshot.keys):
            return
        staying = _Sorted(self._all_keys())
        vectors = self._snapshot.dense.vectors()
        for start in range(0, len(vectors), _PIECE):
            keys = self._snapshot.keys[start : start + _PIECE]
            leaving = np.flatnonzero(staying.find(keys) < 0).tolist()
            if leaving:
                rows = key_rows(keys)
                self._store.put({rows[row]: vectors[start + row] for row in leaving})

    def _pieces(self) -> Iterator[Vectors]:
        keys = self._all_keys()
        for start in range(0, len(keys), _PIECE):
            yield self._vectors(keys[start : start + _PIECE])

    def _vectors(self, keys: Keys) -> Vectors:
        found = np.empty((len(keys), self._encoder.identity.dimension), np.float32)
        places = self._old.find(keys)
        known = places >= 0
        if self._snapshot is not None and known.any():
            found[known] = self._snapshot.dense.vectors()[places[known]]
        rows = np.flatnonzero(~known).tolist()
        names = key_rows(keys)
        stored = self._store.get(dict.fromkeys(names[row] for row in rows))
        for row in rows:
            found[row] = stored[names[row]]
        return found

    def _all_keys(self) -> Keys:
        return np.concatenate([np.empty((0, 16), np.uint8), *self._keys])


class _Sorted:
    """Keys in order, to find where many others stand among them; 24 bytes each."""

    def __init__(self, keys: Keys) -> None:
        flat = np.ascontiguousarray(keys).view("S16").ravel()
        self._order = np.argsort(flat, kind="stable")
        self._keys = flat[self._order]

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The row of each key, shape (n, 16), -1 where it is none."""
        flat = np.ascontiguousarray(keys).view("S16").ravel()
        rows = np.full(len(flat), -1, np.int64)
        if len(self._keys):
            places = np.minimum(np.searchsorted(self._keys, flat), len(self._keys) - 1)
            same = self._keys[places] == flat
            rows[same] = self._order[places[same]]
        return rows
