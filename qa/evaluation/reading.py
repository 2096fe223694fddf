"""Ask where the right document is given: reading measured alone, without searching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.evaluation.labels import SHOWN
from qa.search import within

if TYPE_CHECKING:
    from qa.asking import Session
    from qa.evaluation.nouns import Case
    from qa.evaluation.running import Asking
    from qa.nouns import Answer
    from qa.search import Candidates


def reading(session: Session) -> Asking:
    """Ask as `qa ask` does, with nothing to read but the document that the case gives."""
    names = (record.name for record in session.snapshot.iter_documents())
    numbers = {name: number for number, name in enumerate(names)}

    def ask(case: Case) -> tuple[Answer, Candidates]:
        # A paragraph of white space is no document of the index: nothing is read.
        given = numbers.get(case.given or "", -1)
        candidates = within(session.snapshot, session.candidates(case.question), given)
        read = session.read(case.question, candidates, SHOWN)
        return session.answer(case.question, read, SHOWN), read.candidates

    return ask
