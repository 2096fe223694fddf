"""Evaluations of an index on cases: the whole path, repeated, resumed, drifting."""

import json
from dataclasses import replace

import pytest

from qa.errors import RowsError, UsageError
from qa.evaluation.journal import Journal
from qa.evaluation.own import Choice, evaluate_own, read_own
from qa.evaluation.saved import evaluation_object, read_saved


@pytest.fixture
def evaluate(indexed, write_rows, rows, notebook):
    """Evaluate the two documents on rows, the three usual ones unless others are given."""

    def run(choice=None, given=None):
        choice = choice or Choice()
        path = write_rows(given or rows)
        read = read_own(path, choice)
        return evaluate_own(indexed.session(), path, read, choice, notebook)

    return run


def without_times(path):
    """The bytes of a saved run but for its last line, which has the times."""
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines[-1].startswith(b'"seconds": ')
    return b"".join(lines[:-1])


def test_an_evaluation(evaluate, indexed):
    """Every case is answered as `qa ask` answers it, and measured."""
    found = evaluate()
    session = indexed.session()
    for result in found.results:
        answer = session.ask(result.case.question)
        assert result.answer == answer.text
        assert result.confidence == pytest.approx(answer.confidence, abs=1e-6)
        assert [(c.document, c.start, c.quote) for c in result.citations] == [
            (c.document, c.start, c.quote) for c in answer.citations
        ]
    assert found.measures["hit@1"].n == 2
    assert found.measures["R@100"].value == 1.0
    assert found.measures["refusal_recall"].value == 1.0
    assert list(found.by_kind) == ["figure", "fact", "far"]
    assert found.index == indexed.snapshot().info
    assert 0 < found.median <= found.p95


def test_the_object_is_the_contract_s(evaluate):
    """The JSON object has the contract's keys, and plain numbers or null."""
    value = json.loads(json.dumps(evaluation_object(evaluate())))
    assert {"schema", "cases", "settings", "index", "versions", "measures", "by_kind",
            "seconds"} <= set(value)  # fmt: skip
    assert (value["schema"], value["cases"]) == (1, 3)
    assert set(value["index"]) == {"generation", "embedder", "documents", "passages"}
    assert set(value["measures"]["F1"]) == {"value", "low", "high", "n"}
    assert value["measures"]["item_recall"]["value"] is None
    assert set(value["seconds"]) == {"median", "p95"}
    assert "item_recall" not in value["by_kind"]["fact"]


def test_two_runs_are_the_same_bytes(evaluate, tmp_path):
    """But for the line with the times, a repeated run is saved byte for byte the same."""
    for name in ("first.json", "second.json"):
        evaluate(Choice(save=tmp_path / name))
    assert without_times(tmp_path / "first.json") == without_times(tmp_path / "second.json")
    assert not Journal.beside(tmp_path / "first.json").exists()


def test_a_saved_run_is_read_back(evaluate, tmp_path):
    """What is read is what was measured, but for the reasons, and where the index lay."""
    choice = Choice(save=tmp_path / "run.json")
    made = evaluate(choice)
    read = read_saved(choice.save)
    assert read.measures == {n: replace(m, why=None) for n, m in made.measures.items()}
    for mine, theirs in zip(read.results, made.results, strict=True):
        case = replace(theirs.case, evidence=(), line=None)
        assert mine == replace(theirs, case=case)


class StopError(Exception):
    """The run is interrupted."""


def interrupted(evaluate, notebook, choice, after, monkeypatch):
    """Run, and stop when so many questions are answered."""

    def advance(_):
        notebook.done += 1
        if notebook.done == after:
            raise StopError

    with monkeypatch.context() as patch:
        patch.setattr(notebook, "advance", advance)
        with pytest.raises(StopError):
            evaluate(choice)


def test_an_interrupted_run_goes_on(evaluate, notebook, tmp_path, monkeypatch):
    """What was answered is not asked again, and the run is the one that was not interrupted."""
    whole = Choice(save=tmp_path / "whole.json")
    evaluate(whole)
    broken = Choice(save=tmp_path / "broken.json")
    notebook.done = 0
    interrupted(evaluate, notebook, broken, 2, monkeypatch)
    journal = Journal.beside(broken.save)
    assert len(journal.read_bytes().splitlines()) == 3
    with journal.open("ab") as file:
        file.write(b'{"id": "c", "questi')
    evaluate(broken)
    assert notebook.steps[-1] == ("answering", 1)
    assert "going on with an interrupted run: 2 are there" in notebook.said
    assert without_times(broken.save) == without_times(whole.save)
    assert not journal.exists()


def test_an_interrupted_run_of_something_else_is_left_alone(
    evaluate, notebook, tmp_path, monkeypatch
):
    """A journal of other cases, settings or index is neither used nor overwritten."""
    choice = Choice(save=tmp_path / "run.json")
    interrupted(evaluate, notebook, choice, 1, monkeypatch)
    before = Journal.beside(choice.save).read_bytes()
    with pytest.raises(UsageError, match=r"an interrupted run on other cases, settings or index"):
        evaluate(replace(choice, split="dev"))
    assert Journal.beside(choice.save).read_bytes() == before


def test_a_damaged_journal(evaluate, notebook, tmp_path, monkeypatch):
    """A line that is no result is refused with the way out."""
    choice = Choice(save=tmp_path / "run.json")
    interrupted(evaluate, notebook, choice, 1, monkeypatch)
    with Journal.beside(choice.save).open("ab") as file:
        file.write(b"[]\n")
    with pytest.raises(UsageError, match=r"is damaged: delete it, or name another --save"):
        evaluate(choice)


def test_label_drift_is_no_wrong_answer(evaluate, indexed):
    """A case whose quote is gone is listed, and left out of measures of retrieval and citation."""
    indexed.write("people.txt", "Ana Diaz took the bank's helm. She took office in 2010.\n")
    indexed.build()
    found = evaluate()
    (drifted,) = found.drifted
    assert drifted.case.id == "b"
    assert found.measures["hit@1"].n == 1
    assert found.measures["F1"].n == 2
    assert evaluation_object(found)["drift"] == [
        {"id": "b", "document": "people.txt", "quote": "Ana Diaz leads the bank."}
    ]


def test_unknown_documents(evaluate, rows):
    """Evidence in a document that the index does not have is refused before anything is asked."""
    there = rows[0] | {"evidence": [{"document": "no.md", "quote": "x"}]}
    with pytest.raises(RowsError, match=r"line 2: there is no document 'no\.md' in the index"):
        evaluate(given=[rows[1], there])


def test_kinds_apart(evaluate, rows):
    """A kind set apart is in the table of kinds, and not in the measures over all."""
    found = evaluate(Choice(apart=("fact",)))
    assert found.measures["F1"].n == 1
    assert found.by_kind["fact"]["F1"].n == 1
    alone = evaluate(Choice(apart=("fact",)), given=[rows[1]])
    assert alone.measures["F1"].n == 1


def test_a_kind_that_nothing_answers_is_told_from_what_has_an_answer(evaluate, rows):
    """Its AUROC is that of its cases against all that are answerable and not set apart."""
    found = evaluate()
    sure = {r.case.id: r.confidence for r in found.results if r.case.answerable}
    (far,) = [r.confidence for r in found.results if r.case.kind == "far"]
    pairs = [(c > far) + (c == far) / 2 for c in sure.values()]
    assert found.by_kind["far"]["AUROC"].value == pytest.approx(sum(pairs) / len(pairs))
    assert found.by_kind["far"]["AUROC"].n == len(sure) + 1
    assert "AUROC" not in found.by_kind["fact"]
    assert evaluate(Choice(apart=("fact",))).by_kind["far"]["AUROC"].n == len(sure)


def test_no_saved_run(tmp_path):
    """A file that is no saved run, or is not there, is refused with what to do."""
    path = tmp_path / "x.json"
    with pytest.raises(UsageError, match="can't be read"):
        read_saved(path)
    for content in ("", "[]", "{}", '{"schema": 2}', '{"schema": 1, "rows": [{}]}'):
        path.write_text(content)
        with pytest.raises(UsageError, match=r"is no saved run .* make one with: qa eval --save"):
            read_saved(path)
