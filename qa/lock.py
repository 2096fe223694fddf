"""One builder at a time: a file lock that dies with its process, and a note of who holds it."""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qa.errors import IndexLocked
from qa.storage import storing, write_durably

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_NAME = ".lock"
HOLDER_NAME = ".builder.json"


@contextmanager
def building(index: Path) -> Iterator[None]:
    """Hold the index folder's build lock; made of the folder if it is not there.

    Raises:
        IndexLocked: another process holds it; the message says which.
        StorageError: the folder can't be made or written.
    """
    from filelock import FileLock, Timeout

    with storing(index):
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index / LOCK_NAME, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise IndexLocked(
                f"{index} is being built by {holder(index)}: wait until it is done, or stop it"
            ) from None
    try:
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with storing(index):
            write_durably(index / HOLDER_NAME, json.dumps(note).encode())
        yield
    finally:
        with suppress(OSError):
            (index / HOLDER_NAME).unlink()
        lock.release()


def holder(index: Path) -> str:
    """Say who holds the lock, as far as the note tells."""
    try:
        note = json.loads((index / HOLDER_NAME).read_bytes())
        return f"process {note['pid']} on {note['host']} since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
