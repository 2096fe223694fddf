"""Sizes and times of the sources at the last build: hints, so that asking can tell cheaply.

Times are no proof of anything; they only say which files are worth hashing again.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from qa.nouns import Skipped
from qa.storage import canonical_json, replace_atomically

if TYPE_CHECKING:
    from pathlib import Path

NAME = "sources.json"


@dataclass(frozen=True, slots=True)
class Hints:
    """What was remembered of the sources that a generation was made of.

    ``files`` maps a name to size (bytes), time (ns) and digest; ``max_file_size`` is the limit, in
    bytes, that they were looked for with, None where nothing is remembered.
    """

    files: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    max_file_size: int | None = None


def write(index: Path, generation: str, hints: Hints) -> None:
    """Remember the sources that a generation was made of."""
    value = {
        "generation": generation,
        "max_file_size": hints.max_file_size,
        "files": {name: list(facts) for name, facts in hints.files.items()},
        "skipped": [asdict(item) for item in hints.skipped],
    }
    data = canonical_json(value)
    path = index / NAME
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    replace_atomically(path, data)


def read(index: Path, generation: str) -> Hints:
    """What was remembered of a generation's sources.

    Empty where it is missing, unreadable, or of another generation, for it is only hints.
    """
    try:
        value: Any = json.loads((index / NAME).read_bytes().decode("utf-8", "surrogateescape"))
        if value["generation"] != generation:
            return Hints()
        files = {name: (int(s), int(m), str(d)) for name, (s, m, d) in value["files"].items()}
        skipped = tuple(
            Skipped(str(item["path"]), str(item["reason"]), _line(item["line"]))
            for item in value["skipped"]
        )
        return Hints(files, skipped, int(value["max_file_size"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Hints()


def _line(value: Any) -> int | None:
    return None if value is None else int(value)
