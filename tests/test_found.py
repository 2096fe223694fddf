"""Spans of whole words and sentences."""

from types import SimpleNamespace

import pytest

from qa.found import found_in, paired, within_sentences
from qa.span_logits import Span

TEXT = "The police helped a lot. Panama seized much. It was so."
SENTENCES = ((100, 124), (125, 144), (145, 155))
HIT = SimpleNamespace(start=100, text=TEXT, sentences=SENTENCES)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("police helped a lot. Panama", "police helped a lot."),
        ("lot. Panama seized much.", "Panama seized much."),
        ("helped a lot. Panama", "helped a lot."),
        ("The police helped a lot. Panama seized much. It", TEXT[:44]),
        ("The police helped a lot. Panama seized much.", TEXT[:44]),
        ("seized much", "seized much"),
        (TEXT, TEXT),
    ],
)
def test_a_span_does_not_stray(words, kept):
    """What it has of a sentence that it only begins, or only ends, is left out."""
    start = TEXT.index(words)
    span = within_sentences(HIT, Span(start, start + len(words), 1.0))
    assert TEXT[span.start : span.end] == kept


QUOTED = "He called it “America First” ideals (a term of 2016), and “so it was. It [1] was”"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("America First” ideals", "“America First” ideals"),
        ("America First”", "“America First”"),
        ("“America First", "“America First”"),
        ("First”", "First"),
        ("(a term", "a term"),
        ("a term of 2016)", "(a term of 2016)"),
        ("America First", "America First"),
        ("[1", "[1]"),
        ("”", "”"),
        ("He called it “America First” ideals", "He called it “America First” ideals"),
        ("It [1] was”", "It [1] was"),
    ],
)
def test_what_opens_in_a_span_closes_in_it(words, kept):
    """With what is beside it, or without its own where the other is further away."""
    start = QUOTED.index(words)
    span = paired(QUOTED, Span(start, start + len(words), 1.0))
    assert QUOTED[span.start : span.end] == kept


def test_a_span_at_a_text_s_start_stays_in_it():
    """What stands at the text's end is not before its start."""
    span = paired("a)(", Span(0, 2, 1.0))
    assert (span.start, span.end) == (0, 1)


def test_what_is_found_has_its_other_mark():
    """Of what the reader gives, before anything else is made of it."""
    hit = SimpleNamespace(start=0, text=QUOTED, sentences=((0, len(QUOTED)),))
    start = QUOTED.index("America")
    extraction = SimpleNamespace(spans=(Span(start, start + len("America First” ideals"), 1.0),))
    (found,) = found_in([hit], [extraction])
    assert found.text == "“America First” ideals"
