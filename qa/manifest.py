"""The one file that says which generation of an index is the current one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import xxhash

from qa.errors import IndexDamaged, IndexMissing
from qa.storage import canonical_json, read_json_object, replace_atomically

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "qa-index"
VERSION = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which generation answers, which one came before, and the folder they were read from.

    ``embedder`` is the model's name or path as it was asked for, None for the embedded one.
    """

    current: str
    previous: str | None
    corpus: str
    embedder: str | None = None
    format: str = FORMAT
    version: int = VERSION


def read_manifest(index: Path) -> Manifest:
    """Read the manifest of an index folder.

    Raises:
        IndexMissing: there is none, or the folder is a file.
        IndexDamaged: it can't be parsed or is of another version.
    """
    path = index / NAME
    if index.exists() and not index.is_dir():
        raise IndexMissing(f"{index} is a file, not an index folder: name another with --index")
    rebuild = f"run: qa index --index {index}"
    try:
        value = read_json_object(path, rebuild)
    except FileNotFoundError:
        raise IndexMissing(f"no index in {index}: run: qa index CORPUS --index {index}") from None
    except OSError as error:
        raise IndexDamaged(f"{path} can't be read ({error.strerror}): {rebuild}") from error
    seal = value.pop("checksum", None)
    if value.get("format") != FORMAT or value.get("version") != VERSION:
        found = f"{value.get('format')!r} version {value.get('version')!r}"
        raise IndexDamaged(f"{path} is {found}, this program writes version {VERSION}: {rebuild}")
    if seal != _seal(value):
        raise IndexDamaged(f"{path} was altered (checksum differs): {rebuild}")
    try:
        current, previous, corpus = value["current"], value["previous"], value["corpus"]
    except KeyError as error:
        raise IndexDamaged(f"{path} lacks {error}: {rebuild}") from error
    embedder = value.get("embedder")
    names = (current, corpus, previous or "", embedder or "")
    if not all(isinstance(name, str) for name in names) or "/" in current + (previous or ""):
        raise IndexDamaged(f"{path} is damaged: {rebuild}")
    return Manifest(current, previous, corpus, embedder)


def write_manifest(index: Path, manifest: Manifest) -> None:
    """Publish: one atomic replace."""
    value = asdict(manifest)
    value["checksum"] = _seal(value)
    replace_atomically(index / NAME, canonical_json(value))


def _seal(value: dict[str, Any]) -> str:
    """The xxh3_128 hex digest of what a manifest says, so that an altered one is noticed."""
    return xxhash.xxh3_128_hexdigest(canonical_json(value))
