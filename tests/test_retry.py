"""What could not be read is tried again when what it lacked may be there."""

from __future__ import annotations

import pytest

from qa import readers, retry
from qa.generation import SourceRecord
from qa.limits import Limits
from qa.nouns import Reading, Skipped

LIMITS = Limits(seconds=10, memory=1_000_000_000)
MORE = Limits(seconds=11, memory=1_100_000_000)


def again(reason, limits=LIMITS):
    record = SourceRecord("a", "d", "r", 0, 0, (Skipped("a", reason),))
    return retry.tried_again(record, limits)


@pytest.mark.parametrize("limit", ["too_long", "too_big"])
def test_another_limit_is_another_chance(limit):
    """The reason names the limit: the same one is not tried again, any other is."""
    reason = getattr(LIMITS, limit)
    assert not again(reason)
    assert again(reason, MORE)


@pytest.mark.parametrize("reason", ["damaged: no end", "scans need Tesseract: install tesseract"])
def test_other_reasons_stay(reason):
    """A damaged file is read again when it or its reader changes, and not before."""
    assert not again(reason, MORE)
    assert not retry.tried_again(SourceRecord("a", "d", "r", 1, 1), MORE)


def test_a_build_reads_again_what_now_can_be_read(library, monkeypatch):
    """Once, and the file's reason is gone; what else failed is left alone."""
    original = readers.read
    read, enough = [], []

    def without(source, data, meta):
        read.append(source.name)
        if source.name == "x.txt" and not enough:
            return Reading(skipped=(Skipped(source.name, LIMITS.too_long),))
        return original(source, data, meta)

    monkeypatch.setattr(readers, "read", without)
    library.write("a.txt", "Words.")
    library.write("empty.txt", "")
    library.write("x.txt", "Words that need time.")
    assert {item.path: item.reason for item in library.build(limits=LIMITS).skipped} == {
        "empty.txt": "empty",
        "x.txt": LIMITS.too_long,
    }
    read.clear()
    assert not library.build(limits=LIMITS).published
    assert read == []
    enough.append("time")
    outcome = library.build(limits=MORE)
    assert outcome.plan.reread == ("x.txt",)
    assert read == ["x.txt"]
    assert outcome.info.documents == 2
    assert not library.build(limits=MORE).published


def test_asked_to_all_that_failed_is_read_again(library):
    """Whatever the reason; what was read well is not."""
    library.write("a.txt", "Words.")
    library.write("empty.txt", "")
    library.build()
    assert library.build(retry=True).plan.reread == ("empty.txt",)
