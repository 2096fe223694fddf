"""The path of a question, from an index to a checked answer or a reason."""

import pytest

from qa.errors import ModelError, UsageError
from qa.nouns import Status


@pytest.fixture
def asked(library):
    """Give a folder of two documents, indexed."""
    library.write("trade.md", "# Trade\n\nTrade was worth $11.4 billion in 2017. Coffee led it.\n")
    library.write("copy.txt", "Somebody else wrote this.\n\nCoffee led it.\n")
    library.build()
    return library


def test_the_answer_is_verbatim_at_its_offsets(asked):
    """The quote stands in the file at its offsets, and the answer inside the quote."""
    answer = asked.ask("How much was trade worth in 2017?")
    (citation,) = answer.citations
    text = (asked.corpus / citation.document).read_text("utf-8")
    assert text[citation.start : citation.end] == citation.quote
    assert text[citation.answer_start : citation.answer_end] == answer.text
    assert answer.text == "Trade was worth $11.4 billion in 2017."
    assert citation.status is Status.VERIFIED
    assert citation.line == 3


def test_who_else_says_so(asked):
    """Another document with the same sentence is named, with the place in it."""
    (citation,) = asked.ask("What led it? Coffee").citations
    (place,) = citation.also_in
    text = (asked.corpus / place.document).read_text("utf-8")
    assert {citation.document, place.document} == {"trade.md", "copy.txt"}
    assert text[place.start : place.end] == citation.quote == "Coffee led it."


def test_moved_and_stale(asked):
    """A quote that moved is cited where it stands now; one that is gone is stale."""
    session = asked.session()
    path = asked.corpus / "trade.md"
    path.write_text("# Trade\n\nNew.\n\nTrade was worth $11.4 billion in 2017. Tea led it.\n")
    (citation,) = asked.ask("How much was trade worth in 2017?", session).citations
    assert citation.status is Status.MOVED
    assert path.read_text()[citation.start : citation.end] == citation.quote
    path.write_text("# Trade\n\nTrade was worth nothing.\n")
    (citation,) = asked.ask("How much was trade worth in 2017?", session).citations
    assert citation.status is Status.STALE


@pytest.mark.parametrize("question", ["", "  \n", "\x00\x1b\u200b"])
def test_an_empty_question(asked, question):
    """Nothing was asked: that is said, and nothing is searched."""
    with pytest.raises(UsageError, match="the question is empty"):
        asked.session().ask(question)


def test_only_stop_words(asked):
    """A question of stop words alone is declined with what to do."""
    answer = asked.ask("what is the of and")
    assert answer.abstained
    assert "name the thing" in answer.reason
    assert answer.citations == ()


def test_nothing_bears_on_it(real_index, make_real_library):
    """Words that stand nowhere and no likeness of meaning: declined, with the nearest passages."""
    library = make_real_library()
    library.write("a.txt", "The maquila industry exports clothing.")
    library.build()
    answer = library.ask("is xyzzy Frobnicate Qwertz, or Grault?")
    assert answer.abstained
    assert "“xyzzy”, “Frobnicate Qwertz”, “Grault”" in answer.reason  # a name of two words is one
    assert len(answer.nearest) == 1
    assert 0 <= answer.confidence <= 1


def test_another_model_in_the_folder(asked):
    """An index whose model was exchanged for another is refused with the way out."""
    card = next((asked.index / "encoders").glob("*/encoder.json"))
    card.write_text(card.read_text().replace('"fake"', '"other"'))
    with pytest.raises(ModelError, match="qa index"):
        asked.session()


def test_the_same_question_twice(asked):
    """An answer depends on the index and the question alone."""
    session = asked.session()
    assert asked.ask("Who wrote this?", session) == asked.ask("Who wrote this?", session)


def test_a_question_of_100_000_characters(asked):
    """A giant question is answered, not refused, and found by its words."""
    answer = asked.ask("trade worth 2017 billion " * 4000)
    assert answer.citations[0].document == "trade.md"
