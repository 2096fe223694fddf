"""When a run fails its gate."""

import pytest

from qa.errors import UsageError
from qa.evaluation.gate import Gate, regressions
from qa.evaluation.nouns import Comparison, Difference


def comparison(*differences):
    """A comparison of (name, before, now, p)."""
    made = (Difference(n, before, now, 9, 0, 0, 9, p, p, 0.1) for n, before, now, p in differences)
    return Comparison(tuple(made), 9)


def test_parsing():
    """A measure, a measure with a margin, or all; anything else is refused."""
    assert Gate.parse("F1") == Gate("F1")
    assert Gate.parse("nDCG@10:0.02") == Gate("nDCG@10", 0.02)
    assert Gate.parse("all") == Gate("all")
    with pytest.raises(UsageError, match="no measure 'eval/'"):
        Gate.parse("eval/")
    for text in ("F1:", "F1:much", "F1:-1", "F1:nan"):
        with pytest.raises(UsageError, match="the margin must be a number from 0 to 1"):
            Gate.parse(text)


def test_significantly_worse():
    """A drop that is no chance fails; a gain, or a drop that may be chance, does not."""
    worse = comparison(("F1", 0.8, 0.7, 0.01), ("EM", 0.5, 0.6, 0.01), ("RR", 0.8, 0.7, 0.5))
    (line,) = regressions(worse, [Gate("all")])
    assert line.startswith("F1 went from 0.800 to 0.700, significantly (p = 0.0300 ")
    assert regressions(worse, [Gate("EM"), Gate("RR")]) == ()


def test_holm_is_over_what_gates_name():
    """Naming one measure asks one question; naming three makes chance hits likelier."""
    three = comparison(("F1", 0.8, 0.7, 0.03), ("EM", 0.5, 0.4, 0.9), ("RR", 0.8, 0.7, 0.9))
    assert len(regressions(three, [Gate("F1")])) == 1
    assert regressions(three, [Gate("all")]) == ()


def test_a_margin_asks_for_no_significance():
    """With a margin it is the size of the drop that counts."""
    chance = comparison(("F1", 0.8, 0.78, 1.0))
    assert regressions(chance, [Gate("F1", 0.02)]) == ()
    (line,) = regressions(chance, [Gate("F1", 0.01)])
    assert line == "F1 went from 0.800 to 0.780, by more than 0.01"


def test_errors_get_worse_upwards():
    """Of a measure where lower is better, a rise fails."""
    rise = comparison(("ECE", 0.1, 0.2, 0.001))
    assert len(regressions(rise, [Gate("ECE")])) == 1
    assert regressions(comparison(("ECE", 0.2, 0.1, 0.001)), [Gate("ECE", 0.0)]) == ()


def test_a_gate_on_nothing_is_no_gate():
    """A measure that can't be compared is an error, not a pass."""
    with pytest.raises(UsageError, match="EM of --fail-on-regression: nothing to compare"):
        regressions(comparison(("F1", 0.8, 0.8, 1.0)), [Gate("EM")])
    with pytest.raises(UsageError, match="nothing to compare"):
        regressions(comparison(), [Gate("all")])
