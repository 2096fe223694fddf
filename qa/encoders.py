"""Where encoders are had from: an index's own folder, or a model by its name or path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from qa.encoder import Encoder, encoder_for, load_encoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER = "encoders"


class KeptEncoder(Encoder, Protocol):
    """An encoder that opens its files when it is told to, or with the first text."""

    def warm(self) -> None:
        """Open what a question needs.

        Raises:
            ModelError: a file is damaged.
        """


class Encoders(Protocol):
    """What gives a build, or a session, its encoder."""

    def load(self, folder: Path) -> KeptEncoder:
        """Return the encoder kept in a folder.

        Raises:
            ModelError: the folder is missing or damaged.
        """

    def of(self, name_or_path: str | None, say: Callable[[str], None]) -> KeptEncoder:
        """Return an encoder of a model, None for the embedded one.

        Raises:
            ModelError: there is no such model.
        """


@dataclass(frozen=True, slots=True)
class InstalledEncoders:
    """The models on this machine; exported ones are kept in the user's cache."""

    def load(self, folder: Path) -> KeptEncoder:
        """Return the encoder kept in a folder; see `qa.encoder.load_encoder`."""
        return load_encoder(folder)

    def of(self, name_or_path: str | None, say: Callable[[str], None]) -> KeptEncoder:
        """Return an encoder of a model; see `qa.encoder.encoder_for`."""
        return encoder_for(name_or_path, say=say)


def folder_of(index: Path, fingerprint: str) -> Path:
    """Return where an index keeps the encoder of this fingerprint."""
    return index / FOLDER / fingerprint
