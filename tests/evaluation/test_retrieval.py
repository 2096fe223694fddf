"""Measures of rankings, through ir_measures."""

import math

import ir_measures
import numpy as np
import pytest

from qa.errors import UsageError
from qa.evaluation.names import RETRIEVAL
from qa.evaluation.nouns import Found
from qa.evaluation.retrieval import in_order, measured, of_passages, parse, printed


@pytest.mark.parametrize("name", ["nDCG@10", "R@100", "RR", "hit@1", "RR@10", "P@5", "hit@10"])
def test_names_parse_and_print(name):
    """A printed name parses back to its measure."""
    assert printed(parse(name)) == name
    assert parse(printed(parse(name))) == parse(name)


@pytest.mark.parametrize("name", ["nope@3", "", "R@", "F1("])
def test_unknown_names(name):
    """A name that the library does not know is refused with examples."""
    with pytest.raises(UsageError, match="try nDCG@10"):
        parse(name)


def test_by_hand():
    """Relevant at ranks 2 and 4, three relevant in all.

    DCG = 1/log2(3) + 1/log2(5); the ideal is 1 + 1/log2(3) + 1/log2(4).
    """
    (values,) = of_passages([Found(3, (2, 4))], RETRIEVAL)
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert values["nDCG@10"] == pytest.approx(gain / ideal, abs=1e-6)
    assert values["R@100"] == pytest.approx(2 / 3, abs=1e-6)
    assert values["RR"] == 0.5
    assert values["hit@1"] == 0.0


def test_nothing_relevant_and_nothing_found():
    """A question without anything relevant has no measure; one that found nothing has zeros."""
    nothing, missed = of_passages([Found(), Found(2)], RETRIEVAL)
    assert nothing == {}
    assert missed == dict.fromkeys(RETRIEVAL, 0.0)


def test_as_the_library_on_random_runs():
    """Ranks of what is relevant carry all that the library needs of a ranking."""
    random = np.random.default_rng(5)
    found, qrels, run = [], [], []
    for number in range(60):
        relevant = int(random.integers(1, 12))
        ranking = [f"d{i}" for i in random.permutation(200)[:100]]
        qrels += [ir_measures.Qrel(str(number), f"d{i}", 1) for i in range(relevant)]
        run += [ir_measures.ScoredDoc(str(number), name, -i) for i, name in enumerate(ranking)]
        ranks = [r for r, name in enumerate(ranking, 1) if int(name[1:]) < relevant]
        found.append(Found(relevant, tuple(ranks)))
    theirs = {
        (metric.query_id, str(metric.measure)): metric.value
        for metric in ir_measures.iter_calc([parse(name) for name in RETRIEVAL], qrels, run)
    }
    for number, values in enumerate(of_passages(found, RETRIEVAL)):
        for name, value in values.items():
            assert value == pytest.approx(theirs[str(number), str(parse(name))], abs=1e-6)


def test_order_is_kept_where_scores_are_close():
    """Rankings are judged as they stand, however little their scores differ."""
    ranking = [f"d{i:05}" for i in range(5000)]
    qrels = {"q": {ranking[17]: 1}}
    assert measured(qrels, {"q": in_order(ranking)}, ["RR"])["q"]["RR"] == pytest.approx(
        1 / 18, abs=1e-6
    )
