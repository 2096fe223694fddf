"""``qa verify`` as it is called."""

import json

import pytest


@pytest.fixture
def saved(tiny, qa, tmp_path, monkeypatch):
    """Give a working directory with an index and a saved answer."""
    folder = tmp_path / "place"
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "trade.md").write_text("Trade was worth ten million.\n")
    monkeypatch.chdir(folder)
    assert qa("index").code == 0
    (folder / "a.jsonl").write_text(qa("ask", "--json", "What was trade worth?").out)
    return folder


def test_verified(qa, saved):
    """A quote that stands where it was cited is verified; the exit code is 0."""
    done = qa("verify", "a.jsonl")
    assert done.code == 0
    assert done.out.startswith("verified   line 1: [1] trade.md[0:28] “Trade was")
    assert "1 verified; 1 answers, 0 of them abstained" in done.err


def test_stale(qa, saved):
    """A quote that is gone from its source fails with exit code 4, in JSON too."""
    (saved / "corpus" / "trade.md").write_text("Trade was worth nothing.\n")
    assert qa("verify", "a.jsonl").code == 4
    done = qa("verify", "a.jsonl", "--json")
    assert done.code == 4
    assert json.loads(done.out)["status"] == "stale"


def test_moved(qa, saved):
    """Where the quote stands by now is said."""
    (saved / "corpus" / "trade.md").write_text("New.\n\nTrade was worth ten million.\n")
    done = qa("verify", "a.jsonl", "--json")
    assert done.code == 0
    now = json.loads(done.out)["now"]
    assert now == {"document": "trade.md", "start": 6, "end": 34}
    assert "now trade.md[6:34]" in qa("verify", "a.jsonl").out


def test_sources_that_are_not_there(qa, saved):
    """Without the folder, the index's own text is what counts, and that is said."""
    (saved / "corpus").rename(saved / "elsewhere")
    done = qa("verify", "a.jsonl")
    assert done.code == 0
    assert "are not there: checked against the text that the index keeps" in done.err


def test_no_answers(qa, saved):
    """A file of something else is refused."""
    (saved / "b.jsonl").write_text('{"id": 1}\n')
    done = qa("verify", "b.jsonl")
    assert done.code == 1
    assert 'line 1: no answer object with "answer" and "citations"' in done.err
    assert qa("verify", "none.jsonl").code == 2
