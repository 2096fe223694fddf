"""What the report's page draws."""

import json
import shlex
from dataclasses import replace

import pytest

from qa.evaluation.evaluate import evaluation
from qa.evaluation.names import DEFINITIONS
from qa.evaluation.nouns import Evidence, Found, Labels, Measure, Ranked
from qa.evaluation.report_data import outcome, report_data, wilson
from qa.evaluation.scoring import scored
from qa.nouns import IndexInfo

NAMES = [definition.name for definition in DEFINITIONS]


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"right": True}, "right"),
        ({"right": False}, "wrong"),
        ({"answer": None}, "refused-wrongly"),
        ({"answer": None, "answerable": False}, "refused-rightly"),
        ({"answerable": False}, "wrong"),
        ({"labels": Labels((), (Evidence("a.md", "gone"),)), "right": True}, "drift"),
        ({"labels": Labels((), (Evidence("a.md", "gone"),)), "answer": None}, "drift"),
    ],
)
def test_every_answer_has_one_outcome(make_result, about, expected):
    """Right, wrong, refused rightly or not; of a drifted label nothing can be said."""
    assert outcome(make_result(**about)) == expected


@pytest.mark.parametrize(
    ("ranks", "expected"), [((1, 4), "first"), ((2,), "lower"), ((), "missed")]
)
def test_a_ranking_alone_has_an_outcome(make_result, ranks, expected):
    """Where no answer was asked for, the rank of the first relevant passage tells."""
    result = replace(make_result(answer=None), reason=None, found=Found(2, ranks))
    assert outcome(result) == expected


@pytest.mark.parametrize(("right", "n"), [(0, 1), (1, 1), (3, 7), (45, 50), (0, 30)])
def test_wilson_ends_where_the_share_is_just_unlikely(right, n):
    """At both ends the share is 1.96 of the end's own standard errors away, unless at 0 or 1."""
    share = right / n
    low, high = wilson(share, n)
    assert 0 <= low <= share <= high <= 1
    for end in {low, high} - {0.0, 1.0}:
        assert abs(share - end) == pytest.approx(1.959964 * (end * (1 - end) / n) ** 0.5)


def test_only_measures_that_are_known_have_words(make_result):
    """Every measure that an evaluation gives is explained."""
    made = evaluation(scored([make_result()]), NAMES, {}, None)
    assert all(measure["about"] for measure in report_data(made)["measures"])


def test_what_is_undefined_says_why(make_run, make_result):
    """A measure without a value brings its reason, not a number."""
    run = make_run([make_result()])
    why = "it needs refused questions"
    run = replace(run, measures={"ECE": Measure("ECE", None, None, None, 0, why)})
    found = report_data(run)["measures"][0]
    assert (found["value"], found["why"], found["lower"]) == (None, why, True)


def test_kinds_apart_are_in_no_curve(make_result):
    """A kind that is reported apart is among the cases, and not in the curves over all."""
    results = [make_result("q1"), make_result("q2", kind="spanish", confidence=0.2)]
    settings = {"cases": {"apart": ["spanish"]}}
    data = report_data(evaluation(results, ["F1"], settings, None))
    assert data["apart"] == ["spanish"]
    assert [case["id"] for case in data["cases"]] == ["q1", "q2"]
    assert [point["coverage"] for point in data["curve"]] == [1.0]
    assert sum(each["n"] for each in data["bins"]) == 1


def test_a_ranking_alone_has_no_curves(make_result, make_run):
    """Without answers there is no confidence to draw."""
    data = report_data(make_run([replace(make_result(answer=None), reason=None)]))
    assert (data["answered"], data["curve"], data["bins"]) == (False, [], [])


def test_passages_are_few_and_ranked(make_result, make_run):
    """The first three passages are shown with their ranks, but not that of the quote again."""
    best = tuple(Ranked("a.md", i, i + 9, 1.0, relevant=i == 0, text="text") for i in range(5))
    cited = replace(make_result().citations[0], context="some context", context_start=1)
    result = make_result(found=Found(1, (1,), best), citations=(cited,))
    passages = report_data(make_run([result]))["cases"][0]["passages"]
    assert [(passage["rank"], passage["start"]) for passage in passages] == [(1, 0), (3, 2)]


def test_the_command_that_explains_names_the_index(make_result, make_run, tmp_path):
    """The command to copy is one line that a shell takes apart as meant; without an index, none."""
    run = make_run([make_result(question="who's\n$(rm -r x)")])
    assert report_data(run)["cases"][0]["explain"] is None
    explain = report_data(replace(run, folder=tmp_path))["cases"][0]["explain"]
    assert shlex.split(explain)[-3:] == ["--index", str(tmp_path), "who's $(rm -r x)"]


def test_facts_and_settings_are_told(make_result, make_run):
    """The index, the times and all settings are there, flat, as text."""
    run = make_run([make_result()], settings={"search": {"weight": 0.5, "kinds": ["a", "b"]}})
    info = IndexInfo("g1", "tiny", 2, 1200)
    data = report_data(replace(run, index=info, median=0.0213, p95=0.5))
    assert data["facts"][1] == "2 documents, 1,200 passages"
    assert data["facts"][-1] == "21 ms a question (95 % below 500 ms)"
    assert ("search weight", "0.5") in data["made"]
    assert ("search kinds", "a, b") in data["made"]
    json.dumps(data, allow_nan=False)
