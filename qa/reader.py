"""The reader: a small model that looks at question and passage together.

An extractive question-answering head on a BERT encoder (Devlin et al., "BERT: Pre-training of Deep
Bidirectional Transformers", section 4.3): scores for where an answer starts and ends, with the
null answer at the first token, and a second opinion on whether the passage answers at all. It is
run by ONNX Runtime; torch is not needed.
"""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from qa.cores import cores
from qa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float32]

MODEL = "model.onnx"
TOKENIZER = "tokenizer.json"
OUTPUTS = ("start_logits", "end_logits", "answerable_logit")
_OWN = (".onnx", ".json")
_CLS, _SEP = 101, 102
_MAX_QUESTION = 48
_MAX_TITLE = 24
_MAX_TOKENS = 384
_MAX_ANSWER = 30
# How many of a question's passages are read a second time.
_AGAIN = 4
_PER_PASSAGE = 3
_SURROGATE = re.compile("[\ud800-\udfff]")


class Context(NamedTuple):
    """A passage to read, and the title that is shown to the model with it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A possible answer, ``text[start:end]``; ``score`` is its margin over the null answer."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Extraction:
    """What reading one passage gave: its best spans, best first, and the second opinion.

    ``answerable`` is the logit of the passage's answering the question at all.
    """

    spans: tuple[Span, ...]
    answerable: float


class Reads(Protocol):
    """Reads passages for questions."""

    def read_pairs(self, pairs: Sequence[tuple[str, Context]]) -> tuple[Extraction, ...]:
        """Read each passage for the question beside it, in order."""
        ...


class Input(NamedTuple):
    """Token ids of one input; its text's tokens, at ``offsets``, begin at ``first``.

    ``question`` is where the question and what closes it end.
    """

    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]
    question: int


class Logits(NamedTuple):
    """What the model says of a text: ``first`` and ``last`` of each token, which is at ``offsets``.

    ``null`` is the sum of those of the null answer; ``answerable`` the second opinion.
    """

    first: Floats
    last: Floats
    null: float
    answerable: float
    offsets: list[tuple[int, int]]

    @property
    def extraction(self) -> Extraction:
        """The best spans."""
        spans = best_spans(self.first, self.last, self.offsets, self.null)
        return Extraction(spans, self.answerable)


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
        (logits,) = logits_of(given, *self._session.run(list(OUTPUTS), tensors))
        return logits

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


def inputs_of(
    tokenizer: Any, asked: Sequence[tuple[str, str, str]]
) -> tuple[list[Input], dict[str, Ints]]:
    """Lay out question, title and text for the model: [CLS] question [SEP] title, text [SEP].

    Returns where each text's tokens are, and the tensors by name, shape (len(asked), longest).
    """
    given = [_input(tokenizer, *texts) for texts in asked]
    shape = len(given), max(len(one.ids) for one in given)
    ids, mask, types = (np.zeros(shape, np.int64) for _ in range(3))
    for row, one in enumerate(given):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
        types[row, one.question : len(one.ids)] = 1
    return given, {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def extractions(
    given: Sequence[Input], starts: Floats, ends: Floats, answerable: Floats
) -> tuple[Extraction, ...]:
    """What the model's outputs for `inputs_of` say of each text."""
    return tuple(logits.extraction for logits in logits_of(given, starts, ends, answerable))


def logits_of(
    given: Sequence[Input], starts: Floats, ends: Floats, answerable: Floats
) -> list[Logits]:
    """The model's outputs for `inputs_of`, those of each text."""
    return [
        Logits(
            _of_text(starts[row], one),
            _of_text(ends[row], one),
            float(starts[row, 0] + ends[row, 0]),
            float(answerable[row]),
            one.offsets,
        )
        for row, one in enumerate(given)
    ]


def mean(readings: Sequence[Logits]) -> Logits:
    """The mean of several readings of one text, as far as all of them go."""
    least = min(readings, key=lambda one: len(one.offsets))
    number = len(least.offsets)
    return Logits(
        np.mean([one.first[:number] for one in readings], axis=0),
        np.mean([one.last[:number] for one in readings], axis=0),
        float(np.mean([one.null for one in readings])),
        float(np.mean([one.answerable for one in readings])),
        least.offsets,
    )


def _input(tokenizer: Any, question: str, title: str, text: str) -> Input:
    def encode(some: str) -> Any:
        whole = _SURROGATE.sub("\ufffd", some)  # half characters are no text to the tokenizer
        return tokenizer.encode(whole, add_special_tokens=False)

    asked = encode(question).ids[:_MAX_QUESTION]
    above = encode(title).ids[:_MAX_TITLE] if title else []
    encoded = encode(text)
    room = _MAX_TOKENS - 3 - len(asked) - len(above)
    ids = [_CLS, *asked, _SEP, *above, *encoded.ids[:room], _SEP]
    first = len(asked) + 2 + len(above)
    return Input(ids, first, list(encoded.offsets[:room]), len(asked) + 2)


def best_spans(
    first: Floats, last: Floats, offsets: Sequence[tuple[int, int]], null: float
) -> tuple[Span, ...]:
    """The best spans that do not overlap, best first, of a text's tokens.

    ``first`` and ``last`` are the logits of each token's being the start and the end, ``null`` the
    sum of those of the null answer.
    """
    number = len(offsets)
    if not number:
        return ()
    table = first[:, None] + last[None, :]
    length = np.arange(number)[None, :] - np.arange(number)[:, None]
    table = np.where((length >= 0) & (length < _MAX_ANSWER), table, -np.inf)
    found: list[Span] = []
    for _ in range(_PER_PASSAGE):
        a, b = divmod(int(table.argmax()), number)
        if not np.isfinite(table[a, b]):
            break
        found.append(Span(offsets[a][0], offsets[b][1], float(table[a, b]) - null))
        table[: b + 1, a:] = -np.inf
    return tuple(found)


def _of_text(logits: Floats, given: Input) -> Floats:
    return logits[given.first : given.first + len(given.offsets)]
