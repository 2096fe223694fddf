"""The nouns of an evaluation: frozen values. This module imports nothing of ours but nouns.

Offsets count Unicode code points in a document's text, ``end`` exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from qa.nouns import IndexInfo

# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True, slots=True)
class Evidence:
    """A label: a quote in a document, at ``start`` where its author knew the offset."""

    document: str
    quote: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question with known answers; ``line`` is the physical line it stands in, from 1.

    ``answers`` are alternatives, empty where nothing answers. ``items`` are those of a list, all
    of them wanted. Of ``evidence`` any one quote answers alone, unless ``needs_all``. ``given``
    names the document to read where the right one is given instead of searched for. ``near`` is
    what tempts one to answer a question that nothing answers.
    """

    id: str
    question: str
    kind: str
    answerable: bool
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    items: tuple[str, ...] = ()
    needs_all: bool = False
    split: str | None = None
    note: str | None = None
    line: int | None = None
    given: str | None = None
    near: Evidence | None = None

    @property
    def quoted(self) -> tuple[Evidence, ...]:
        """All quotes that are labels: the evidence, and what tempts."""
        return self.evidence if self.near is None else (*self.evidence, self.near)


# ---------------------------------------------------------------- what the labels mean


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's text."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence: a quote and every place where it stands; any of them will do."""

    quote: str
    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """A case's evidence as it stands in the documents now.

    ``drift`` is what is no longer found: such a case counts in no measure that needs its labels.
    """

    pieces: tuple[Piece, ...] = ()
    drift: tuple[Evidence, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether there are labels and all of them were found."""
        return bool(self.pieces) and not self.drift


# ---------------------------------------------------------------- what came out


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it was given; ``also_in`` are the other places of the same words.

    ``context`` is the passage around the quote, from ``context_start`` on, for showing.
    """

    document: str
    start: int
    end: int
    quote: str
    status: str
    answer_start: int | None = None
    answer_end: int | None = None
    also_in: tuple[Span, ...] = ()
    context: str = ""
    context_start: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """One of the best passages; ``relevant`` where it holds a label, ``text`` of the first few."""

    document: str
    start: int
    end: int
    score: float
    relevant: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval brought, as far as measures need it.

    ``relevant`` passages of the index hold a label; those of the first `DEPTH` that do stand at
    ``ranks`` (from 1, ascending). ``best`` are the first ten, for showing.
    """

    relevant: int = 0
    ranks: tuple[int, ...] = ()
    best: tuple[Ranked, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case, what was answered, and what each measure made of it.

    ``answer`` is None where the program abstained; ``confidence`` is then of the best candidate.
    ``measures`` has those that are defined for this case alone; ``right`` says whether the answer
    given counts as right (see `qa.evaluation.scoring`). ``seconds`` is how long asking took: it
    is no part of what must repeat.
    """

    case: Case
    labels: Labels
    answer: str | None
    reason: str | None
    confidence: float
    citations: tuple[Cited, ...]
    found: Found
    measures: dict[str, float] = field(default_factory=dict)
    right: bool = False
    seconds: float = 0.0

    @property
    def abstained(self) -> bool:
        """Whether the program declined to answer."""
        return self.answer is None


# ---------------------------------------------------------------- what it amounts to


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % bootstrap interval over ``n`` cases.

    ``value``, ``low`` and ``high`` are None where it is undefined on these cases; ``why`` says so
    in words.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One run over a set of cases: everything that it depends on, and what came out.

    ``settings`` and ``versions`` are JSON objects. ``index`` is None where no index was asked.
    ``measures`` are over the cases that are not set apart, by name in the order to show them;
    ``by_kind`` has for each kind the measures that are defined on it. ``median`` and ``p95`` are
    seconds a question, None where none was asked. ``folder`` is where the index lies on this
    machine, which is no part of a saved run.
    """

    results: tuple[CaseResult, ...]
    settings: dict[str, Any]
    versions: dict[str, str]
    index: IndexInfo | None
    measures: dict[str, Measure]
    by_kind: dict[str, dict[str, Measure]]
    median: float | None = None
    p95: float | None = None
    folder: Path | None = None

    @property
    def headline(self) -> tuple[CaseResult, ...]:
        """The cases that measures are over: those of no kind set apart, unless there are none."""
        apart = self.settings.get("cases", {}).get("apart", ())
        return tuple(r for r in self.results if r.case.kind not in apart) or self.results

    @property
    def drifted(self) -> tuple[CaseResult, ...]:
        """The cases with a quote that is no longer found."""
        return tuple(result for result in self.results if result.labels.drift)


# ---------------------------------------------------------------- how two of them compare


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of two runs on the same cases: now minus before.

    ``wins``, ``ties`` and ``losses`` count cases, None for a measure of the whole set alone.
    ``p`` is of the paired randomisation test, two-sided; ``p_holm`` corrected over all measures
    compared. ``detectable`` is the smallest true difference that this many cases would show (80 %
    power, 5 % level), None where no case differs.
    """

    name: str
    before: float
    now: float
    n: int
    wins: int | None
    ties: int | None
    losses: int | None
    p: float
    p_holm: float
    detectable: float | None

    @property
    def change(self) -> float:
        """Now minus before."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared on their common cases; the ids that only one of them has, and notes."""

    differences: tuple[Difference, ...]
    cases: int
    only_now: tuple[str, ...] = ()
    only_before: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
