"""Sets in BEIR's layout."""

import json

import pytest

from qa.errors import UsageError
from qa.evaluation.beir import evaluate_beir, is_beir
from qa.evaluation.cached import TemporaryIndexes
from qa.evaluation.own import Choice
from qa.evaluation.retrieval import in_order, measured
from qa.runs import documents


@pytest.fixture
def indexes(library):
    """Make indexes with the fake model."""
    return TemporaryIndexes(encoders=library.encoders)


@pytest.fixture
def folder(tmp_path):
    """Give a small set: four documents, three questions, of which two are judged."""
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    texts = {
        "d1": "Coffee is grown.",
        "d 2": "Tea is drunk.",
        "d3": "Coffee and tea.",
        "d4": "Rice.",
    }
    rows = [{"_id": name, "title": "", "text": text} for name, text in texts.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = {"1": "who grows coffee", "2": "who drinks tea", "3": "what of rice"}
    rows = [{"_id": name, "text": text} for name, text in asked.items()]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    qrels = "query-id\tcorpus-id\tscore\n1\td1\t2\n1\td3\t1\n2\td 2\t1\n"
    (folder / "qrels" / "test.tsv").write_text(qrels)
    return folder


def test_documents_are_ranked_and_measured(folder, indexes, notebook):
    """The measures are those of the run that searching the index gives."""
    assert is_beir(folder)
    made = evaluate_beir(folder, Choice(), indexes, notebook)
    session = indexes.open((folder / "corpus.jsonl").read_bytes(), notebook)
    run = {}
    for result in made.results:
        found = documents(session, session.candidates(result.case.question), 1000)
        run[result.case.id] = in_order([name for name, _ in found])
    judged = {"1": {"d1": 2, "d3": 1}, "2": {"d_2": 1}}
    assert {r.case.id: r.measures for r in made.results} == measured(
        judged, run, ["nDCG@10", "R@100", "RR", "hit@1"]
    )
    assert list(made.measures) == ["nDCG@10", "R@100", "RR", "hit@1"]
    assert made.measures["hit@1"].n == 2
    assert made.results[0].found.relevant == 2
    assert made.p95 > 0


def test_the_index_is_kept_by_content(folder, indexes, notebook, library):
    """The same corpus is embedded once; another has an index of its own."""
    evaluate_beir(folder, Choice(), indexes, notebook)
    assert len(library.embedded()) >= 4
    evaluate_beir(folder, Choice(limit=1), indexes, notebook)
    assert library.embedded() == []
    with (folder / "corpus.jsonl").open("a") as file:
        file.write('{"_id": "d5", "text": "Maize."}\n')
    evaluate_beir(folder, Choice(), indexes, notebook)
    assert len(library.embedded()) >= 5


def test_which_judgements(folder, indexes, notebook):
    """Of several files that of the test half counts, or of the half that is asked for."""
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\n3\td4\t1\n")
    assert len(evaluate_beir(folder, Choice(), indexes, notebook).results) == 2
    assert len(evaluate_beir(folder, Choice(split="dev"), indexes, notebook).results) == 1
    (folder / "qrels" / "test.tsv").unlink()
    with pytest.raises(UsageError, match=r"has no test\.tsv: there is dev\.tsv"):
        evaluate_beir(folder, Choice(split="test"), indexes, notebook)


def test_judgements_of_other_questions(folder, indexes, notebook):
    """Judgements of none of the questions are refused."""
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n7\td4\t1\n")
    with pytest.raises(UsageError, match="judges none of the questions"):
        evaluate_beir(folder, Choice(), indexes, notebook)
