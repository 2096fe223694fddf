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
    from collections.abc import Container
    from pathlib import Path

    import numpy.typing as npt

KEYS = "keys.npy"


def salvaged(index: Path, wanted: Container[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
    """The vectors wanted that any generation still on disk holds, by reuse key.

    Only files whose checksums agree with their generation's description are believed.
    """
    found: dict[bytes, npt.NDArray[np.float32]] = {}
    folder = index / generation.FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            found.update(_of(path, wanted))
        except (OSError, ValueError, KeyError, TypeError, IndexDamaged):
            continue
    return found


def _of(folder: Path, wanted: Container[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
    files = read_json_object(folder / generation.DESCRIPTION, "")["files"]
    for name in (KEYS, VECTORS):
        if checksum(folder / name) != files[name]["checksum"]:
            return {}
    keys = key_rows(np.load(folder / KEYS, allow_pickle=False))
    # The view of the vectors is valid while the index lives: it must have a name.
    index = DenseIndex((folder / VECTORS).read_bytes(), len(keys), folder / VECTORS)
    vectors = index.vectors()
    return {key: np.array(vectors[row]) for row, key in enumerate(keys) if key in wanted}
