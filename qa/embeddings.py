"""Vectors that no generation holds: work done before a build was published, and retired ones.

What was embedded is written here batch by batch, so a build that is killed goes on where it was;
a vector that leaves the index is kept for a while, so a file put back is not embedded again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from qa.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

NAME = "embeddings.sqlite"
_KEEP_AT_LEAST = 20_000


class EmbeddingStore:
    """A SQLite table from reuse key (16 bytes) to vector (float32), crash-safe.

    A damaged file is set aside and begun anew: it only ever saves work.

    Raises:
        StorageError: the file can't be written.
    """

    def __init__(self, index: Path, dimension: int) -> None:
        self._path = index / NAME
        self._dimension = dimension
        try:
            self._connection = self._open()
        except sqlite3.OperationalError as error:
            raise self._refused(error) from error
        except sqlite3.DatabaseError:
            self._path.replace(self._path.with_suffix(".damaged"))
            self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"
            )
            connection.execute("SELECT count(*) FROM vectors").fetchone()
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are there of those asked for."""
        found: dict[bytes, Vectors] = {}
        size = self._dimension * 4
        for key in keys:
            row = self._connection.execute(
                "SELECT vector FROM vectors WHERE key = ?", (key,)
            ).fetchone()
            if row is not None and len(row[0]) == size:
                found[key] = np.frombuffer(row[0], np.float32)
        return found

    def put(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep vectors, all or none."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        try:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
                cursor.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def settle(self, published: Iterable[bytes], keep: int) -> None:
        """Forget what the published generation holds and, beyond ``keep``, the oldest rest."""
        keep = max(keep, _KEEP_AT_LEAST)
        try:
            with closing(self._connection.cursor()) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.executemany(
                    "DELETE FROM vectors WHERE key = ?", ((key,) for key in published)
                )
                cursor.execute(
                    "DELETE FROM vectors WHERE rowid NOT IN "
                    "(SELECT rowid FROM vectors ORDER BY rowid DESC LIMIT ?)",
                    (keep,),
                )
                cursor.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _refused(self, error: sqlite3.Error) -> StorageError:
        return StorageError(
            f"{self._path} can't be written ({error}): free space or change its permissions, "
            "then run the command again; what was there before is untouched"
        )
