"""BM25 over sparse counts: counted once, weighted once, asked from memory-mapped files.

Saved files, all in one folder: ``terms.txt`` (the vocabulary in UTF-8, a term a line, sorted by
code point), ``offsets.npy`` (where each line starts, in bytes), ``indptr.npy``, ``passages.npy``,
``counts.npy`` and ``weights.npy`` (postings by term), ``lexical.json`` (number of passages,
k1, b). The same passages give the same bytes.
"""

from __future__ import annotations

import json
import mmap
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from qa.errors import IndexDamaged
from qa.nouns import TermWeight

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    IntArray = NDArray[np.integer]
    Int32 = NDArray[np.int32]
    Int64 = NDArray[np.int64]
    Float32 = NDArray[np.float32]

K1 = 1.2
B = 0.75
_MOST = np.iinfo(np.uint16).max


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """How often each term stands in each passage: a sparse matrix, compressed by term.

    ``vocabulary``: the terms that occur, sorted by code point. The postings of term ``t`` are
    ``passages[indptr[t]:indptr[t + 1]]`` (ascending) with their ``counts`` (at most 65,535: what
    is more is cut, and BM25 saturates long before). ``size``: number of passages, those without
    terms included.
    """

    vocabulary: tuple[str, ...]
    indptr: Int64
    passages: Int32
    counts: NDArray[np.uint16]
    size: int

    @property
    def lengths(self) -> Int64:
        """The number of terms of each passage."""
        lengths = np.bincount(self.passages, weights=self.counts, minlength=self.size)
        return lengths.astype(np.int64)


def count_terms(passages: Sequence[Sequence[str]]) -> TermCounts:
    """Count the terms of analysed passages."""
    vocabulary = sorted(set(chain.from_iterable(passages)))
    number = {term: index for index, term in enumerate(vocabulary)}
    lengths = np.fromiter(map(len, passages), np.int64, len(passages))
    terms = np.fromiter(
        map(number.__getitem__, chain.from_iterable(passages)), np.int64, int(lengths.sum())
    )
    rows = np.repeat(np.arange(len(passages), dtype=np.int64), lengths)
    keys, counts = np.unique(terms * len(passages) + rows, return_counts=True)
    return _from_sorted(tuple(vocabulary), keys, np.minimum(counts, _MOST), len(passages))


def merge(parts: Sequence[tuple[TermCounts, IntArray]], n: int) -> TermCounts:
    """Return the counts of ``n`` passages, each taken from one of older collections.

    Each part comes with a map from its passages to new ones, -1 for those left out. A new passage
    that no part fills has no terms. The result equals ``count_terms`` on the new collection,
    array by array; terms that no longer occur are gone.

    Raises ValueError where a map is not as long as its part, leads out of ``n``, or two old
    passages become one.
    """
    _check_maps(parts, n)
    vocabulary = sorted(set(chain.from_iterable(counts.vocabulary for counts, _ in parts)))
    number = {term: index for index, term in enumerate(vocabulary)}
    packed = [np.empty(0, np.uint64)]
    for counts, rows in parts:
        terms = np.fromiter(
            map(number.__getitem__, counts.vocabulary), np.int64, len(counts.vocabulary)
        )
        new_rows = np.asarray(rows, np.int64)[counts.passages]
        kept = new_rows >= 0
        keys = (np.repeat(terms, np.diff(counts.indptr)) * n + new_rows)[kept]
        # Key and count in one word: sorting values is several times faster than sorting indices.
        packed.append(keys.astype(np.uint64) << np.uint64(16) | counts.counts[kept])
    together = np.sort(np.concatenate(packed))
    keys = (together >> np.uint64(16)).astype(np.int64)
    return _from_sorted(tuple(vocabulary), keys, together & np.uint64(_MOST), n)


def _check_maps(parts: Sequence[tuple[TermCounts, IntArray]], n: int) -> None:
    filled = np.zeros(n, np.int64)
    for counts, rows in parts:
        if len(rows) != counts.size:
            raise ValueError(f"a map of {len(rows)} passages for a part of {counts.size}")
        if len(rows) and (rows.max() >= n or rows.min() < -1):
            raise ValueError(f"a map leads to {rows.min()}…{rows.max()}, outside -1…{n - 1}")
        filled += np.bincount(rows[rows >= 0], minlength=n)
    if n and filled.max() > 1:
        raise ValueError(f"passage {int(filled.argmax())} is filled {int(filled.max())} times")


def _from_sorted(vocabulary: tuple[str, ...], keys: Int64, counts: IntArray, n: int) -> TermCounts:
    """Build counts from sorted keys ``term * n + passage``, leaving out terms without any."""
    terms, rows = np.divmod(keys, max(n, 1))
    frequencies = np.bincount(terms, minlength=len(vocabulary))
    if not frequencies.all():
        vocabulary = tuple(vocabulary[index] for index in np.flatnonzero(frequencies).tolist())
        frequencies = frequencies[frequencies > 0]
    indptr = np.zeros(len(vocabulary) + 1, np.int64)
    np.cumsum(frequencies, out=indptr[1:])
    return TermCounts(vocabulary, indptr, rows.astype(np.int32), counts.astype(np.uint16), n)


def weigh(counts: TermCounts, k1: float = K1, b: float = B) -> Float32:
    """Return the BM25 weight of each count, parallel to ``counts.counts``.

    idf = log((N + 1) / df), always positive; weight = idf * tf * (k1 + 1) / (tf + k1 * (1 - b +
    b * dl / avgdl)): rank_bm25's ``BM25Plus`` with delta 0 (Lv & Zhai 2011 for BM25+; Trotman et
    al. 2014 for the variants). rank_bm25 adds idf * delta to every passage, also to those without
    the term, so its delta moves all scores of a question by the same amount and never changes
    their order; BM25+ means it for passages that hold the term only. With delta 0 a passage
    without the term gets 0, and the matrix stays sparse.
    """
    lengths = counts.lengths.astype(np.float64)
    frequencies = np.diff(counts.indptr)
    if not len(frequencies):
        return np.empty(0, np.float32)
    idf = np.log((counts.size + 1) / frequencies)
    norms = k1 * (1 - b + b * lengths / lengths.mean())
    tf = counts.counts.astype(np.float64)
    return (np.repeat(idf, frequencies) * tf * (k1 + 1) / (tf + norms[counts.passages])).astype(
        np.float32
    )


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """A sorted vocabulary that is searched where it lies: UTF-8 lines and their offsets."""

    lines: bytes | mmap.mmap
    offsets: Int64

    @staticmethod
    def of(vocabulary: Sequence[str]) -> Lexicon:
        """Lay out sorted terms. Raises ValueError for a term that holds a line feed."""
        lines = [term.encode() + b"\n" for term in vocabulary]
        blob = b"".join(lines)
        if blob.count(b"\n") != len(lines):
            raise ValueError("a term must not hold a line feed")
        offsets = np.zeros(len(lines) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)), out=offsets[1:])
        return Lexicon(blob, offsets)

    def find(self, term: str) -> int | None:
        """Return the term's number, None for a term that stands nowhere."""
        wanted = term.encode(errors="replace")
        size = len(self.offsets) - 1
        index = bisect_left(range(size), wanted, key=self._line)
        return index if index < size and self._line(index) == wanted else None

    def terms(self) -> tuple[str, ...]:
        """Return all terms, sorted."""
        return tuple(self.lines[:].decode().split("\n")[:-1])

    def _line(self, index: int) -> bytes:
        return self.lines[self.offsets[index] : self.offsets[index + 1] - 1]


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
    size: int
    k1: float = K1
    b: float = B

    @staticmethod
    def build(counts: TermCounts, k1: float = K1, b: float = B) -> Bm25:
        """Weigh counts."""
        lexicon = Lexicon.of(counts.vocabulary)
        weights = weigh(counts, k1, b)
        return Bm25(
            lexicon, counts.indptr, counts.passages, counts.counts, weights, counts.size, k1, b
        )

    def save(self, folder: Path) -> None:
        """Write the files into a folder, made if it is not there. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "terms.txt").write_bytes(self.lexicon.lines[:])
        np.save(folder / "offsets.npy", self.lexicon.offsets)
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        facts = {"passages": self.size, "k1": self.k1, "b": self.b}
        (folder / "lexical.json").write_text(json.dumps(facts) + "\n")

    @staticmethod
    def load(folder: Path) -> Bm25:
        """Map the files of a folder. Raises IndexDamaged where they are missing or don't fit."""
        try:
            facts = json.loads((folder / "lexical.json").read_bytes())
            size, k1, b = int(facts["passages"]), float(facts["k1"]), float(facts["b"])
            lexicon = Lexicon(_map_bytes(folder / "terms.txt"), _map_array(folder / "offsets.npy"))
            arrays = [_map_array(folder / f"{name}.npy") for name in _ARRAYS]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(
                f"the lexical index in {folder} can't be read ({error}): build it again with qa index"
            ) from error
        loaded = Bm25(lexicon, *arrays, size, k1, b)
        loaded._check(folder)
        return loaded

    def _check(self, folder: Path) -> None:
        terms, postings = len(self.indptr) - 1, int(self.indptr[-1])
        facts = {
            "offsets": (len(self.lexicon.offsets) - 1, terms),
            "bytes of terms": (len(self.lexicon.lines), int(self.lexicon.offsets[-1])),
            "passages": (len(self.passages), postings),
            "counts": (len(self.counts), postings),
            "weights": (len(self.weights), postings),
        }
        for name, (found, expected) in facts.items():
            if found != expected:
                raise IndexDamaged(
                    f"the lexical index in {folder} has {found} {name} where {expected} belong: "
                    "build it again with qa index"
                )

    def scores(self, terms: Sequence[str]) -> Float32:
        """Return the score of every passage, float32 of shape (size,); 0 where no term stands."""
        scores = np.zeros(self.size, np.float32)
        for _, times, start, end in self._found(terms):
            weights = self.weights[start:end]
            scores[self.passages[start:end]] += weights if times == 1 else weights * times
        return scores

    def top(self, terms: Sequence[str], k: int) -> tuple[Int32, Float32]:
        """Return ids and scores of the best ``k`` passages that score above 0.

        Highest score first, equal scores by ascending id.
        """
        scores = self.scores(terms)
        ids = np.flatnonzero(scores > 0)
        if 0 < k < len(ids):
            least = np.partition(scores[ids], len(ids) - k)[len(ids) - k]
            better, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
            ids = np.concatenate([better, equal[: k - len(better)]])
        ids = ids[np.lexsort((ids, -scores[ids]))][: max(k, 0)]
        return ids.astype(np.int32), scores[ids]

    def contributions(
        self, terms: Sequence[str], passage_ids: Iterable[int]
    ) -> list[tuple[TermWeight, ...]]:
        """Return, for each passage, what each term gave to its score, the most first."""
        ids = np.fromiter(passage_ids, np.int64)
        given: list[list[TermWeight]] = [[] for _ in ids]
        for term, times, start, end in self._found(terms):
            postings = self.passages[start:end]
            places = np.minimum(np.searchsorted(postings, ids), len(postings) - 1)
            for row in np.flatnonzero(postings[places] == ids).tolist():
                weight = float(self.weights[start + places[row]]) * times
                given[row].append(TermWeight(term, weight))
        return [tuple(sorted(row, key=lambda part: (-part.weight, part.term))) for row in given]

    def document_frequency(self, term: str) -> int:
        """Return the number of passages that hold a term."""
        return len(self.postings(term))

    def postings(self, term: str) -> Int32:
        """Return the ids of the passages that hold a term, int32, ascending."""
        for _, _, start, end in self._found([term]):
            return self.passages[start:end]
        return np.empty(0, np.int32)

    def _found(self, terms: Sequence[str]) -> Iterable[tuple[str, int, int, int]]:
        """Yield each known term once, with its number in the question and its postings' ends."""
        for term, times in Counter(terms).items():
            if (index := self.lexicon.find(term)) is not None:
                yield term, times, int(self.indptr[index]), int(self.indptr[index + 1])


_ARRAYS = ("indptr", "passages", "counts", "weights")


def load_counts(folder: Path) -> TermCounts:
    """Read back the counts a folder was built from, for ``merge``. Raises IndexDamaged."""
    loaded = Bm25.load(folder)
    return TermCounts(
        loaded.lexicon.terms(), loaded.indptr, loaded.passages, loaded.counts, loaded.size
    )


def _map_array(path: Path) -> NDArray[np.generic]:
    array: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def _map_bytes(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as file:
        if not path.stat().st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
