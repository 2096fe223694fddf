"""What training makes small."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from qa.training.examples import Example
from qa.training.loop import regrouped
from qa.training.model import Encoded, loss
from qa.training.pretrained import tokenizer_of

RIGHT = Example("Who built it?", "", "the mill was built by Ada", (22, 25), 7)
RIVAL = Example("Who built it?", "", "the bell was built by Ben", None, 7)


@pytest.fixture(scope="module")
def tokenizer(encoder):
    """Give the tokenizer of the small encoder."""
    return tokenizer_of(encoder)


def lost(tokenizer, examples, raised=(), answerable=None):
    """The loss where all logits are 0 but some of the text's; ``raised`` adds to a row's."""
    batch = Encoded(tokenizer, examples)
    logits = torch.zeros(batch.tensors["input_ids"].shape)
    for row, null, text in raised:
        logits[row, 0] += null
        logits[row, 1:] += text
    second = torch.zeros(len(examples)) if answerable is None else torch.tensor(answerable)
    return float(loss(lambda *_: (logits, logits, second), batch))


def test_a_rival_that_says_more_costs(tokenizer):
    """Where both passages are one question, it must not be surer of itself than the right one."""
    alone = [replace(one, group=None) for one in (RIGHT, RIVAL)]
    loud, quiet = [(1, -2.0, 2.0)], [(1, 2.0, -2.0)]
    together = [
        lost(tokenizer, [RIGHT, RIVAL], raised) - lost(tokenizer, alone, raised)
        for raised in (loud, quiet)
    ]
    assert together[0] > together[1] + 0.5 > 0.5
    assert all(np.isfinite(together))


def test_what_is_compared_is_what_is_above_the_null_answer(tokenizer):
    """A passage whose logits are all higher, that of no answer too, says no more than before."""
    plain = lost(tokenizer, [RIGHT, RIVAL])
    assert lost(tokenizer, [RIGHT, RIVAL], [(1, 5.0, 5.0)]) == pytest.approx(plain, abs=1e-5)


def test_second_opinions_are_compared(tokenizer):
    """That on the right passage is to be the higher one."""
    alone = [replace(one, group=None) for one in (RIGHT, RIVAL)]
    found = [
        lost(tokenizer, [RIGHT, RIVAL], (), given) - lost(tokenizer, alone, (), given)
        for given in ([2.0, -2.0], [-2.0, 2.0])
    ]
    assert found[1] - found[0] == pytest.approx(4.0 / 4, abs=1e-4)


def test_other_questions_are_not_compared(tokenizer):
    """What another question's passage says makes no difference to this one's part."""
    other = [replace(one, group=8) for one in (RIGHT, RIVAL)]
    alone = [replace(one, group=None) for one in (RIGHT, RIVAL)]
    loud = [(3, -2.0, 2.0)]
    both = lost(tokenizer, [RIGHT, RIVAL, *other], loud) - lost(tokenizer, alone * 2, loud)
    first = lost(tokenizer, [RIGHT, RIVAL]) - lost(tokenizer, alone)
    second = lost(tokenizer, other, [(1, -2.0, 2.0)]) - lost(tokenizer, alone, [(1, -2.0, 2.0)])
    assert both == pytest.approx((first + second) / 2, abs=1e-4)


def test_an_answer_that_is_cut_off_is_not_compared(tokenizer):
    """Its place is not among the tokens: there is nothing to raise above the rivals."""
    long = "the town " * 400
    cut = Example("Who built it?", "", f"{long}Ada", (len(long), len(long) + 3), 7)
    alone = [replace(one, group=None) for one in (cut, RIVAL)]
    assert lost(tokenizer, [cut, RIVAL]) == pytest.approx(lost(tokenizer, alone))


def test_batches_are_of_one_length_and_keep_questions_together():
    """As many batches as before, every example in one, the passages of a question in the same."""
    random = np.random.default_rng(3)
    words = random.integers(5, 150, 8 * 12)
    made = [
        Example("q", "", "a " * words[n], None, n // 3 if n % 12 < 9 else None)
        for n in range(8 * 12)
    ]
    batches = [made[first : first + 12] for first in range(0, len(made), 12)]
    found = regrouped(batches)
    assert len(found) == 8
    assert sorted(id(one) for batch in found for one in batch) == sorted(map(id, made))
    homes = {}
    for number, batch in enumerate(found):
        for one in batch:
            if one.group is not None:
                homes.setdefault(one.group, set()).add(number)
    assert {len(places) for places in homes.values()} == {1}
    assert all(9 <= len(batch) <= 15 for batch in found)
    assert padded(found) < 0.9 * padded(batches)


def padded(batches):
    """How many characters are read, each text being as long as the longest of its batch."""
    return sum(len(batch) * max(len(one.text) for one in batch) for batch in batches)
