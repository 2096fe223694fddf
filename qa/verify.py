"""Check saved answers against the sources as they are now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qa.errors import RowsError
from qa.nouns import Status
from qa.recheck import nearest
from qa.rows import rows_of, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qa.recheck import Sources
    from qa.rows import Row
    from qa.snapshot import Snapshot

    _Finding = tuple[Status, str | None, tuple[str, int, int] | None]

# What makes a check fail: the quote is not in the sources.
FAILED = frozenset({Status.STALE, Status.FABRICATED})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sources say now of one saved citation.

    ``line`` is the physical line of the file, from 1; ``id`` what the answer's row is called, if
    anything; ``now`` where the quote stands by now, as document, start and end, where it moved.
    """

    line: int
    id: str | None
    number: int
    document: str
    start: int
    end: int
    quote: str
    status: Status
    why: str | None = None
    now: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """All verdicts of a file; ``answers`` counts its rows, ``abstained`` those without citation."""

    answers: int
    abstained: int
    verdicts: tuple[Verdict, ...]

    @property
    def failed(self) -> bool:
        """Whether any quote is not in the sources."""
        return any(verdict.status in FAILED for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class _Saved:
    """A citation as it was saved; ``answer`` is the answer and its offsets in the quote."""

    row: Row
    number: int
    document: str
    start: int
    end: int
    quote: str
    answer: tuple[str, int, int] | None
    generation: str | None


@dataclass(frozen=True, slots=True)
class _Texts:
    """The documents' texts as the sources have them now, each read once."""

    snapshot: Snapshot
    sources: Sources
    numbers: dict[str, int]
    read: dict[int, str | None] = field(default_factory=dict)

    def now(self, number: int) -> str | None:
        if number not in self.read:
            self.read[number] = self.sources.text(self.snapshot, number)
        return self.read[number]


def verify(snapshot: Snapshot, sources: Sources, path: Path) -> Verification:
    """Check every citation of a file of answer objects, a line each.

    Verified: the quote stands where it was cited. Moved: it stands elsewhere, in the same document
    or, where that is gone, in another. Stale: it is no longer in the sources. Fabricated: the very
    generation that answered never had it, its offsets do not fit it, or the answer is not in it.

    Raises:
        UsageError: the file can't be read.
        RowsError: rows are no answer objects; all are named with their physical lines.
    """
    problems: list[str] = []
    rows = list(rows_of(path, problems))
    saved = [citation for row in rows for citation in _citations(row, problems)]
    if not rows and not problems:
        problems.append("it has no answers")
    if problems:
        raise RowsError(told(path, problems))
    names = (record.name for record in snapshot.iter_documents())
    texts = _Texts(snapshot, sources, {name: number for number, name in enumerate(names)})
    abstained = sum(row.values.get("answer") is None for row in rows)
    return Verification(len(rows), abstained, tuple(_verdict(each, texts) for each in saved))


def _verdict(saved: _Saved, texts: _Texts) -> Verdict:
    status, why, now = _status(saved, texts)
    identifier = saved.row.values.get("id")
    return Verdict(
        line=saved.row.line,
        id=str(identifier) if isinstance(identifier, str | int) else None,
        number=saved.number,
        document=saved.document,
        start=saved.start,
        end=saved.end,
        quote=saved.quote,
        status=status,
        why=why,
        now=now,
    )


def _status(saved: _Saved, texts: _Texts) -> _Finding:
    """The status, why it is no better, and where the quote stands where it moved."""
    false = _is_false(saved)
    if false is not None:
        return Status.FABRICATED, false, None
    number = texts.numbers.get(saved.document)
    text = None if number is None else texts.now(number)
    place = None if text is None else nearest(text, saved.quote, saved.start)
    if place == saved.start:
        return Status.VERIFIED, None, None
    if place is not None:
        moved = (saved.document, place, place + len(saved.quote))
        return Status.MOVED, "the text before it has changed", moved
    return _missing(saved, texts, number, changed=text is not None)


def _missing(saved: _Saved, texts: _Texts, number: int | None, *, changed: bool) -> _Finding:
    """Of a quote that its document does not have now: was it ever there, is it elsewhere?"""
    kept = number is not None and saved.quote in texts.snapshot.text(number)
    if saved.generation == texts.snapshot.name and not kept:
        return Status.FABRICATED, "the index that answered does not have it", None
    if changed:
        return Status.STALE, "the document has changed", None
    elsewhere = _elsewhere(saved, texts)
    if elsewhere is not None:
        return Status.MOVED, "the document is gone; another says the same", elsewhere
    return Status.STALE, "the document is gone", None


def _is_false(saved: _Saved) -> str | None:
    """Why a citation contradicts itself; None where it does not."""
    if saved.end - saved.start != len(saved.quote):
        return "its offsets do not fit the quote"
    if saved.answer is not None:
        answer, start, end = saved.answer
        if start < 0 or saved.quote[start:end] != answer:
            return "the answer is not what stands in the quote"
    return None


def _elsewhere(saved: _Saved, texts: _Texts) -> tuple[str, int, int] | None:
    """The first other document, by name, whose source has the quote now."""
    for name, number in sorted(texts.numbers.items()):
        # What the index keeps is at hand; only where it has the quote is the source read.
        if saved.quote in texts.snapshot.text(number):
            place = nearest(texts.now(number) or "", saved.quote, saved.start)
            if place is not None:
                return name, place, place + len(saved.quote)
    return None


def _citations(row: Row, problems: list[str]) -> Iterator[_Saved]:
    values = row.values
    answer, found = values.get("answer"), values.get("citations")
    if not isinstance(found, list) or not (answer is None or isinstance(answer, str)):
        problems.append(f'line {row.line}: no answer object with "answer" and "citations"')
        return
    if answer is not None and not found:
        problems.append(f"line {row.line}: an answer without citations")
    index = values.get("index")
    generation = index.get("generation") if isinstance(index, dict) else None
    for place, value in enumerate(found):
        if not _is_citation(value):
            problems.append(
                f"line {row.line}: citation {place + 1} has no "
                '"document", "start", "end" and "quote"'
            )
            continue
        number = value.get("number", place + 1)
        yield _Saved(
            row,
            number if isinstance(number, int) else place + 1,
            value["document"],
            value["start"],
            value["end"],
            value["quote"],
            _answer(answer, value) if place == 0 else None,
            generation if isinstance(generation, str) else None,
        )


def _answer(answer: str | None, citation: dict[str, Any]) -> tuple[str, int, int] | None:
    """The answer with its offsets in the quote, where the citation says that it stands there."""
    start, end = citation.get("answer_start"), citation.get("answer_end")
    if answer is None or not isinstance(start, int) or not isinstance(end, int):
        return None
    return answer, start - citation["start"], end - citation["start"]


def _is_citation(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    texts = all(isinstance(value.get(k), str) and value[k] for k in ("document", "quote"))
    numbers = (value.get("start"), value.get("end"))
    return texts and all(type(n) is int and n >= 0 for n in numbers)
