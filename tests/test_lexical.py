"""BM25: equal to rank-bm25's own scores, merged as if counted anew, read back as written."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rank_bm25 import BM25Plus

from qa.counts import grouped
from qa.errors import IndexDamaged
from qa.lexical import Bm25, best, count_terms, load_counts, merge, weigh
from qa.lexicon import Lexicon

TERM = st.sampled_from(["a", "b", "c", "d", "e", "ä", "漢字", "zz", "😀"])
PASSAGES = st.lists(st.lists(TERM, max_size=12), max_size=12)


def same(one, other):
    """Whether two counts are equal array by array, types included."""
    return (
        one.vocabulary == other.vocabulary
        and one.size == other.size
        and all(
            getattr(one, name).tobytes() == getattr(other, name).tobytes()
            and getattr(one, name).dtype == getattr(other, name).dtype
            for name in ("indptr", "passages", "counts")
        )
    )


def zipf_passages(n, seed=3):
    rng = np.random.default_rng(seed)
    return [[f"t{i}" for i in rng.zipf(1.3, 30) if i < 5000] for _ in range(n)]


# ---------------------------------------------------------------- counting and merging


def test_counts_by_hand():
    """Three passages, counted by hand; one without terms has its row."""
    counts = count_terms([["b", "a", "b"], [], ["b"]])
    assert counts.vocabulary == ("a", "b")
    assert counts.indptr.tolist() == [0, 1, 3]
    assert counts.passages.tolist() == [0, 0, 2]
    assert counts.counts.tolist() == [1, 2, 1]
    assert counts.lengths.tolist() == [3, 0, 1]


def test_counts_are_cut_not_wrapped():
    """A term that stands 70,000 times in a passage is counted 65,535 times."""
    assert count_terms([["a"] * 70_000]).counts.tolist() == [65_535]


@given(PASSAGES, PASSAGES, st.randoms(use_true_random=False))
def test_merging_equals_counting_anew(old, new, random):
    """Any choice of old and new passages, in any order, merges to the bytes of a fresh count."""
    pool = [(0, row) for row in range(len(old))] + [(1, row) for row in range(len(new))]
    chosen = random.sample(pool, random.randint(0, len(pool)))
    maps = [np.full(len(old), -1), np.full(len(new), -1)]
    for place, (part, row) in enumerate(chosen):
        maps[part][row] = place
    sources = (old, new)
    merged = merge([(count_terms(old), maps[0]), (count_terms(new), maps[1])], len(chosen))
    assert same(merged, count_terms([sources[part][row] for part, row in chosen]))


def test_merging_leaves_unfilled_passages_empty():
    """A place that no part fills is a passage without terms; nothing at all is an empty count."""
    part = count_terms([["a"]])
    assert same(merge([(part, np.array([2]))], 4), count_terms([[], [], ["a"], []]))
    assert same(merge([], 0), count_terms([]))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([0], "1 passages for a part of 2"),
        ([0, 2], "outside"),
        ([-2, 0], "outside"),
        ([1, 1], "filled 2 times"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(rows, message):
    """Maps of wrong length, out of range, or two to one, are named with their numbers."""
    with pytest.raises(ValueError, match=message):
        merge([(count_terms([["a"], ["b"]]), np.array(rows))], 2)


# ---------------------------------------------------------------- weights


@settings(deadline=None)
@given(PASSAGES.filter(any), st.lists(TERM, max_size=6), st.sampled_from([(1.2, 0.75), (0.9, 0.4)]))
def test_scores_equal_rank_bm25(passages, question, parameters):
    """Scores are rank-bm25's BM25Plus with delta 0, repeated question terms included."""
    k1, b = parameters
    ours = Bm25.build(count_terms(passages), k1, b).scores(question)
    theirs = BM25Plus(passages, k1=k1, b=b, delta=0).get_scores(question)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_delta_moves_all_scores_alike():
    """What the docstring says of rank-bm25: its delta is a constant for all passages."""
    passages, question = [["a", "b"], ["b"], ["c", "a", "a"]], ["a", "b"]
    with_delta = BM25Plus(passages, k1=1.2, delta=1).get_scores(question)
    moved = with_delta - Bm25.build(count_terms(passages)).scores(question)
    np.testing.assert_allclose(moved, 2 * math.log(4 / 2), rtol=1e-5)


def test_weight_by_hand():
    """One passage of two: idf log(3/1), length twice the mean of 1.5 less 1."""
    weights = weigh(count_terms([["a", "b"], ["b"]]), k1=1.0, b=0.5)
    norm_long, norm_short = 0.5 + 0.5 * 2 / 1.5, 0.5 + 0.5 * 1 / 1.5
    expected = [
        math.log(3) * 2 / (1 + norm_long),
        math.log(3 / 2) * 2 / (1 + norm_long),
        math.log(3 / 2) * 2 / (1 + norm_short),
    ]
    np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_frequent_terms_as_rows_score_the_same():
    """In a large index frequent terms are added as rows: still rank-bm25's scores."""
    passages = zipf_passages(5000)
    bm25 = Bm25.build(count_terms(passages))
    assert len(bm25.dense_terms) > 3
    question = ["t1", "t2", "t2", "t40", "t4000", "unknown"]
    theirs = BM25Plus(passages, k1=1.2, b=0.75, delta=0).get_scores(question)
    np.testing.assert_allclose(bm25.scores(question), theirs, rtol=1e-5, atol=1e-5)


# ---------------------------------------------------------------- ranking


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5]), max_size=200),
    st.integers(min_value=-1, max_value=30),
)
def test_best_is_a_stable_sort(values, k):
    """The best k are the first k of a full sort by score, then id, of what scores above 0."""
    scores = np.array(values, np.float32)
    ids, found = best(scores, k)
    order = sorted((-score, place) for place, score in enumerate(values) if score > 0)[: max(k, 0)]
    assert ids.tolist() == [place for _, place in order]
    assert found.tolist() == [-score for score, _ in order]


def test_contributions_add_up_to_the_score():
    """What the terms gave, repeated and unknown ones included, is the score."""
    passages = zipf_passages(60)
    bm25 = Bm25.build(count_terms(passages))
    question = ["t1", "t3", "t3", "t2", "nowhere"]
    ids, scores = bm25.top(question, 20)
    given_by = bm25.contributions(question, ids)
    sums = [sum(part.weight for part in parts) for parts in given_by]
    np.testing.assert_allclose(sums, scores, rtol=1e-5)
    for passage, parts in zip(ids, given_by, strict=True):
        assert {part.term for part in parts} == set(question) & set(passages[passage])
        assert [part.weight for part in parts] == sorted(
            (part.weight for part in parts), reverse=True
        )


def test_postings():
    """The passages that hold a term, ascending; none for an unknown one."""
    bm25 = Bm25.build(count_terms([["b"], ["a"], ["b", "b"]]))
    assert bm25.postings("b").tolist() == [0, 2]
    assert bm25.postings("b").dtype == np.int32
    assert bm25.postings("c").tolist() == []
    assert bm25.document_frequency("b") == 2
    assert bm25.document_frequency("\ud800") == 0


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("passages", [[], [[]], [["a"]], zipf_passages(50), zipf_passages(4200)])
def test_saved_and_loaded(tmp_path, passages):
    """A loaded index scores as the built one; its counts come back; the same bytes twice."""
    counts = count_terms(passages)
    built = Bm25.build(counts)
    built.save(tmp_path / "one")
    Bm25.build(count_terms(passages)).save(tmp_path / "two")
    loaded = Bm25.load(tmp_path / "one")
    question = ["t1", "t2", "a"]
    assert loaded.scores(question).tobytes() == built.scores(question).tobytes()
    assert loaded.top(question, 10)[0].tolist() == built.top(question, 10)[0].tolist()
    assert same(load_counts(tmp_path / "one"), counts)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@given(st.sets(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_the_lexicon_finds_every_term_and_no_other(terms):
    """Order by code point is order by UTF-8 bytes: each term is at its place."""
    vocabulary = sorted(terms)
    lexicon = Lexicon.of(vocabulary)
    assert [lexicon.find(term) for term in vocabulary] == list(range(len(vocabulary)))
    assert lexicon.terms() == tuple(vocabulary)
    assert all(lexicon.find(term + "x") is None for term in terms if term + "x" not in terms)


def test_a_term_with_a_line_feed_is_refused():
    """It would be two lines in terms.txt."""
    with pytest.raises(ValueError, match="line feed"):
        Lexicon.of(["a\nb"])


NAMES = ["terms.txt", "offsets.npy", "indptr.npy", "passages.npy", "counts.npy", "weights.npy"]


@pytest.mark.parametrize("name", [*NAMES, "dense.npy", "dense_terms.npy", "lexical.json"])
@pytest.mark.parametrize("damage", ["gone", "cut", "other", "empty"])
def test_damage_is_named(tmp_path, name, damage):
    """A file that is gone, cut short, empty or another index's is said, with what to do."""
    Bm25.build(count_terms([["a", "b"], ["b"]])).save(tmp_path)
    path = tmp_path / name
    if damage == "gone":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    else:
        other = "[]" if name == "lexical.json" else "longer than it was\n"
        np.save(path, np.zeros((3, 3, 3))) if name.endswith("npy") else path.write_text(other)
    with pytest.raises(IndexDamaged, match="build it again with qa index"):
        Bm25.load(tmp_path)


def test_grouped_counts_are_those_of_the_joined_passages():
    """Counting documents out of their passages is counting all of their terms together."""
    passages = [["a", "b"], ["b"], [], ["c", "a", "a"], ["a"]]
    owners = np.array([0, 0, 1, 2, 2])
    whole = grouped(count_terms(passages), owners, 3)
    expected = count_terms([["a", "b", "b"], [], ["c", "a", "a", "a"]])
    assert whole.vocabulary == expected.vocabulary
    for name in ("indptr", "passages", "counts"):
        assert np.array_equal(getattr(whole, name), getattr(expected, name))
    assert whole.size == 3
