"""What is trained on: articles of paragraphs with questions, read from files in SQuAD's layout."""

from __future__ import annotations

import hashlib
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
    from collections.abc import Callable, Iterable, Sequence
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
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """Paragraphs that belong together."""

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

    @property
    def digest(self) -> str:
        """The SHA-256 of all that is trained on."""
        digest = hashlib.sha256(repr(self.name).encode())
        for article in self.training:
            digest.update(repr(article).encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


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
            (str(item["title"]), [_paragraph(p) for p in item["paragraphs"]])
            for item in value["data"]
        ]
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RowsError(told(file, [f"it is no JSON ({error})"])) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RowsError(told(file, [f"it is not of SQuAD's layout ({error!r})"])) from error
    titled = len(articles) >= _FEW_ARTICLES
    if not titled:
        articles = [(f"{name}/{n}", [p]) for name, ps in articles for n, p in enumerate(ps)]
    made = (_article(name, paragraphs, titled=titled) for name, paragraphs in articles)
    return Source(file.stem, tuple(a for a in without(made, leave_out) if a.size))


def without(articles: Iterable[Article], texts: Sequence[str]) -> tuple[Article, ...]:
    """Give the articles whose name holds none of some texts, of those the paragraphs likewise."""
    unwanted = [text.casefold() for text in texts]

    def wanted(text: str) -> bool:
        return not any(one in text.casefold() for one in unwanted)

    return tuple(
        replace(a, paragraphs=tuple(p for p in a.paragraphs if wanted(p.text)))
        for a in articles
        if wanted(a.name)
    )


def hold_out(source: Source, share: float, most: int, seed: int) -> Source:
    """Set whole articles aside until they hold ``share`` of the questions, or ``most``.

    One article at least is left to train on.
    """
    shuffled = sorted(source.training, key=lambda article: article.name)
    Random(f"{seed}/{source.name}").shuffle(shuffled)  # noqa: S311 - no secret
    wanted = min(share * sum(article.size for article in shuffled), most)
    held: list[Article] = []
    while len(shuffled) > 1 and sum(article.size for article in held) < wanted:
        held.append(shuffled.pop())
    return replace(source, training=tuple(shuffled), held_out=tuple(held))


def hold_out_questions(source: Source, share: float, most: int, seed: int) -> Source:
    """Set ``share`` of the questions aside, at most ``most``, wherever in the source they stand.

    Their paragraphs stay among those trained on. One question at least is left.
    """
    texts = _shuffled(source, seed)
    held = set(texts[: min(round(share * len(texts)), most, len(texts) - 1)])
    apart = (_only(article, lambda text: text in held) for article in source.training)
    asked = (
        replace(article, paragraphs=tuple(p for p in article.paragraphs if p.questions))
        for article in apart
        if article.size
    )
    left = (_only(article, lambda text: text not in held) for article in source.training)
    return replace(source, training=tuple(left), held_out=tuple(asked))


def portion(source: Source, share: float, seed: int) -> Source:
    """Leave ``share`` of the questions to train on, 0..1, at least one, and every paragraph.

    A larger share has all that a smaller one has; what is held out stays.
    """
    texts = _shuffled(source, seed)
    kept = set(texts[: max(1, round(share * len(texts)))])
    left = (_only(article, lambda text: text in kept) for article in source.training)
    return replace(source, training=tuple(left))


def _shuffled(source: Source, seed: int) -> list[str]:
    """The questions to train on, each once, in an order drawn with ``seed``."""
    texts = sorted({question.text for _, question in _pairs(source.training)})
    Random(f"{seed}/{source.name}").shuffle(texts)  # noqa: S311 - no secret
    return texts


@lru_cache(maxsize=1 << 16)
def sentences_of(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences of a paragraph, as spans."""
    return sentences.split(text, 0, len(text))


def _only(article: Article, wanted: Callable[[str], bool]) -> Article:
    paragraphs = (
        replace(p, questions=tuple(q for q in p.questions if wanted(q.text)))
        for p in article.paragraphs
    )
    return replace(article, paragraphs=tuple(paragraphs))


def _article(name: str, paragraphs: Iterable[Paragraph], *, titled: bool) -> Article:
    title = name.replace("_", " ") if titled and not _NO_TITLE.search(name) else ""
    return Article(name, tuple(replace(paragraph, title=title) for paragraph in paragraphs))


def _paragraph(value: dict[str, Any]) -> Paragraph:
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
    return Paragraph("", text, tuple(questions))


def _pairs(articles: Iterable[Article]) -> Iterable[tuple[Paragraph, Question]]:
    for article in articles:
        for paragraph in article.paragraphs:
            for question in paragraph.questions:
                yield paragraph, question
