"""The shared nouns: frozen values, passed forward. This module imports nothing of ours.

Offsets (``start``, ``end``) count Unicode code points in a document's text, ``end`` exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


# ---------------------------------------------------------------- what is read


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not read, and why; ``line`` is a physical line number where it has one."""

    path: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file found in the corpus folder.

    ``name`` is its path below the folder with forward slashes; ``size`` (bytes) and ``mtime_ns``
    are hints that content may have changed, never proof that it has not.
    """

    name: str
    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text that no sentence crosses: a paragraph, list item, table, code block.

    ``headings`` is the heading path above it, outermost first, without the document's title.
    ``lines`` says that its units are lines (rows of a table, code), not sentences; ``alone`` that
    no passage holds it together with another block.
    """

    start: int
    end: int
    headings: tuple[str, ...] = ()
    lines: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in its file ``text[start:end]`` of a document stands, as a person would look it up.

    ``kind`` is "page", "slide", "sheet", "cells" (a range in a sheet), "cell" (of a notebook),
    "chapter" or "part" (of a message); ``label`` is its number or name there: "3",
    "Sales!A2:F2". ``confidence`` is 0..1 where the text was recognised in an image, else None.
    """

    start: int
    end: int
    kind: str
    label: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A text that can be cited.

    ``name`` is the source's name, followed by ``#ID`` where a source holds many documents.
    ``line_start``/``line_end`` delimit, in bytes, the line of a ``.jsonl`` source it came from.
    ``locators`` say where its parts stand in the file, in order of ``start``, wider ones first.
    """

    name: str
    text: str
    title: str
    blocks: tuple[Block, ...]
    date: str | None = None
    publisher: str | None = None
    url: str | None = None
    license: str | None = None
    line_start: int | None = None
    line_end: int | None = None
    locators: tuple[Locator, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one file: its documents, what it could not read, what it noticed.

    ``pages`` is how many pages or slides the file has, those without text included; None where it
    has none, or none but those that locators name.
    """

    documents: tuple[Document, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    pages: int | None = None


# ---------------------------------------------------------------- what is indexed


@dataclass(frozen=True, slots=True)
class Passage:
    """A window of whole sentences within one section: ``document.text[start:end]``.

    ``sentences`` are absolute spans that lie inside it, in order; ``headings`` the heading path.
    """

    start: int
    end: int
    headings: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What could change a vector: two encoders of one identity give the same vectors.

    ``name`` is for people; ``fingerprint`` digests weights, tokenizer, pooling, prompts and
    maximum length.
    """

    name: str
    fingerprint: str
    dimension: int
    max_length: int


# ---------------------------------------------------------------- what is found


@dataclass(frozen=True, slots=True)
class TermWeight:
    """What one term gave to a passage's lexical score: one of the question's, or related to one."""

    term: str
    weight: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the same words stand in another document."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage with the parts of its score.

    ``scores`` holds ``lexical`` (BM25, with related terms), ``dense`` (cosine),
    ``lexical_normalised``, ``dense_normalised`` (0..1 within this question), ``context`` (how well
    the whole document matches, 0..1), ``exact`` (share of the quoted phrases and rare identifiers
    of the question that stand in it) and ``lexical_share`` (that of BM25 in this question's fused
    scores).
    ``lexical_rank`` and ``dense_rank`` count from 1 and are None below the candidates' depth.
    """

    rank: int
    passage_id: int
    document: str
    title: str
    date: str | None
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]
    score: float
    scores: dict[str, float]
    lexical_rank: int | None
    dense_rank: int | None
    terms: tuple[TermWeight, ...] = ()
    also_in: tuple[Place, ...] = ()


# ---------------------------------------------------------------- what is answered


class Status(StrEnum):
    """What re-reading the source said of a quote."""

    VERIFIED = "verified"
    REPAIRED = "repaired"
    MOVED = "moved"
    STALE = "stale"
    FABRICATED = "fabricated"


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands; ``answer_start``/``answer_end`` delimit the answer inside it.

    ``page`` is the number of its page or slide, None for formats without; ``locator`` the
    narrowest place in the file that is known, ``link`` an address that opens there. ``before`` and
    ``after`` are up to 32 characters around the quote. ``file_date`` is when the file was last
    changed, given where the content has no ``date``. ``context`` is the passage around the quote
    and ``context_start`` its offset in the document's text; both are for showing, not for citing.
    ``agrees`` is False where it says something else than the answer.
    """

    number: int
    document: str
    title: str
    date: str | None
    start: int
    end: int
    quote: str
    status: Status
    answer_start: int | None = None
    answer_end: int | None = None
    page: int | None = None
    locator: Locator | None = None
    link: str | None = None
    before: str = ""
    after: str = ""
    file_date: str | None = None
    also_in: tuple[Place, ...] = ()
    headings: tuple[str, ...] = ()
    publisher: str | None = None
    url: str | None = None
    line: int | None = None
    context: str = ""
    context_start: int = 0
    agrees: bool = True


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """Which index answered."""

    generation: str
    embedder: str
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its citations, or, where ``text`` is None, an abstention with its reason.

    ``confidence`` is 0..1; where abstained, of the best candidate. ``passages`` are the ranked
    passages asked for; ``nearest`` those that came closest where abstained.
    ``seconds`` maps a step's name to the time it took; it has ``total``. ``missing`` are words of
    the question that stand nowhere in the folder, ``unread`` the files that might have them: both
    of an abstention only. ``read_as`` are words of the question that are none, and what they were
    read as.
    """

    question: str
    text: str | None
    reason: str | None
    confidence: float
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...]
    nearest: tuple[Hit, ...]
    index: IndexInfo
    seconds: dict[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unread: tuple[Skipped, ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()

    @property
    def disputed(self) -> bool:
        """Whether one document cited says something else than another."""
        return not all(citation.agrees for citation in self.citations)

    @property
    def abstained(self) -> bool:
        """Whether the program declined to answer."""
        return self.text is None
