"""Make the thesaurus of `qa.expansion`: which terms mean about the same, by vectors of words.

    python -m qa.training.thesaurus FILE [MODEL...]

The words are those that the embedded model's tokenizer knows whole; a term's vector is the mean of
its words'. Several models' vectors are put side by side: the cosine is the mean of theirs. The
shipped one is of all-MiniLM-L6-v2, which is taken where none is named, and all-mpnet-base-v2
(both Apache-2.0).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa import tokens
from qa.encoder import encoder_for
from qa.models import EMBEDDED_NAME, resolve
from qa.places import places_of
from qa.reader import TOKENIZER
from qa.storage import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from qa.encoder import Encoder

    Vectors = npt.NDArray[np.float32]

# Words of fewer letters are no words, or mean too much.
_SHORTEST = 3
# What is less near than this means something else; of what is nearer, at most so many are kept.
_NEAR, _MOST = 0.5, 16
# So many terms are compared with all at a time.
_BLOCK = 1000


def thesaurus(words: Iterable[str], encoders: Sequence[Encoder]) -> str:
    """The thesaurus of some words as text: a term a line, sorted (`qa.expansion.THESAURUS`).

    Words that are no single term are left out, and so are terms without a neighbour. No country is
    a neighbour of another.
    """
    forms: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        terms = tokens.analyse(word)
        if len(terms) == 1:
            forms[terms[0]].append(word)
    names = sorted(forms)
    words_of = [forms[name] for name in names]
    vectors = np.hstack([_of_terms(encoder, words_of) for encoder in encoders])
    places = [places_of(" ".join(forms[name])) for name in names]
    lines = []
    for row, cosines in enumerate(_cosines(vectors / len(encoders) ** 0.5)):
        near = [
            f"{names[other]} {round(100 * cosines[other])}"
            for other in np.argsort(-cosines, kind="stable")[: 2 * _MOST].tolist()
            if cosines[other] >= _NEAR and not _apart(places[row], places[other])
        ]
        if near:
            lines.append(f"{names[row]}\t{' '.join(near[:_MOST])}\n")
    return "".join(lines)


def whole_words() -> list[str]:
    """The English words that the embedded model's tokenizer has a token for."""
    from tokenizers import Tokenizer

    vocabulary = Tokenizer.from_file(str(resolve(None).path / TOKENIZER)).get_vocab()
    return [w for w in vocabulary if w.isascii() and w.isalpha() and len(w) >= _SHORTEST]


def _of_terms(encoder: Encoder, forms: Sequence[Sequence[str]]) -> Vectors:
    """A unit vector a term: the mean of its words'."""
    flat = encoder.encode_passages([word for words in forms for word in words])
    starts = np.cumsum([0, *map(len, forms)])[:-1]
    sums = np.add.reduceat(flat, starts)
    unit: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return unit


def _cosines(vectors: Vectors) -> Iterator[Vectors]:
    """For each row its cosines to all; to itself -1."""
    for first in range(0, len(vectors), _BLOCK):
        block = vectors[first : first + _BLOCK] @ vectors.T
        for row, cosines in enumerate(block, first):
            cosines[row] = -1.0
            yield cosines


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and not one & other


def main(arguments: Sequence[str]) -> None:
    """Write the thesaurus of the named models, or of the embedded one, to a file."""
    file, *models = arguments
    encoders = [encoder_for(model, say=print) for model in models or [EMBEDDED_NAME]]
    replace_atomically(Path(file), thesaurus(whole_words(), encoders).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
