"""The best candidates of a question as ranked passages, with the parts of their scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from qa.expansion import contributions
from qa.nouns import Hit, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qa.nouns import TermWeight
    from qa.search import Candidates
    from qa.snapshot import Snapshot


def hits(snapshot: Snapshot, candidates: Candidates, k: int) -> tuple[Hit, ...]:
    """The ``k`` best candidates; a passage with the words of one above it joins it (``also_in``).

    Fewer than ``k`` where there are fewer different ones.
    """
    chosen: list[int] = []
    twins: dict[int, list[int]] = {}
    for place, passage in enumerate(candidates.ids.tolist()):
        twin = int(snapshot.twins[passage])
        if twin in twins:
            twins[twin].append(passage)
        elif len(chosen) < k:
            twins[twin] = []
            chosen.append(place)
        elif place > 4 * k:
            break
    passages = candidates.ids[chosen].tolist()
    terms = snapshot.bm25.contributions(candidates.terms, passages)
    related = contributions(snapshot.bm25, candidates.related, passages)
    found = []
    given = zip(chosen, terms, related, strict=True)
    for rank, (place, asked, beside) in enumerate(given, start=1):
        hit = _hit(snapshot, candidates, place, asked + beside)
        others = _places(snapshot, twins[int(snapshot.twins[hit.passage_id])])
        found.append(replace(hit, rank=rank, also_in=others))
    return tuple(found)


def _hit(
    snapshot: Snapshot, candidates: Candidates, place: int, terms: tuple[TermWeight, ...]
) -> Hit:
    """The candidate at a place of the ranking, from 0."""
    passage = int(candidates.ids[place])
    row = snapshot.passages[passage]
    record = snapshot.document(int(row["document"]))
    at = int(np.searchsorted(candidates.fused.ids, passage))
    unranked = (sum(term.weight for term in terms), None)
    lexical, lexical_rank = candidates.lexical.get(passage, unranked)
    cosine, dense_rank = candidates.dense.get(passage, (None, None))
    if cosine is None:
        cosine = float(snapshot.dense.vectors()[passage] @ candidates.vector)
    return Hit(
        rank=place + 1,
        passage_id=passage,
        document=record.name,
        title=record.title,
        date=record.date,
        headings=record.headings[int(row["headings"])],
        start=int(row["start"]),
        end=int(row["end"]),
        text=snapshot.passage_text(passage),
        sentences=snapshot.passage_sentences(passage),
        score=float(candidates.score[place]),
        scores={
            "lexical": lexical,
            "dense": cosine,
            "lexical_normalised": float(candidates.fused.first[at]),
            "dense_normalised": float(candidates.fused.second[at]),
            "context": float(candidates.context[passage]),
            "exact": candidates.exact.get(passage, 0.0),
            "lexical_share": candidates.lexical_share,
        },
        lexical_rank=lexical_rank,
        dense_rank=dense_rank,
        terms=terms,
    )


def _places(snapshot: Snapshot, passages: Iterable[int]) -> tuple[Place, ...]:
    rows = [snapshot.passages[passage] for passage in passages]
    return tuple(
        Place(snapshot.document(int(r["document"])).name, int(r["start"]), int(r["end"]))
        for r in rows
    )
