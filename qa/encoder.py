"""The encoder of texts: what it is, and where one is had from.

A model is exported once, into the user's cache, and run from there; the index keeps a copy.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qa.encoder_folder import (
    Card,
    Kind,
    copy_folder,
    is_whole,
    new_folder_beside,
    publish,
    read_card,
    write_card,
)
from qa.errors import StorageError
from qa.models import check_embedded, fingerprint, is_embedded, resolve
from qa.onnx_encoder import OnnxEncoder
from qa.torch_encoder import SentenceTransformerEncoder, load_sentence_transformer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from qa.models import ModelFolder
    from qa.nouns import EmbedderIdentity

__all__ = [
    "Encoder",
    "OnnxEncoder",
    "SentenceTransformerEncoder",
    "copy_encoder",
    "encoder_for",
    "load_encoder",
]


class Encoder(Protocol):
    """Texts to unit vectors of one model."""

    @property
    def identity(self) -> EmbedderIdentity:
        """What could change a vector."""

    @property
    def folder(self) -> Path:
        """Where its encoder.json and the files that it names lie."""

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension), in order, of texts as passages.

        ``progress`` is called with the number of texts done since its last call.
        """

    def encode_questions(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension), in order, of texts as questions."""


def load_encoder(folder: Path) -> OnnxEncoder | SentenceTransformerEncoder:
    """Return the encoder kept in a folder; only its encoder.json is read now.

    Raises:
        ModelError: the folder is damaged, or of another version.
    """
    if read_card(folder).kind is Kind.ONNX:
        return OnnxEncoder(folder)
    return SentenceTransformerEncoder(folder)


def copy_encoder(encoder: Encoder, destination: Path) -> None:
    """Copy an encoder's folder to ``destination``, whole or not at all.

    Nothing is done where the same encoder is there already, whole.

    Raises:
        ModelError: the encoder's folder is damaged.
        StorageError: the copy can't be written.
    """
    copy_folder(encoder.folder, destination)


def encoder_for(
    name_or_path: str | None,
    cache: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> OnnxEncoder | SentenceTransformerEncoder:
    """Return an encoder of the model to build with; exported the first time, then from the cache.

    The cache is ``cache``, else the folder that QA_CACHE names, else the user's own; an encoder
    lies in it as encoders/FINGERPRINT. ``say`` is told what takes long and what is worse than
    expected: an export, a model that can't be exported, a cache that can't be written.

    Raises:
        ModelError: no such model, or it can't be loaded.
        StorageError: the encoder can be written neither to the cache nor to a temporary folder.
    """
    found = resolve(name_or_path)
    digest = fingerprint(found)
    destination = _cache_folder(cache) / "encoders" / digest
    if is_whole(destination, digest):
        return load_encoder(destination)
    say(f"Preparing {found.name} for fast starts; this is done once for a model.")
    if is_embedded(found):
        check_embedded()
    return _make(found, digest, destination, say)


def _cache_folder(cache: Path | None) -> Path:
    if cache is not None:
        return cache
    if value := os.environ.get("QA_CACHE"):
        return Path(value).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("qa"))


def _make(
    found: ModelFolder, digest: str, destination: Path, say: Callable[[str], None]
) -> OnnxEncoder | SentenceTransformerEncoder:
    """Export the model into ``destination``, or into a temporary folder if that can't be written.

    What can't be exported goes beside ``destination``, so that it is tried again the next time:
    the reason may have been a library that was missing.
    """
    try:
        made = new_folder_beside(destination)
    except OSError as error:
        say(
            f"{destination.parent} can't be written ({error.strerror}): {found.name} is exported "
            f"to a temporary folder, and again the next time. QA_CACHE names another folder."
        )
        destination = Path(tempfile.mkdtemp(prefix="qa-encoder-")) / digest
        made = new_folder_beside(destination)
    try:
        model = load_sentence_transformer(found)
        card = _fill(found, digest, model, made)
        if card.kind is Kind.ONNX:
            publish(made, destination, digest)
            return load_encoder(destination)
        say(
            f"{found.name} can't be exported ({card.reason}): sentence-transformers runs it, "
            f"which starts more slowly."
        )
        beside = destination.with_name(f"{digest}-torch")
        publish(made, beside, digest)
        return SentenceTransformerEncoder(beside, model)
    except OSError as error:
        raise StorageError(
            f"The encoder of {found.name} can't be written to {destination.parent}: "
            f"{error.strerror or error}. Make room there, or name another folder in QA_CACHE."
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(found: ModelFolder, digest: str, model: Any, folder: Path) -> Card:
    """Write the exported encoder into ``folder``, or the note that it can't be exported."""
    from qa.export import CannotExportError, export, identity_of

    identity = identity_of(model, found.name, digest)
    try:
        return export(model, identity, folder)
    except CannotExportError as error:
        for path in folder.iterdir():
            path.unlink()
        card = Card(
            kind=Kind.SENTENCE_TRANSFORMERS,
            identity=identity,
            model=str(found.path),
            reason=str(error),
        )
        write_card(folder, card)
        return card
