"""The path of a question: retrieve, extract, re-read, answer or abstain."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from qa import tokens
from qa.calibration import calibrated, too_unsure
from qa.encoders import Encoders, InstalledEncoders, folder_of
from qa.errors import ModelError, UsageError
from qa.extract import Candidate, Extractor, SentenceExtractor
from qa.fitted import SENTENCE_WEIGHTS
from qa.nouns import Answer, Citation, Hit, Place
from qa.recheck import Sources
from qa.search import Candidates, hits, retrieve
from qa.settings import SearchSettings
from qa.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from qa.encoder import Encoder
    from qa.encoders import KeptEncoder

_NEAREST = 3
_TWIN_DEPTH = 50
# Below this cosine all-MiniLM-L6-v2's passages have nothing to do with a question (see README).
_UNRELATED = 0.25


@dataclass(frozen=True, slots=True)
class Session:
    """An opened index, ready to answer; unaffected by builds that come after.

    ``sources`` is the corpus folder for re-reading quotes.
    """

    snapshot: Snapshot
    encoder: Encoder
    extractor: Extractor
    sources: Sources
    settings: SearchSettings

    @staticmethod
    def open(
        index: Path,
        settings: SearchSettings | None = None,
        encoders: Encoders | None = None,
    ) -> Session:
        """Open the current generation; the model loads while the rest is opened.

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
        _ = snapshot.dense  # FAISS is imported while the model loads
        return Session(
            snapshot,
            encoder,
            SentenceExtractor(snapshot, encoder, SENTENCE_WEIGHTS),
            Sources.of(snapshot),
            settings or SearchSettings(),
        )

    def search(self, question: str, top: int) -> tuple[Hit, ...]:
        """The ranked passages alone.

        Raises:
            UsageError: the question is empty.
        """
        return hits(self.snapshot, self.candidates(question), top)

    def candidates(self, question: str) -> Candidates:
        """All that could bear on a question, ranked.

        Raises:
            UsageError: the question is empty.
        """
        return retrieve(self.snapshot, self.encoder, checked(question), self.settings)

    def ask(self, question: str, top: int = 3) -> Answer:
        """Answer with checked quotes, or abstain with a reason.

        Raises:
            UsageError: the question is empty.
        """
        began = perf_counter()
        return self.answer(question, self.candidates(question), top, began=began)

    def answer(
        self, question: str, candidates: Candidates, top: int = 3, *, began: float | None = None
    ) -> Answer:
        """Answer from a question's candidates; times count from ``began``, else from now."""
        began = perf_counter() if began is None else began
        found = hits(self.snapshot, candidates, max(top, _NEAREST))
        retrieved = perf_counter()
        extracted = self.extractor.extract(question, found, candidates)
        read = perf_counter()
        best = extracted[0] if extracted else None
        confidence = calibrated(best.probability, self.settings.calibration) if best else 0.0
        reason = self._reason(question, candidates, best)
        reason = reason or too_unsure(confidence, self.settings.threshold)
        citations = () if reason or best is None else (self._cite(best, candidates),)
        text = None
        if citations:
            offset = best.quote_start if best else 0
            text = citations[0].quote[best.start - offset : best.end - offset] if best else None
        now = perf_counter()
        return Answer(
            question=question,
            text=text,
            reason=reason,
            confidence=confidence,
            citations=citations,
            passages=found[:top],
            nearest=found[:_NEAREST] if reason else (),
            index=self.snapshot.info,
            seconds={
                "total": now - began,
                "retrieve": retrieved - began,
                "read": read - retrieved,
                "check": now - read,
            },
        )

    def _reason(self, question: str, candidates: Candidates, best: Candidate | None) -> str | None:
        """Why nothing in the folder bears on the question; None where something does."""
        if best is None:
            return "the index holds no passages"
        words = tokens.content_words(question)
        if not words:
            return (
                "the question has only words that stand everywhere; "
                "name the thing you want to know about"
            )
        known = [
            word
            for word, terms in words
            if any(self.snapshot.bm25.document_frequency(term) for term in terms)
        ]
        if known or candidates.best_cosine >= _UNRELATED:
            return None
        missing = ", ".join(f"“{word}”" for word, _ in words[:5])
        return f"nothing in the documents bears on it: none of them mentions {missing}"

    def _cite(self, best: Candidate, candidates: Candidates) -> Citation:
        """Re-read the quote in its source, and find who else says the same."""
        hit = best.hit
        number = int(self.snapshot.passages[hit.passage_id]["document"])
        record = self.snapshot.document(number)
        checked_now = self.sources.check(self.snapshot, number, best.quote_start, best.quote_end)
        moved = checked_now.start - best.quote_start
        base = hit.start
        quote = hit.text[best.quote_start - base : best.quote_end - base]
        return Citation(
            number=1,
            document=hit.document,
            title=hit.title,
            date=hit.date,
            start=checked_now.start,
            end=checked_now.end,
            quote=quote,
            status=checked_now.status,
            answer_start=best.start + moved,
            answer_end=best.end + moved,
            also_in=self._also_in(quote, hit, candidates),
            headings=hit.headings,
            publisher=record.publisher,
            url=record.url,
            line=checked_now.line,
            context=hit.text,
            context_start=hit.start + moved,
        )

    def _also_in(self, quote: str, hit: Hit, candidates: Candidates) -> tuple[Place, ...]:
        """Other documents in which the same words stand, whatever the spacing; one place each."""
        pattern = re.compile(r"\s+".join(re.escape(word) for word in quote.split()))
        places: dict[str, Place] = {}
        for passage in candidates.ids[:_TWIN_DEPTH].tolist():
            row = self.snapshot.passages[passage]
            name = self.snapshot.document(int(row["document"])).name
            if name == hit.document or name in places:
                continue
            match = pattern.search(self.snapshot.passage_text(passage))
            if match:
                start = int(row["start"])
                places[name] = Place(name, start + match.start(), start + match.end())
        return tuple(places[name] for name in sorted(places))


def checked(question: str) -> str:
    """The question itself, unless there is nothing in it.

    Raises:
        UsageError: it is empty or only white space and control characters.
    """
    if not any(character.isprintable() and not character.isspace() for character in question):
        raise UsageError('the question is empty: ask something, for example: qa ask "Who …?"')
    return question


def _warm(encoder: KeptEncoder) -> None:
    """Open the model while the rest is loaded; what goes wrong is said when it is first used."""

    def quietly() -> None:
        with suppress(ModelError):
            encoder.warm()

    threading.Thread(target=quietly, daemon=True).start()
