"""What is trained on: articles of paragraphs with questions, read from files in SQuAD's layout."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from qa import sentences
from qa.errors import RowsError, UsageError
from qa.rows import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# A file of fewer articles than this holds unrelated paragraphs under one name.
_FEW_ARTICLES = 3
_NO_TITLE = re.compile(r"\d{3,}$|[0-9a-f]{8}-")


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a paragraph; ``answers`` are spans in it, empty where it does not answer."""

    text: str
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text and what is asked about it; ``title`` is empty where the file has none."""

    title: str
    text: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """Paragraphs that belong together: they are held out together."""

    name: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def size(self) -> int:
        """How many questions it has."""
        return sum(len(paragraph.questions) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Source:
    """A file's articles, those trained on and those held out to measure."""

    name: str
    training: tuple[Article, ...]
    held_out: tuple[Article, ...] = ()

    @property
    def answerable(self) -> tuple[tuple[Paragraph, Question], ...]:
        """The questions to train on whose paragraph answers."""
        return tuple(pair for pair in _pairs(self.training) if pair[1].answers)

    @property
    def unanswerable(self) -> tuple[tuple[Paragraph, Question], ...]:
        """The questions to train on whose paragraph does not answer."""
        return tuple(pair for pair in _pairs(self.training) if not pair[1].answers)


def read_source(file: Path, leave_out: Sequence[str] = ()) -> Source:
    """Read a file in SQuAD's layout; articles and paragraphs that hold a text to leave out aren't.

    An answer whose offset does not point at its text is dropped, and its question with the last.

    Raises:
        UsageError: the file can't be read.
        RowsError: it is not of that layout.
    """
    try:
        value = json.loads(file.read_bytes())
        articles = [
            (str(item["title"]), [_paragraph("", p) for p in item["paragraphs"]])
            for item in value["data"]
        ]
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RowsError(told(file, [f"it is not of SQuAD's layout ({error!r})"])) from error
    if len(articles) < _FEW_ARTICLES:
        articles = [(f"{name}/{n}", [p]) for name, ps in articles for n, p in enumerate(ps)]
        titled = False
    else:
        titled = True
    wanted = [text.casefold() for text in leave_out]
    made = [_article(name, paragraphs, wanted, titled=titled) for name, paragraphs in articles]
    return Source(file.stem, tuple(article for article in made if article.size))


def hold_out(source: Source, share: float, most: int, seed: int) -> Source:
    """Set whole articles aside until they hold ``share`` of the questions, or ``most``."""
    shuffled = sorted(source.training, key=lambda article: article.name)
    Random(f"{seed}/{source.name}").shuffle(shuffled)  # noqa: S311 - no secret
    wanted = min(share * sum(article.size for article in shuffled), most)
    held: list[Article] = []
    while shuffled and sum(article.size for article in held) < wanted:
        held.append(shuffled.pop())
    return replace(source, training=tuple(shuffled), held_out=tuple(held))


@lru_cache(maxsize=1 << 16)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences of a paragraph, as spans."""
    return sentences.split(text, 0, len(text))


def _article(
    name: str, paragraphs: Iterable[Paragraph], leave_out: Sequence[str], *, titled: bool
) -> Article:
    if any(text in name.casefold() for text in leave_out):
        return Article(name, ())
    title = name.replace("_", " ") if titled and not _NO_TITLE.search(name) else ""
    kept = (p for p in paragraphs if not any(text in p.text.casefold() for text in leave_out))
    return Article(name, tuple(replace(paragraph, title=title) for paragraph in kept))


def _paragraph(title: str, value: dict[str, Any]) -> Paragraph:
    text = str(value["context"])
    questions = []
    for item in value["qas"]:
        spans = []
        for answer in item.get("answers", ()):
            start = int(answer["answer_start"])
            end = start + len(answer["text"])
            if answer["text"] and text[start:end] == answer["text"]:
                spans.append((start, end))
        if spans or item.get("is_impossible"):
            kept = () if item.get("is_impossible") else tuple(dict.fromkeys(spans))
            questions.append(Question(str(item["question"]), kept))
    return Paragraph(title, text, tuple(questions))


def _pairs(articles: Iterable[Article]) -> Iterable[tuple[Paragraph, Question]]:
    for article in articles:
        for paragraph in article.paragraphs:
            for question in paragraph.questions:
                yield paragraph, question
