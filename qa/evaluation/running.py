"""Answer every case by the code that `qa ask` runs, and go on with an interrupted run."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from qa.evaluation.labels import SHOWN, Labeller
from qa.evaluation.nouns import CaseResult, Cited, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from qa.asking import Session
    from qa.evaluation.journal import Journal
    from qa.evaluation.nouns import Case
    from qa.nouns import Answer, Citation
    from qa.reporter import Reporter
    from qa.search import Candidates

    Asking = Callable[[Case], tuple[Answer, Candidates]]


def searching(session: Session) -> Asking:
    """Ask as `qa ask` does; more passages are listed, which changes no answer."""

    def ask(case: Case) -> tuple[Answer, Candidates]:
        read = session.read(case.question, session.candidates(case.question), SHOWN)
        return session.answer(case.question, read, SHOWN), read.candidates

    return ask


def run_cases(
    session: Session,
    cases: Sequence[Case],
    asking: Asking,
    reporter: Reporter,
    journal: Journal | None = None,
) -> tuple[CaseResult, ...]:
    """One result a case, in order, one question after the other; measures are not yet in them.

    Results that ``journal`` has are taken from it, and new ones written to it as they are made.
    The first question is asked once more before, so that no time is that of a cold start.
    """
    labeller = Labeller.of(session.snapshot)
    known = journal.results if journal is not None else {}
    missing = [case for case in cases if case.id not in known]
    reporter.start("answering", len(missing))
    if missing:
        asking(missing[0])
    made = dict(known)
    for case in missing:
        result = _run(case, labeller, asking)
        if journal is not None:
            journal.add(result)
        made[case.id] = result
        reporter.advance(1)
    return tuple(made[case.id] for case in cases)


def _run(case: Case, labeller: Labeller, asking: Asking) -> CaseResult:
    """Ask, and keep what measures and reports need; confidence is rounded to 6 digits."""
    began = perf_counter()
    answer, candidates = asking(case)
    seconds = perf_counter() - began
    labels = labeller.labels(case)
    return CaseResult(
        case=case,
        labels=labels,
        answer=answer.text,
        reason=answer.reason,
        confidence=round(answer.confidence, 6),
        citations=tuple(_cited(citation) for citation in answer.citations),
        found=labeller.found(labels, candidates, answer.passages),
        seconds=round(seconds, 6),
    )


def _cited(citation: Citation) -> Cited:
    return Cited(
        document=citation.document,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        status=citation.status.value,
        answer_start=citation.answer_start,
        answer_end=citation.answer_end,
        also_in=tuple(Span(p.document, p.start, p.end) for p in citation.also_in),
        context=citation.context,
        context_start=citation.context_start,
    )
