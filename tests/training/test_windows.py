"""What of a paragraph is read."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from qa.training.articles import Paragraph, Question, sentences_of
from qa.training.windows import beside, holds_an_answer, window

WORD = st.text("abcdefgé", min_size=1, max_size=8)
SENTENCE = st.lists(WORD, min_size=1, max_size=40).map(lambda words: " ".join(words).title() + ".")


@st.composite
def paragraphs(draw):
    """A random text, and a span in it that is not empty."""
    text = draw(st.sampled_from(["", " "])) + " ".join(draw(st.lists(SENTENCE, min_size=1)))
    start = draw(st.integers(0, len(text) - 1))
    return text, (start, draw(st.integers(start + 1, len(text))))


@given(paragraphs(), st.integers(0, 99))
def test_a_window_holds_its_span(made, seed):
    """Whatever text and span; it begins and ends with a sentence, or with the span itself."""
    text, span = made
    start, end = window(text, span, Random(seed))
    assert 0 <= start <= span[0]
    assert span[1] <= end <= len(text)
    spans = sentences_of(text)
    assert (start, end) == (0, len(text)) or start in {span[0], *(a for a, _ in spans)}
    assert (start, end) == (0, len(text)) or end in {span[1], *(b for _, b in spans)}
    assert window(text, span, Random(seed)) == (start, end)


@given(paragraphs(), st.integers(0, 99))
def test_a_window_of_no_span_is_of_whole_sentences(made, seed):
    """At most some more words than a passage, unless one sentence alone has more; or all of it."""
    text, _ = made
    start, end = window(text, None, Random(seed))
    spans = sentences_of(text)
    if (start, end) == (0, len(text)):  # short enough to be read whole
        return
    assert start in {a for a, _ in spans}
    assert end in {b for _, b in spans}
    inside = [span for span in spans if start <= span[0] and span[1] <= end]
    assert len(text[start:end].split()) <= 200 or len(inside) == 1


def test_a_text_without_sentences_is_read_whole():
    """White space alone has none."""
    assert window(" \n", None, Random(1)) == (0, 2)
    assert window("", None, Random(1)) == (0, 0)


@given(paragraphs(), st.integers(0, 99))
def test_what_stands_beside_an_answer_holds_none(made, seed):
    """Neither its sentence nor its words elsewhere; and it is long enough to be read for one."""
    text, span = made
    paragraph, question = Paragraph("", text), Question("Who?", (span,))
    found = beside(paragraph, question, Random(seed))
    if found is not None:
        assert found in text
        assert text[slice(*span)].casefold() not in found.casefold()
        assert len(found.split()) >= 25


def test_both_sides_of_an_answer_are_read():
    """Before and after, where each is long enough and the other words are not the answer's."""
    long = "There are " + " ".join(["many"] * 30) + " boats here."
    text = f"{long} Ada built it. {long} And the mill was old."
    start = text.index("Ada")
    question = Question("Who?", ((start, start + 3),))
    found = {beside(Paragraph("", text), question, Random(seed)) for seed in range(20)}
    assert found == {long, f"{long} And the mill was old."}
    again = Paragraph("", text.replace("old", "ada's"))
    assert {beside(again, question, Random(seed)) for seed in range(20)} == {long}
    assert (
        beside(Paragraph("", "Ada built it. It is old."), Question("", ((0, 3),)), Random(1))
        is None
    )


def test_an_answer_is_recognised_whatever_its_case():
    """Any of a question's answers."""
    paragraph = Paragraph("", "Ada or Ben")
    question = Question("Who?", ((0, 3), (7, 10)))
    assert holds_an_answer("it was BEN", paragraph, question)
    assert not holds_an_answer("it was Cleo", paragraph, question)
