"""Quotes resolved to spans, and rankings judged by them."""

import numpy as np
import pytest

from qa.evaluation.labels import DEPTH, Labeller
from qa.evaluation.nouns import Case, Evidence, Labels, Piece, Span
from qa.nouns import Hit

WORTH = "Trade was worth $11.4 billion in 2017."


def case(*evidence):
    return Case("q", "?", "fact", answerable=True, answers=("x",), evidence=evidence)


@pytest.fixture
def labeller(indexed):
    """Give a labeller of two documents."""
    return Labeller.of(indexed.snapshot())


def test_a_quote_is_found_where_it_stands(labeller, indexed):
    """A label's span is the quote's place in the text."""
    (piece,) = labeller.labels(case(Evidence("trade.md", WORTH))).pieces
    (place,) = piece.places
    text = (indexed.corpus / "trade.md").read_text()
    assert text[place.start : place.end] == piece.quote == WORTH


def test_white_space_may_differ(labeller):
    """A quote typed in one line is found across a line break."""
    labels = labeller.labels(case(Evidence("trade.md", "Trade Trade was worth")))
    assert labels.usable
    assert labels.pieces[0].places == (Span("trade.md", 2, 24),)


def test_label_drift(labeller):
    """A quote that is not there is drift, beside others that are; the case is not usable."""
    gone = Evidence("trade.md", "Tea led it.")
    labels = labeller.labels(case(Evidence("trade.md", WORTH), gone))
    assert labels.drift == (gone,)
    assert len(labels.pieces) == 1
    assert not labels.usable
    assert not labeller.labels(case()).usable


def test_an_offset_that_is_given_is_held_to(labeller):
    """A label with its offset is that place alone; where other words stand there, it is drift."""
    assert labeller.labels(case(Evidence("trade.md", "Trade", 9))).pieces[0].places == (
        Span("trade.md", 9, 14),
    )
    assert labeller.labels(case(Evidence("trade.md", "Trade", 3))).drift
    assert labeller.labels(case(Evidence("gone.md", "Trade", 3))).drift


def test_the_same_quote_in_two_documents_is_one_piece(library):
    """Either document's sentence will do: the piece has both places."""
    for name in ("a.md", "b.md"):
        library.write(name, f"{name} begins. The same sentence stands here.\n")
    library.build()
    quote = "The same sentence stands here."
    labels = Labeller.of(library.snapshot()).labels(
        case(Evidence("a.md", quote), Evidence("b.md", quote))
    )
    (piece,) = labels.pieces
    assert [place.document for place in piece.places] == ["a.md", "b.md"]


class Ranking:
    """Candidates of which the order alone is known."""

    def __init__(self, ids):
        self.ids = np.array(ids)


class Cut:
    """A snapshot of one document, known by its passages and their twins."""

    def __init__(self, spans, twins=None):
        dtype = [("document", int), ("start", int), ("end", int)]
        self.passages = np.array([(0, *span) for span in spans], dtype)
        self.twins = np.array(twins or range(len(spans)))


def judged(spans, place, order, twins=None):
    """The number of relevant passages and their ranks."""
    labeller = Labeller(Cut(spans, twins), {"a": 0})
    labels = Labels((Piece("x" * (place[1] - place[0]), (Span("a", *place),)),))
    found = labeller.found(labels, Ranking(order), ())
    return found.relevant, found.ranks


def test_what_holds_a_quote_whole_is_relevant():
    """Of overlapping passages all that hold the quote count, those that cut it do not."""
    spans = [(0, 100), (60, 160), (150, 250)]
    assert judged(spans, (70, 90), [2, 1, 0]) == (2, (2, 3))


def test_half_of_a_quote_where_none_holds_it_whole():
    """A quote cut in two: what holds at least half of it is relevant."""
    assert judged([(0, 100), (100, 200)], (80, 140), [0, 1]) == (1, (2,))
    assert judged([(0, 100), (100, 200)], (80, 120), [0, 1]) == (2, (1, 2))


def test_the_most_of_a_quote_where_none_holds_half():
    """A long list over three passages: the one that holds most of it is relevant."""
    assert judged([(0, 100), (100, 200), (200, 300)], (10, 300), [0, 1, 2]) == (2, (2, 3))


def test_twins_are_ranked_and_counted_once():
    """Passages of the same words are one: what comes after them moves up a rank."""
    spans = [(0, 10), (20, 30), (40, 50)]
    assert judged(spans, (42, 48), [0, 1, 2], twins=[7, 7, 8]) == (1, (2,))
    assert judged(spans, (2, 8), [2, 1, 0], twins=[7, 7, 8]) == (1, (2,))


def test_rankings_are_judged_to_a_depth():
    """What is relevant below the depth is not found."""
    spans = [(10 * i, 10 * i + 9) for i in range(DEPTH + 1)]
    assert judged(spans, (0, 5), [*range(1, DEPTH + 1), 0]) == (1, ())


def test_the_ranks_are_those_of_the_passages_listed(indexed):
    """Judging by candidates agrees with the passages that a search lists."""
    session = indexed.session()
    labeller = Labeller.of(session.snapshot)
    labels = labeller.labels(case(Evidence("trade.md", WORTH)))
    candidates = session.candidates("bank trade office")
    read = session.read("bank trade office", candidates, 10)
    answer = session.answer("bank trade office", read, 10)
    found = labeller.found(labels, candidates, answer.passages)
    assert all(isinstance(hit, Hit) for hit in answer.passages)
    holding = [hit.rank for hit in answer.passages if WORTH in hit.text]
    assert list(found.ranks) == holding
    assert [ranked.relevant for ranked in found.best] == [
        WORTH in hit.text for hit in answer.passages
    ]
