"""BM25 over sparse counts: counted once, weighted once, asked from memory-mapped files.

Saved files, all in one folder: ``terms.txt`` (the vocabulary in UTF-8, a term a line, sorted by
code point), ``offsets.npy`` (where each line starts, in bytes), ``indptr.npy``, ``passages.npy``,
``counts.npy`` and ``weights.npy`` (postings by term), ``dense_terms.npy`` and ``dense.npy``
(the rows of the most frequent terms again, laid out in full), ``lexical.json`` (number of passages,
k1, b). The same passages give the same bytes.
"""

from __future__ import annotations

import json
import math
import mmap
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from qa.counts import K1, B, TermCounts, count_terms, merge, weigh
from qa.errors import IndexDamaged
from qa.lexicon import Lexicon
from qa.nouns import TermWeight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Int32 = NDArray[np.int32]
    Int64 = NDArray[np.int64]
    Float32 = NDArray[np.float32]

__all__ = ["Bm25", "TermCounts", "best", "count_terms", "load_counts", "merge", "weigh"]

FACTS = "lexical.json"

_Number = TypeVar("_Number", np.int64, np.int32, np.uint16, np.float32)

# A term in more than an eighth of the passages is added as a whole row: eight floats in a row
# cost less than one at a random place. At most 64 terms, 400 bytes a thousand passages each.
_DENSE_SHARE = 8
_DENSE_TERMS = 64
_DENSE_FROM = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Bm25:
    """BM25 scores of analysed questions over ``size`` passages; see ``weigh`` for the formula.

    A question's term counts as often as it stands in the question, as in rank_bm25.
    """

    lexicon: Lexicon
    indptr: Int64
    passages: Int32
    counts: NDArray[np.uint16]
    weights: Float32
    dense_terms: Int32
    dense: Float32
    size: int
    k1: float
    b: float

    @staticmethod
    def build(counts: TermCounts, k1: float = K1, b: float = B) -> Bm25:
        """Weigh counts."""
        lexicon = Lexicon.of(counts.vocabulary)
        weights = weigh(counts, k1, b)
        dense_terms = _dense_terms(counts)
        return Bm25(
            lexicon,
            counts.indptr,
            counts.passages,
            counts.counts,
            weights,
            dense_terms,
            _dense_rows(counts, weights, dense_terms),
            counts.size,
            k1,
            b,
        )

    def save(self, folder: Path) -> None:
        """Write the files into a folder, made if it is not there. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "terms.txt").write_bytes(self.lexicon.lines[:])
        np.save(folder / "offsets.npy", self.lexicon.offsets)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        facts = {"passages": self.size, "k1": self.k1, "b": self.b}
        (folder / FACTS).write_text(json.dumps(facts) + "\n")

    @staticmethod
    def load(folder: Path) -> Bm25:
        """Map the files of a folder. Raises IndexDamaged where they are missing or don't fit."""
        try:
            facts = json.loads((folder / FACTS).read_bytes())
            loaded = Bm25(
                Lexicon(_map_bytes(folder / "terms.txt"), _map(folder / "offsets.npy", np.int64)),
                _map(folder / "indptr.npy", np.int64),
                _map(folder / "passages.npy", np.int32),
                _map(folder / "counts.npy", np.uint16),
                _map(folder / "weights.npy", np.float32),
                _map(folder / "dense_terms.npy", np.int32),
                _map(folder / "dense.npy", np.float32, dimensions=2),
                int(facts["passages"]),
                float(facts["k1"]),
                float(facts["b"]),
            )
            loaded._check()
        except (OSError, EOFError, LookupError, TypeError, ValueError) as error:
            raise IndexDamaged(
                f"the lexical index in {folder} can't be used ({error}): "
                "build it again with qa index"
            ) from error
        return loaded

    def _check(self) -> None:
        postings = int(self.indptr[-1])
        lengths = {
            "lines": (len(self.lexicon.offsets), len(self.indptr)),
            "bytes of terms": (len(self.lexicon.lines), int(self.lexicon.offsets[-1])),
            "passages": (len(self.passages), postings),
            "counts": (len(self.counts), postings),
            "weights": (len(self.weights), postings),
            "rows": (len(self.dense), len(self.dense_terms)),
            "columns": (self.dense.shape[1], self.size),
        }
        for name, (found, expected) in lengths.items():
            if found != expected:
                raise ValueError(f"{found} {name} where {expected} belong")

    def scores(self, terms: Sequence[str]) -> Float32:
        """Return the score of every passage, float32 of shape (size,); 0 where no term stands."""
        scores = np.zeros(self.size, np.float32)
        rows = {term: row for row, term in enumerate(self.dense_terms.tolist())}
        for _, index, times in self._found(terms):
            if (row := rows.get(index)) is not None:
                weights = self.dense[row]
                scores += weights if times == 1 else weights * np.float32(times)
                continue
            span = self._span(index)
            weights = self.weights[span]
            # Faster than ``scores[ids] += weights`` since numpy 1.25, and without a copy of ids.
            weights = weights if times == 1 else weights * np.float32(times)
            np.add.at(scores, self.passages[span], weights)
        return scores

    def highest(self, weighed: Sequence[tuple[str, float]]) -> Float32:
        """Return, for every passage, the most that one of some terms gives it, times its factor.

        float32 of shape (size,); 0 where none of them stands.
        """
        most = np.zeros(self.size, np.float32)
        factors = dict(weighed)
        for term, index, _ in self._found(list(factors)):
            span = self._span(index)
            ids = self.passages[span]
            most[ids] = np.maximum(most[ids], self.weights[span] * np.float32(factors[term]))
        return most

    def top(self, terms: Sequence[str], k: int) -> tuple[Int32, Float32]:
        """Return ids and scores of the best ``k`` passages that score above 0.

        Highest score first, equal scores by ascending id.
        """
        return best(self.scores(terms), k)

    def contributions(
        self, terms: Sequence[str], passage_ids: Iterable[int]
    ) -> list[tuple[TermWeight, ...]]:
        """Return, for each passage, what each term gave to its score, the most first."""
        ids = np.fromiter(passage_ids, np.int64)
        given: list[list[TermWeight]] = [[] for _ in ids]
        for term, index, times in self._found(terms):
            span = self._span(index)
            postings, weights = self.passages[span], self.weights[span]
            places = np.minimum(np.searchsorted(postings, ids), len(postings) - 1)
            for row in np.flatnonzero(postings[places] == ids).tolist():
                given[row].append(TermWeight(term, float(weights[places[row]]) * times))
        return [tuple(sorted(row, key=lambda part: (-part.weight, part.term))) for row in given]

    def document_frequency(self, term: str) -> int:
        """Return the number of passages that hold a term."""
        return len(self.postings(term))

    def rarity(self, term: str) -> float:
        """Return log((N + 1) / df), as `weigh` has it; where df is 0, as if it were a half."""
        return math.log((self.size + 1) / max(self.document_frequency(term), 0.5))

    def postings(self, term: str) -> Int32:
        """Return the ids of the passages that hold a term, int32, ascending."""
        index = self.lexicon.find(term)
        return np.empty(0, np.int32) if index is None else self.passages[self._span(index)]

    def _span(self, index: int) -> slice:
        return slice(int(self.indptr[index]), int(self.indptr[index + 1]))

    def _found(self, terms: Sequence[str]) -> Iterable[tuple[str, int, int]]:
        """Yield each known term once, with its number and how often the question has it."""
        for term, times in Counter(terms).items():
            if (index := self.lexicon.find(term)) is not None:
                yield term, index, times


_ARRAYS = ("indptr", "passages", "counts", "weights", "dense_terms", "dense")


def load_counts(folder: Path) -> TermCounts:
    """Read back the counts a folder was built from, for ``merge``. Raises IndexDamaged."""
    loaded = Bm25.load(folder)
    return TermCounts(
        loaded.lexicon.terms(), loaded.indptr, loaded.passages, loaded.counts, loaded.size
    )


def _dense_terms(counts: TermCounts) -> Int32:
    """Return the numbers of the most frequent terms, ascending: those worth a row of their own."""
    if counts.size < _DENSE_FROM:
        return np.empty(0, np.int32)
    frequencies = np.diff(counts.indptr)
    frequent = np.flatnonzero(frequencies * _DENSE_SHARE > counts.size)
    chosen = frequent[np.argsort(-frequencies[frequent], kind="stable")][:_DENSE_TERMS]
    return np.sort(chosen).astype(np.int32)


def _dense_rows(counts: TermCounts, weights: Float32, terms: Int32) -> Float32:
    rows = np.zeros((len(terms), counts.size), np.float32)
    for row, term in zip(rows, terms.tolist(), strict=True):
        span = slice(counts.indptr[term], counts.indptr[term + 1])
        row[counts.passages[span]] = weights[span]
    return rows


def _map(path: Path, kind: type[_Number], dimensions: int = 1) -> NDArray[_Number]:
    """Map an array of that type and shape; a plain view, as memmap's own slicing is slow."""
    array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    if array.dtype != kind or array.ndim != dimensions:
        raise ValueError(f"{path.name} holds {array.dtype} of {array.ndim} dimensions")
    return array


def _map_bytes(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        if not path.stat().st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def best(scores: Float32, k: int) -> tuple[Int32, Float32]:
    """Return ids and scores of the ``k`` highest scores above 0, equal ones by ascending id."""
    k = max(k, 0)
    least = _lower_bound(scores, k)
    ids = np.flatnonzero(scores >= least) if least > 0 else np.flatnonzero(scores > 0)
    if 0 < k < len(ids):
        found = scores[ids]
        least = np.partition(found, len(ids) - k)[len(ids) - k]
        equal = ids[found == least]
        above = ids[found > least]
        ids = np.concatenate([above, equal[: k - len(above)]])
    ids = ids[np.lexsort((ids, -scores[ids]))][:k]
    return ids.astype(np.int32), scores[ids]


def _lower_bound(scores: Float32, k: int) -> float:
    """Return a value that at least ``k`` scores reach, in one cheap pass.

    Of ``m`` disjoint groups, the k-th highest group maximum is reached by k groups, hence by k
    scores; selecting among the maxima and then among the few scores that reach the bound is
    several times faster than selecting among all scores.
    """
    groups = 4 * k
    rows = len(scores) // groups if groups else 0
    if rows < 4:
        return 0.0
    maxima = scores[: rows * groups].reshape(rows, groups).max(axis=0)
    return float(np.partition(maxima, groups - k)[groups - k])
