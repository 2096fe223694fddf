"""What each part of a score gave."""

from __future__ import annotations

from dataclasses import replace

from qa.nouns import TermWeight
from qa.render.explain import explain_lines
from qa.render.words import signs

SIGN = signs("utf-8")


def rows(hit, sign=SIGN):
    """Return the table as words."""
    return [line.plain.split() for line in explain_lines(hit, sign)]


def test_each_part_has_its_value_its_share_and_its_rank(hit):
    """Raw value, bar, normalised value, and the rank in its own list."""
    assert rows(hit)[:5] == [
        ["score", "0.750", "▰▰▰▰▱", "0.75"],
        ["BM25", "12.500", "▰▰▰▰▰", "1.00", "rank", "1"],
        ["cosine", "0.625", "▰▰▱▱▱", "0.50", "rank", "3"],
        ["document", "1.000", "▰▰▰▰▰", "1.00"],
        ["exact", "0.000", "▱▱▱▱▱", "0.00"],
    ]


def test_terms_stand_by_weight_with_bars_relative_to_the_largest(hit):
    """1.5 of 3.0 is half a bar: two cells of five, by rounding to even."""
    assert rows(hit)[5:] == [["terms", "3.000", "▰▰▰▰▰", "bilater"], ["1.500", "▰▰▱▱▱", "trade"]]


def test_parts_that_did_not_score_are_dashes(hit):
    """A passage below a list's depth has no rank, one without a part no value."""
    bare = replace(hit, scores={}, lexical_rank=None, dense_rank=None, terms=())
    assert rows(bare)[1:] == [["BM25", "—"], ["cosine", "—"], ["document", "—"], ["exact", "—"]]


def test_many_terms_are_counted_and_weightless_ones_drawn_empty(hit):
    """Twelve terms are shown; a weight of nothing has an empty bar, without dividing by it."""
    many = replace(hit, terms=tuple(TermWeight(f"t{i:02}", 0.0) for i in range(20)))
    shown = rows(many)
    assert shown[5] == ["terms", "0.000", "▱▱▱▱▱", "t00"]
    assert shown[-1] == ["and", "8", "more", "terms"]


def test_ascii_streams_get_ascii(hit):
    """Where the encoding lacks the signs, bars are # and -."""
    assert rows(hit, signs("ascii"))[2] == ["cosine", "0.625", "##---", "0.50", "rank", "3"]
