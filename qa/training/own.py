"""What is trained on: a person's own questions, with the passages of their documents."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa import readers, survey
from qa.errors import RowsError, UsageError
from qa.evaluation.cases import read_cases
from qa.passages import CutSettings, cut
from qa.rows import told
from qa.sources import scan
from qa.training.articles import Article, Paragraph, Question, Source, without
from qa.training.siblings import index_of, most_like

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from qa.evaluation.nouns import Case, Evidence
    from qa.nouns import Document
    from qa.reporter import Reporter

SUFFIX = ".jsonl"
_DEV = "dev"
# How many passages a question that none answers is read with.
_TEMPTING = 3
_NO_SPAN = frozenset({"yes", "no"})
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a question is asked: ``text[start:end]`` of a document, and its answers there."""

    document: str
    start: int
    end: int
    question: str
    answers: tuple[tuple[int, int], ...]


def read_own(file: Path, corpus: Path, reporter: Reporter, leave_out: Sequence[str] = ()) -> Source:
    """Read questions with evidence (see `read_cases`) and the documents that it stands in.

    An article is a document, its paragraphs are the passages that an index would cut. A question
    is asked of the passage around each of its quotes; its answers are those that stand verbatim
    in the quote, else the quote. One that nothing answers is asked of the passage with what
    tempts one to answer it, where that is named, and of the passages most like it.
    Of a file with splits, only ``dev`` is taken.

    Raises:
        UsageError: the file can't be read, or holds nothing to train on.
        RowsError: rows are malformed, or name documents that are not there.
        CorpusError: the folder of documents can't be read.
    """
    cases = to_train_on(file, reporter)
    documents = _read_corpus(corpus, reporter)
    _check_documents(cases, documents, file, corpus)
    places: list[_Place] = []
    lost: list[str] = []
    for case in cases:
        found = [place for e in case.quoted for place in _places(case, e, documents)]
        places.extend(found)
        if case.answerable and not found:
            lost.append(case.id)
    if lost:
        reporter.say(
            f"{file.name}: {len(lost)} questions are left out, for no quote of theirs stands in "
            f"its document: {_some(lost)}"
        )
    articles = without(_articles(documents.values(), places), leave_out)
    nowhere = [case.question for case in cases if not case.answerable]
    return Source(file.stem, _tempted(articles, nowhere))


def to_train_on(file: Path, reporter: Reporter) -> tuple[Case, ...]:
    """The questions of a file: those of the split dev where there are splits, else all.

    Raises:
        UsageError, RowsError: as `read_own` says.
    """
    cases = read_cases(file)
    if not any(case.split for case in cases):
        return cases
    taken = tuple(case for case in cases if case.split == _DEV)
    if not taken:
        raise UsageError(
            f'{file}: no question is of the split "{_DEV}", and others are not trained on: '
            f'mark some with "split": "{_DEV}", or name another file'
        )
    reporter.say(f"{file.name}: {len(taken)} of {len(cases)} questions, those of the split dev")
    return taken


def _read_corpus(corpus: Path, reporter: Reporter) -> dict[str, Document]:
    """Read the documents of a folder, by name, as an index would."""
    found: dict[str, Document] = {}
    unread: list[str] = []
    for file in scan(corpus).files:
        try:
            reading = survey.read(file)[1]
        except readers.CannotRead:
            unread.append(file.name)
            continue
        unread.extend(skipped.path for skipped in reading.skipped)
        found.update((document.name, document) for document in reading.documents)
    if unread:
        reporter.say(
            f"{len(unread)} of {corpus} can't be read or are not to be ({_some(unread)}): "
            "qa index --dry-run says why"
        )
    return found


def _check_documents(
    cases: Iterable[Case], documents: dict[str, Document], file: Path, corpus: Path
) -> None:
    problems = [
        f"line {case.line}: there is no document {name!r} in {corpus}"
        for case in cases
        for name in dict.fromkeys(e.document for e in case.quoted)
        if name not in documents
    ]
    if problems:
        raise RowsError(told(file, problems))


def _places(case: Case, evidence: Evidence, documents: dict[str, Document]) -> Iterator[_Place]:
    """Every place of a quote, verbatim or but for white space, with the answers in it."""
    text = documents[evidence.document].text
    spaced = r"\s+".join(re.escape(word) for word in evidence.quote.split())
    pattern = re.escape(evidence.quote) if evidence.quote in text else spaced
    for match in re.finditer(pattern, text):
        start, end = match.span()
        answers = tuple(dict.fromkeys(_answers(case, text, start, end)))
        if case.answerable:
            answers = answers or ((start, end),)
        yield _Place(evidence.document, start, end, case.question, answers)


def _answers(case: Case, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where answers stand in the evidence as whole words, in the order of the answers."""
    for answer in case.answers:
        if answer.casefold() not in _NO_SPAN:
            whole = re.compile(rf"(?<!\w){re.escape(answer)}(?!\w)")
            yield from (match.span() for match in whole.finditer(text, start, end))


def _articles(documents: Iterable[Document], places: Sequence[_Place]) -> Iterator[Article]:
    of: dict[str, list[_Place]] = {}
    for place in places:
        of.setdefault(place.document, []).append(place)
    for document in documents:
        yield Article(document.name, _paragraphs(document, of.get(document.name, [])))


def _paragraphs(document: Document, places: Sequence[_Place]) -> tuple[Paragraph, ...]:
    """The passages of a document, with what is asked of them, their headings above them.

    A passage grows where the evidence does not end with it.
    """
    passages = cut(document, CutSettings())
    titles = {(p.start, p.end): " > ".join((document.title, *p.headings)) for p in passages}
    asked: dict[tuple[int, int], dict[str, list[tuple[int, int]]]] = {span: {} for span in titles}
    for place in places:
        near = max(
            titles,
            key=lambda span: min(span[1], place.end) - max(span[0], place.start),
            default=(place.start, place.end),
        )
        around = min(near[0], place.start), max(near[1], place.end)
        titles.setdefault(around, titles.get(near, document.title))
        questions = asked.setdefault(around, {})
        questions.setdefault(place.question, []).extend(place.answers)
    return tuple(
        Paragraph(titles[span], document.text[slice(*span)], _questions(questions, span[0]))
        for span, questions in asked.items()
    )


def _questions(asked: dict[str, list[tuple[int, int]]], start: int) -> tuple[Question, ...]:
    """Questions with their answers counted from where a paragraph starts, each once."""
    return tuple(
        Question(text, tuple((a - start, b - start) for a, b in dict.fromkeys(answers)))
        for text, answers in asked.items()
    )


def _tempted(articles: Sequence[Article], questions: Sequence[str]) -> tuple[Article, ...]:
    """Ask questions that nothing answers of the paragraphs most like them."""
    paragraphs = [paragraph for article in articles for paragraph in article.paragraphs]
    bm25 = index_of(paragraphs)
    added: dict[int, list[Question]] = {}
    for text in questions:
        for paragraph in most_like(paragraphs, bm25, text, _TEMPTING):
            if all(text != question.text for question in paragraph.questions):
                added.setdefault(id(paragraph), []).append(Question(text, ()))
    return tuple(
        replace(
            article,
            paragraphs=tuple(
                replace(p, questions=(*p.questions, *added.get(id(p), ())))
                for p in article.paragraphs
            ),
        )
        for article in articles
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
