"""A file of which slices are read: what nobody asks for takes no memory."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING

from qa.errors import IndexDamaged

if TYPE_CHECKING:
    from pathlib import Path


class Slices:
    """A file held open: it stays readable where it is deleted, and threads may share it.

    Slices are read, not mapped: for every place touched in a mapped file the kernel counts 64 kB
    to the process, and after a few hundred questions the whole file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)

    def read(self, start: int, size: int) -> bytes:
        """The ``size`` bytes from ``start``.

        Raises:
            IndexDamaged: the file ends before, for it was cut short after it was opened.
        """
        found = b""
        while len(found) < size:  # the system gives at most 2 GB at once
            more = os.pread(self._descriptor, size - len(found), start + len(found))
            if not more:
                raise IndexDamaged(
                    f"{self.path} was cut short while it was read: build it again with qa index"
                )
            found = found + more if found else more
        return found
