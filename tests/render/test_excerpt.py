"""A quote inside its context, cut to a few lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from qa.nouns import Citation, Status
from qa.render.excerpt import Role, head, quote_in_context, shortened, tail, telling_part
from qa.render.safe import clean_line

ANY = st.text(st.characters(exclude_categories=[]), max_size=60)


def cite(before, quote, after, answer=None):
    """Make a citation of a quote between two contexts; ``answer`` is a span in the quote."""
    start = 100 + len(before)
    return Citation(
        1,
        "d",
        "t",
        None,
        start,
        start + len(quote),
        quote,
        Status.VERIFIED,
        answer_start=None if answer is None else start + answer[0],
        answer_end=None if answer is None else start + answer[1],
        context=before + quote + after,
        context_start=100,
    )


def of_role(stretches, *roles):
    """Join the text of these roles."""
    return "".join(text for text, role in stretches if role in roles)


def test_context_is_cut_at_words_on_both_sides(citation):
    """With room for ten cells a side, whole words stand beside the quote."""
    made = quote_in_context(citation, 20, "…")
    assert "".join(text for text, _ in made) == (
        "… partner. Bilateral trade in 2017 came to a total of $11.4 billion. In 2017, …"
    )


def test_room_that_one_side_leaves_goes_to_the_other(citation):
    """A quote at the end of its passage has all its context before it."""
    ending = replace(citation, context=citation.context[: citation.end - citation.context_start])
    made = quote_in_context(ending, 40, "…")
    assert made[0] == ("… ", Role.CUT)
    assert made[1] == ("States as its chief trading partner. ", Role.CONTEXT)
    assert made[-1].role is Role.QUOTE


@given(ANY, ANY.filter(bool), ANY, st.integers(0, 80))
def test_the_quote_always_stands_whole(before, quote, after, room):
    """Whatever stands around it and however little room there is, the quote is all there."""
    made = quote_in_context(cite(before, quote, after), room, "…")
    quoted = of_role(made, Role.QUOTE)
    assert clean_line(quoted) == clean_line(quote) or quoted.split() == quote.split()
    context = of_role(made, Role.CONTEXT)
    assert cell_len(context) <= room + 1


@given(st.text("ab \n", min_size=1, max_size=30), st.data())
def test_the_answer_is_exactly_its_span(quote, data):
    """The answer's stretch is the quote's characters between its offsets."""
    start = data.draw(st.integers(0, len(quote) - 1))
    end = data.draw(st.integers(start + 1, len(quote)))
    made = quote_in_context(cite("x ", quote, " y", (start, end)), 50, "…")
    assert of_role(made, Role.ANSWER).split() == quote[start:end].split()
    assert of_role(made, Role.QUOTE, Role.ANSWER).split() == quote.split()


@pytest.mark.parametrize("span", [(-1, 3), (3, 3), (2, 99), (5, 2)])
def test_an_answer_outside_its_quote_is_not_marked(span):
    """Offsets that don't lie in the quote mark nothing, and lose nothing."""
    made = quote_in_context(cite("", "some quote", "", span), 10, "…")
    assert made == [("some quote", Role.QUOTE)]


def test_hard_wrapped_prose_is_one_line_and_list_items_keep_theirs():
    """A newline in a paragraph becomes a space; blank lines, items and rows begin lines."""
    made = quote_in_context(
        cite("", "One\nline\r\nof prose:\n- first\n  more\n- second\n\nNext\n| a | b |", ""), 0, "…"
    )
    assert made[0].text == "One line of prose:\n- first more\n- second\nNext\n| a | b |"


def test_nul_in_the_source_is_shown():
    """The length-keeping fill of white space doesn't swallow a NUL of the document."""
    made = quote_in_context(cite("", "a \0 b", ""), 0, "…")
    assert made[0].text == "a ␀ b"


def test_cutting_by_cells():
    """Wide characters count two; marks stay with their base; words are kept whole."""
    assert head("漢字漢字", 5) == ("漢字", True)
    assert tail("漢字漢字", 5) == ("漢字", True)
    assert head("one two three", 8) == ("one two", True)
    assert tail("one two three", 9) == ("two three", True)
    assert head("ae\u0301" * 40, 60)[0].endswith("\u0301")
    assert tail("e\u0301" * 40, 30)[0].startswith("e")
    assert head("👩\u200d💻" * 20, 30)[0].endswith("\u200d💻")
    assert head("❤\ufe0f" * 40, 30)[0].endswith("\ufe0f")
    assert head(" word", 2) == ("", True)
    assert head("short  ", 5) == ("short", False)


def test_a_passage_begins_with_its_most_telling_sentence(hit):
    """The sentence with the most weight of terms, by stems, is shown, after dots."""
    assert telling_part(hit, 30, "…") == "… Bilateral trade in 2017 came …"
    assert telling_part(replace(hit, terms=()), 12, "…") == "Honduras has …"
    assert telling_part(replace(hit, text="", sentences=()), 12, "…") == ""


def test_shortening_keeps_both_ends():
    """Half of the limit stands on either side of the dots."""
    assert shortened("abcdefgh", 4, "…") == "ab … gh"
    assert shortened("abcd", 4, "…") == "abcd"
