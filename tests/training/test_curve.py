"""A learning curve: three trainings, a table and a chart of what they brought."""

import json
from dataclasses import replace

import pytest

from qa.__main__ import run
from qa.errors import UsageError
from qa.reader import MODEL, Reader
from qa.training.articles import portion
from qa.training.curve import FILE, as_markdown, learning_curve
from qa.training.loop import LOG
from qa.training.train import sources_of


@pytest.fixture(scope="module")
def drawn(squad, encoder, tmp_path_factory):
    """Give the folder of a learning curve of a small training, made by the command line."""
    folder = tmp_path_factory.mktemp("curve")
    given = ["train", squad, "--encoder", encoder, "--output", folder, "--examples", 384, "--curve"]
    assert run([str(one) for one in given]) == 0
    return folder


def figures(f1, unanswerable=2):
    """What a training reaches of a file."""
    return {
        "answerable": 5, "unanswerable": unanswerable,
        "f1": f1, "em": 0.25, "best_f1": 0.5, "auroc": None,
    }  # fmt: skip


def rows(*values):
    """Trainings that reach these F1, each with twice the examples of the one before."""
    return {
        name: {
            "questions": 500 * 2**n, "examples": 2_000 * 2**n,
            "held_out": {"towns": figures(value)},
        }
        for n, (name, value) in enumerate(zip(("quarter", "half", "all"), values, strict=True))
    }  # fmt: skip


def test_three_readers_are_written(drawn):
    """Each can be used; the one of all questions lies where a training without the curve would."""
    for part in (drawn / "quarter", drawn / "half", drawn):
        assert Reader(part).files
        assert (part / MODEL).is_file()


def test_a_part_is_trained_on_for_as_large_a_part_of_the_schedule(drawn):
    """A quarter, half and all of 384 examples."""
    logs = [drawn / "quarter" / LOG, drawn / "half" / LOG, drawn / LOG]
    last = [json.loads(log.read_text().splitlines()[-1]) for log in logs]
    assert [row["examples"] for row in last] == [96, 192, 384]


def test_what_is_written_has_the_figures_of_the_logs(drawn):
    """A row for each training."""
    lines = (drawn / FILE).read_text().splitlines()
    row = json.loads((drawn / LOG).read_text().splitlines()[-1])
    (line,) = [line for line in lines if line.startswith("| all |")]
    assert f"| {100 * row['held_out']['towns']['f1']:.1f} |" in line


def test_all_are_measured_on_the_same_questions(drawn):
    """What is held out does not depend on the part that is trained on."""
    logs = [drawn / "quarter" / LOG, drawn / "half" / LOG, drawn / LOG]
    held = [json.loads(log.read_text().splitlines()[-1])["held_out"]["towns"] for log in logs]
    assert len({(one["answerable"], one["unanswerable"]) for one in held}) == 1


def test_parts_are_nested(make_plan, notebook):
    """Half has the questions that a quarter has; each as many as its name says."""
    (source,) = sources_of(make_plan(), notebook)

    def asked(share):
        part = portion(source, share, 3)
        return {question.text for _, question in (*part.answerable, *part.unanswerable)}

    assert asked(0.25) < asked(0.5) < asked(1.0)
    assert [len(asked(share)) for share in (0.25, 0.5)] == [
        round(len(asked(1.0)) * share) for share in (0.25, 0.5)
    ]
    assert len(asked(0.0001)) == 1
    assert portion(source, 0.25, 3).held_out == source.held_out
    assert portion(source, 1.0, 3) == source


def test_a_part_keeps_every_paragraph(make_plan, notebook):
    """Those whose questions are left out are still what others are compared with."""
    (source,) = sources_of(make_plan(), notebook)
    part = portion(source, 0.25, 1)
    assert [len(a.paragraphs) for a in part.training] == [
        len(a.paragraphs) for a in source.training
    ]


def test_the_last_doubling_says_what_the_next_promises():
    """From 50 to 75 half of what lacked is left: from 75 to 87.5."""
    text = as_markdown(rows(0.2, 0.5, 0.75))
    assert "The last doubling left 50% of what F1 lacked" in text
    assert "twice as much of the same brings it to 87.5" in text


@pytest.mark.parametrize("last", [0.5, 0.4])
def test_a_curve_that_does_not_rise_promises_nothing(last):
    """Nor one that falls."""
    text = as_markdown(rows(0.2, 0.5, last))
    assert "The last doubling brought no higher F1." in text
    assert "twice as much" not in text


def test_a_chart_has_a_line_for_each_measure_that_is_known():
    """The AUROC is undefined here, and has none."""
    text = as_markdown(rows(0.2, 0.5, 0.75))
    assert 'title "towns: F1, exact, F1 with refusals by examples"' in text
    assert 'x-axis ["2,000", "4,000", "8,000"]' in text
    assert text.count("    line [") == 3
    assert "    line [20.0, 50.0, 75.0]" in text
    assert "| all | 2,000 | 8,000 | 75.0 | 25.0 | 50.0 | - |" in text


def test_a_file_of_which_nothing_is_held_out_has_no_table():
    """There is nothing to say of it."""
    given = rows(0.2, 0.5, 0.75)
    for row in given.values():
        row["held_out"]["small"] = figures(None) | {"answerable": 0, "unanswerable": 0}
    text = as_markdown(given)
    assert "## towns" in text
    assert "small" not in text


def test_an_average_has_no_curve(make_plan, tmp_path, notebook):
    """Nothing is trained for it."""
    plan = replace(make_plan(), average=(tmp_path, tmp_path))
    with pytest.raises(UsageError, match="--average"):
        learning_curve(plan, tmp_path / "out", notebook)
    assert not (tmp_path / "out").exists()


def test_nothing_to_train_has_no_curve(qa, squad, tmp_path):
    """To weigh the evidence anew is no training."""
    said = qa("train", squad, "--output", tmp_path / "out", "--curve", "--fit-only")
    assert said.code == 2
    assert "--curve trains, --fit-only does not" in said.err
