"""The date a document gives itself."""

from __future__ import annotations

import pytest

from qa.readers.dateline import dateline


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("A title\n\nPublished: 3 March 2021\n\nText.", "2021-03-03"),
        ("LONDON, 3 March 2024 — The port", "2024-03-03"),
        ("WASHINGTON (Reuters), May 5, 2020 - The port", "2020-05-05"),
        ("NEW YORK, Sept. 4, 2019 (AP) — The port", "2019-09-04"),
        ("**Date:** 2021-04-05", "2021-04-05"),
        ("Title\nMonday, 3rd May 2021\nText", "2021-05-03"),
        ("2021-04-05T10:00:00Z", "2021-04-05"),
        ("Last updated on 1 Jan 2020 by Ann", "2020-01-01"),
        ("Issued 5 May 1998", "1998-05-05"),
    ],
)
def test_a_line_that_gives_the_date(text, date):
    """A line of its own, after a label, or an agency's."""
    assert dateline(text) == date


@pytest.mark.parametrize(
    "text",
    [
        "On 3 March 2021 he died.",
        "Published: 30 February 2021",
        "Date: 3/4/2021",
        "May 2020 was warm.",
        "The war of 1864",
        "PARIS, Jan. 5 (AP) — The port",
        "x\n" * 20 + "Published: 3 March 2021",
        "",
    ],
)
def test_a_date_the_text_speaks_of_is_not_its_own(text):
    """Nor is one that does not exist, can be read two ways, or stands far down."""
    assert dateline(text) is None
