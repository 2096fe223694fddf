"""Arrays that are written row by row, byte for byte as ``numpy.save`` would write them whole."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt


class GrowingArray:
    """An ``.npy`` file of rows of one shape and type, that rows are added to; never pickled."""

    def __init__(self, path: Path, dtype: npt.DTypeLike, row: tuple[int, ...] = ()) -> None:
        self._dtype = np.dtype(dtype)
        self._row = row
        self._file = path.open("wb")
        self._file.write(self._header(0))
        self.rows = 0

    def add(self, rows: npt.NDArray[Any]) -> None:
        """Add rows, shape (n, *row)."""
        if rows.shape[1:] != self._row:
            raise ValueError(f"rows of shape {rows.shape[1:]} where {self._row} belong")
        self._file.write(np.ascontiguousarray(rows, self._dtype).tobytes())
        self.rows += len(rows)

    def finish(self) -> None:
        """Say in the header how many rows there are, and wait until all is on the disk."""
        empty, full = self._header(0), self._header(self.rows)
        if len(empty) != len(full):  # numpy leaves room for any number of rows
            raise ValueError(f"a header of {len(full)} bytes where {len(empty)} were left")
        self._file.seek(0)
        self._file.write(full)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _header(self, rows: int) -> bytes:
        buffer = io.BytesIO()
        facts = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (rows, *self._row),
        }
        np.lib.format.write_array_header_1_0(buffer, facts)
        return buffer.getvalue()
