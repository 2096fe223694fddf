"""Vectors that no generation holds: work done before a build was published, and retired ones.

What was embedded is written here batch by batch, so a build that is killed goes on where it was;
a vector that leaves the index is kept for a while, so a file put back is not embedded again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import xxhash

from qa.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

NAME = "embeddings.sqlite"
_KEEP_AT_LEAST = 20_000
_DIGEST_BYTES = 8
# What the disk refuses; everything else SQLite may say is that the file is not as it was written.
_REFUSED = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


class EmbeddingStore:
    """A SQLite table from reuse key (16 bytes) to vector (float32), crash-safe.

    A row is the vector and the xxh3_64 digest of key and vector, so an altered one is not used.
    A damaged file is set aside and begun anew: it only ever saves work.

    Raises:
        StorageError: the file can't be written.
    """

    def __init__(self, index: Path, dimension: int) -> None:
        self._path = index / NAME
        self._dimension = dimension
        try:
            self._connection = self._open()
        except sqlite3.Error as error:
            self._begin_anew(error)

    def get(self, keys: Iterable[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are there of those asked for."""
        found: dict[bytes, Vectors] = {}
        wanted = list(keys)
        try:
            for key in wanted:
                row = self._connection.execute(
                    "SELECT vector FROM vectors WHERE key = ?", (key,)
                ).fetchone()
                vector = None if row is None else _unpack(key, row[0], self._dimension)
                if vector is not None:
                    found[key] = vector
        except sqlite3.Error as error:
            self._begin_anew(error)
        return found

    def put(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Keep vectors, all or none."""
        rows = [(key, _pack(key, vector)) for key, vector in vectors.items()]
        try:
            self._put(rows)
        except sqlite3.Error as error:
            self._begin_anew(error)
            self._put(rows)

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
            self._begin_anew(error)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _put(self, rows: list[tuple[bytes, bytes]]) -> None:
        with closing(self._connection.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            cursor.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"
            )
            connection.execute("SELECT count(*) FROM vectors").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _begin_anew(self, error: sqlite3.Error) -> None:
        """Set a damaged file aside and begin another.

        Raises:
            StorageError: the file is not damaged, but the disk refuses it.
        """
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _REFUSED:
            raise self._refused(error) from error
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()
        self._path.replace(self._path.with_suffix(".damaged"))
        # A journal that belonged to it would be played back into the new file.
        self._path.with_name(f"{NAME}-journal").unlink(missing_ok=True)
        try:
            self._connection = self._open()
        except sqlite3.Error as again:
            raise self._refused(again) from again

    def _refused(self, error: sqlite3.Error) -> StorageError:
        return StorageError(
            f"{self._path} can't be written ({error}): free space or change its permissions, "
            "then run the command again; what was there before is untouched"
        )


def _pack(key: bytes, vector: Vectors) -> bytes:
    data = vector.astype("<f4").tobytes()
    return data + xxhash.xxh3_64_digest(key + data)


def _unpack(key: bytes, row: object, dimension: int) -> Vectors | None:
    """The vector in a row; None where it is altered or of another dimension."""
    if not isinstance(row, bytes) or len(row) != dimension * 4 + _DIGEST_BYTES:
        return None
    data = row[:-_DIGEST_BYTES]
    if xxhash.xxh3_64_digest(key + data) != row[-_DIGEST_BYTES:]:
        return None
    return np.frombuffer(data, "<f4")
