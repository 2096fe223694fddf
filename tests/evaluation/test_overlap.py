"""Citations against evidence, in characters."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evaluation.nouns import Cited, Labels, Piece, Span
from qa.evaluation.overlap import harmonic, is_hit, precision, recall


def cited(start, end, document="a", also_in=()):
    return Cited(document, start, end, "x" * (end - start), "verified", also_in=tuple(also_in))


def labelled(*pieces):
    """Labels of pieces, each a list of places (start, end)."""
    made = [
        Piece("x" * (places[0][1] - places[0][0]), tuple(Span("a", s, e) for s, e in places))
        for places in pieces
    ]
    return Labels(tuple(made))


def test_by_hand():
    """Cited 0-40, evidence 10-60: 30 of 40 cited characters are right, 30 of 50 are cited."""
    labels = labelled([(10, 60)])
    assert precision([cited(0, 40)], labels) == 30 / 40
    assert recall([cited(0, 40)], labels, needs_all=False) == 30 / 50
    assert harmonic(3 / 4, 3 / 5) == pytest.approx(2 / 3)


def test_any_evidence_or_all_of_it():
    """Of 0-10 and 20-50, citing 0-10 is all where any will do, and 10 of 40 where all must."""
    labels = labelled([(0, 10)], [(20, 50)])
    assert recall([cited(0, 10)], labels, needs_all=False) == 1.0
    assert recall([cited(0, 10)], labels, needs_all=True) == 10 / 40
    assert recall([cited(0, 10), cited(20, 50)], labels, needs_all=True) == 1.0


def test_a_quote_in_two_places_is_one_piece():
    """Any place of a piece will do, also where all pieces are needed."""
    labels = labelled([(0, 10), (100, 110)], [(20, 30)])
    assert recall([cited(100, 110), cited(20, 30)], labels, needs_all=True) == 1.0


def test_the_same_words_elsewhere():
    """A citation whose words stand in the labelled document too counts there."""
    labels = labelled([(10, 20)])
    twin = cited(3, 13, "b", [Span("a", 10, 20)])
    assert precision([twin], labels) == 1.0
    assert recall([twin], labels, needs_all=False) == 1.0
    assert is_hit([twin], labels)


def test_another_document_counts_for_nothing():
    """The same offsets in another document are no overlap."""
    labels = labelled([(10, 20)])
    assert precision([cited(10, 20, "b")], labels) == 0.0
    assert not is_hit([cited(10, 20, "b")], labels)


def test_nothing_cited():
    """Without a citation there is no precision, and nothing was recalled."""
    labels = labelled([(10, 20)])
    assert precision([], labels) is None
    assert precision([cited(5, 5)], labels) is None
    assert recall([], labels, needs_all=False) == 0.0
    assert harmonic(0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("start", "end", "hit"), [(0, 10, True), (5, 15, True), (6, 16, False), (2, 4, True)]
)
def test_a_hit_has_half_of_the_shorter(start, end, hit):
    """Half of the quote or of the label, whichever is shorter, must be common to both."""
    assert is_hit([cited(start, end)], labelled([(0, 10)])) is hit


SPANS = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(SPANS, min_size=1, max_size=4), st.lists(SPANS, min_size=1, max_size=4))
@settings(deadline=None)
def test_as_sets_of_characters(quotes, pieces):
    """Overlap counts characters as sets do: precision by quote, recall over single pieces."""
    labels = labelled(*([piece] for piece in pieces))
    citations = [cited(*quote) for quote in quotes]
    truth = {i for start, end in pieces for i in range(start, end)}
    said = {i for start, end in quotes for i in range(start, end)}
    sizes = [end - start for start, end in quotes]
    right = sum(len(truth & set(range(*quote))) for quote in quotes)
    assert precision(citations, labels) == pytest.approx(right / sum(sizes))
    shares = [len(said & set(range(*p))) / (p[1] - p[0]) for p in pieces]
    assert recall(citations, labels, needs_all=False) == pytest.approx(max(shares))
