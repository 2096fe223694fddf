"""Saved answers against the sources as they are now."""

import json
from dataclasses import replace

import pytest

from qa.errors import RowsError
from qa.nouns import Status
from qa.recheck import Sources
from qa.render.jsonout import answer_object, dumps
from qa.search import within
from qa.verify import verify

TRADE = "Trade was worth $11.4 billion in 2017.\n"


def answer_of(session, name):
    """An answer from one document, whatever the fake model makes of others."""
    question = "What was trade worth in 2017?"
    number = session.snapshot.find_document(name)
    candidates = within(session.snapshot, session.candidates(question), number)
    return session.answer(question, session.read(question, candidates))


class Saved:
    """An answer saved to a file, which can be altered, and checked again."""

    def __init__(self, library, path):
        self.library = library
        self.path = path
        self.value = json.loads(dumps(answer_object(answer_of(library.session(), "trade.md"))))

    @property
    def citation(self):
        return self.value["citations"][0]

    def verdict(self):
        self.path.write_text(json.dumps({"id": "q1", **self.value}) + "\n")
        snapshot = self.library.snapshot()
        (verdict,) = verify(snapshot, Sources.of(snapshot), self.path).verdicts
        return verdict


@pytest.fixture
def saved(library, tmp_path):
    """Give an answer on an index of two documents."""
    library.write("trade.md", TRADE)
    library.write("other.txt", "Nothing of interest.\n")
    library.build()
    return Saved(library, tmp_path / "answers.jsonl")


def test_nothing_changed(saved):
    """The quote stands where it was cited."""
    verdict = saved.verdict()
    assert verdict.status is Status.VERIFIED
    assert (verdict.id, verdict.line, verdict.number) == ("q1", 1, 1)


@pytest.mark.parametrize("rebuilt", [False, True])
def test_moved(saved, rebuilt):
    """Text before it grew: where it stands now is said, before and after the index is renewed."""
    path = saved.library.write("trade.md", "New.\n\n" + TRADE)
    if rebuilt:
        saved.library.build()
    verdict = saved.verdict()
    assert verdict.status is Status.MOVED
    name, start, end = verdict.now
    assert name == "trade.md"
    assert path.read_text()[start:end] == saved.citation["quote"]


@pytest.mark.parametrize("rebuilt", [False, True])
def test_stale(saved, rebuilt):
    """The words are gone: the answer was true once, and is no longer."""
    saved.library.write("trade.md", "Trade was worth nothing.\n")
    if rebuilt:
        saved.library.build()
    verdict = saved.verdict()
    assert (verdict.status, verdict.why) == (Status.STALE, "the document has changed")


@pytest.mark.parametrize("rebuilt", [False, True])
def test_a_document_that_is_gone(saved, rebuilt):
    """Without its document a quote is stale."""
    (saved.library.corpus / "trade.md").unlink()
    if rebuilt:
        saved.library.build()
    assert saved.verdict().why == "the document is gone"


def test_a_document_that_was_renamed(saved):
    """Where another document says the same now, the quote moved there."""
    (saved.library.corpus / "trade.md").rename(saved.library.corpus / "commerce.md")
    saved.library.build()
    verdict = saved.verdict()
    assert verdict.status is Status.MOVED
    assert verdict.now == ("commerce.md", saved.citation["start"], saved.citation["end"])


def altered_quote(value):
    value["citations"][0]["quote"] = value["citations"][0]["quote"].replace("11.4", "99.9")
    value["answer"] = value["answer"].replace("11.4", "99.9")


def altered_answer(value):
    value["answer"] = "$99 billion"


def altered_offsets(value):
    value["citations"][0]["end"] += 1


def altered_document(value):
    value["citations"][0]["document"] = "../../../etc/passwd"


@pytest.mark.parametrize(
    "alter", [altered_quote, altered_answer, altered_offsets, altered_document]
)
def test_fabricated(saved, alter):
    """What the generation that answered never had is no quote, whoever wrote it."""
    alter(saved.value)
    assert saved.verdict().status is Status.FABRICATED


def test_without_the_sources(saved):
    """Where the folder is not at hand, the text that the index keeps is the source."""
    saved.library.corpus.rename(saved.library.root / "moved")
    assert saved.verdict().status is Status.VERIFIED


def test_an_abstention_has_nothing_to_check(saved, tmp_path):
    """An answer object without citations is counted, and fails nothing."""
    answer = replace(saved.library.session().ask("What of it?"), seconds={})
    assert answer.abstained
    saved.path.write_text(dumps(answer_object(answer)) + "\n")
    snapshot = saved.library.snapshot()
    found = verify(snapshot, Sources.of(snapshot), saved.path)
    assert (found.answers, found.abstained, found.verdicts, found.failed) == (1, 1, (), False)


def test_rows_that_are_no_answers(saved):
    """Everything wrong is said at once, with physical lines."""
    rows = [
        "[1]",
        '{"answer": "x"}',
        '{"answer": "x", "citations": []}',
        '{"answer": "x", "citations": [{"document": "a", "start": -1, "end": 2, "quote": "q"}]}',
        '{"answer": "x", "citations": [{"document": "a", "start": true, "end": 2, "quote": "q"}]}',
        '{"answer": "x", "citations": [3]}',
    ]
    saved.path.write_text("\n".join(rows))
    snapshot = saved.library.snapshot()
    with pytest.raises(RowsError) as caught:
        verify(snapshot, Sources.of(snapshot), saved.path)
    for line, part in enumerate(
        ["no JSON object", "no answer object", "an answer without citations",
         "citation 1 has no", "citation 1 has no", "citation 1 has no"], start=1
    ):  # fmt: skip
        assert f"line {line}: {part}" in str(caught.value)
    saved.path.write_text("\n")
    with pytest.raises(RowsError, match="it has no answers"):
        verify(snapshot, Sources.of(snapshot), saved.path)
