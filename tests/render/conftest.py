"""Answers to show, made without an index."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest

from qa.nouns import Answer, Citation, Hit, IndexInfo, Place, Status, TermWeight
from qa.render.console import make_console

TEXT = (
    "Honduras has the United States as its chief trading partner. "
    "Bilateral trade in 2017 came to a total of $11.4 billion. "
    "In 2017, the United States exported goods worth $5 billion to Honduras."
)
QUOTE = "Bilateral trade in 2017 came to a total of $11.4 billion."
ANSWER = "$11.4 billion"
FIRST = 2000  # where the passage begins in its document


@pytest.fixture
def citation():
    """Give a citation of a quote in the middle of its passage."""
    start = FIRST + TEXT.index(QUOTE)
    return Citation(
        number=1,
        document="relations.md",
        title="Relations",
        date="2018",
        start=start,
        end=start + len(QUOTE),
        quote=QUOTE,
        status=Status.VERIFIED,
        answer_start=start + QUOTE.index(ANSWER),
        answer_end=start + QUOTE.index(ANSWER) + len(ANSWER),
        headings=("Economy", "Trade"),
        publisher="State",
        line=57,
        context=TEXT,
        context_start=FIRST,
    )


@pytest.fixture
def hit():
    """Give a ranked passage of three sentences, the second with the question's terms."""
    ends = [m.end() for m in re.finditer(r"[a-z]\.(?= |$)", TEXT)]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return Hit(
        rank=1,
        passage_id=7,
        document="relations.md",
        title="Relations",
        date="2018",
        headings=("Economy", "Trade"),
        start=FIRST,
        end=FIRST + len(TEXT),
        text=TEXT,
        sentences=tuple((FIRST + s, FIRST + e) for s, e in zip(starts, ends, strict=True)),
        score=0.75,
        scores={
            "lexical": 12.5,
            "dense": 0.625,
            "lexical_normalised": 1.0,
            "dense_normalised": 0.5,
            "context": 1.0,
            "exact": 0.0,
        },
        lexical_rank=1,
        dense_rank=3,
        terms=(TermWeight("bilater", 3.0), TermWeight("trade", 1.5)),
        also_in=(Place("copy.md", 5, 50),),
    )


@pytest.fixture
def answer(citation, hit):
    """Give an answer with one citation and two passages, the first of which is the cited one."""
    other = replace(hit, rank=2, document="other.md", text="Something else.", sentences=())
    return Answer(
        question="How much was trade?",
        text=ANSWER,
        reason=None,
        confidence=0.93,
        citations=(citation,),
        passages=(hit, other),
        nearest=(),
        index=IndexInfo("g1", "m", 5, 60),
        seconds={"total": 0.1234567},
    )


@pytest.fixture
def abstention(answer, hit):
    """Give an abstention with five near passages."""
    return replace(
        answer,
        text=None,
        reason="No passage mentions zeppelins.",
        confidence=0.2,
        citations=(),
        passages=(),
        nearest=tuple(replace(hit, rank=i, document=f"d{i}.md") for i in range(1, 6)),
    )


@pytest.fixture
def drawn():
    """Give a function that shows something at a colour terminal of a width; returns the bytes."""

    def draw(show, *args, width=80, environ=None, **options):
        stream = io.StringIO()
        environ = {"FORCE_COLOR": "1"} if environ is None else environ
        show(*args, make_console(stream, environ=environ, width=width), **options)
        return stream.getvalue()

    return draw


@pytest.fixture
def piped():
    """Give a function that shows something on a stream that is no terminal."""

    def write(show, *args, **options):
        stream = io.StringIO()
        show(*args, make_console(stream, environ={}), **options)
        return stream.getvalue()

    return write


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def terminal():
    """Give a stream that says it is a terminal."""
    return Terminal()


@pytest.fixture
def unstyled():
    """Give a function that takes our own SGR and OSC 8 sequences out of what was drawn."""

    def strip(text):
        text = re.sub(r"\x1b\]8;(?:id=\d+)?;(?:(?:file:///|https?://)[!-~]*)?\x1b\\", "", text)
        return re.sub(r"\x1b\[[\d;]*m", "", text)

    return strip
