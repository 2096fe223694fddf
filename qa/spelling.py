"""Slips of the keyboard in a question: words that are none, read as words of the folder.

Only what stands nowhere in the folder and is no common word is looked at, and only a word that
begins with the same letter and is one or two slips away is taken for it: Damerau and Levenshtein's
optimal string alignment, on stems, as rapidfuzz computes it. What was read for what is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from qa import tokens
from qa.combination import SHIPPED
from qa.reader import TOKENIZER

if TYPE_CHECKING:
    from qa.snapshot import Snapshot

# A word of fewer letters has too many neighbours; so many letters may hold two slips.
_SHORTEST, _LONG = 5, 8
_WORD = re.compile(r"[^\W\d_]+")
# Letters and marks of another language than English, whose words are no slips.
_FOREIGN = re.compile(r"[¿¡]|(?![\x00-\x7f])[^\W\d_]")
# So many letters may differ besides slips, for another ending.
_ENDING = 2
# Passages that are looked through for how a stem is written.
_LOOKED_AT = 5
# A question with more unknown words than this is in another language.
_MOST = 4


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it is asked of the index, and what was read for what, in order."""

    text: str
    read_as: tuple[tuple[str, str], ...] = ()


def understood(snapshot: Snapshot, question: str) -> Understood:
    """The question with its slips put right, as far as the folder's words show them."""
    if _FOREIGN.search(question):
        return Understood(question)
    unknown = list(dict.fromkeys(filter(lambda w: _is_slip(snapshot, w), _WORD.findall(question))))
    if not unknown or len(unknown) > _MOST:
        return Understood(question)
    found = ((word, _neighbour(snapshot, word)) for word in unknown)
    changes = tuple((word, meant) for word, meant in found if meant is not None)
    for word, meant in changes:
        question = re.sub(rf"\b{word}\b", meant, question)
    return Understood(question, changes)


def _is_slip(snapshot: Snapshot, word: str) -> bool:
    if len(word) < _SHORTEST or not word.isascii() or word.isupper():
        return False
    terms = tokens.analyse(word)
    if len(terms) != 1 or snapshot.bm25.document_frequency(terms[0]):
        return False
    return _common(word.lower()) is None


@cache
def _tokenizer() -> object:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(SHIPPED / TOKENIZER))


def _common(word: str) -> int | None:
    """The number of a word that is common in English, as the model's tokenizer knows them."""
    number: int | None = _tokenizer().token_to_id(word)  # type: ignore[attr-defined]  # no types
    return number


def _neighbour(snapshot: Snapshot, word: str) -> str | None:
    """The folder's word that is meant: the nearest, then the most frequent, then by name."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    (stem,) = tokens.analyse(word)
    slips = 2 if len(word) >= _LONG else 1
    # A name with one letter changed may be another name.
    if word[0].isupper():
        slips = 1
    near = [term for term in snapshot.bm25.lexicon.terms() if term[:1] == stem[:1]]
    matches = process.extract(stem, near, scorer=OSA.distance, score_cutoff=slips, limit=20)
    frequency = snapshot.bm25.document_frequency
    best = min(matches, key=lambda m: (m[1], -frequency(m[0]), m[0]), default=None)
    if best is None:
        return None
    # Two slips in a short stem and another ending: "extradited" is another word than "extracts".
    ending = _ENDING if best[1] < 2 or len(best[0]) >= _LONG else 0
    return _written(snapshot, best[0], word, slips + ending)


def _written(snapshot: Snapshot, stem: str, word: str, most: int) -> str | None:
    """How the folder writes a stem, most like a word; None where nothing seen is like enough.

    Stems may be near where words are not: "extradition" is no slip of "extracts".
    """
    from rapidfuzz.distance import OSA

    forms: dict[str, int] = {}
    for passage in snapshot.bm25.postings(stem)[:_LOOKED_AT].tolist():
        for form in _WORD.findall(snapshot.passage_text(passage)):
            if form not in forms and tokens.analyse(form) == [stem]:
                forms[form] = OSA.distance(form.lower(), word.lower())
    best = min(forms, key=lambda form: (forms[form], form), default=None)
    return None if best is None or forms[best] > most else best
