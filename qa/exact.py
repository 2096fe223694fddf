"""What a question names exactly: quoted phrases and identifiers, and the passages that have them.

Ranking by similarity loses an exact identifier to a near miss; a passage in which what was named
stands is lifted above all that lack it.
"""

from __future__ import annotations

import unicodedata
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from qa import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from qa.snapshot import Snapshot

    Ids = npt.NDArray[np.int64]

_RARE_SHARE = 0.02
_RARE_AT_LEAST = 3
_MOST_CHECKED = 2000


def exact_matches(snapshot: Snapshot, question: str) -> dict[int, float]:
    """Passages that hold what the question names, with the share of the named things they hold.

    A quoted phrase counts where it stands word for word, whatever the case and spacing; an
    identifier (letters and digits mixed, "JTF-B") only where it is rare in the folder.
    """
    found = [_holding_phrase(snapshot, phrase) for phrase in tokens.quoted_phrases(question)]
    found += [_holding_identifier(snapshot, term) for term in tokens.identifiers(question)]
    named = [ids for ids in found if len(ids)]
    shares: dict[int, float] = {}
    for ids in named:
        for passage in ids.tolist():
            shares[passage] = shares.get(passage, 0.0) + 1 / len(named)
    return shares


def _holding_identifier(snapshot: Snapshot, term: str) -> Ids:
    ids = snapshot.bm25.postings(term).astype(np.int64)
    rare = max(_RARE_AT_LEAST, _RARE_SHARE * len(snapshot.passages))
    return ids if len(ids) <= rare else ids[:0]


def _holding_phrase(snapshot: Snapshot, phrase: str) -> Ids:
    terms = set(tokens.analyse(phrase))
    if not terms:
        return np.empty(0, np.int64)
    postings = sorted((snapshot.bm25.postings(term) for term in terms), key=len)
    common = reduce(np.intersect1d, postings)[:_MOST_CHECKED]
    wanted = folded(phrase)
    return _only(snapshot, common.tolist(), wanted)


def _only(snapshot: Snapshot, passages: Iterable[int], wanted: str) -> Ids:
    holding = [p for p in passages if wanted in folded(snapshot.passage_text(p))]
    return np.array(holding, np.int64)


def folded(text: str) -> str:
    """Text for comparing word for word: compatibility forms, case and white space folded."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
