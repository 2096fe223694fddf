"""Finding search settings, and whether they are better."""

import numpy as np
import pytest

from qa.errors import UsageError
from qa.evaluation.labels import Labeller
from qa.evaluation.nouns import Case, Evidence
from qa.evaluation.retrieval import of_passages
from qa.evaluation.tune import grid_of, judge, tune
from qa.hits import hits
from qa.search import retrieve
from qa.settings import SearchSettings

GRID = grid_of(50)
TOWNS = [f"oak{chr(97 + i)}y" for i in range(24)]


def place(weight):
    """Where a weight stands in the grid."""
    return next(i for i, settings in enumerate(GRID) if settings.weight == weight)


@pytest.fixture(scope="module")
def library_of_towns(make_library):
    """Give an index of small towns, some of which say the same of themselves."""
    library = make_library()
    for i, town in enumerate(TOWNS):
        mills = f"The town of {town} has {i + 3} mills on the river.\n"
        library.write(f"{town}.md", f"# {town}\n\n{mills}")
        if i % 5 == 0:
            library.write(f"{town}-twin.md", f"# {town}\n\n{mills}")
    library.build()
    return library


@pytest.fixture(scope="module")
def towns():
    """Give a question on each town."""
    return [
        Case(f"q{i}", f"How many mills on the river has {town}?", "fact", answerable=True,
             evidence=(Evidence(f"{town}.md", f"The town of {town} has {i + 3} mills"),))
        for i, town in enumerate(TOWNS)
    ]  # fmt: skip


def test_the_grid_has_the_default_first_and_nothing_twice():
    """Depths beyond the passages rank alike: one is enough, and it is the default's."""
    assert GRID[0] == SearchSettings()
    assert len(set(GRID)) == len(GRID) == 21
    assert {settings.depth for settings in GRID} == {1000}
    assert {settings.depth for settings in grid_of(500)} == {100, 300, 1000}
    assert {settings.depth for settings in grid_of(90_000)} == {100, 300, 1000, 3000}


def test_a_gain_that_is_no_chance_is_taken():
    """One weight is better for nearly every question: it is kept, with its gain."""
    random = np.random.default_rng(1)
    values = np.full((len(GRID), 80), 0.5) + random.normal(0, 0.01, 80)
    values[place(0.8)] += 0.2
    found = judge(values, GRID, np.arange(80), "RR")
    assert found.significant
    assert found.kept.weight == 0.8
    assert found.gain.value == pytest.approx(0.2)
    assert found.between == (0.8, 0.8)


def test_chance_is_not_taken_for_a_gain():
    """Of settings that differ by chance alone one is highest, and the default stays."""
    random = np.random.default_rng(2)
    values = random.uniform(0, 1, (len(GRID), 60))
    found = judge(values, GRID, np.arange(60), "RR")
    assert found.chosen.value > found.default.value + 0.02
    assert not found.significant
    assert found.kept == SearchSettings()


def test_one_lucky_quote_is_not_many_questions():
    """A gain on the twenty questions of one quote alone does not convince."""
    values = np.full((len(GRID), 40), 0.5)
    values[place(0.2), :20] = 0.9
    groups = np.concatenate([np.zeros(20, int), np.arange(1, 21)])
    assert not judge(values, GRID, groups, "RR").significant
    assert judge(values, GRID, np.arange(40), "RR").significant


def test_equal_settings_leave_the_default():
    """Where nothing differs nothing changes; of equals the nearest to the default is highest."""
    values = np.full((len(GRID), 20), 0.5)
    assert judge(values, GRID, np.arange(20), "RR").chosen.settings == SearchSettings()
    values[[place(0.1), place(0.7), place(1.0)]] += 0.1
    assert judge(values, GRID, np.arange(20), "RR").chosen.settings.weight == 0.7


def test_cached_arrays_rank_as_a_search_does(library_of_towns, towns, notebook):
    """Every setting's value is that of really searching with it."""
    session = library_of_towns.session()
    found = tune(session, towns, "RR", notebook)
    labeller = Labeller.of(session.snapshot)
    for tried in (found.tried[0], found.tried[3], found.tried[-1]):
        judged = []
        for case in towns:
            candidates = retrieve(session.snapshot, session.encoder, case.question, tried.settings)
            top = hits(session.snapshot, candidates, 100)
            judged.append(labeller.found(labeller.labels(case), candidates, top))
        values = [value["RR"] for value in of_passages(judged, ["RR"])]
        assert tried.value == pytest.approx(np.mean(values), abs=1e-6)
    assert len({tried.value for tried in found.tried}) > 1


def test_cases_without_labels_are_left_out(library_of_towns, towns, notebook):
    """What is unanswerable or no longer found has no passage to rank high."""
    lost = Case("l", "Who?", "fact", answerable=True, evidence=(Evidence("oakby.md", "gone"),))
    none = Case("n", "Who?", "far", answerable=False)
    found = tune(library_of_towns.session(), [*towns, lost, none], "nDCG@10", notebook)
    assert found.questions == 24


def test_too_few_questions_are_refused(library_of_towns, towns, notebook):
    """One line says how many there are and how many there must be."""
    with pytest.raises(UsageError, match=r"3 questions have .* there must be at least 10"):
        tune(library_of_towns.session(), towns[:3], "RR", notebook)


@pytest.mark.parametrize("measure", ["F1", "nonsense"])
def test_other_measures_are_refused(library_of_towns, towns, notebook, measure):
    """Only rankings follow from cached arrays."""
    with pytest.raises(UsageError, match="measure"):
        tune(library_of_towns.session(), towns, measure, notebook)
