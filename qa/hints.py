"""Sizes and times of the sources at the last build: hints, so that asking can tell cheaply.

Times are no proof of anything; they only say which files are worth hashing again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa.nouns import Skipped
from qa.storage import canonical_json, replace_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from qa.nouns import SourceFile
    from qa.plan import Fingerprint

NAME = "sources.json"


def write(
    index: Path,
    files: Iterable[SourceFile],
    fingerprints: Mapping[str, Fingerprint],
    skipped: Iterable[Skipped],
) -> None:
    """Remember the sources as they were when they were hashed, and what was skipped."""
    value = {
        "files": {
            file.name: [file.size, file.mtime_ns, fingerprints[file.name].digest]
            for file in files
            if file.name in fingerprints
        },
        "skipped": [asdict(item) for item in skipped],
    }
    data = canonical_json(value)
    path = index / NAME
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    replace_atomically(path, data)


def read(index: Path) -> tuple[dict[str, tuple[int, int, str]], tuple[Skipped, ...]]:
    """What was remembered; empty where it is missing or unreadable, for it is only hints."""
    try:
        value: Any = json.loads((index / NAME).read_bytes().decode("utf-8", "surrogateescape"))
        files = {name: (int(s), int(m), str(d)) for name, (s, m, d) in value["files"].items()}
        return files, tuple(Skipped(**item) for item in value["skipped"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}, ()
