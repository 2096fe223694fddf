"""Answers and passages for a person: drawn at a terminal, plain lines anywhere else.

All text of documents passes :mod:`qa.render.safe` and is put into ``rich.text.Text``, never into
markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.links import is_of_web
from qa.render import plain, words
from qa.render.console import make_console
from qa.render.draw import Drawing
from qa.render.excerpt import Role, quote_in_context, shortened, telling_part
from qa.render.explain import explain_lines
from qa.render.safe import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.text import Text

    from qa.nouns import Answer, Citation, Hit, Place

__all__ = ["make_console", "show_answer", "show_hits"]

_LONGEST = 2000
_LONGEST_TITLE = 300

_ROLE_STYLE = {
    Role.CONTEXT: words.CONTEXT,
    Role.QUOTE: words.QUOTE,
    Role.ANSWER: words.QUOTED_ANSWER,
    Role.CUT: words.QUIET,
}


def show_answer(
    answer: Answer,
    console: Console,
    *,
    explain: bool,
    top: int,
    corpus_root: Path | None = None,
) -> None:
    """Show an answer with its citations, or why there is none with what came closest.

    Up to ``top`` passages stand below it, less those already quoted, and of an abstention the
    nearest three. ``explain`` adds what each part of their scores gave. At a terminal, documents
    link to their files below ``corpus_root``.
    """
    if not console.is_terminal:
        plain.show_answer(answer, console, explain=explain, top=top)
        return
    drawing = Drawing(console, corpus_root)
    drawing.blank()
    if answer.abstained:
        _draw_abstention(answer, drawing, explain=explain, top=top)
    else:
        _draw_found(answer, drawing, explain=explain, top=top)


def show_hits(
    hits: Sequence[Hit], console: Console, *, explain: bool, corpus_root: Path | None = None
) -> None:
    """Show ranked passages, each with its place and its beginning, in the order given."""
    if not console.is_terminal:
        plain.show_hits(hits, console, explain=explain)
        return
    drawing = Drawing(console, corpus_root)
    drawing.blank()
    if not hits:
        drawing.line("No passage was found.", words.NOT_SAID)
        drawing.blank()
    for hit in hits:
        _draw_hit(hit, drawing, lines=3, explain=explain)


def _draw_found(answer: Answer, drawing: Drawing, *, explain: bool, top: int) -> None:
    text = clean_line(answer.text or "")
    drawing.line(shortened(text, _LONGEST, drawing.signs.dots), words.ANSWER)
    _draw_confidence(answer.confidence, drawing)
    if answer.disputed:
        drawing.line(plain.DISPUTED, words.NOT_SAID)
    drawing.blank()
    for citation in answer.citations:
        _draw_citation(citation, drawing)
    shown = answer.passages[:top]
    if explain:
        _draw_hits(shown, drawing, "How the passages scored", lines=1, explain=True)
    else:
        _draw_others(plain.not_quoted(shown, answer.citations), drawing)


def _draw_abstention(answer: Answer, drawing: Drawing, *, explain: bool, top: int) -> None:
    drawing.line(words.NOT_FOUND, words.NOT_SAID)
    if answer.reason:
        drawing.line(shortened(clean_line(answer.reason), _LONGEST, drawing.signs.dots))
    if answer.unread:
        drawing.line(plain.unread(answer.unread), words.QUIET)
    drawing.blank()
    nearest = answer.nearest[: min(top, plain.NEAREST_SHOWN)]
    _draw_hits(nearest, drawing, "What comes closest", lines=2, explain=explain)


def _draw_confidence(confidence: float, drawing: Drawing) -> None:
    from rich.text import Text

    word, style = words.likelihood(confidence)
    full, empty = words.bar(confidence, 5, drawing.signs)
    said = f" {words.percent(confidence)} % {word}"
    drawing.text(Text.assemble((full, style), (empty, words.QUIET), said))


def _draw_citation(citation: Citation, drawing: Drawing) -> None:
    from rich.text import Text

    publisher = citation.publisher
    known = not publisher or publisher.casefold() in citation.title.casefold()
    drawing.text(
        _heading(
            f"[{citation.number}] ",
            citation.title,
            (
                None if known else publisher,
                plain.dated(citation),
                None if citation.agrees else plain.OTHERWISE,
            ),
            drawing,
            citation.link if is_of_web(citation.link) else None,
        ),
        hang=drawing.indent,
    )
    _draw_headings(citation.headings, drawing)
    drawing.quoted(lambda room: _quote_text(citation, room, drawing), lines=3, spare=1)
    where = drawing.document(citation.document, plain.whereabouts(citation), citation.link)
    where.append_text(_span(citation.start, citation.end))
    status = Text(*words.status_words(citation.status, drawing.signs))
    if where.cell_len + 2 + status.cell_len <= drawing.width - drawing.indent:
        drawing.text(where.append("  ").append_text(status), indent=drawing.indent)
    else:
        drawing.text(where, indent=drawing.indent)
        drawing.text(status, indent=drawing.indent)
    _draw_also(citation.also_in, drawing)
    drawing.blank()


def _quote_text(citation: Citation, room: int, drawing: Drawing) -> Text:
    """Return the quote in its context; where nothing has a style, the quote stands in marks."""
    from rich.text import Text

    stretches = quote_in_context(citation, room, drawing.signs.dots)
    quoted = [i for i, (_, role) in enumerate(stretches) if role in (Role.QUOTE, Role.ANSWER)]
    marked = quoted and drawing.console.color_system is None
    # An answer that is the whole quote has nothing to stand out from.
    within = any(role is Role.QUOTE for _, role in stretches)
    styles = _ROLE_STYLE if within else _ROLE_STYLE | {Role.ANSWER: words.QUOTE}
    text = Text()
    for i, (part, role) in enumerate(stretches):
        if marked and i == quoted[0]:
            text.append(drawing.signs.open)
        text.append(part, styles[role])
        if marked and i == quoted[-1]:
            text.append(drawing.signs.close)
    return text


def _draw_hits(
    hits: Sequence[Hit], drawing: Drawing, caption: str, *, lines: int, explain: bool
) -> None:
    if hits:
        drawing.line(caption, words.CAPTION)
        drawing.blank()
    for hit in hits:
        _draw_hit(hit, drawing, lines=lines, explain=explain)


def _draw_others(hits: Sequence[Hit], drawing: Drawing) -> None:
    """Draw passages in two lines each: where they stand, and their telling part."""
    from rich.text import Text

    sign = drawing.signs
    if hits:
        drawing.line("Other passages", words.CAPTION)
    for hit in hits:
        where = Text.assemble((f"{hit.rank}. ".ljust(drawing.indent), words.QUIET))
        where.append_text(drawing.document(hit.document, "")).append_text(_span(hit.start, hit.end))
        drawing.text(where, hang=drawing.indent)
        room = drawing.width - drawing.indent - 2 * len(sign.dots) - 2
        drawing.line(telling_part(hit, room, sign.dots), indent=drawing.indent)
    if hits:
        drawing.blank()


def _draw_hit(hit: Hit, drawing: Drawing, *, lines: int, explain: bool) -> None:
    from rich.text import Text

    sign = drawing.signs
    heading = _heading(f"{hit.rank}. ", hit.title, (hit.date,), drawing)
    drawing.text(heading, hang=drawing.indent)
    _draw_headings(hit.headings, drawing)
    drawing.quoted(lambda room: Text(telling_part(hit, room, sign.dots)), lines=lines)
    where = drawing.document(hit.document, "").append_text(_span(hit.start, hit.end))
    drawing.text(where, indent=drawing.indent)
    _draw_also(hit.also_in, drawing)
    if explain:
        for line in explain_lines(hit, sign):
            drawing.text(line, indent=drawing.indent)
    drawing.blank()


def _heading(
    number: str,
    title: str,
    source: tuple[str | None, ...],
    drawing: Drawing,
    link: str | None = None,
) -> Text:
    from rich.style import Style
    from rich.text import Text

    sign = drawing.signs
    name = shortened(clean_line(title), _LONGEST_TITLE, sign.dots)
    heading = Text.assemble(
        (number.ljust(drawing.indent), words.QUIET),
        (name, Style.parse(words.TITLE) + Style(link=link)),
    )
    for part in source:
        if part:
            heading.append(f" {sign.dot} ", words.QUIET).append(clean_line(part))
    return heading


def _draw_headings(headings: tuple[str, ...], drawing: Drawing) -> None:
    if headings:
        path = plain.heading_path(headings, drawing.signs)
        path = shortened(path, _LONGEST_TITLE, drawing.signs.dots)
        drawing.line(path, words.QUIET, indent=drawing.indent)


def _span(start: int, end: int) -> Text:
    from rich.text import Text

    return Text(f" [{start}:{end}]", words.QUIET)


def _draw_also(places: tuple[Place, ...], drawing: Drawing) -> None:
    if places:
        drawing.line(plain.also_in(places), words.QUIET, indent=drawing.indent)
