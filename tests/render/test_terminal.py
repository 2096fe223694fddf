"""What a person sees at a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.ansi import AnsiDecoder
from rich.cells import cell_len

from qa.nouns import Place, Status
from qa.render.terminal import show_answer, show_hits

EVIL = (
    "\x1b[2Jcleared \x1b]0;title\x07 \x9b31m \x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\ "
    "\r\x08 \u202eback [bold red]loud[/] :smile: \ud800"
)
GREEN = 2  # its number among the 16 colours


def squeezed(text):
    """Return the words of a text with single spaces."""
    return " ".join(text.split())


def gutter_lines(output):
    """Return the lines of passages, decoded by rich's own ANSI reader."""
    return [line for line in AnsiDecoder().decode(output) if line.plain.strip().startswith("▎")]


def styled(lines, wanted):
    """Return the characters of passage lines whose style is ``wanted``, as words."""
    found = []
    for line in lines:
        start = line.plain.index("▎") + 2
        shown = [
            line.plain[i]
            for i in range(start, len(line.plain))
            if any(span.start <= i < span.end and wanted(span.style) for span in line.spans)
        ]
        found.append("".join(shown))
    return squeezed(" ".join(found))


@pytest.fixture
def evil(citation, hit, answer):
    """Give an answer with hostile text in each field that comes from documents."""
    place = Place(EVIL, 0, 1)
    bad_hit = replace(
        hit, document=EVIL, title=EVIL, date=EVIL, headings=(EVIL,), text=EVIL, also_in=(place,)
    )
    bad_hit = replace(bad_hit, sentences=(), terms=(replace(hit.terms[0], term=EVIL),))
    bad = replace(citation, document=EVIL, title=EVIL, date=EVIL, headings=(EVIL,), publisher=EVIL)
    bad = replace(bad, quote=EVIL, context=EVIL, start=0, context_start=0, also_in=(place,))
    return replace(
        answer, text=EVIL, reason=EVIL, citations=(bad,), passages=(bad_hit,), nearest=(bad_hit,)
    )


@pytest.mark.parametrize("width", [30, 80, 200])
def test_an_answer_shows_all_its_parts_at_any_width(answer, drawn, unstyled, width):
    """Answer, how sure, title, date, headings, quote, place and status stand, whatever the wrap."""
    shown = unstyled(drawn(show_answer, answer, width=width, explain=False, top=5))
    lines = [line for line in shown.split("\n") if line.strip()]
    assert lines[0].strip() == "$11.4 billion"
    assert lines[1].strip() == "▰▰▰▰▰ 93 % very likely"
    text = squeezed(shown.replace("▎", ""))
    for part in (
        "[1] Relations · State · 2018",
        "Economy » Trade",
        answer.citations[0].quote,
        "relations.md:57 [2061:2118]",
        "✓ checked in the source",
    ):
        assert part in text
    assert max(cell_len(line) for line in lines) <= min(width, 102)


def test_the_highlight_covers_the_quote_and_in_it_the_answer(answer, drawn):
    """Of the passage exactly the quote is bold, exactly the answer green, the rest dim."""
    output = drawn(show_answer, answer, width=50, explain=False, top=0)
    lines = gutter_lines(output)
    assert styled(lines, lambda style: style.bold) == answer.citations[0].quote
    assert styled(lines, lambda style: style.color and style.color.number == GREEN) == answer.text
    context = styled(lines, lambda style: style.dim)
    assert context.startswith("… ")
    assert "trading partner. In 2017" in context


def test_an_answer_that_is_the_whole_quote_is_only_bold(citation, answer, drawn):
    """Green marks the answer in a longer quote; a quote that is the answer needs one highlight."""
    whole = replace(citation, answer_start=citation.start, answer_end=citation.end)
    answer = replace(answer, text=citation.quote, citations=(whole,))
    lines = gutter_lines(drawn(show_answer, answer, explain=False, top=0))
    assert styled(lines, lambda style: style.bold) == citation.quote
    assert styled(lines, lambda style: style.color and style.color.number == GREEN) == ""


def test_the_highlight_of_a_quote_with_odd_text(citation, answer, drawn):
    """Wide, combining and masked characters before and in the quote don't shift the highlight."""
    before, quote, after = (
        "漢字\x1b[0m e\u0301\r\n\r\n",
        "它e\u0301 是\t\x1b[1m 📈 billion。",
        "\n尾",
    )
    odd = replace(
        citation,
        context=before + quote + after,
        context_start=10,
        start=10 + len(before),
        end=10 + len(before) + len(quote),
        quote=quote,
        answer_start=10 + len(before) + quote.index("📈"),
        answer_end=10 + len(before) + quote.index("📈") + 1,
    )
    answer = replace(answer, citations=(odd,))
    lines = gutter_lines(drawn(show_answer, answer, explain=False, top=0))
    assert styled(lines, lambda style: style.bold) == "它e\u0301 是 ␛[1m 📈 billion。"
    assert styled(lines, lambda style: style.color and style.color.number == GREEN) == "📈"


@pytest.mark.parametrize("width", [30, 80, 200])
@pytest.mark.parametrize("explain", [False, True])
def test_no_escape_of_a_document_reaches_a_terminal(evil, drawn, unstyled, width, explain):
    """In colour only our own SGR and OSC 8 are written; markup and emoji codes are plain text."""
    for shown in (evil, replace(evil, text=None)):
        output = drawn(show_answer, shown, width=width, explain=explain, top=5)
        output += drawn(show_hits, evil.passages, width=width, explain=explain)
        rest = unstyled(output)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", rest)
        assert "[bold red]loud[/]" in squeezed(rest.replace("▎", " "))
        assert ":smile:" in rest


@pytest.mark.parametrize("name", ["NO_COLOR", "DUMB"])
def test_without_colour_no_escape_is_written_and_nothing_is_lost(answer, terminal, name):
    """With NO_COLOR, or on a dumb terminal, the quote stands in marks, the status in words."""
    from qa.render.console import make_console

    environ = {"TERM": "dumb"} if name == "DUMB" else {"TERM": "xterm", "NO_COLOR": "1"}
    console = make_console(terminal, environ=environ, width=200)
    show_answer(answer, console, explain=True, top=5)
    output = terminal.getvalue()
    assert "\x1b" not in output
    assert "“Bilateral trade in 2017 came to a total of $11.4 billion.”" in squeezed(
        output.replace("▎", "")
    )
    assert "✓ checked in the source" in output


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.VERIFIED, "✓ checked in the source"),
        (Status.REPAIRED, "✓ corrected to the source"),
        (Status.MOVED, "↷ moved since it was indexed"),
        (Status.STALE, "✗ stale: the source has changed"),
        (Status.FABRICATED, "✗ not in the source"),
    ],
)
def test_every_status_is_said_in_words(answer, drawn, unstyled, status, said):
    """What re-reading said stands as sign and words, never as colour alone."""
    answer = replace(answer, citations=(replace(answer.citations[0], status=status),))
    assert said in unstyled(drawn(show_answer, answer, explain=False, top=0))


def test_a_stale_quote_stands_alone(citation, answer, drawn):
    """Where the context kept isn't the quote's own, no context is shown."""
    stale = replace(citation, context="Other words stand here now.", status=Status.STALE)
    output = drawn(show_answer, replace(answer, citations=(stale,)), explain=False, top=0)
    assert "Other words" not in output
    lines = gutter_lines(output)
    assert styled(lines, lambda style: style.bold) == citation.quote


def test_an_abstention_says_so_why_and_what_comes_closest(abstention, drawn, unstyled):
    """No answer, no certainty; the reason and three of the nearest passages with their places."""
    text = unstyled(drawn(show_answer, abstention, explain=False, top=5))
    assert text.split("\n")[1].strip() == "The documents do not say."
    assert "No passage mentions zeppelins." in text
    assert [f"d{i}.md [2000:" in text for i in range(1, 6)] == [True] * 3 + [False] * 2
    assert "%" not in text
    assert "d2.md" not in drawn(show_answer, abstention, explain=False, top=1)


def test_an_abstention_without_anything_near(abstention, drawn, unstyled):
    """With no passages at all the reason stands alone."""
    text = unstyled(drawn(show_answer, replace(abstention, nearest=()), explain=True, top=5))
    assert squeezed(text) == "The documents do not say. No passage mentions zeppelins."


def test_a_citation_links_to_its_page_and_to_the_web(citation, answer, drawn, tmp_path):
    """The name leads to the place in the file, the title to the page of the web at the quote."""
    (tmp_path / "a.pdf").write_bytes(b"x")
    uri = (tmp_path / "a.pdf").as_uri()
    cited = replace(citation, document="a.pdf", page=3, link=f"{uri}#page=3")
    output = drawn(
        show_answer,
        replace(answer, citations=(cited,)),
        explain=False,
        top=0,
        corpus_root=tmp_path,
    )
    assert f";{uri}#page=3\x1b\\" in output
    web = "https://x.example/p#:~:text=Bilateral"
    cited = replace(citation, document="a.pdf", link=web)
    output = drawn(
        show_answer,
        replace(answer, citations=(cited,)),
        explain=False,
        top=0,
        corpus_root=tmp_path,
    )
    assert f";{web}\x1b\\" in output
    assert f";{uri}\x1b\\" in output


def test_passages_beyond_the_quoted_one_are_listed(answer, drawn, unstyled):
    """The passage of the citation isn't repeated; ``top`` bounds the others."""
    text = unstyled(drawn(show_answer, answer, explain=False, top=5))
    others = text.partition("Other passages")[2]
    assert "other.md [" in others
    assert "relations.md" not in others
    assert "Other passages" not in drawn(show_answer, answer, explain=False, top=1)
    assert "Other passages" not in drawn(
        show_answer, replace(answer, passages=()), explain=False, top=5
    )


def test_other_documents_that_say_the_same_are_named(citation, answer, drawn, unstyled):
    """Each once, and no more than five by name."""
    places = tuple(Place(f"p{i // 2}.md", i, i + 1) for i in range(14))
    answer = replace(answer, citations=(replace(citation, also_in=places),))
    text = squeezed(unstyled(drawn(show_answer, answer, explain=False, top=0)))
    assert "also in p0.md, p1.md, p2.md, p3.md, p4.md and 2 more" in text


def test_a_publisher_that_the_title_names_is_not_repeated(citation, answer, drawn, unstyled):
    """The title "Relations (State)" needs no second State after it."""
    answer = replace(answer, citations=(replace(citation, title="Relations (STATE)"),))
    text = unstyled(drawn(show_answer, answer, explain=False, top=0))
    assert "Relations (STATE) · 2018" in text


def test_explaining_shows_every_passage_with_its_scores(answer, drawn, unstyled):
    """With ``explain`` the quoted passage is listed too, each with its table."""
    text = unstyled(drawn(show_answer, answer, explain=True, top=5))
    scored = text.partition("How the passages scored")[2]
    assert scored.count("BM25") == 2
    assert "relations.md [" in scored


def test_hits_keep_their_order_and_begin_with_the_telling_sentence(hit, drawn, unstyled):
    """Passages stand in the order given, from the sentence that has the question's terms."""
    hits = (replace(hit, rank=1), replace(hit, rank=2, title="Second"))
    text = unstyled(drawn(show_hits, hits, explain=False))
    assert text.index("1.  Relations") < text.index("2.  Second")
    assert text.count("▎ … Bilateral trade in 2017") == 2


def test_no_hits(drawn, unstyled):
    """An empty ranking is said in words."""
    assert "No passage was found." in unstyled(drawn(show_hits, (), explain=True))


def test_a_quote_of_megabytes_is_cut_in_its_middle(citation, answer, drawn, unstyled):
    """One "sentence" that would fill hours of screen is shortened; its answer still stands."""
    quote = "x" * 1_000_000 + " ANSWER " + "y" * 1_000_000
    at = quote.index("ANSWER")
    huge = replace(
        citation,
        quote=quote,
        context=quote,
        context_start=0,
        start=0,
        end=len(quote),
        answer_start=at,
        answer_end=at + 6,
    )
    answer = replace(answer, citations=(huge,))
    text = unstyled(drawn(show_answer, answer, explain=False, top=0))
    assert len(text) < 10_000
    assert "ANSWER" in text
