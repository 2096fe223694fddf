"""Runs and judgements in TREC's and BEIR's formats."""

import pytest

from qa.errors import RowsError, UsageError
from qa.evaluation.own import Choice
from qa.evaluation.saved import read_saved
from qa.evaluation.trec import evaluate_run, read_qrels, read_run


@pytest.fixture
def file(tmp_path):
    """Write a file and give its path."""

    def write(content, name="file"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_both_kinds_of_judgements(file):
    """TREC's four columns and BEIR's three with their header mean the same."""
    trec = file("1 0 a 2\n1 0 b 0\n\n2 0 a -1\r\n", "trec")
    beir = file("\ufeffquery-id\tcorpus-id\tscore\n1\ta\t2\n1\tb\t0\n2\ta\t-1\n", "beir")
    assert read_qrels(trec) == read_qrels(beir) == {"1": {"a": 2, "b": 0}, "2": {"a": -1}}


def test_a_run_is_measured(file, tmp_path):
    """Scores decide, not the ranks that stand beside them; a question without a run counts 0."""
    qrels = file("1 0 a 1\n2 0 b 1\n3 0 c 0\n", "qrels")
    run = file("1 Q0 x 1 0.2 t\n1 Q0 a 2 0.9 t\n9 Q0 a 1 1 t\n", "run")
    made = evaluate_run(run, qrels, Choice(save=tmp_path / "saved.json"))
    assert made.measures["RR"].value == 0.5
    assert made.measures["hit@1"].n == 2
    assert [result.measures["RR"] for result in made.results] == [1.0, 0.0]
    assert made.index is None
    assert made.median is None
    assert read_saved(tmp_path / "saved.json").measures == made.measures


@pytest.mark.parametrize(
    ("read", "content", "said"),
    [
        (read_qrels, "1 0 a 1\n1 0 a 2\n1 a 1\n1 0 b x\n", [
            "line 2: 'a' is judged twice for '1'",
            "line 3: no four columns with a grade",
            "line 4: no four columns",
        ]),
        (read_qrels, "query-id\tcorpus-id\tscore\n1 0 a 1\n", ["line 2: no three columns"]),
        (read_qrels, "1 0 a 0\n", ["no document is judged relevant"]),
        (read_qrels, "", ["no document is judged relevant"]),
        (read_run, "1 Q0 a 1 0.5 t\n1 Q0 a 2 0.4 t\n1 Q0 a 2\n1 Q0 b 1 nan t\n", [
            "line 2: 'a' stands twice for '1'",
            "line 3: no line of a run",
            "line 4: no line of a run",
        ]),
        (read_run, b"1 Q0 \xff 1 0.5 t\n", ["line 1: not valid UTF-8"]),
        (read_run, "\n", ["it has no lines"]),
    ],
)  # fmt: skip
def test_bad_lines_are_all_named(file, read, content, said):
    """Everything wrong is in one message, with physical lines."""
    with pytest.raises(RowsError) as caught:
        read(file(content))
    for part in said:
        assert part in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    """A missing file is named."""
    with pytest.raises(UsageError, match="can't be read"):
        read_run(tmp_path / "none")
