"""Reasons in groups that a person can act on."""

from __future__ import annotations

import pytest

from qa.limits import Limits
from qa.nouns import Skipped
from qa.reasons import by_group, group_of, on_purpose, to_act_on_first

GROUPS = {
    "hidden file": "hidden",
    "hidden folder": "hidden",
    "its front matter says index: false": "left out on purpose",
    "an index of qa, not documents": "left out on purpose",
    "questions/judgements of a BEIR set, not documents": "left out on purpose",
    "link to a.txt, which is indexed itself": "left out on purpose",
    "a link that leads out of the folder": "left out on purpose",
    "describes a.pdf, which is not here": "left out on purpose",
    "a broken link": "no access",
    "no permission to read it": "no access",
    "the folder can't be read (Permission denied)": "no access",
    "can't be read (Input/output error)": "no access",
    "vanished while it was read": "no access",
    "no process could be started to read it": "no access",
    "PDF files need: pip install 'qa[documents]' (No module named 'pypdfium2')": (
        "needs a library or program"
    ),
    "scanned pages need Tesseract: install tesseract-ocr": "needs a library or program",
    "encrypted: save a copy without a password": "encrypted",
    "none of its 3 pages has text (scanned? export it with a text layer (OCR))": "without text",
    "page 2 of 3 has no text (scanned?)": "without text",
    "is 120.0 MB, over --max-file-size 100 MB": "too large",
    Limits().too_long: "too large",
    Limits().too_big: "too large",
    "looks like a zip bomb: 4,000 bytes hold 9,000,000,000": "too large",
    "damaged, or no Word file (bad header)": "damaged",
    "its content can't be read (ValueError: x)": "damaged",
    "its content made the reader crash (signal 11: Segmentation fault)": "damaged",
    "no reader for .xyz files": "unknown kind",
    "a pipe, not a file": "unknown kind",
    "binary, not text": "unknown kind",
    "empty": "empty",
    "holds no text beside headings, comments and front matter": "empty",
    "a reason nobody thought of": "other",
}


@pytest.mark.parametrize(("reason", "group"), GROUPS.items())
def test_every_reason_has_its_group(reason, group):
    """The reasons that scan, readers and workers give, and what is unknown."""
    assert group_of(Skipped("a", reason)) == group


def test_a_row_is_a_row():
    """Whatever is wrong with a line of a file, the file itself was read."""
    assert group_of(Skipped("a.jsonl", "not valid JSON", 3)) == "rows of a file"


def test_on_purpose_or_empty():
    """Only these can hold no answer."""
    purposeful = {reason for reason in GROUPS if on_purpose(Skipped("a", reason))}
    assert {GROUPS[reason] for reason in purposeful} == {"hidden", "left out on purpose", "empty"}


def test_what_can_be_acted_on_comes_first():
    """In the counts and in the list, which else keeps its order."""
    reasons = ("hidden file", "empty", "no reader for .b files", "encrypted", "no reader for .a")
    items = [Skipped(str(number), reason) for number, reason in enumerate(reasons)]
    assert [item.path for item in to_act_on_first(items)] == ["3", "2", "4", "1", "0"]
    assert list(by_group(items).items()) == [
        ("encrypted", 1),
        ("unknown kind", 2),
        ("empty", 1),
        ("hidden", 1),
    ]
