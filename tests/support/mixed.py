"""A folder of files of every format with sentences that are known: what a test looks for again."""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass
from email.message import EmailMessage

import making

_WORDS = [
    "harbour",
    "railway",
    "treaty",
    "coffee",
    "banana",
    "governor",
    "captain",
    "lighthouse",
    "quay",
    "tariff",
    "census",
    "bridge",
    "hospital",
    "earthquake",
    "election",
    "newspaper",
    "mahogany",
    "schooner",
    "consul",
    "plantation",
    "bank",
    "loan",
    "port",
    "naïve",
    "café",
    "señor",
    "über",
    "tëst",
    "well-built",
    "deep-water",
    "half-finished",
    "north-east",
]
_VERBS = [
    "opened",
    "closed",
    "bought",
    "sold",
    "built",
    "burned",
    "counted",
    "moved",
    "signed",
    "broke",
]


@dataclass(frozen=True)
class Known:
    """A file, and its sentences, each with the place (kind and label) where it must be found.

    ``rows`` says that they are cells of rows, whose units are lines.
    """

    name: str
    data: bytes
    sentences: tuple[tuple[str, tuple[str, str] | None], ...]
    rows: bool = False


def sentence(rng):
    """A sentence that no other is like: its figures are its own."""
    words = [rng.choice(_WORDS) for _ in range(rng.randint(6, 25))]
    place = rng.randrange(2, len(words))
    words[place:place] = [rng.choice(_VERBS), f"{rng.randrange(10**9):,}"]
    return " ".join(["The", *words]) + "."


def folder(count, seed=0):
    """Yield ``count`` files, the formats in turn."""
    rng = random.Random(seed)
    makers = (
        _pdf,
        _docx,
        _html,
        _pptx,
        _two_columns,
        _epub,
        _odt,
        _rtf,
        _md,
        _txt,
        _csv,
        _xlsx,
        _eml,
    )
    for number in range(count):
        yield makers[number % len(makers)](f"{number // 100}/file{number}", rng)


def _paragraphs(rng, most=6):
    """Paragraphs of sentences, and all sentences."""
    groups = [
        [sentence(rng) for _ in range(rng.randint(1, 4))] for _ in range(rng.randint(1, most))
    ]
    return [" ".join(group) for group in groups], [one for group in groups for one in group]


def _paged(rng, most):
    """Pages of paragraphs, and their sentences with their page."""
    pages, known = [], []
    for number in range(1, rng.randint(2, most) + 1):
        paragraphs, sentences = _paragraphs(rng)
        pages.append(paragraphs)
        known += [(one, ("page", str(number))) for one in sentences]
    return pages, tuple(known)


def _pdf(name, rng):
    pages, known = _paged(rng, 5)
    return Known(f"{name}.pdf", making.pdf(pages, title=name, size=rng.choice([9, 11])), known)


def _two_columns(name, rng):
    groups = [_paragraphs(rng, 3) for _ in range(9)]
    page = [paragraph for paragraphs, _ in groups for paragraph in paragraphs]
    known = tuple((one, ("page", "1")) for _, sentences in groups for one in sentences)
    data = making.pdf([page], columns=2, size=6)
    return Known(f"{name}.pdf", data, known)


def _docx(name, rng):
    paragraphs, known = _paragraphs(rng)
    data = making.docx(["# Part one", *paragraphs], title=name)
    return Known(f"{name}.docx", data, tuple((one, None) for one in known))


def _html(name, rng):
    paragraphs, known = _paragraphs(rng)
    data = making.html(["# Part one", *paragraphs], title=name)
    return Known(f"{name}.html", data, tuple((one, None) for one in known))


def _pptx(name, rng):
    slides, known = [], []
    for number in range(1, rng.randint(2, 4)):
        points = [sentence(rng) for _ in range(3)]
        slides.append([f"Slide {number}", *points])
        known += [(one, ("slide", str(number))) for one in points]
    return Known(f"{name}.pptx", making.pptx(slides, title=name), tuple(known))


def _epub(name, rng):
    chapters, known = [], []
    for number in range(1, rng.randint(2, 5)):
        paragraphs, sentences = _paragraphs(rng, 3)
        body = "".join(f"<p>{each}</p>" for each in paragraphs)
        chapters.append(f"<h1>Chapter {number}</h1>{body}")
        known += [(one, ("chapter", f"Chapter {number}")) for one in sentences]
    return Known(f"{name}.epub", making.epub(chapters, title=name), tuple(known))


def _odt(name, rng):
    paragraphs, known = _paragraphs(rng)
    data = making.odt("".join(f"<text:p>{each}</text:p>" for each in paragraphs), title=name)
    return Known(f"{name}.odt", data, tuple((one, None) for one in known))


def _rtf(name, rng):
    paragraphs, known = _paragraphs(rng)
    return Known(f"{name}.rtf", making.rtf(paragraphs), tuple((one, None) for one in known))


def _table(rng):
    """Rows under a header, and their notes with the cells they stand in."""
    rows = [("Name", "Note")] + [(f"Row {n}", sentence(rng)) for n in range(rng.randint(2, 9))]
    places = [f"A{number}:B{number}" for number in range(2, len(rows) + 1)]
    return rows, [(note, place) for (_, note), place in zip(rows[1:], places, strict=True)]


def _csv(name, rng):
    rows, known = _table(rng)
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    places = tuple((note, ("cells", place)) for note, place in known)
    return Known(f"{name}.csv", out.getvalue().encode(), places, rows=True)


def _xlsx(name, rng):
    from openpyxl import Workbook

    rows, known = _table(rng)
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    places = tuple((note, ("cells", f"Sheet!{place}")) for note, place in known)
    return Known(f"{name}.xlsx", out.getvalue(), places, rows=True)


def _eml(name, rng):
    paragraphs, known = _paragraphs(rng)
    message = EmailMessage()
    message["Subject"], message["From"] = name, "Ana Paz <ana@example.org>"
    message.set_content("\n\n".join(paragraphs))
    return Known(f"{name}.eml", message.as_bytes(), tuple((one, ("part", "1")) for one in known))


def _md(name, rng):
    paragraphs, known = _paragraphs(rng)
    text = "# Title\n\n" + "\n\n".join(paragraphs) + "\n"
    return Known(f"{name}.md", text.encode(), tuple((one, None) for one in known))


def _txt(name, rng):
    paragraphs, known = _paragraphs(rng)
    return Known(f"{name}.txt", "\n\n".join(paragraphs).encode(), tuple((x, None) for x in known))
