"""Learning from what another network makes of the same examples, beside the marked answers.

The whole distributions of starts and ends are learnt, softened (Hinton, Vinyals and Dean,
"Distilling the Knowledge in a Neural Network", arXiv 1503.02531).
"""

from __future__ import annotations

from typing import Any, NamedTuple

# Logits are divided by it before they are compared: so what is unlikely counts, too.
_TEMPERATURE = 2.0
# How much of the loss is the teacher's; the rest is that of the marked answers.
SHARE = 0.7


class Outputs(NamedTuple):
    """What a network says of a batch: torch tensors, (batch, length) twice, and (batch,)."""

    starts: Any
    ends: Any
    answerable: Any


def distillation(own: Outputs, taught: Outputs) -> Any:
    """How far a network is from its teacher: the mean of what starts, ends and opinion differ by.

    For starts and ends the divergence of the softened distributions, times the temperature's
    square as in the paper; for the second opinion the cross entropy.
    """
    from torch.nn import functional

    def divergence(ours: Any, theirs: Any) -> Any:
        return (
            functional.kl_div(
                functional.log_softmax(ours / _TEMPERATURE, 1),
                functional.log_softmax(theirs / _TEMPERATURE, 1),
                reduction="batchmean",
                log_target=True,
            )
            * _TEMPERATURE**2
        )

    spans = divergence(own.starts, taught.starts) + divergence(own.ends, taught.ends)
    opinion = functional.binary_cross_entropy_with_logits(
        own.answerable, taught.answerable.sigmoid()
    )
    return spans / 2 + opinion / 2
