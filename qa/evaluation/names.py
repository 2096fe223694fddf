"""The measures: their names, in the order to show them, and what makes each undefined."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qa.errors import UsageError


class Group(StrEnum):
    """What a measure looks at."""

    RETRIEVAL = "retrieval"
    ANSWERS = "answers"
    CITATIONS = "citations"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Definition:
    """What is known of a measure.

    ``needs`` says what there must be for it to be defined. ``per_case`` ones are means over the
    cases that have a value, the others follow from the whole set. ``lower_is_better`` for errors.
    """

    name: str
    group: Group
    needs: str
    per_case: bool = True
    lower_is_better: bool = False


_LABELLED = "answerable questions whose evidence is labelled"
_ANSWERABLE = "answerable questions with known answers"
_BOTH = "both answerable and unanswerable questions"

DEFINITIONS = (
    Definition("nDCG@10", Group.RETRIEVAL, _LABELLED),
    Definition("R@100", Group.RETRIEVAL, _LABELLED),
    Definition("RR", Group.RETRIEVAL, _LABELLED),
    Definition("hit@1", Group.RETRIEVAL, _LABELLED),
    Definition("EM", Group.ANSWERS, _ANSWERABLE),
    Definition("F1", Group.ANSWERS, _ANSWERABLE),
    Definition("EM_all", Group.ANSWERS, "questions with known answers, or unanswerable ones"),
    Definition("F1_all", Group.ANSWERS, "questions with known answers, or unanswerable ones"),
    Definition("item_recall", Group.ANSWERS, "questions for a list whose items are labelled"),
    Definition("sentence_hit", Group.ANSWERS, _LABELLED),
    Definition("citation_precision", Group.CITATIONS, "answered questions with labelled evidence"),
    Definition("citation_recall", Group.CITATIONS, _LABELLED),
    Definition("citation_F1", Group.CITATIONS, _LABELLED),
    Definition("refusal_precision", Group.REFUSAL, "questions that were refused", per_case=False),
    Definition("refusal_recall", Group.REFUSAL, "unanswerable questions", per_case=False),
    Definition("refusal_F1", Group.REFUSAL, "unanswerable or refused questions", per_case=False),
    Definition("AUROC", Group.REFUSAL, _BOTH, per_case=False),
    Definition("AURC", Group.REFUSAL, "questions", per_case=False, lower_is_better=True),
    Definition("ECE", Group.REFUSAL, "answered questions", per_case=False, lower_is_better=True),
)
BY_NAME = {definition.name: definition for definition in DEFINITIONS}
RETRIEVAL = tuple(d.name for d in DEFINITIONS if d.group is Group.RETRIEVAL)
PER_CASE = tuple(d.name for d in DEFINITIONS if d.per_case)


def definition(name: str) -> Definition:
    """The measure of a name.

    Raises:
        UsageError: there is none of that name.
    """
    found = BY_NAME.get(name)
    if found is None:
        raise UsageError(f"there is no measure {name!r}: there are {', '.join(BY_NAME)}")
    return found
