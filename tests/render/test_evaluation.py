"""An evaluation, as a person sees it."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from qa.evaluation.nouns import (
    Case,
    CaseResult,
    Cited,
    Comparison,
    Difference,
    Evaluation,
    Found,
    Labels,
    Measure,
)
from qa.nouns import IndexInfo
from qa.render.evaluation import explain_command, show_comparison, show_evaluation

WRONG = CaseResult(
    Case("q7", "Who led\x1b[31m it?", "fact", answerable=True, answers=("Ana Diaz",)),
    Labels(),
    "Somebody else.",
    None,
    0.87,
    (Cited("people.txt", 0, 14, "Somebody else.", "verified"),),
    Found(),
)
REFUSED = replace(
    WRONG,
    case=replace(WRONG.case, id="q8", kind="far", question="When?"),
    answer=None,
    reason="none mentions it",
    citations=(),
)


@pytest.fixture
def evaluation():
    """Give a run of two cases, both gone wrong."""
    measures = {
        "hit@1": Measure("hit@1", 0.75, 0.5, 1.0, 2),
        "F1": Measure("F1", 0.25, 0.0, 0.5, 2),
        "AUROC": Measure("AUROC", None, None, None, 2, "it needs more"),
        "ECE": Measure("ECE", 0.125, 0.1, 0.2, 1),
    }
    kinds = {"fact": {"hit@1": measures["hit@1"]}, "far": {}}
    settings = {"cases": {"apart": ["far"]}}
    return Evaluation(
        (WRONG, REFUSED), settings, {}, IndexInfo("gen1", "m", 2, 3), measures, kinds,
        0.0301, 0.0559, Path("index"),
    )  # fmt: skip


def test_measures_in_a_pipe(evaluation, piped):
    """A measure a line, with its interval and number of cases, below what it is about."""
    lines = piped(show_evaluation, evaluation).splitlines()
    assert lines[0] == "Retrieval"
    assert lines[1].split()[:2] == ["hit@1", "0.750"]
    assert lines[1].endswith("[0.50, 1.00]  n=2")
    assert lines[1].count("▰") == 15
    assert lines[2] == "Answers"
    (auroc,) = [line for line in lines if line.startswith("AUROC")]
    assert "—" in auroc
    (ece,) = [line for line in lines if line.startswith("ECE")]
    assert "chance alone: 0." in ece


def test_kinds_and_times(evaluation, piped):
    """Each kind has its number and what is defined on it; below stand times and generation."""
    shown = piped(show_evaluation, evaluation)
    lines = shown.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("By kind"))
    assert lines[at].split() == ["By", "kind", "n", "hit@1"]
    assert lines[at + 1].split() == ["fact", "1", "0.750", "[0.50,", "1.00]"]
    assert lines[at + 2].split() == ["far", "1", "—"]
    assert "2 questions · 1 of them apart: far · index gen1" in lines[-1]
    assert "median 30 ms, 95 % within 56 ms" in lines[-1]
    one = replace(evaluation, by_kind={"fact": {}})
    assert "By kind" not in piped(show_evaluation, one)


def test_the_worst_cases(evaluation, piped):
    """What was asked, expected and got, and the command that explains it; nothing harmful."""
    shown = piped(show_evaluation, evaluation)
    assert "✗ q8, far: When?\n" in shown
    assert "    expected  Ana Diaz\n" in shown
    assert "    got       87 %: Somebody else. (people.txt)\n" in shown
    assert "    got       refused: none mentions it\n" in shown
    assert "    qa ask --explain 'When?'\n" in shown
    assert "\x1b" not in shown


def test_the_command_can_be_typed():
    """A shell gives the question back as it was, with quotes, dashes and other folders."""
    question = "-x: what's $HOME `now`?"
    words = shlex.split(explain_command(question, Path("my index")))
    assert words == ["qa", "ask", "--explain", "--index", "my index", "--", question]
    assert explain_command("a?", Path("index")) == "qa ask --explain 'a?'"


def test_at_a_terminal_lines_are_not_wider_than_it(evaluation, drawn, unstyled):
    """Tables lose their right columns where there is no room, and never wrap."""
    for line in unstyled(drawn(show_evaluation, evaluation, width=34)).splitlines():
        if line.startswith(("hit@1", "F1", "AUROC", "ECE", "By kind", "fact", "far")):
            assert len(line) <= 34
    assert "\x1b[" in drawn(show_evaluation, evaluation)


def test_a_comparison(piped):
    """Before, now, who won, whether that is chance; what can't be counted is a dash."""
    comparison = Comparison(
        (
            Difference("F1", 0.5, 0.75, 4, 3, 1, 0, 0.01, 0.02, 0.2),
            Difference("AURC", 0.25, 0.5, 4, None, None, None, 0.5, 0.5, None),
        ),
        4,
        notes=("the search settings differ",),
    )
    lines = piped(show_comparison, comparison).splitlines()
    assert lines[0].split("  ")[0] == "Against the baseline"
    assert lines[1].split() == ["F1", "0.500", "0.750", "+0.250", "3/1/0", "0.020", "0.200"]
    assert lines[2].split() == ["AURC", "0.250", "0.500", "+0.250", "—", "0.500", "—"]
    assert lines[-1] == "the search settings differ"


def test_nothing_to_compare(piped):
    """A comparison of nothing is its notes."""
    assert "no question" in piped(show_comparison, Comparison((), 0, notes=("no question",)))
