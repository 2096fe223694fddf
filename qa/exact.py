"""What a question names exactly: quoted phrases and identifiers, and the passages that have them.

Ranking by similarity loses an exact identifier to a near miss; the best passage in which what was
named stands is lifted into the top.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from qa import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from qa.snapshot import Snapshot

    Ids = npt.NDArray[np.int64]
    Only = npt.NDArray[np.bool_]

_RARE_SHARE = 0.02
_RARE_AT_LEAST = 3
_MOST_CHECKED = 2000


# The best passage with a phrase that was quoted comes first, one with an identifier in the top.
_PHRASE_FLOOR = 1
_IDENTIFIER_FLOOR = 3


@dataclass(frozen=True, slots=True)
class Exact:
    """Passages that hold what a question names, with the share of the named things they hold.

    ``floor`` is the rank, from 1, that the best of them has at least.
    """

    shares: dict[int, float]
    floor: int


def exact_matches(snapshot: Snapshot, question: str, only: Only | None = None) -> Exact:
    """Find the passages that hold what the question names, ``only`` among some of them.

    A quoted phrase counts where it stands word for word, whatever the case and spacing; an
    identifier (letters and digits mixed, "JTF-B") only where it is rare in the folder.
    """
    quotes, terms = tokens.quoted_phrases(question), tokens.identifiers(question)
    phrases = [_holding_phrase(snapshot, phrase, only) for phrase in quotes]
    others = [_among(_holding_identifier(snapshot, term), only) for term in terms]
    named = [ids for ids in phrases + others if len(ids)]
    quoted = any(len(ids) for ids in phrases)
    shares: dict[int, float] = {}
    for ids in named:
        for passage in ids.tolist():
            shares[passage] = shares.get(passage, 0.0) + 1 / len(named)
    return Exact(shares, _PHRASE_FLOOR if quoted else _IDENTIFIER_FLOOR)


def _holding_identifier(snapshot: Snapshot, term: str) -> Ids:
    ids = snapshot.bm25.postings(term).astype(np.int64)
    rare = max(_RARE_AT_LEAST, _RARE_SHARE * len(snapshot.passages))
    return ids if len(ids) <= rare else ids[:0]


def _holding_phrase(snapshot: Snapshot, phrase: str, only: Only | None) -> Ids:
    terms = set(tokens.analyse(phrase))
    if not terms:
        return np.empty(0, np.int64)
    postings = sorted((snapshot.bm25.postings(term) for term in terms), key=len)
    common = _among(reduce(np.intersect1d, postings), only)[:_MOST_CHECKED]
    wanted = folded(phrase)
    return _only(snapshot, common.tolist(), wanted)


def _among(ids: npt.NDArray[np.integer], only: Only | None) -> Ids:
    """The ids that may be found."""
    wide = ids.astype(np.int64)
    return wide if only is None else wide[only[wide]]


def _only(snapshot: Snapshot, passages: Iterable[int], wanted: str) -> Ids:
    holding = [p for p in passages if wanted in folded(snapshot.passage_text(p))]
    return np.array(holding, np.int64)


def folded(text: str) -> str:
    """Text for comparing word for word: compatibility forms, case and white space folded."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
