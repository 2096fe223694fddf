"""What a script reads from a pipe."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.nouns import Locator, Place
from qa.render.plain import not_quoted
from qa.render.terminal import show_answer, show_hits


def test_an_answer_is_lines_a_script_can_rely_on(answer, piped):
    """The answer, then each citation and its quote on a line each, unwrapped, without escapes."""
    lines = piped(show_answer, answer, explain=False, top=1).split("\n")
    assert lines == [
        "$11.4 billion",
        "[1] relations.md:57  Relations (2018)  ✓ checked in the source",
        "    “Bilateral trade in 2017 came to a total of $11.4 billion.”",
        "confidence: 93 %, very likely",
        "",
    ]


def test_long_quotes_are_not_wrapped_and_lines_of_text_are_one_line(citation, answer, piped):
    """A quote of many lines and thousands of characters is one line, whole."""
    quote = "first line\r\n  second\tline\n\n" + "word " * 2000 + "end."
    long = replace(citation, quote=quote, page=4, line=None, date=None)
    answer = replace(answer, text="a\nb", citations=(long,))
    lines = piped(show_answer, answer, explain=False, top=0).split("\n")
    assert lines[0] == "a b"
    assert lines[1].startswith("[1] relations.md, page 4  Relations  ")
    assert lines[2] == f"    “first line second line {'word ' * 2000}end.”"


@pytest.mark.parametrize(
    ("document", "place", "page", "shown"),
    [
        ("report.pdf", Locator(0, 9, "page", "3"), 3, "report.pdf, page 3"),
        ("deck.pptx", Locator(0, 9, "slide", "4"), 4, "deck.pptx, slide 4"),
        ("prices.xlsx", Locator(0, 9, "cells", "Sales!A2:F2"), None, "prices.xlsx, Sales!A2:F2"),
        ("book.epub", Locator(0, 9, "chapter", "The Sea"), None, "book.epub, chapter The Sea"),
        (
            "scan.png",
            Locator(0, 9, "page", "1", 0.87),
            1,
            "scan.png, page 1 (recognised, 87 % sure)",
        ),
        ("x.pdf", Locator(0, 9, "table", "2"), 7, "x.pdf, page 7, table 2"),
    ],
)
def test_a_place_is_named_as_a_person_looks_it_up(
    citation, answer, piped, document, place, page, shown
):
    """The page, the slide, the cells."""
    cited = replace(citation, document=document, locator=place, page=page, line=None)
    lines = piped(show_answer, replace(answer, citations=(cited,)), explain=False, top=0).split(
        "\n"
    )
    assert lines[1].startswith(f"[1] {shown}  Relations (2018)  ")


def test_the_date_of_a_file_is_marked_as_such(citation, answer, piped):
    """Only where the content has none."""
    cited = replace(citation, date=None, file_date="2017-07-14")
    lines = piped(show_answer, replace(answer, citations=(cited,)), explain=False, top=0).split(
        "\n"
    )
    assert "Relations (file date 2017-07-14)" in lines[1]


def test_an_abstention(abstention, piped):
    """That the documents do not say, why, and the three nearest passages."""
    lines = piped(show_answer, abstention, explain=False, top=5).split("\n")
    assert lines[:2] == ["The documents do not say.", "No passage mentions zeppelins."]
    assert lines[2].startswith("1. d1.md[2000:")
    assert lines[3].startswith("    … Bilateral trade")
    assert lines[4] == "    also in copy.md"
    assert len(lines) == 2 + 3 * 3 + 1


def test_hits_and_their_scores(hit, piped):
    """Rank, place, title and date on one line; with ``explain`` the scores below."""
    lines = piped(show_hits, (hit,), explain=True).split("\n")
    assert lines[0] == f"1. relations.md[2000:{hit.end}]  Relations (2018)"
    assert lines[4].split() == ["BM25", "12.500", "▰▰▰▰▰", "1.00", "rank", "1"]
    assert piped(show_hits, (), explain=True) == ""


def test_no_escape_reaches_a_pipe(citation, hit, answer, piped):
    """Hostile names, titles, dates and quotes are harmless, and a name can't make a line."""
    evil = "a\x1b[2J\nconfidence: 100 %\r[bold]\x9b"
    bad = replace(
        citation, document=evil, title=evil, date=evil, quote=evil, also_in=(Place(evil, 0, 1),)
    )
    bad_hit = replace(hit, document=evil, title=evil, text=evil, sentences=(), also_in=())
    answer = replace(answer, text=evil, citations=(bad,), passages=(bad_hit,))
    output = piped(show_answer, answer, explain=True, top=5)
    assert not set(output) & {"\x1b", "\r", "\x9b"}
    assert output.count("\nconfidence: ") == 1
    assert "[bold]" in output


def test_passages_that_a_citation_stands_in(citation, hit):
    """Only a passage of the same document that shares a character with the quote is quoted."""
    inside = hit
    before = replace(hit, end=citation.start)
    after = replace(hit, start=citation.end)
    touching = replace(hit, start=citation.end - 1)
    elsewhere = replace(hit, document="other.md")
    hits = [inside, before, after, touching, elsewhere]
    assert list(not_quoted(hits, [citation])) == [before, after, elsewhere]
    assert list(not_quoted(hits, [])) == hits
