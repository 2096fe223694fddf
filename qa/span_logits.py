"""From what a reader's model says of each token to spans."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qa.reader_input import Input

    Floats = npt.NDArray[np.float32]

_MAX_ANSWER = 30
_PER_PASSAGE = 3


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
