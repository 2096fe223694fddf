"""Cases, results and small sets to evaluate, without an index where none is needed."""

import json

import pytest

from qa.evaluation.nouns import (
    Case,
    CaseResult,
    Cited,
    Evaluation,
    Found,
    Labels,
    Measure,
    Piece,
    Span,
)

TRADE = "# Trade\n\nTrade was worth $11.4 billion in 2017. Coffee led it.\n"
PEOPLE = "Ana Diaz leads the bank. She took office in 2010.\n"


@pytest.fixture(scope="session")
def make_result():
    """Give a result of a case that is answered rightly, unless said otherwise."""

    def make(name="q1", **changes):
        about = {"question": f"What is {name}?", "kind": "fact", "answerable": True}
        about |= {key: changes.pop(key) for key in list(changes) if key in Case.__slots__}
        result = {
            "labels": Labels((Piece("ten men", (Span("a.md", 10, 17),)),)),
            "answer": "ten men",
            "reason": None,
            "confidence": 0.9,
            "citations": (Cited("a.md", 10, 17, "ten men", "verified"),),
            "found": Found(1, (1,)),
            "seconds": 0.01,
        }
        answers = ("ten men",) if about["answerable"] else ()
        case = Case(**{"id": name, "answers": answers, **about})
        if not case.answerable:
            result |= {"labels": Labels(), "found": Found()}
        result |= changes
        if result["answer"] is None:
            result |= {"citations": (), "reason": changes.get("reason", "it does not say")}
        return CaseResult(case=case, **result)

    return make


@pytest.fixture(scope="session")
def make_run():
    """Give a run with some results, and a measure of each name without an interval."""

    def make(results, names=("F1",), settings=None):
        measures = {name: Measure(name, 0.5, 0.5, 0.5, 1) for name in names}
        return Evaluation(tuple(results), settings or {}, {"qa": "0"}, None, measures, {})

    return make


@pytest.fixture
def write_rows(tmp_path):
    """Write a JSONL file of objects, or of lines as they are."""

    def write(rows, name="questions.jsonl"):
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path = tmp_path / name
        path.write_text("".join(line + "\n" for line in lines), "utf-8")
        return path

    return write


@pytest.fixture
def indexed(library):
    """Give an indexed folder of two documents."""
    library.write("trade.md", TRADE)
    library.write("people.txt", PEOPLE)
    library.build()
    return library


@pytest.fixture
def rows():
    """Give rows of cases on the two documents, one of each sort."""
    worth = {"document": "trade.md", "quote": "Trade was worth $11.4 billion in 2017."}
    leads = {"document": "people.txt", "quote": "Ana Diaz leads the bank."}
    return [
        {"id": "a", "question": "How much was trade worth in 2017?", "kind": "figure",
         "answers": ["$11.4 billion"], "evidence": [worth], "answerable": True, "split": "dev"},
        {"id": "b", "question": "Who leads the bank?", "kind": "fact",
         "answers": ["Ana Diaz"], "evidence": [leads], "answerable": True, "split": "test"},
        {"id": "c", "question": "What of it?", "kind": "far",
         "answers": [], "evidence": [], "answerable": False, "split": "dev"},
    ]  # fmt: skip
