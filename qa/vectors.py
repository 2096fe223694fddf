"""The vectors of a build: taken over where they are known, embedded where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa.embeddings import EmbeddingStore
from qa.parts import FreshPart, KeptPart, key_rows
from qa.salvage import salvaged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from qa.encoder import Encoder
    from qa.reporter import Reporter
    from qa.snapshot import Snapshot

    Vectors = npt.NDArray[np.float32]

BATCH = 64


def vectors_of(
    index: Path,
    snapshot: Snapshot | None,
    drafts: Sequence[FreshPart | KeptPart],
    encoder: Encoder,
    reporter: Reporter,
) -> tuple[Vectors, int]:
    """The vectors of all drafts in order, and how many passages had to be embedded for them.

    Args:
        index: the index folder, whose store keeps what is embedded as soon as it is.
        snapshot: the generation to take vectors over from, if any.
        drafts: what the new generation is made of.
        encoder: what embeds the rest.
        reporter: told of every batch embedded.

    Returns:
        Unit vectors, shape (passages, dimension), float32, and the number embedded.

    Raises:
        StorageError: the store can't be written.
    """
    texts: dict[bytes, str] = {}
    for draft in drafts:
        if isinstance(draft, FreshPart):
            texts.update(zip(key_rows(draft.part.keys), draft.embed, strict=True))
    known = salvaged(index, texts) if snapshot is None else _known(snapshot, texts)
    store = EmbeddingStore(index, encoder.identity.dimension)
    try:
        known.update(store.get(key for key in texts if key not in known))
        missing = {key: text for key, text in texts.items() if key not in known}
        known.update(_embed(missing, encoder, store, reporter))
        if snapshot is not None:
            _retire(snapshot, drafts, store)
    finally:
        store.close()
    rows = [_rows(draft, snapshot, known, encoder.identity.dimension) for draft in drafts]
    if not rows:
        return np.empty((0, encoder.identity.dimension), np.float32), 0
    return np.concatenate(rows), len(missing)


def settle(index: Path, dimension: int, drafts: Sequence[FreshPart | KeptPart]) -> None:
    """Drop from the store what the published generation holds now.

    Raises:
        StorageError: the store can't be written.
    """
    published = [key for draft in drafts for key in key_rows(draft.part.keys)]
    store = EmbeddingStore(index, dimension)
    try:
        store.settle(published, keep=len(published))
    finally:
        store.close()


def _known(snapshot: Snapshot | None, texts: dict[bytes, str]) -> dict[bytes, Vectors]:
    """The vectors wanted that the current generation has."""
    if snapshot is None or not texts:
        return {}
    vectors = snapshot.dense.vectors()
    rows = enumerate(key_rows(snapshot.keys))
    return {key: vectors[row] for row, key in rows if key in texts}


def _embed(
    missing: dict[bytes, str],
    encoder: Encoder,
    store: EmbeddingStore,
    reporter: Reporter,
) -> dict[bytes, Vectors]:
    """Embed batch by batch, each kept on disk as soon as it is done; the longest first."""
    reporter.start("embedding", len(missing))
    keys = sorted(missing, key=lambda key: (-len(missing[key]), key))
    done: dict[bytes, Vectors] = {}
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        vectors = encoder.encode_passages([missing[key] for key in batch])
        new = dict(zip(batch, vectors, strict=True))
        store.put(new)
        done.update(new)
        reporter.advance(len(batch))
    return done


def _retire(
    snapshot: Snapshot, drafts: Sequence[FreshPart | KeptPart], store: EmbeddingStore
) -> None:
    """Keep the vectors that leave the index, so that a file put back is not embedded again."""
    staying = {key for draft in drafts for key in key_rows(draft.part.keys)}
    vectors = snapshot.dense.vectors()
    leaving = {
        key: vectors[row] for row, key in enumerate(key_rows(snapshot.keys)) if key not in staying
    }
    if leaving:
        store.put(leaving)


def _rows(
    draft: FreshPart | KeptPart,
    snapshot: Snapshot | None,
    known: dict[bytes, Vectors],
    dimension: int,
) -> Vectors:
    if isinstance(draft, KeptPart) and snapshot is not None:
        return snapshot.dense.vectors()[draft.first : draft.end]
    rows = [known[key] for key in key_rows(draft.part.keys)]
    return np.stack(rows) if rows else np.empty((0, dimension), np.float32)
