"""``qa eval`` as it is called."""

import json

import pytest

TRADE = "# Trade\n\nTrade was worth $11.4 billion in 2017. Coffee led it.\n"
WORTH = "Trade was worth $11.4 billion in 2017."


@pytest.fixture
def workplace(tiny, tmp_path, monkeypatch):
    """Give a working directory with a corpus and questions on it, and no index yet."""
    folder = tmp_path / "place"
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "trade.md").write_text(TRADE)
    monkeypatch.chdir(folder)
    rows = [
        {"id": "a", "question": "How much was trade worth?", "kind": "figure", "split": "dev",
         "answers": [WORTH], "evidence": [{"document": "trade.md", "quote": WORTH}]},
        {"id": "b", "question": "What led it, coffee?", "kind": "fact", "split": "test",
         "answers": ["nobody"], "evidence": [{"document": "trade.md", "quote": "Coffee led it."}]},
    ]  # fmt: skip
    (folder / "eval").mkdir()
    write(folder / "eval" / "questions.jsonl", rows)
    return folder


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_it_builds_the_index_and_measures(qa, workplace):
    """Without arguments the questions in eval/ are asked; the index is built first."""
    done = qa("eval")
    assert done.code == 0
    assert "building it from corpus/" in done.err
    assert "hit@1 " in done.out
    assert "AUROC is undefined on these questions: it needs both" in done.err
    again = qa("eval", "eval/questions.jsonl", "--json", "--split", "dev")
    value = json.loads(again.out)
    assert (value["cases"], value["measures"]["R@100"]["value"]) == (1, 1.0)
    assert value["measures"]["AUROC"] == {"value": None, "low": None, "high": None, "n": 1}
    assert again.out.count("\n") == 1


def test_a_baseline_and_a_gate(qa, workplace, monkeypatch):
    """The same run passes; worse by more than the margin fails with exit code 4."""
    monkeypatch.setenv("QA_EVAL_READER", "none")
    assert qa("eval", "--save", "base.json").code == 0
    same = qa("eval", "--baseline", "base.json", "--fail-on-regression", "F1:0")
    assert same.code == 0
    assert "Against the baseline" in same.out
    assert qa("eval", "--baseline", "base.json", "--fail-on-regression").code == 0
    saved = json.loads((workplace / "base.json").read_text())
    saved["rows"][1]["measures"]["F1"] = 1.0
    (workplace / "base.json").write_text(json.dumps(saved))
    worse = qa("eval", "--baseline", "base.json", "--fail-on-regression", "F1:0.1", "--json")
    assert worse.code == 4
    assert "regression: F1 went from 1.000 to " in worse.err
    assert json.loads(worse.out)["comparison"]["measures"]["F1"]["losses"] == 1


def test_label_drift_is_said(qa, workplace):
    """A quote that is gone is named on stderr, and the run goes on."""
    (workplace / "corpus" / "trade.md").write_text(TRADE.replace("Coffee", "Tea"))
    done = qa("eval", "--json")
    assert done.code == 0
    assert "label drift: b quotes what does not stand in trade.md any more" in done.err
    assert json.loads(done.out)["drift"][0]["id"] == "b"


def test_a_set_of_unanswerable_questions(qa, workplace):
    """What is undefined is null in JSON, and said."""
    write(workplace / "none.jsonl", [{"id": "n", "question": "Zeppelin qwxz?"}])
    done = qa("eval", "none.jsonl", "--json")
    measures = json.loads(done.out)["measures"]
    assert measures["F1"]["value"] is None
    assert measures["F1_all"]["value"] in (0.0, 1.0)
    assert "F1 is undefined on these questions" in done.err


def test_a_trec_run(qa, workplace):
    """A run and judgements need no index."""
    (workplace / "q").write_text("1 0 a 1\n")
    (workplace / "r").write_text("1 Q0 b 1 2 t\n1 Q0 a 2 1 t\n")
    done = qa("eval", "--run", "r", "--qrels", "q", "--json")
    assert json.loads(done.out)["measures"]["RR"]["value"] == 0.5
    assert not (workplace / "index").exists()
    assert "nDCG@10" in qa("eval", "--run", "r", "--qrels", "q").out


def test_public_sets(qa, workplace, monkeypatch, tmp_path, tiny_cache):
    """Folders of BEIR and files of SQuAD are recognised, indexed in the cache and measured."""
    beir = workplace / "beir"
    (beir / "qrels").mkdir(parents=True)
    write(beir / "corpus.jsonl", [{"_id": "d1", "text": WORTH}, {"_id": "d2", "text": "Tea."}])
    write(beir / "queries.jsonl", [{"_id": "1", "text": "worth of trade"}])
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\td1\t1\n")
    found = json.loads(qa("eval", "beir", "--json").out)
    assert found["measures"]["R@100"]["value"] == 1.0
    answers = [{"text": "2017", "answer_start": WORTH.index("2017")}]
    asked = [{"id": "1", "question": "Trade when?", "answers": answers}]
    paragraphs = [{"context": WORTH, "qas": asked}]
    squad = {"data": [{"title": "Trade", "paragraphs": paragraphs}]}
    (workplace / "squad.json").write_text(json.dumps(squad))
    for options in ((), ("--given-context",)):
        found = json.loads(qa("eval", "squad.json", "--json", *options).out)
        assert found["measures"]["sentence_hit"]["value"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--run", "r"], "--run and --qrels go together"),
        (["--fail-on-regression"], "--fail-on-regression needs --baseline"),
        (["--given-context"], "--given-context is for a file in SQuAD's layout"),
        (["--baseline", "none.json"], "none.json can't be read"),
        (["none.jsonl"], "none.jsonl can't be read"),
        (["--kind", "list"], "no question is of the kind 'list'"),
        (["--limit", "0"], "Invalid value for '--limit'"),
    ],
)
def test_wrong_calls(qa, workplace, arguments, said):
    """A call that means nothing is refused with exit code 2, and nothing is built."""
    done = qa("eval", *arguments)
    assert done.code == 2
    assert said in done.err
    assert not (workplace / "index").exists()
