"""Files on disk: atomic replacement, checksums, and what the system refuses, in words."""

from __future__ import annotations

import errno
import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import xxhash

from qa.errors import IndexDamaged, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def storing(folder: Path, option: str = "--index") -> Iterator[None]:
    """Turn what the system says while writing below ``folder`` into a `StorageError`.

    ``option`` is the one that names another place to write to.
    """
    try:
        yield
    except OSError as error:
        raise storage_error(error, folder, option) from error


def storage_error(error: OSError, folder: Path, option: str = "--index") -> StorageError:
    """Say what kept a write below ``folder`` from happening, and the way out."""
    where = error.filename or folder
    if error.errno in _FULL:
        return StorageError(
            f"no space left while writing {where}: free some and run the command again; "
            "what was there before is untouched, and finished work is kept"
        )
    if error.errno in _DENIED:
        return StorageError(
            f"{where} can't be written ({error.strerror}): change its permissions, "
            f"or name another with {option}"
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return StorageError(
            f"{folder} is a file or lies below one, not a folder: name another with {option}"
        )
    return StorageError(
        f"{where} can't be written ({error.strerror or error}): name another with {option}"
    )


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def replace_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content at once: a reader sees the old content or the new."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_durably(temporary, data)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def checksum(path: Path) -> str:
    """The xxh3_128 hex digest of a file's bytes, read in chunks: cheap enough for every start."""
    digest = xxhash.xxh3_128()
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def canonical_json(value: Any) -> bytes:
    """The same bytes for the same value: sorted keys, UTF-8, one final newline."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)
    return (text + "\n").encode("utf-8", "surrogateescape")


def read_json_object(path: Path, way_out: str) -> dict[str, Any]:
    """Read a JSON object of the index, or raise `IndexDamaged` with the way out."""
    try:
        value = json.loads(path.read_bytes().decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(f"{path} is damaged ({error}): {way_out}") from error
    if not isinstance(value, dict):
        raise IndexDamaged(f"{path} is damaged (no JSON object): {way_out}")
    return value
