"""Asking only some of the documents: by date, name and publisher, before anything is ranked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qa.errors import NothingSelected
from qa.narrow import Narrow, Period, scope_of
from qa.settings import SearchSettings

QUESTION = "coffee exports of the port"
FACTS = {
    "old.md": ("2018", "Ministry of Trade", "Coffee exports of the port of Omoa were 10 sacks."),
    "new.md": ("2021-05-03", "Port Office", "Coffee exports of the port of Tela were 20 sacks."),
    "sub/late.md": ("2022-11", "Port Office", "Coffee exports of the port of Lima were 30 sacks."),
    "sub/none.md": (None, None, "Coffee exports of the port of Brus were 40 sacks."),
}


@pytest.fixture
def dated(library):
    """Give a folder of documents with dates and publishers, indexed."""
    for name, (when, publisher, text) in FACTS.items():
        known = {"date": when, "publisher": publisher}
        front = "".join(f"{key}: {value}\n" for key, value in known.items() if value)
        library.write(name, f"---\n{front}---\n{text}\n" if front else text)
    library.write("rows.jsonl", [{"_id": "r", "text": "Coffee rows.", "date": "1999-01-01"}])
    library.build()
    return library


def named(session):
    """The documents that are found at all."""
    return {hit.document for hit in session.search(QUESTION, 20)}


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-2-3", date(2020, 2, 3), date(2020, 2, 3)),
        ("2020-02-03T04:05:06Z", date(2020, 2, 3), date(2020, 2, 3)),
        ("2020-02-03 04:05", date(2020, 2, 3), date(2020, 2, 3)),
    ],
)
def test_a_date_stands_for_its_days(text, first, last):
    """A year and a month have both ends; a time of day is not looked at."""
    assert Period.of(text) == Period(first, last)


@pytest.mark.parametrize("text", ["", "May 2020", "2020-13", "2020-02-30", "20201", "0000", "12"])
def test_what_is_no_date_is_none(text):
    """Neither words nor days that no calendar has."""
    assert Period.of(text) is None


@pytest.mark.parametrize(
    ("narrow", "expected"),
    [
        (Narrow(since=Period.of("2021-05-03")), {"new.md", "sub/late.md"}),
        (Narrow(until=Period.of("2021-05-03")), {"old.md", "new.md", "rows.jsonl#r"}),
        (Narrow(Period.of("2018-06"), Period.of("2022")), {"old.md", "new.md", "sub/late.md"}),
        (Narrow(names=("sub/*",)), {"sub/late.md", "sub/none.md"}),
        (Narrow(names=("new.md", "*late*")), {"new.md", "sub/late.md"}),
        (Narrow(names=("rows.jsonl",)), {"rows.jsonl#r"}),
        (Narrow(names=("*#r",)), {"rows.jsonl#r"}),
        (Narrow(publisher="port  OFFICE"), {"new.md", "sub/late.md"}),
        (Narrow(since=Period.of("2022"), publisher="port"), {"sub/late.md"}),
        (Narrow(), {*FACTS, "rows.jsonl#r"}),
    ],
)
def test_only_documents_as_asked_for_are_found(dated, narrow, expected):
    """Dates are inclusive, globs match whole names, a publisher's name part of it."""
    assert named(dated.session().narrowed(narrow)) == expected


def test_scores_are_normalised_over_what_is_left(dated):
    """Ranked as if the index held nothing else: the same passages, ranks and normalised scores."""
    narrow = Narrow(publisher="port office")
    found = dated.session().narrowed(narrow).search(QUESTION, 10)
    hits = {hit.document: hit for hit in found}
    for side in ("lexical_normalised", "dense_normalised", "context"):
        assert max(hit.scores[side] for hit in hits.values()) == pytest.approx(1)
    assert {hit.lexical_rank for hit in hits.values()} == {1, 2}
    assert {hit.dense_rank for hit in hits.values()} == {1, 2}
    whole = {hit.document: hit for hit in dated.session().search(QUESTION, 10)}
    for name, hit in hits.items():
        assert hit.scores["dense"] == pytest.approx(whole[name].scores["dense"], abs=1e-6)
        assert hit.scores["lexical"] == pytest.approx(whole[name].scores["lexical"])


def test_documents_without_a_date_are_counted(dated):
    """Only those that fit in every other way, and only where a date is asked for."""
    snapshot = dated.snapshot()
    assert scope_of(snapshot, Narrow(since=Period.of("1990"))).undated == 1
    assert scope_of(snapshot, Narrow(Period.of("1990"), publisher="office")).undated == 0
    assert scope_of(snapshot, Narrow(names=("*",))).undated == 0


def test_the_scope_is_of_passages(dated):
    """One flag a passage, true for those of the documents counted."""
    scope = scope_of(dated.snapshot(), Narrow(names=("sub/*",)))
    assert (scope.documents, int(scope.passages.sum())) == (2, 2)
    assert scope.passages.dtype == np.bool_
    assert len(scope.passages) == len(dated.snapshot().passages)


@pytest.mark.parametrize(
    ("narrow", "there_is"),
    [
        (Narrow(since=Period.of("2030")), "4 of 5 documents have a date, 1999-01-01 to 2022-11"),
        (Narrow(names=("*.pdf",)), "the documents are new.md, old.md, rows.jsonl, sub/late.md"),
        (Narrow(publisher="nasa"), "the publishers are Ministry of Trade, Port Office"),
    ],
)
def test_where_nothing_is_left_what_there_is_is_said(dated, narrow, there_is):
    """An expected error that lets a person correct what they asked for."""
    with pytest.raises(NothingSelected, match=there_is):
        dated.session().narrowed(narrow)


def test_a_refusal_speaks_of_what_was_asked(dated):
    """A word that stands only in documents left out stands nowhere for this question."""
    session = replace(dated.session(), settings=SearchSettings(threshold=1.0))
    answer = session.narrowed(Narrow(names=("old.md",))).ask("How many coffee exports of Tela?")
    assert answer.abstained
    assert answer.missing == ("Tela",)
    assert answer.reason.endswith("none of them mentions “Tela”")
    assert not session.ask("How many coffee exports of Tela?").missing


def test_an_exact_identifier_in_a_document_left_out_is_not_found(library):
    """What a question names exactly lifts a passage only where it may be found."""
    library.write("a.md", "The unit JTF-B trains there.")
    library.write("b.md", "Coffee grows in the field.")
    library.build()
    session = library.session().narrowed(Narrow(names=("b.md",)))
    for question in ("Where is JTF-B?", 'the "unit JTF-B"'):
        assert [hit.document for hit in session.search(question, 5)] == ["b.md"]


# ---------------------------------------------------------------- at the command line


@pytest.fixture
def indexed(tiny, qa):
    """Give ``corpus`` and ``index`` of the working directory, made with the tiny model."""
    Path("corpus").mkdir()
    Path("corpus/a.md").write_text("---\ndate: 2018-03-04\n---\nThe port of Omoa has a pier.\n")
    Path("corpus/b.md").write_text("---\ndate: 2020\npublisher: ACME\n---\nThe port is big.\n")
    Path("corpus/c.txt").write_text("The port of Tela is small.\n")
    assert qa("index").code == 0


@pytest.mark.parametrize("command", ["ask", "search"])
def test_the_options_narrow_and_say_once_what_has_no_date(indexed, qa, command):
    """Each line of JSON is of documents as asked for, and no key is added."""
    plain = json.loads(qa(command, "How big is the port?", "--json").out)
    result = qa(command, "How big is the port?", "--since", "2019", "--json")
    found = json.loads(result.out)
    assert {passage["document"] for passage in found["passages"]} == {"b.md"}
    assert found.keys() == plain.keys()
    assert result.err.count("1 document without a date is left out") == 1
    other = qa(command, "port", "--document", "c.*", "--document", "a.md", "--json")
    assert {p["document"] for p in json.loads(other.out)["passages"]} == {"a.md", "c.txt"}
    assert "without a date" not in other.err
    mine = qa(command, "port", "--publisher", "acme", "--until", "2020-01", "--json")
    assert {p["document"] for p in json.loads(mine.out)["passages"]} == {"b.md"}


def test_a_file_of_questions_is_narrowed(indexed, qa):
    """Every answer of a batch is of the documents asked for; the note is said once."""
    Path("in.jsonl").write_text('{"id": 1, "question": "port?"}\n{"id": 2, "question": "pier?"}\n')
    result = qa("ask", "--file", "in.jsonl", "--output", "out.jsonl", "--until", "2018")
    assert result.code == 0
    assert result.err.count("without a date") == 1
    lines = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [{p["document"] for p in line["passages"]} for line in lines] == [{"a.md"}, {"a.md"}]


def test_a_run_is_narrowed(indexed, qa):
    """The documents of a TREC run are those asked for."""
    Path("q.jsonl").write_text('{"_id": "1", "text": "port"}\n')
    assert qa("search", "--queries", "q.jsonl", "--run", "r", "--document", "c.txt").code == 0
    assert [line.split()[2] for line in Path("r").read_text().splitlines()] == ["c.txt"]


def test_nothing_left_is_an_expected_error(indexed, qa):
    """Exit code 1, one line that says what there is, and no answer."""
    result = qa("ask", "port?", "--since", "2025", "--json")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("qa: no document is as asked for: 2 of 3 documents have a date")


def test_no_date_is_a_wrong_call(indexed, qa):
    """Exit code 2, with what a date looks like."""
    result = qa("search", "port", "--since", "last May")
    assert result.code == 2
    assert "no date such as 2020, 2020-05 or 2020-05-01" in result.err
