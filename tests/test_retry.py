"""What could not be read is tried again when what it lacked may be there."""

from __future__ import annotations

import pytest

from qa import readers, retry
from qa.generation import SourceRecord
from qa.limits import Limits
from qa.nouns import Reading, Skipped

LIMITS = Limits(seconds=10, memory=1_000_000_000)


def again(reason, limits=LIMITS):
    record = SourceRecord("a", "d", "r", 0, 0, (Skipped("a", reason),))
    return retry.tried_again(record, limits)


@pytest.mark.parametrize("limit", ["too_long", "too_big"])
def test_another_limit_is_another_chance(limit):
    """The reason names the limit: the same one is not tried again, any other is."""
    reason = getattr(LIMITS, limit)
    assert not again(reason)
    assert again(reason, Limits(seconds=11, memory=1_100_000_000))


def test_a_program_of_the_system(monkeypatch):
    """A reason that says which program to install holds until it is found."""
    reason = "scanned pages need Tesseract: install tesseract-ocr"
    monkeypatch.setattr(retry, "which", lambda name: None)
    assert not again(reason)
    monkeypatch.setattr(retry, "which", lambda name: f"/usr/bin/{name}")
    assert again(reason)


def test_other_reasons_stay():
    """A damaged file is read again when it changes, and not before."""
    assert not again("damaged: no end of file")
    assert not retry.tried_again(SourceRecord("a", "d", "r", 1, 1), LIMITS)


def test_a_build_reads_again_what_now_can_be_read(library, monkeypatch):
    """Once, and the file's reason is gone; what else failed is left alone."""
    original = readers.read
    needs = "scans need Tesseract: install tesseract-ocr"
    read, there = [], []

    def without(source, data, meta):
        read.append(source.name)
        if source.name == "x.txt" and not there:
            return Reading(skipped=(Skipped(source.name, needs),))
        return original(source, data, meta)

    monkeypatch.setattr(readers, "read", without)
    monkeypatch.setattr(retry, "which", lambda name: name if there else None)
    library.write("a.txt", "Words.")
    library.write("empty.txt", "")
    library.write("x.txt", "Words that need a program.")
    assert {item.path: item.reason for item in library.build().skipped} == {
        "empty.txt": "empty",
        "x.txt": needs,
    }
    read.clear()
    assert not library.build().published
    assert read == []
    there.append("tesseract")
    outcome = library.build()
    assert outcome.plan.reread == ("x.txt",)
    assert read == ["x.txt"]
    assert outcome.info.documents == 2
    assert not library.build().published


def test_asked_to_all_that_failed_is_read_again(library):
    """Whatever the reason; what was read well is not."""
    library.write("a.txt", "Words.")
    library.write("empty.txt", "")
    library.build()
    assert library.build(retry=True).plan.reread == ("empty.txt",)
