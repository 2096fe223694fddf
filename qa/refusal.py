"""Why there is no answer, in words for a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qa import tokens
from qa.calibration import too_unsure
from qa.coverage import coverage_of
from qa.denial import denied
from qa.guard import names_of
from qa.reasons import on_purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import numpy.typing as npt

    from qa.extract import Candidate
    from qa.guard import Mismatch
    from qa.nouns import Skipped
    from qa.search import Candidates
    from qa.snapshot import Snapshot

    Only = npt.NDArray[np.bool_]

# Below this cosine all-MiniLM-L6-v2's passages have nothing to do with a question (see README).
_UNRELATED = 0.25
_MOST_NAMED = 5
_ASKING = frozenset(
    {
        "many",
        "much",
        "big",
        "large",
        "long",
        "old",
        "far",
        "high",
        "often",
        "kind",
        "kinds",
        "sort",
        "sorts",
        "type",
        "name",
        "names",
        "go",
        "goes",
        "get",
        "gets",
        "give",
        "tell",
        "show",
        "list",
        "does",
        "year",
        "years",
        "date",
        "day",
        "time",
        "place",
        "number",
        "amount",
        "percentage",
        "percent",
        "pct",
        "total",
        "totl",
        "whom",
        "whose",
    }
)
_NO_WORD = re.compile(r"[\W_]+")


def nothing_bears(
    snapshot: Snapshot,
    question: str,
    candidates: Candidates,
    best: Candidate | None,
    only: Only | None = None,
) -> str | None:
    """Why nothing in the folder, or ``only`` these passages, bears on the question; else None.

    Where no passage means nearly the same, and none has a word of the question, or none a name.
    """
    if best is None:
        return "the index holds no passages"
    words = tokens.content_words(question)
    if not words:
        return (
            "the question has only words that stand everywhere; "
            "name the thing you want to know about"
        )
    missing = [word for word, terms in words if not _stands(snapshot, terms, only)]
    names = names_of(question)
    strange = bool(names) and not any(_stands(snapshot, tokens.analyse(n), only) for n in names)
    related = len(missing) < len(words) and not strange
    if related or candidates.best_cosine >= _UNRELATED:
        return None
    told = [word for word in missing if word.casefold() not in _ASKING] or missing
    named = _listed(_as_names(question, told))
    return f"nothing in the documents bears on it: none of them mentions {named}"


def not_said(  # noqa: PLR0913 - what the answer hangs on, each once
    snapshot: Snapshot,
    question: str,
    best: Candidate,
    confidence: float,
    threshold: float,
    only: Only | None = None,
) -> str | None:
    """Why the best candidate is no answer to this question; None where it is one.

    A sentence about another year than the question's is none, however well it fits.
    """
    lacking = best.lacking
    if lacking.wrong_year:
        return (
            f"the documents give this for {_listed(lacking.other_years, quoted=False)}, "
            f"not for {_listed(lacking.years, quoted=False)}"
        )
    unsure = too_unsure(confidence, threshold)
    if unsure is None:
        return None
    if denied(question, best.quote):
        return "the documents say that it is not told"
    missing = unknown_words(snapshot, question, only)
    if missing:
        named = _listed(_as_names(question, missing))
        return f"the documents nowhere mention {named}; what comes closest is not about it"
    return _what_is_nearest(lacking, unsure)


def _what_is_nearest(lacking: Mismatch, unsure: str) -> str:
    """Why the nearest sentence is no answer, where it is about the question's things."""
    if lacking.years:
        return f"what comes closest says nothing of {_listed(lacking.years, quoted=False)}"
    if lacking.names:
        return f"what comes closest does not mention {_listed(lacking.names)}"
    return f"what comes closest does not answer it: {unsure}"


def unknown_words(snapshot: Snapshot, question: str, only: Only | None = None) -> tuple[str, ...]:
    """The content words of a question that stand nowhere in the passages asked, in order.

    Words that only say how something is asked for are none: how many, what kind of.
    """
    return tuple(
        word
        for word, terms in tokens.content_words(question)
        if not _stands(snapshot, terms, only) and word.casefold() not in _ASKING
    )


def _stands(snapshot: Snapshot, terms: Iterable[str], only: Only | None) -> bool:
    """Whether any of the terms stands in a passage that may be found."""
    postings = map(snapshot.bm25.postings, terms)
    return any(len(ids) if only is None else only[ids].any() for ids in postings)


def unread(snapshot: Snapshot, question: str) -> tuple[Skipped, ...]:
    """The files and rows that could not be read, and so might hold the answer.

    Those whose names have most words of the question come first; what was left out on purpose, or
    is empty, is none.
    """
    asked = {term for _, terms in tokens.content_words(question) for term in terms}

    def lacking(item: Skipped) -> int:
        return -len(asked.intersection(tokens.analyse(_NO_WORD.sub(" ", item.path))))

    found = coverage_of(snapshot).skipped
    return tuple(sorted((item for item in found if not on_purpose(item)), key=lacking))


def _as_names(question: str, words: Iterable[str]) -> list[str]:
    """Words of a question in order, those that follow each other with capitals as one name."""
    named: list[str] = []
    for word in words:
        longer = f"{named[-1]} {word}" if named else word
        if named and named[-1][0].isupper() and word[0].isupper() and longer in question:
            named[-1] = longer
        else:
            named.append(word)
    return named


def _listed(words: Sequence[str], *, quoted: bool = True) -> str:
    shown = [f"“{word}”" if quoted else word for word in words[:_MOST_NAMED]]
    return ", ".join(shown) + (", …" if len(words) > _MOST_NAMED else "")
