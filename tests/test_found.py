"""Spans of whole words and sentences."""

from types import SimpleNamespace

import pytest

from qa.found import within_sentences
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
