"""Which reader is meant: the one that comes with the package, a folder, a name, or none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import xxhash

from qa.combination import SHIPPED, Combination, read_combination
from qa.errors import ModelError
from qa.reader import MODEL, Reader, Reads

if TYPE_CHECKING:
    from collections.abc import Iterable

NONE = "none"
_NAME = "shipped"


class WarmReads(Reads, Protocol):
    """A reader that can be opened before it is needed."""

    def warm(self) -> None:
        """Open the model."""
        ...


@dataclass(frozen=True, slots=True)
class OpenedReader:
    """A reader, how its evidence is combined, and its name for people.

    ``files`` are those that an answer depends on.
    """

    name: str
    model: WarmReads
    combination: Combination
    files: tuple[Path, ...]

    @property
    def fingerprint(self) -> str:
        """The xxh3_128 hex digest of its files: another reader has another."""
        return _digest(self.files)


def open_reader(name_or_path: str | None) -> OpenedReader | None:
    """Return the reader meant by ``name_or_path``; None for ``none``.

    None means the shipped one. A folder holds what `qa train` wrote, or an extractive
    question-answering model of transformers, as does a name in the local Hugging Face cache;
    nothing is downloaded. Only the files' presence is checked now.

    Raises:
        ModelError: no such reader here, or it is malformed.
    """
    if name_or_path == NONE:
        return None
    folder = SHIPPED if name_or_path is None else Path(name_or_path).expanduser()
    if (folder / MODEL).is_file() or name_or_path is None:
        model = Reader(folder)
        name = _NAME if name_or_path is None else folder.name
        return OpenedReader(name, model, read_combination(folder), model.files)
    from qa.hub_reader import HubReader
    from qa.models import resolve

    assert name_or_path is not None
    found = resolve(name_or_path)
    hub = HubReader(found.path)
    return OpenedReader(found.name, hub, read_combination(found.path), hub.files)


def _digest(files: Iterable[Path]) -> str:
    digest = xxhash.xxh3_128()
    try:
        for path in files:
            digest.update(path.read_bytes())
    except OSError as error:
        raise ModelError(
            f"the reader's {error.filename} can't be read: {error.strerror}"
        ) from error
    return digest.hexdigest()
