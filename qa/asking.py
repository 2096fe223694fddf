"""The path of a question: retrieve, read, re-read the source, answer or abstain."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qa import refusal
from qa.agreement import beside
from qa.answer_kind import is_question
from qa.calibration import calibrated
from qa.citing import cite
from qa.encoders import Encoders, InstalledEncoders, folder_of
from qa.errors import ModelError, UsageError
from qa.extract import Candidate, Extractor, SentenceExtractor, SentenceVectors
from qa.fitted import SENTENCE_WEIGHTS
from qa.hits import hits
from qa.narrow import Narrow, Scope, scope_of
from qa.nouns import Answer, Citation, Hit
from qa.recheck import Sources
from qa.reranking import reranked
from qa.search import Candidates, retrieve
from qa.settings import SearchSettings
from qa.snapshot import Snapshot
from qa.spans import SpanExtractor
from qa.spelling import Understood, understood

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from qa.encoder import Encoder
    from qa.reader_choice import OpenedReader

_NEAREST = 3
_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Read:
    """What a question's best passages gave: all candidates in their final order, and the answers.

    ``hits`` are the first passages, ``answers`` what may answer, most probable first.
    """

    candidates: Candidates
    hits: tuple[Hit, ...]
    answers: tuple[Candidate, ...]


class _Warms(Protocol):
    """What is better opened before it is needed."""

    def warm(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Session:
    """An opened index, ready to answer; unaffected by builds that come after.

    ``sources`` is the corpus folder for re-reading quotes, ``scope`` what a question is asked of,
    None the whole index.
    """

    snapshot: Snapshot
    encoder: Encoder
    extractor: Extractor
    sources: Sources
    settings: SearchSettings
    reader: OpenedReader | None = None
    scope: Scope | None = None
    asked: dict[str, Understood] = field(default_factory=dict)

    @staticmethod
    def open(
        index: Path,
        settings: SearchSettings | None = None,
        encoders: Encoders | None = None,
        reader: OpenedReader | None = None,
    ) -> Session:
        """Open the current generation; the models load while the rest is opened.

        Without a ``reader`` whole sentences answer.

        Raises:
            IndexMissing: there is no index.
            IndexDamaged: it is truncated, altered, or of another version.
            ModelError: the index's copy of its model can't be used.
        """
        snapshot = Snapshot.open(index)
        folder = folder_of(index, snapshot.embedder.fingerprint)
        encoder = (encoders or InstalledEncoders()).load(folder)
        if encoder.identity != snapshot.embedder:
            raise ModelError(
                f"{folder} holds another model than the index was made with: "
                f"run: qa index --index {index}"
            )
        _warm(encoder)
        vectors = SentenceVectors(encoder)
        extractor: Extractor = SentenceExtractor(snapshot, vectors, SENTENCE_WEIGHTS)
        if reader is not None:
            _warm(reader.model)
            extractor = SpanExtractor(snapshot, vectors, reader.model, reader.combination)
        _ = snapshot.dense  # FAISS is imported while the models load
        chosen = settings or SearchSettings()
        return Session(snapshot, encoder, extractor, Sources.of(snapshot), chosen, reader)

    def narrowed(self, narrow: Narrow) -> Session:
        """The same session, asking only the documents that are as asked for.

        Raises:
            NothingSelected: there is none.
        """
        return self if narrow.is_open else replace(self, scope=scope_of(self.snapshot, narrow))

    def understood(self, question: str) -> Understood:
        """The question as the index is asked it: with slips of the keyboard put right.

        Raises:
            UsageError: the question is empty.
        """
        if question not in self.asked:
            if len(self.asked) >= _REMEMBERED:
                self.asked.clear()
            self.asked[question] = understood(self.snapshot, checked(question))
        return self.asked[question]

    def search(self, question: str, top: int) -> tuple[Hit, ...]:
        """The ranked passages alone.

        Raises:
            UsageError: the question is empty.
        """
        found = self.candidates(question)
        if not self._reranks(question):
            return hits(self.snapshot, found, top)
        return self.read(question, found, top).hits[:top]

    def candidates(self, question: str) -> Candidates:
        """All that could bear on a question, as retrieval ranks them.

        Raises:
            UsageError: the question is empty.
        """
        asked = self.understood(question).text
        return retrieve(self.snapshot, self.encoder, asked, self.settings, self._only)

    def ranked(self, question: str) -> Candidates:
        """All that could bear on a question, in the order in which passages are shown.

        Raises:
            UsageError: the question is empty.
        """
        found = self.candidates(question)
        return self.read(question, found).candidates if self._reranks(question) else found

    def _reranks(self, question: str) -> bool:
        """Whether what is read moves passages: of a statement or a name no answer can tell."""
        return self.extractor.reranks and is_question(question)

    def read(self, question: str, candidates: Candidates, top: int = 3) -> Read:
        """Read the best passages of a question's candidates, and rank them by what was found.

        There are at least ``top`` hits, where there are as many passages.
        """
        found = hits(self.snapshot, candidates, max(top, _NEAREST, self.extractor.passages))
        answers = self.extractor.extract(self.understood(question).text, found, candidates)
        if not self._reranks(question):
            return Read(candidates, found, answers)
        found = reranked(found, answers)
        return Read(_in_order(candidates, found), found, answers)

    def ask(self, question: str, top: int = 3) -> Answer:
        """Answer with checked quotes, or abstain with a reason.

        Raises:
            UsageError: the question is empty.
        """
        began = perf_counter()
        candidates = self.candidates(question)
        retrieved = perf_counter()
        answer = self.answer(question, self.read(question, candidates, top), top)
        now = perf_counter()
        check = answer.seconds["check"]
        steps = {"retrieve": retrieved - began, "read": now - retrieved - check, "check": check}
        return replace(answer, seconds={"total": now - began, **steps})

    def answer(self, question: str, read: Read, top: int = 3) -> Answer:
        """Answer from what was read for a question, citing what its source has now."""
        began = perf_counter()
        best = read.answers[0] if read.answers else None
        confidence = calibrated(best.probability, self.settings.calibration) if best else 0.0
        asked = self.understood(question)
        reason = self._reason(asked.text, read, best, confidence)
        citations: tuple[Citation, ...] = ()
        text = None
        if best is not None and reason is None:
            citations = self._cited(read)
            offset = best.quote_start
            text = best.verdict or citations[0].quote[best.start - offset : best.end - offset]
        seconds = perf_counter() - began
        return Answer(
            question=question,
            text=text,
            reason=reason,
            confidence=confidence,
            citations=citations,
            passages=read.hits[:top],
            nearest=read.hits[:_NEAREST] if reason else (),
            index=self.snapshot.info,
            seconds={"total": seconds, "check": seconds},
            read_as=asked.read_as,
            missing=refusal.unknown_words(self.snapshot, asked.text, self._only) if reason else (),
            unread=refusal.unread(self.snapshot, question) if reason else (),
        )

    @property
    def _only(self) -> npt.NDArray[np.bool_] | None:
        """Of each passage, whether it may be found; None where all may."""
        return None if self.scope is None else self.scope.passages

    @property
    def threshold(self) -> float:
        """Below this confidence nothing is answered: as set, else as the reader says."""
        own = self.settings.threshold
        return self.extractor.threshold if own is None else own

    def _reason(
        self, question: str, read: Read, best: Candidate | None, confidence: float
    ) -> str | None:
        """Why there is no answer; None where there is one."""
        only = self._only
        nothing = refusal.nothing_bears(self.snapshot, question, read.candidates, best, only)
        if nothing is not None or best is None:
            return nothing
        return refusal.not_said(self.snapshot, question, best, confidence, self.threshold, only)

    def _cited(self, read: Read) -> tuple[Citation, ...]:
        """Cite the answer, other documents that give it too, and those that contradict it."""
        agreeing, contrary = beside(read.answers, self.threshold)
        chosen = [(c, True) for c in (read.answers[0], *agreeing)] + [(c, False) for c in contrary]
        if not self.extractor.reranks:  # sentences alone are not known to say the same
            chosen = chosen[:1]
        return tuple(
            replace(cite(self.snapshot, self.sources, read.candidates, one, number), agrees=agrees)
            for number, (one, agrees) in enumerate(chosen, start=1)
        )


def _in_order(candidates: Candidates, found: tuple[Hit, ...]) -> Candidates:
    """The candidates with the passages found first, in their order and with their scores."""
    ids = np.array([hit.passage_id for hit in found], np.int64)
    rest = ~np.isin(candidates.ids, ids)
    return replace(
        candidates,
        ids=np.concatenate([ids, candidates.ids[rest]]),
        score=np.concatenate([[hit.score for hit in found], candidates.score[rest]]),
    )


def checked(question: str) -> str:
    """The question itself, unless there is nothing in it.

    Raises:
        UsageError: it is empty or only white space and control characters.
    """
    if not any(character.isprintable() and not character.isspace() for character in question):
        raise UsageError('the question is empty: ask something, for example: qa ask "Who …?"')
    return question


def _warm(model: _Warms) -> None:
    """Open a model while the rest is loaded; what goes wrong is said when it is first used."""

    def quietly() -> None:
        with suppress(ModelError):
            model.warm()

    threading.Thread(target=quietly, daemon=True).start()
