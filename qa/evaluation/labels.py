"""Labels are quotes: where they stand in the documents now, and which passages hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.nouns import Found, Labels, Piece, Ranked, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from qa.evaluation.nouns import Case, Evidence
    from qa.nouns import Hit
    from qa.search import Candidates
    from qa.snapshot import Snapshot

    Integers = npt.NDArray[np.integer]

# How deep rankings are judged, how many passages are kept for showing, and of how many the text.
DEPTH = 100
SHOWN = 10
_WITH_TEXT = 3
# The share of a quote that a passage must hold where none holds it whole.
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class Labeller:
    """Resolves the labels of cases in one generation of an index.

    ``numbers`` maps a document's name to its number; texts are decoded once.
    """

    snapshot: Snapshot
    numbers: dict[str, int]
    _texts: dict[int, str] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(snapshot: Snapshot) -> Labeller:
        """A labeller for a snapshot."""
        names = (record.name for record in snapshot.iter_documents())
        return Labeller(snapshot, {name: number for number, name in enumerate(names)})

    def labels(self, case: Case) -> Labels:
        """Every place of every quote, verbatim or but for white space; the rest is drift.

        The same quote in several documents is one piece with several places.
        """
        places: dict[str, list[Span]] = {}
        drift: list[Evidence] = []
        for evidence in case.evidence:
            spans = self._places(evidence)
            if not spans:
                drift.append(evidence)
                continue
            there = places.setdefault(" ".join(evidence.quote.split()), [])
            there.extend(span for span in spans if span not in there)
        pieces = tuple(Piece(quote, tuple(spans)) for quote, spans in places.items())
        return Labels(pieces, tuple(drift))

    def found(self, labels: Labels, candidates: Candidates, hits: Sequence[Hit]) -> Found:
        """Judge the first `DEPTH` passages of a ranking; ``hits`` are the first of them.

        A passage is relevant where it holds a quote whole; where none holds it whole, those that
        hold at least half of it are, and where none does, those that hold the most. Passages of
        the same words are one: ranked once, and counted once.
        """
        relevant = self.relevant(labels)
        marks = marks_of(self.snapshot.twins[candidates.ids], relevant)
        best = tuple(
            Ranked(
                hit.document,
                hit.start,
                hit.end,
                round(hit.score, 6),
                bool(mark),
                hit.text if place < _WITH_TEXT else "",
            )
            for place, (hit, mark) in enumerate(zip(hits[:SHOWN], marks, strict=False))
        )
        ranks = tuple((np.flatnonzero(marks) + 1).tolist())
        return Found(len(relevant), ranks, best)

    def relevant(self, labels: Labels) -> Integers:
        """The relevant passages (see `found`), the first of each that have the same words."""
        holders = sorted({p for piece in labels.pieces for p in self._holders(piece)})
        return np.unique(self.snapshot.twins[holders])

    def _places(self, evidence: Evidence) -> list[Span]:
        number = self.numbers.get(evidence.document)
        if number is None:
            return []
        text, quote = self._text(number), evidence.quote
        if evidence.start is not None:
            end = evidence.start + len(quote)
            if text[evidence.start : end] == quote:
                return [Span(evidence.document, evidence.start, end)]
            return []
        found = list(re.finditer(re.escape(quote), text))
        if not found:
            spaced = r"\s+".join(re.escape(word) for word in quote.split())
            found = list(re.finditer(spaced, text))
        return [Span(evidence.document, match.start(), match.end()) for match in found]

    def _text(self, number: int) -> str:
        if number not in self._texts:
            self._texts[number] = self.snapshot.text(number)
        return self._texts[number]

    def _holders(self, piece: Piece) -> set[int]:
        """The passages that hold a piece at any of its places."""
        return {passage for place in piece.places for passage in self._holding(place)}

    def _holding(self, place: Span) -> Iterable[int]:
        rows = self.snapshot.passages
        first, end = np.searchsorted(
            rows["document"], [self.numbers[place.document], self.numbers[place.document] + 1]
        )
        mine = rows[first:end]
        overlap = np.minimum(mine["end"].astype(np.int64), place.end) - np.maximum(
            mine["start"].astype(np.int64), place.start
        )
        if not len(overlap) or overlap.max() <= 0:
            return []
        length = place.end - place.start
        least = length if overlap.max() == length else min(overlap.max(), _ENOUGH * length)
        holding: list[int] = (first + np.flatnonzero(overlap >= least)).tolist()
        return holding


def marks_of(ranked: Integers, relevant: Integers) -> npt.NDArray[np.bool_]:
    """Which of the first `DEPTH` of a ranking are relevant; what comes again is passed over."""
    _, first = np.unique(ranked, return_index=True)
    return np.isin(ranked[np.sort(first)][:DEPTH], relevant)
