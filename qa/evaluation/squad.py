"""Evaluate answers on a set in SQuAD's layout, versions 1.1 and 2.0."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa import sentences
from qa.batches import well_formed
from qa.errors import RowsError, UsageError
from qa.evaluation.cached import CORPUS
from qa.evaluation.cases import choose
from qa.evaluation.nouns import Case, Evidence
from qa.evaluation.own import CaseSet, run
from qa.evaluation.reading import reading
from qa.evaluation.running import searching
from qa.rows import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qa.evaluation.cached import TemporaryIndexes
    from qa.evaluation.nouns import Evaluation
    from qa.evaluation.own import Choice
    from qa.reporter import Reporter

_ANSWERABLE, _UNANSWERABLE = "answerable", "unanswerable"
_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class SquadSet:
    """The documents, as the lines of a JSONL corpus, and the questions on them."""

    corpus: bytes
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A paragraph: where it begins in its document, and which document that is."""

    document: str
    start: int
    context: str


def evaluate_squad(
    file: Path,
    choice: Choice,
    indexes: TemporaryIndexes,
    reporter: Reporter,
    *,
    given_context: bool,
) -> Evaluation:
    """Answer every question from all articles, or, where given, from its own paragraph alone.

    Raises:
        UsageError: the file can't be read.
        RowsError: it is not of SQuAD's layout; all problems are named.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from error
    made = read_squad(data, file, by_paragraph=given_context)
    cases = choose(made.cases, kinds=choice.kinds, limit=choice.limit)
    session = indexes.open(made.corpus, reporter)
    asking = reading(session) if given_context else searching(session)
    digest = hashlib.sha256(data).hexdigest()
    about = {"file": file.name, "sha256": digest, "given_context": given_context}
    return run(session, CaseSet(cases, about), asking, choice, reporter)


def read_squad(data: bytes, file: Path, *, by_paragraph: bool) -> SquadSet:
    """Read SQuAD's JSON: a document an article, or one a paragraph.

    Of each answer, the sentences that it lies in are evidence.

    Raises:
        RowsError: it is not of that layout; all problems are named by their place in it.
    """
    problems: list[str] = []
    lines: list[str] = []
    cases: list[Case] = []
    names: set[str] = set()
    for title, paragraphs in _articles(data, problems):
        places = _places(_unique(title, names), paragraphs, by_paragraph=by_paragraph)
        lines.extend(_documents(title, places))
        for place, (where, paragraph) in zip(places, paragraphs, strict=True):
            cases.extend(_cases(place, paragraph, where, problems))
    ids: set[str] = set()
    for case in cases:
        if case.id in ids:
            problems.append(f"the id {case.id!r} stands twice")
        ids.add(case.id)
    if not cases and not problems:
        problems.append("it has no questions")
    if problems:
        raise RowsError(told(file, problems))
    return SquadSet("".join(lines).encode(), tuple(cases))


def _articles(
    data: bytes, problems: list[str]
) -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    """Each article's title and its paragraphs, each with its place in the file."""
    try:
        articles = json.loads(data)["data"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problems.append(f'no JSON object with "data" as SQuAD has it ({error!r})')
        return
    for number, article in enumerate(articles if isinstance(articles, list) else []):
        where = f"data[{number}]"
        try:
            title, found = str(article["title"]), list(article["paragraphs"])
        except (KeyError, TypeError) as error:
            problems.append(f"{where}: no article ({error!r})")
            continue
        paragraphs = []
        for at, paragraph in enumerate(found):
            if isinstance(paragraph, dict) and isinstance(paragraph.get("context"), str):
                paragraphs.append((f"{where}.paragraphs[{at}]", paragraph))
            else:
                problems.append(f'{where}.paragraphs[{at}]: no "context"')
        yield title, paragraphs


def _places(
    name: str, paragraphs: list[tuple[str, dict[str, Any]]], *, by_paragraph: bool
) -> list[_Place]:
    places = []
    start = 0
    for number, (_, paragraph) in enumerate(paragraphs):
        context = well_formed(paragraph["context"])
        own = f"{name}/{number}" if by_paragraph else name
        places.append(_Place(own, 0 if by_paragraph else start, context))
        start += len(context) + len(_BETWEEN)
    return places


def _documents(title: str, places: list[_Place]) -> Iterator[str]:
    """The corpus lines of an article; its paragraphs stand as `_places` says."""
    texts: dict[str, list[str]] = {}
    for place in places:
        texts.setdefault(place.document, []).append(place.context)
    for name, contexts in texts.items():
        shown = title.replace("_", " ")
        value = {"_id": name, "title": shown, "text": _BETWEEN.join(contexts)}
        yield json.dumps(value) + "\n"


def _cases(
    place: _Place, paragraph: dict[str, Any], where: str, problems: list[str]
) -> Iterator[Case]:
    spans = sentences.split(place.context, 0, len(place.context))
    found = paragraph.get("qas", [])
    for number, value in enumerate(found if isinstance(found, list) else []):
        try:
            yield _case(value, place, spans)
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"{where}.qas[{number}]: no question ({error!r})")


def _case(value: dict[str, Any], place: _Place, spans: tuple[tuple[int, int], ...]) -> Case:
    question = value["question"]
    if not isinstance(question, str) or not question.strip():
        raise ValueError('no "question"')
    impossible = bool(value.get("is_impossible", False))
    answers = [] if impossible else list(value["answers"])
    if not impossible and not answers:
        raise ValueError('no "answers"')
    texts = [well_formed(str(answer["text"])) for answer in answers]
    starts = [int(answer["answer_start"]) for answer in answers]
    labels = zip(texts, starts, strict=True)
    evidence = [_evidence(text, start, place, spans) for text, start in labels]
    return Case(
        id=str(value["id"]),
        question=question,
        kind=_UNANSWERABLE if impossible else _ANSWERABLE,
        answerable=not impossible,
        answers=tuple(dict.fromkeys(texts)),
        evidence=tuple(dict.fromkeys(evidence)),
        given=f"{CORPUS}#{place.document}",
    )


def _evidence(text: str, start: int, place: _Place, spans: tuple[tuple[int, int], ...]) -> Evidence:
    """The sentences that an answer lies in; the answer itself where its offset is wrong."""
    document, end = f"{CORPUS}#{place.document}", start + len(text)
    if place.context[start:end] == text:
        around = [span for span in spans if span[0] < end and start < span[1]]
        if around:
            start, end = around[0][0], around[-1][1]
            text = place.context[start:end]
    return Evidence(document, text, place.start + start)


def _unique(name: str, names: set[str]) -> str:
    """The name, with a number where it is taken."""
    number, own = 1, name
    while own in names:
        number += 1
        own = f"{name} ({number})"
    names.add(own)
    return own
