"""Counting terms: a sparse matrix of passages and terms, merged without counting again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, compress, count
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    IntArray = NDArray[np.integer]
    Int32 = NDArray[np.int32]
    Int64 = NDArray[np.int64]
    Float32 = NDArray[np.float32]

K1 = 1.2
B = 0.75
_MOST = np.iinfo(np.uint16).max
_BLOCK = 1 << 18  # postings that are worked on at once, of which each takes some 50 bytes then


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
        lengths = np.zeros(self.size, np.int64)
        for first in range(0, len(self.passages), _BLOCK):
            span = slice(first, first + _BLOCK)
            found = np.bincount(self.passages[span], self.counts[span], self.size)
            lengths += found.astype(np.int64)
        return lengths


def count_terms(passages: Sequence[Sequence[str]]) -> TermCounts:
    """Count the terms of analysed passages."""
    number: defaultdict[str, int] = defaultdict(count().__next__)  # in order of appearance
    lengths = np.fromiter(map(len, passages), np.int64, len(passages))
    found = np.fromiter(
        map(number.__getitem__, chain.from_iterable(passages)), np.int64, int(lengths.sum())
    )
    vocabulary = sorted(number)
    places = np.empty(len(vocabulary), np.int64)
    places[[number[term] for term in vocabulary]] = np.arange(len(vocabulary))
    terms = places[found]
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
    vocabulary = _union([counts.vocabulary for counts, _ in parts])
    number = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
    pieces: list[tuple[Int64, TermCounts, Int64]] = []
    sizes = np.zeros(len(vocabulary), np.int64)
    for counts, rows in parts:
        terms = np.fromiter(
            map(number.__getitem__, counts.vocabulary), np.int64, len(counts.vocabulary)
        )
        sizes[terms] += np.diff(counts.indptr)
        pieces.append((terms, counts, np.asarray(rows, np.int64)))
    blocks = (_merged(pieces, first, end, n) for first, end in _blocks(sizes))
    return _from_blocks(tuple(vocabulary), blocks, n)


def _merged(
    pieces: Sequence[tuple[Int64, TermCounts, Int64]], first: int, end: int, n: int
) -> tuple[int, int, Int64, IntArray]:
    """The terms ``first`` to ``end`` of all parts: sorted keys, and the count of each."""
    packed = [np.empty(0, np.uint64)]
    for terms, counts, rows in pieces:
        low, high = np.searchsorted(terms, [first, end]).tolist()
        span = slice(int(counts.indptr[low]), int(counts.indptr[high]))
        new_rows = rows[counts.passages[span]]
        kept = new_rows >= 0
        lengths = np.diff(counts.indptr[low : high + 1])
        keys = (np.repeat(terms[low:high] - first, lengths) * n + new_rows)[kept]
        # Key and count in one word: sorting values is several times faster than sorting indices.
        packed.append(keys.astype(np.uint64) << np.uint64(16) | counts.counts[span][kept])
    # Parts come sorted, and stay so where their map keeps order: timsort only merges them.
    together = np.sort(np.concatenate(packed), kind="stable")
    keys = (together >> np.uint64(16)).astype(np.int64)
    return first, end, keys, together & np.uint64(_MOST)


def grouped(counts: TermCounts, owners: IntArray, n: int) -> TermCounts:
    """Return the counts of ``n`` documents out of those of their passages.

    ``owners`` gives each passage's document, from 0, and never falls. Terms in the overlap of two
    passages, and in the title each of them has, count in both.
    """
    blocks = (
        _grouped(counts, np.asarray(owners, np.int64), first, end, n)
        for first, end in _blocks(np.diff(counts.indptr))
    )
    return _from_blocks(counts.vocabulary, blocks, n)


def _grouped(
    counts: TermCounts, owners: Int64, first: int, end: int, n: int
) -> tuple[int, int, Int64, IntArray]:
    """The terms ``first`` to ``end``: sorted keys, and the sum of the counts of each."""
    span = slice(int(counts.indptr[first]), int(counts.indptr[end]))
    terms = np.repeat(np.arange(end - first), np.diff(counts.indptr[first : end + 1]))
    keys, starts = np.unique(terms * n + owners[counts.passages[span]], return_index=True)
    amounts = counts.counts[span].astype(np.int64)
    sums = np.add.reduceat(amounts, starts) if len(starts) else starts
    return first, end, keys, np.minimum(sums, _MOST)


def _blocks(sizes: Int64) -> Iterator[tuple[int, int]]:
    """Cut terms with so many postings each into runs that are small enough to work on in memory."""
    ends = np.cumsum(sizes)
    first = 0
    while first < len(sizes):
        before = int(ends[first - 1]) if first else 0
        end = max(first + 1, int(np.searchsorted(ends, before + _BLOCK, side="right")))
        yield first, end
        first = end


def _union(vocabularies: Sequence[tuple[str, ...]]) -> list[str]:
    """Return all terms once, sorted; sorting joined runs is linear (timsort)."""
    return list(dict.fromkeys(sorted(chain.from_iterable(vocabularies))))


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
    return _from_blocks(vocabulary, [(0, len(vocabulary), keys, counts)], n)


def _from_blocks(
    vocabulary: tuple[str, ...], blocks: Iterable[tuple[int, int, Int64, IntArray]], n: int
) -> TermCounts:
    """Build counts from blocks of terms in order, each with the keys and counts of its postings.

    A block's keys are ``(term - first) * n + passage``, sorted. Terms without any are left out.
    """
    frequencies = np.zeros(len(vocabulary), np.int64)
    passages: list[Int32] = [np.empty(0, np.int32)]
    counted: list[NDArray[np.uint16]] = [np.empty(0, np.uint16)]
    for first, end, keys, counts in blocks:
        terms, rows = np.divmod(keys, max(n, 1))
        frequencies[first:end] = np.bincount(terms, minlength=end - first)
        passages.append(rows.astype(np.int32))
        counted.append(counts.astype(np.uint16))
    if not frequencies.all():
        vocabulary = tuple(compress(vocabulary, frequencies.tolist()))
        frequencies = frequencies[frequencies > 0]
    indptr = np.zeros(len(vocabulary) + 1, np.int64)
    np.cumsum(frequencies, out=indptr[1:])
    return TermCounts(vocabulary, indptr, np.concatenate(passages), np.concatenate(counted), n)


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
    weights = np.empty(len(counts.counts), np.float32)
    for first, end in _blocks(frequencies):
        span = slice(int(counts.indptr[first]), int(counts.indptr[end]))
        tf = counts.counts[span].astype(np.float64)
        share = np.repeat(idf[first:end], frequencies[first:end])
        weights[span] = share * tf * (k1 + 1) / (tf + norms[counts.passages[span]])
    return weights
