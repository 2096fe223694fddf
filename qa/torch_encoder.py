"""Texts to vectors by sentence-transformers itself, for models that can't be exported."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.batches import BATCH_TEXTS, chunks, normalised, well_formed
from qa.encoder_folder import Kind, read_card
from qa.errors import ModelError
from qa.models import ModelFolder, fingerprint, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from qa.encoder_folder import Card
    from qa.nouns import EmbedderIdentity

_BATCH = BATCH_TEXTS // 4
# The names under which models keep the prompt for passages, first found first used:
# as sentence_transformers' encode_document does.
_PASSAGE_PROMPTS = ("document", "passage", "corpus")


class SentenceTransformerEncoder:
    """A model run by sentence-transformers; its folder holds encoder.json alone.

    The model itself stays where it is: it must be there, unchanged, to answer. Safe to share
    between threads.
    """

    def __init__(self, folder: Path, model: Any = None) -> None:
        """Read the folder's encoder.json; ``model`` is the SentenceTransformer if it is loaded.

        Raises:
            ModelError: it is missing, damaged, of another version or another kind.
        """
        card = read_card(folder)
        if card.kind is not Kind.SENTENCE_TRANSFORMERS:
            raise ModelError(f"{folder} holds an exported encoder. Run 'qa index' again.")
        self._folder = folder
        self._card = card
        self._model = model
        self._lock = threading.Lock()

    @property
    def identity(self) -> EmbedderIdentity:
        """What could change a vector."""
        return self._card.identity

    @property
    def folder(self) -> Path:
        """Where its encoder.json and the files that it names lie."""
        return self._folder

    @property
    def card(self) -> Card:
        """What encoder.json says."""
        return self._card

    def warm(self) -> None:
        """Load the model; does nothing when it is loaded.

        Raises:
            ModelError: it is gone, was changed, or can't be loaded.
        """
        with self._lock:
            if self._model is None:
                found = resolve(self._card.model)
                if fingerprint(found) != self.identity.fingerprint:
                    raise ModelError(
                        f"The model {found.path} was changed since the index was built with it. "
                        f"Run 'qa index' to embed the documents with the model as it is now."
                    )
                self._model = load_sentence_transformer(found)

    def encode_questions(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension), of the texts as questions."""
        return self._encode(texts, None, "encode_query")

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension), of the texts as passages.

        ``progress`` is called with the number of texts done since its last call.
        """
        return self._encode(texts, progress, "encode_document")

    def _encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None, method: str
    ) -> npt.NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        if not texts:
            return vectors
        self.warm()
        for start, chunk in chunks(texts):
            order = sorted(range(len(chunk)), key=lambda row: (-len(chunk[row]), row))
            for at in range(0, len(order), _BATCH):
                rows = order[at : at + _BATCH]
                given = [well_formed(chunk[row]) for row in rows]
                made = getattr(self._model, method)(given, show_progress_bar=False)
                vectors[start + np.asarray(rows)] = made
                if progress is not None:
                    progress(len(rows))
        return normalised(vectors)


def load_sentence_transformer(folder: ModelFolder) -> Any:
    """Return the folder's SentenceTransformer, on the CPU; nothing is downloaded or unpickled.

    Raises:
        ModelError: it can't be loaded, its weights are no safetensors, or it runs code of its own.
    """
    _refuse_foreign_code(folder)
    # Imported here: 5 s.
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no types
    try:
        model = SentenceTransformer(
            str(folder.path),
            device="cpu",
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # whatever a broken model makes the library raise
        raise ModelError(
            f"The model {folder.name} can't be loaded from {folder.path}: "
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}. "
            f"Restore that folder, or name another model."
        ) from error
    return model.eval()


def prompts_of(model: Any) -> tuple[str, str]:
    """Return the prompts that encode_query and encode_document of the model would apply."""
    prompts: dict[str, str] = model.prompts
    default = prompts.get(model.default_prompt_name or "") or ""
    passage = next((prompts[name] for name in _PASSAGE_PROMPTS if name in prompts), default)
    return prompts.get("query", default) or "", passage or ""


def _refuse_foreign_code(folder: ModelFolder) -> None:
    """Refuse a pipeline of classes other than sentence-transformers' own: they'd be imported."""
    path = folder.path / "modules.json"
    if not path.is_file():
        return
    try:
        types = [str(module["type"]) for module in json.loads(path.read_bytes())]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelError(f"{path} is malformed ({error!r}). Restore the model's folder.") from error
    for name in types:
        if not name.startswith("sentence_transformers."):
            raise ModelError(
                f"The model {folder.name} runs code of its own ({name}), which qa doesn't. Name "
                f"a model made of sentence-transformers' modules."
            )
