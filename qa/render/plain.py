"""Answers and passages as plain lines, stable for scripts: no escapes, no wrapping, no padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.render import words
from qa.render.excerpt import telling_part
from qa.render.explain import explain_lines
from qa.render.safe import clean_line, clean_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from qa.nouns import Answer, Citation, Hit, Place, Skipped

NEAREST_SHOWN = 3

DISPUTED = "The documents disagree: compare what is cited."
OTHERWISE = "says otherwise"

_INDENT = "    "
_SHOWN = 240
_ALSO_SHOWN = 5
PAGES = frozenset({"page", "slide"})


def show_answer(answer: Answer, console: Console, *, explain: bool, top: int) -> None:
    """Write the answer on the first line, then how sure, citations with quotes, passages."""
    sign = words.signs(console.encoding)
    if answer.abstained:
        _write(console, words.NOT_FOUND)
        if answer.reason:
            _write(console, clean_line(answer.reason))
        if answer.unread:
            _write(console, unread(answer.unread))
        show_hits(answer.nearest[: min(top, NEAREST_SHOWN)], console, explain=explain)
        return
    _write(console, clean_line(answer.text or ""))
    if answer.disputed:
        _write(console, DISPUTED)
    for citation in answer.citations:
        _write_citation(citation, console, sign)
    word, _ = words.likelihood(answer.confidence)
    _write(console, f"confidence: {words.percent(answer.confidence)} %, {word}")
    shown = answer.passages[:top]
    hits = shown if explain else not_quoted(shown, answer.citations)
    if hits:
        _write(console, "")
    show_hits(hits, console, explain=explain)


def show_hits(hits: Sequence[Hit], console: Console, *, explain: bool) -> None:
    """Write ranked passages: rank, place, title and date on a line, the beginning on the next."""
    sign = words.signs(console.encoding)
    for hit in hits:
        place = f"{clean_name(hit.document)}[{hit.start}:{hit.end}]"
        _write(console, f"{hit.rank}. {place}  {_titled(hit.title, hit.date)}")
        _write(console, _INDENT + telling_part(hit, _SHOWN, sign.dots))
        _write_also(hit.also_in, console)
        if explain:
            for line in explain_lines(hit, sign):
                _write(console, _INDENT + line.plain)


def not_quoted(hits: Sequence[Hit], citations: Sequence[Citation]) -> Sequence[Hit]:
    """Return the passages that no citation stands in."""
    return [
        hit
        for hit in hits
        if not any(
            hit.document == citation.document
            and hit.start < citation.end
            and citation.start < hit.end
            for citation in citations
        )
    ]


def heading_path(headings: Sequence[str], sign: words.Signs) -> str:
    """Return the headings above a passage, outermost first, on one line."""
    return f" {sign.path} ".join(clean_line(heading) for heading in headings)


def whereabouts(citation: Citation) -> str:
    """Return what follows the document's name: ``:line``, the page, the cells, as far as known."""
    line = "" if citation.line is None else f":{citation.line}"
    place = citation.locator
    if place is None:
        return line if citation.page is None else f"{line}, page {citation.page}"
    label = clean_line(place.label)
    said = label if place.kind == "cells" else f"{clean_line(place.kind)} {label}"
    if place.confidence is not None:
        said += f" (recognised, {words.percent(place.confidence)} % sure)"
    if citation.page is not None and place.kind not in PAGES:
        said = f"page {citation.page}, {said}"
    return f"{line}, {said}"


def dated(citation: Citation) -> str | None:
    """Return the date of what is cited, marked where it is the file's alone."""
    if citation.date is not None or citation.file_date is None:
        return citation.date
    return f"file date {citation.file_date}"


def also_in(places: Sequence[Place]) -> str:
    """Return where else the same words stand: the documents' names, each once."""
    names = list(dict.fromkeys(clean_name(place.document) for place in places))
    shown = ", ".join(names[:_ALSO_SHOWN])
    more = len(names) - _ALSO_SHOWN
    return f"also in {shown}" + (f" and {more} more" if more > 0 else "")


def unread(skipped: Sequence[Skipped]) -> str:
    """Return which files were not read, and so might hold the answer."""
    names = list(dict.fromkeys(clean_name(item.path) for item in skipped))
    shown = ", ".join(names[:_ALSO_SHOWN])
    more = len(names) - _ALSO_SHOWN
    return f"not read, and might say it: {shown}" + (f" and {more} more" if more > 0 else "")


def _write_citation(citation: Citation, console: Console, sign: words.Signs) -> None:
    status, _ = words.status_words(citation.status, sign)
    place = clean_name(citation.document) + whereabouts(citation)
    titled = _titled(citation.title, dated(citation))
    against = "" if citation.agrees else f"  {OTHERWISE}"
    _write(console, f"[{citation.number}] {place}  {titled}  {status}{against}")
    _write(console, f"{_INDENT}{sign.open}{clean_line(citation.quote)}{sign.close}")
    _write_also(citation.also_in, console)


def _write_also(places: Sequence[Place], console: Console) -> None:
    if places:
        _write(console, _INDENT + also_in(places))


def _titled(title: str, date: str | None) -> str:
    return clean_line(f"{title} ({date})" if date else title)


def _write(console: Console, line: str) -> None:
    from rich.text import Text

    console.print(Text(line), soft_wrap=True)
