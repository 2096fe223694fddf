"""Vectors out of an index that can't be used otherwise: damaged elsewhere, or of another version.

What was embedded is the dear part of an index; where its own files are whole, it is not made anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa import generation
from qa.dense import NAME as VECTORS
from qa.dense import DenseIndex
from qa.errors import IndexDamaged
from qa.parts import key_rows
from qa.storage import checksum, read_json_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

KEYS = "keys.npy"
_PIECE = 4096


def salvaged(index: Path, dimension: int) -> Iterator[dict[bytes, npt.NDArray[np.float32]]]:
    """The vectors that any generation still on disk holds, by reuse key, in pieces.

    Only files whose checksums agree with their generation's description are believed.
    """
    folder = index / generation.FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            yield from _of(path, dimension)
        except (OSError, ValueError, KeyError, TypeError, IndexDamaged):
            continue


def _of(folder: Path, dimension: int) -> Iterator[dict[bytes, npt.NDArray[np.float32]]]:
    files = read_json_object(folder / generation.DESCRIPTION, "")["files"]
    for name in (KEYS, VECTORS):
        if checksum(folder / name) != files[name]["checksum"]:
            return
    keys = key_rows(np.load(folder / KEYS, allow_pickle=False))
    # The view of the vectors is valid while the index lives: it must have a name.
    index = DenseIndex((folder / VECTORS).read_bytes(), len(keys), folder / VECTORS)
    vectors = index.vectors()
    if vectors.shape[1] == dimension:
        for start in range(0, len(keys), _PIECE):
            piece = slice(start, start + _PIECE)
            yield dict(zip(keys[piece], np.array(vectors[piece]), strict=True))
