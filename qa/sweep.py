"""What nothing refers to any more: old generations, and what killed builds left behind.

Only the holder of the build lock sweeps. A reader keeps what it has opened.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from qa import encoders, generation, hints, manifest
from qa.errors import IndexDamaged
from qa.storage import read_json_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def tidy(index: Path) -> None:
    """Delete the drafts of builds that were killed."""
    for folder in (index / generation.FOLDER, index / encoders.FOLDER):
        for path in _entries(folder):
            if path.name.startswith("."):
                shutil.rmtree(path, ignore_errors=True)
    temporary = tuple(f".{name}." for name in (manifest.NAME, hints.NAME))
    for path in _entries(index):
        if path.name.startswith(temporary):
            path.unlink(missing_ok=True)


def sweep(index: Path, named: set[str | None]) -> None:
    """Delete the generations not named, and the models that none of the named was made with."""
    for path in _entries(index / generation.FOLDER):
        if path.name not in named:
            shutil.rmtree(path, ignore_errors=True)
    used = {_embedder(path) for path in _entries(index / generation.FOLDER)}
    for path in _entries(index / encoders.FOLDER):
        if path.name not in used:
            shutil.rmtree(path, ignore_errors=True)


def _embedder(folder: Path) -> str | None:
    """The fingerprint of the model a generation was made with, None where it does not say."""
    try:
        description = read_json_object(folder / generation.DESCRIPTION, "")
        return str(description["embedder"]["fingerprint"])
    except (IndexDamaged, OSError, KeyError, TypeError):
        return None


def _entries(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.iterdir()) if folder.is_dir() else ())
