"""The reader: a small model that looks at question and passage together.

An extractive question-answering head on a BERT encoder (Devlin et al., "BERT: Pre-training of Deep
Bidirectional Transformers", section 4.3): scores for where an answer starts and ends, with the
null answer at the first token, and a second opinion on whether the passage answers at all. It is
run by ONNX Runtime; torch is not needed.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from qa.cores import cores
from qa.errors import ModelError
from qa.reader_input import inputs_of
from qa.span_logits import logits_of, mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from qa.span_logits import Extraction, Logits

MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"
OUTPUTS = ("start_logits", "end_logits", "answerable_logit")
_OWN = (".onnx", ".json")
# How many of a question's passages are read a second time.
_AGAIN = 4


class Context(NamedTuple):
    """A passage to read, and the title that is shown to the model with it."""

    title: str
    text: str


class Reads(Protocol):
    """Reads passages for questions."""

    def read_pairs(self, pairs: Sequence[tuple[str, Context]]) -> tuple[Extraction, ...]:
        """Read each passage for the question beside it, in order."""
        ...


class Reader:
    """A reader in a folder of ``model.onnx`` and ``tokenizer.json``, opened when it is first used.

    Raises:
        ModelError: the folder does not hold a reader, or it can't be opened.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        missing = [name for name in (MODEL, TOKENIZER) if not (folder / name).is_file()]
        if missing:
            raise ModelError(f"{folder} holds no reader ({', '.join(missing)} missing)")

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that what is read depends on."""
        return tuple(path for path in sorted(self._folder.glob("*.*")) if path.suffix in _OWN)

    def warm(self) -> None:
        """Open the model."""
        with self._lock:
            _ = self._tokenizer, self._session, self._threads

    def read_pairs(self, pairs: Sequence[tuple[str, Context]]) -> tuple[Extraction, ...]:
        """Read each passage for the question beside it, in order.

        A passage longer than the model takes is read as far as it goes. Of the passages read for
        one question, the four that answer it best are read once more without their titles, and the
        logits' mean is taken: two readings err less than one. Each is read by itself, on one core,
        the longest first: nothing is padded, no core waits for another, and what stands beside a
        passage does not change how its activations are quantised.
        """
        self.warm()
        once = self._read_all([(question, one.title, one.text) for question, one in pairs])
        found = [logits.extraction for logits in once]
        again = [n for n in _foremost(pairs, found) if pairs[n][1].title]
        bare = self._read_all([(pairs[n][0], "", pairs[n][1].text) for n in again])
        for n, other in zip(again, bare, strict=True):
            found[n] = mean([once[n], other]).extraction
        return tuple(found)

    def _read_all(self, asked: Sequence[tuple[str, str, str]]) -> list[Logits]:
        order = sorted(range(len(asked)), key=lambda n: -len(asked[n][2]))
        read = self._threads.map(self._logits, [asked[n] for n in order])
        found = dict(zip(order, read, strict=True))
        return [found[n] for n in range(len(asked))]

    def _logits(self, asked: tuple[str, str, str]) -> Logits:
        given, tensors = inputs_of(self._tokenizer, [asked])
        taken = {name: tensors[name] for name in self._inputs}
        (logits,) = logits_of(given, *self._session.run(list(OUTPUTS), taken))
        return logits

    @cached_property
    def _inputs(self) -> tuple[str, ...]:
        """The names of what the model is given: some encoders have no types of tokens."""
        return tuple(given.name for given in self._session.get_inputs())

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(cores(), "reader")

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        except Exception as error:  # the library raises bare Exception
            raise self._unusable(error) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(
                str(self._folder / MODEL), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's errors share no base of their own
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> ModelError:
        return ModelError(
            f"the reader in {self._folder} can't be opened ({error}): install qa again, "
            "or go without it: --reader none"
        )


def _foremost(pairs: Sequence[tuple[str, Context]], found: Sequence[Extraction]) -> list[int]:
    """Which passages of each question have its best spans, four at most."""
    of: dict[str, list[int]] = {}
    for n, (question, _) in enumerate(pairs):
        of.setdefault(question, []).append(n)
    margins = [one.spans[0].score if one.spans else 0.0 for one in found]
    return [n for mine in of.values() for n in sorted(mine, key=lambda n: -margins[n])[:_AGAIN]]
