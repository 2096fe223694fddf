"""Answering a file of questions, and going on after an interruption."""

from __future__ import annotations

import json

import pytest

from qa.batch import answer_file
from qa.errors import RowsError, StorageError, UsageError

QUESTIONS = [
    {"id": "q1", "question": "When was the port of Omoa opened?"},
    {"id": "q2", "question": "the of and"},
    {"id": "q3", "question": "Who founded the school?"},
]


@pytest.fixture
def filled(library):
    """Give an indexed folder that answers two of the questions."""
    library.write("a.txt", "The port of Omoa was opened in 1864.")
    library.write("b.txt", "The school was founded by Ana Paz.")
    library.build()
    return library


@pytest.fixture
def answer(filled, tmp_path, notebook):
    """Give what answers rows into answers.jsonl: the counts and the objects written."""

    def call(rows=QUESTIONS, session=None):
        (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        output = tmp_path / "answers.jsonl"
        done = answer_file(session or filled.session(), tmp_path / "in.jsonl", output, 2, notebook)
        return done, [json.loads(line) for line in output.read_text().splitlines()]

    return call


def without_times(answers):
    return [{**answer, "seconds": None} for answer in answers]


def test_every_question_is_answered_in_order(answer, notebook):
    """A line each with its id; what was answered and declined is counted."""
    done, answers = answer()
    assert [a["id"] for a in answers] == ["q1", "q2", "q3"]
    assert [a["question"] for a in answers] == [row["question"] for row in QUESTIONS]
    assert [a["abstained"] for a in answers] == [False, True, False]
    assert (done.answered, done.abstained, done.resumed) == (2, 1, 0)
    assert all(len(a["passages"]) <= 2 for a in answers)
    assert (notebook.steps, notebook.done) == ([("answering", 3)], 3)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
@pytest.mark.parametrize("cut", [0, 1, 40])
def test_an_interrupted_run_is_resumed(answer, tmp_path, kept, cut):
    """Whole lines are kept as they are; a line that was cut off is written again."""
    _, whole = answer()
    output = tmp_path / "answers.jsonl"
    lines = output.read_bytes().splitlines(keepends=True)
    rest = lines[kept][:cut] if kept < 3 else b""
    output.write_bytes(b"".join(lines[:kept]) + rest)
    done, answers = answer()
    assert done.resumed == kept
    assert done.answered + done.abstained == 3 - kept
    assert without_times(answers) == without_times(whole)
    assert output.read_bytes().splitlines(keepends=True)[:kept] == lines[:kept]


def test_a_line_that_lacks_only_its_end_is_written_again(answer, tmp_path):
    """Whether it was whole can't be known."""
    _, whole = answer()
    output = tmp_path / "answers.jsonl"
    output.write_bytes(output.read_bytes()[:-1])
    done, answers = answer()
    assert done.resumed == 2
    assert without_times(answers) == without_times(whole)


def test_answers_to_other_questions_are_not_gone_on_from(answer, tmp_path):
    """Another order, another wording, more answers than questions: refused, untouched."""
    answer()
    before = (tmp_path / "answers.jsonl").read_bytes()
    other = [QUESTIONS[0], {"id": "q2", "question": "Something else?"}, QUESTIONS[2]]
    for rows, line in ((list(reversed(QUESTIONS)), 1), (other, 2), (QUESTIONS[:2], 3)):
        expected = rf"answers\.jsonl, line {line} answers another question .* delete"
        with pytest.raises(UsageError, match=expected):
            answer(rows)
        assert (tmp_path / "answers.jsonl").read_bytes() == before


def test_answers_of_another_generation_are_not_gone_on_from(filled, answer, tmp_path):
    """A run is of one index; the message names both generations."""
    old = filled.snapshot().name
    answer()
    filled.write("c.txt", "Something new.")
    filled.build()
    new = filled.snapshot().name
    expected = f"line 1 was answered from generation {old}, the index is at {new} now"
    with pytest.raises(UsageError, match=expected):
        answer()


@pytest.mark.parametrize(
    "line",
    [
        "text\n",
        "a single line without an end",
        "[]\n",
        "{}\n",
        '{"id": "q1", "question": "x", "index": []}\n',
        "\n",
        "[" * 200_000 + "\n",
    ],
)
def test_a_file_that_is_no_run_is_not_written_over(answer, tmp_path, line):
    """Somebody's other file in the place of the output is left alone."""
    (tmp_path / "answers.jsonl").write_text(line)
    with pytest.raises(UsageError, match=r"line 1: no answer of a run: name another --output"):
        answer()
    assert (tmp_path / "answers.jsonl").read_text() == line


def test_bad_rows_are_all_named_before_anything_is_written(answer, tmp_path):
    """Nothing is answered, no file is made."""
    rows = [QUESTIONS[0], {"id": "q2"}, {"question": "x"}, QUESTIONS[0]]
    with pytest.raises(
        RowsError, match=r"line 2: .*; line 3: .*; line 4: id 'q1' stands in line 1"
    ):
        answer(rows)
    assert not (tmp_path / "answers.jsonl").exists()


def test_a_full_disk_keeps_what_was_answered(filled, answer, tmp_path, restricted):
    """The error says what to do; afterwards the run goes on from the last whole line."""
    session = filled.session()
    session.ask("warm")
    _, whole = answer()
    output = tmp_path / "answers.jsonl"
    size = len(output.read_bytes().splitlines(keepends=True)[0])
    output.unlink()
    with pytest.raises(StorageError, match=r"no space left .*: free some and run .* again"):
        restricted(lambda: answer(session=session), limit=size + 20)
    assert 0 < output.stat().st_size <= size + 20
    done, answers = answer()
    assert done.resumed == 1
    assert without_times(answers) == without_times(whole)


def test_an_output_that_can_not_be_written_is_said_to_be_so(answer, tmp_path):
    """A folder in its place."""
    (tmp_path / "answers.jsonl").mkdir()
    with pytest.raises(StorageError, match=r"answers\.jsonl can't be written"):
        answer()
