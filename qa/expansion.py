"""A question's words widened by words of like meaning that stand in the folder.

A thesaurus made once of word vectors (`qa.training.thesaurus`) says which terms mean about the
same: "murder" is looked for as "homicide", too. Query expansion of this kind: Kuzi, Shtok and
Kurland, "Query Expansion Using Word Embeddings", CIKM 2016.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.nouns import TermWeight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from qa.lexical import Bm25

# A term a line, a tabulator, and its neighbours: term and cosine in hundredths, nearest first.
THESAURUS = Path(__file__).with_name("thesaurus.txt")
# How much a related term counts of what it would if it were asked for, times how near it is: where
# the question's own term stands in the folder, and where it does not.
_BESIDE, _INSTEAD = 0.5, 1.5
# So many related terms of the folder are looked for instead of one.
_MOST = 10


def related(bm25: Bm25, terms: Sequence[str]) -> tuple[tuple[tuple[str, float], ...], ...]:
    """For each term of a question, those of the folder that mean about the same, nearest first.

    Each has what its score counts with. Terms of the question itself are not among them; terms
    without any are left out.
    """
    own = frozenset(terms)
    found = (tuple(_known(bm25, term, own)) for term in dict.fromkeys(terms))
    return tuple(few for few in found if few)


def widened(bm25: Bm25, groups: Sequence[Sequence[tuple[str, float]]]) -> NDArray[np.float32]:
    """What related terms add to each passage's score, float32 of shape (passages,).

    Of each group, which stands for one term of the question, the one that gives a passage most.
    """
    added: NDArray[np.float32] = sum((bm25.highest(group) for group in groups), bm25.scores(()))
    return added


def contributions(
    bm25: Bm25, groups: Sequence[Sequence[tuple[str, float]]], passage_ids: Sequence[int]
) -> list[tuple[TermWeight, ...]]:
    """What `widened` added to each passage, each term once."""
    given: list[defaultdict[str, float]] = [defaultdict(float) for _ in passage_ids]
    for group in groups:
        factors = dict(group)
        here = bm25.contributions([term for term, _ in group], passage_ids)
        for row, parts in zip(given, here, strict=True):
            scaled = [(part.weight * factors[part.term], part.term) for part in parts]
            if scaled:
                weight, term = max(scaled)
                row[term] += weight
    return [tuple(TermWeight(*item) for item in row.items()) for row in given]


def _known(bm25: Bm25, term: str, own: frozenset[str]) -> Iterator[tuple[str, float]]:
    factor = _BESIDE if bm25.document_frequency(term) else _INSTEAD
    left = _MOST
    for other, nearness in _near(term):
        if other not in own and bm25.document_frequency(other):
            yield other, factor * nearness
            left -= 1
            if not left:
                return


@cache
def _thesaurus() -> str:
    return "\n" + THESAURUS.read_text("utf-8")


@lru_cache(maxsize=4096)
def _near(term: str) -> tuple[tuple[str, float], ...]:
    """The terms beside one in the thesaurus, nearest first, with their cosines."""
    text = _thesaurus()
    start = text.find(f"\n{term}\t")
    if start < 0:
        return ()
    line = text[start + len(term) + 2 : text.find("\n", start + 1)].split(" ")
    return tuple(
        (other, int(hundredths) / 100)
        for other, hundredths in zip(line[::2], line[1::2], strict=True)
    )
