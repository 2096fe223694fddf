"""Texts to vectors by ONNX Runtime, with neither torch nor transformers imported."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.batches import Tokens, batches, chunks, normalised, well_formed
from qa.cores import cores
from qa.encoder_folder import Kind, check_part, check_sizes, read_card
from qa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from qa.encoder_folder import Card
    from qa.nouns import EmbedderIdentity

MODEL = "model.onnx"
WEIGHTS = "model.onnx.data"
TOKENIZER = "tokenizer.json"

# From so many texts on, the time it takes to lay the weights out for fast multiplication (60 ms)
# is less than what it saves (6 ms a short text).
_MANY = 16
# A process that asks more often than this stays: what opening prepacked costs comes back.
_FEW_CALLS = 4


@dataclass(slots=True)
class _Opened:
    """What is opened on first use and kept."""

    tokenizer: Any = None
    quick: Any = None
    fast: Any = None
    checked: bool = False


class _InThread:
    """A call made in a thread of its own, whose error ``wait`` raises."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait for the call to return, and raise what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._call()
        except Exception as error:  # noqa: BLE001 - raised again by wait
            self._error = error


class OnnxEncoder:
    """An exported encoder: a folder of model.onnx, its weights, tokenizer.json and encoder.json.

    Only encoder.json is read at first; ``warm`` or the first text opens the rest, once, and checks
    every byte of it. Safe to share between threads.
    """

    def __init__(self, folder: Path) -> None:
        """Read the folder's encoder.json.

        Raises:
            ModelError: it is missing, damaged, of another version or another kind.
        """
        card = read_card(folder)
        if card.kind is not Kind.ONNX or not {MODEL, TOKENIZER} <= card.files.keys():
            raise ModelError(f"{folder} holds no exported encoder. Run 'qa index' again.")
        check_sizes(folder, card)
        self._folder = folder
        self._card = card
        self._opened = _Opened()
        self._lock = threading.Lock()
        self._calls = 0

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
        """Open what a question needs; does nothing when that is open.

        Raises:
            ModelError: a file is damaged.
        """
        self._session(many=False)

    def encode_questions(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension), of the texts as questions."""
        return self._encode(texts, self._card.question_prompt, None)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension), of the texts as passages.

        ``progress`` is called with the number of texts done since its last call.
        """
        return self._encode(texts, self._card.passage_prompt, progress)

    def _encode(
        self, texts: Sequence[str], prompt: str, progress: Callable[[int], None] | None
    ) -> npt.NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        if not texts:
            return vectors
        self._calls += 1
        session = self._session(many=len(texts) >= _MANY or self._calls > _FEW_CALLS)
        inputs = {given.name for given in session.get_inputs()}
        for start, chunk in chunks(texts):
            tokens = self._tokens([prompt + well_formed(text) for text in chunk])
            for rows in batches([len(ids) for ids in tokens.ids]):
                feed = tokens.padded(rows, self._card.padding)
                (made,) = session.run(None, {name: feed[name] for name in inputs})
                vectors[start + np.asarray(rows)] = made
                if progress is not None:
                    progress(len(rows))
        return normalised(vectors)

    def _tokens(self, texts: list[str]) -> Tokens:
        tokenizer = self._opened.tokenizer
        # One text alone is not worth starting the tokenizer's threads.
        encodings = (
            [tokenizer.encode(texts[0])] if len(texts) == 1 else tokenizer.encode_batch_fast(texts)
        )
        return Tokens(
            [np.asarray(encoding.ids, dtype=np.int64) for encoding in encodings],
            [np.asarray(encoding.type_ids, dtype=np.int64) for encoding in encodings],
        )

    def _session(self, *, many: bool) -> Any:
        with self._lock:
            if not self._opened.checked:
                self._open(many=many)
            opened = self._opened
            if many and opened.fast is None:
                opened.fast = self._open_model(prepack=True)
            return opened.fast if opened.fast is not None else opened.quick

    def _open(self, *, many: bool) -> None:
        """Check every file, and open tokenizer and model; a damaged file leaves nothing open."""
        for name in self._card.files.keys() - {WEIGHTS}:
            check_part(self.folder, self._card, name)
        check = _InThread(self._check_weights)
        opened = _Opened()
        try:
            opened.tokenizer = self._open_tokenizer()
            if many:
                opened.fast = self._open_model(prepack=True)
            else:
                opened.quick = self._open_model(prepack=False)
        finally:
            # What is wrong with the weights explains best why the model did not open.
            check.wait()
        opened.checked = True
        self._opened = opened

    def _check_weights(self) -> None:
        if WEIGHTS in self._card.files:
            check_part(self.folder, self._card, WEIGHTS)

    def _open_tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            return Tokenizer.from_file(str(self.folder / TOKENIZER))
        except Exception as error:  # the library raises bare Exception
            raise self._unusable(error) from error

    def _open_model(self, *, prepack: bool) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # The graph was optimised when it was exported.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        # Threads that wait busily between two operations save a third of a short text's time; a
        # process that asks once is done before that counts.
        options.add_session_config_entry("session.intra_op.allow_spinning", str(int(prepack)))
        if not prepack:
            options.add_session_config_entry("session.disable_prepacking", "1")
        try:
            return onnxruntime.InferenceSession(
                str(self.folder / MODEL), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's errors share no base of their own
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> ModelError:
        return ModelError(
            f"The encoder in {self.folder} can't be opened ({error}). Delete that folder and run "
            f"'qa index' again: it is made anew."
        )
