"""What stands in source code: definitions, comments and strings that are prose, groups of lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from qa.readers.metadata import clean
from qa.readers.structure import trimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.readers.structure import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_WORD = re.compile(r"\w")
# A line at the margin that begins something with a name, in most languages that have such lines.
_DEFINITION = re.compile(
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|sealed|async|"
    r"inline|unsafe|extern|virtual|override|data|pub(?:\([\w:]{1,40}\))?)\s{1,4}){0,6}"
    r"(?:def|class|function\*?|func|fn|fun|struct|interface|enum|trait|impl|module|namespace|"
    r"object|protocol|record|sub|procedure|package|type|message|service|"
    r"create\s{1,4}(?:or\s{1,4}replace\s{1,4})?(?:table|view|function|procedure))"
    r"\s{1,4}(?:if\s{1,4}not\s{1,4}exists\s{1,4})?[\"'`]?([\w.$]{1,100}(?:::\w{1,100}){0,5})",
    re.IGNORECASE,
)
_SECTION = re.compile(r"\[{1,2}[ \t]*([^\[\]\r\n]{1,100}?)[ \t]*\]{1,2}[ \t]*")
_GOES_ON = re.compile(r"[ \t)\]}>]|end\b|else\b|elif\b|catch\b|except\b|finally\b")
_HASH, _SLASH, _DASH, _PERCENT, _SEMICOLON = "#", "//|/[*]+|[*]+/?", "--", "%", ";"
_COMMENTS = {
    _HASH: "py pyi rb sh bash zsh fish pl pm r jl yaml yml toml ps1 tcl ex exs cmake mk conf cfg "
    "properties nim graphql tf awk",
    _SLASH: "js mjs cjs ts tsx jsx java kt kts scala groovy gradle c h cc cpp cxx hh hpp cs go rs "
    "swift php dart css scss less proto m mm vue svelte zig v json jsonc",
    _DASH: "sql lua hs elm adb ads vhd",
    _PERCENT: "tex bib sty erl pro",
    _SEMICOLON: "ini lisp cl el clj cljs scm asm s reg",
}
_MARKS = {kind: mark for mark, kinds in _COMMENTS.items() for kind in kinds.split()}
_STRING = re.compile(r"[ \t]*(?:[rRbBuUfF]{0,2})(\"\"\"|''')")


class Piece(NamedTuple):
    """A stretch of code: its span, whether its units are lines, what definition it is in."""

    start: int
    end: int
    lines: bool
    within: str | None


def pieces(text: str, kind: str, start: int = 0) -> Iterator[Piece]:
    """Yield the pieces of code of a kind (its suffix without the dot), in order.

    Blank lines part them; comments that fill whole lines, and texts in three quotes, are pieces
    of their own, for they have sentences. What has no word is left out.
    """
    comment = re.compile(rf"[ \t]*(?:{_MARKS[kind]})") if kind in _MARKS else None
    within: str | None = None
    for group in _groups(text, start):
        within = _within(text, group, kind, within)
        for first, last, prose in _runs(text, group, comment):
            span = trimmed(text, first, last)
            if _WORD.search(text, *span):
                yield Piece(*span, not prose, within)


def _groups(text: str, start: int) -> Iterator[list[Span]]:
    """Yield the lines between blank lines; a blank line in a text of three quotes parts nothing."""
    group: list[Span] = []
    quote: str | None = None
    for line in _LINE.finditer(text, start):
        words = line[0]
        if not words.isspace() or (quote and group):
            group.append(line.span())
        elif group:
            yield group
            group = []
        quote = _quote_after(words, quote)
    if group:
        yield group


def _quote_after(line: str, quote: str | None) -> str | None:
    """Which three quotes are open after a line that begins, or ends, a text."""
    if quote is None:
        opened = _STRING.match(line)
        if opened and line.count(opened[1], opened.end()) == 0:
            return opened[1]
        return None
    return None if quote in line else quote


def _runs(
    text: str, group: list[Span], comment: re.Pattern[str] | None
) -> Iterator[tuple[int, int, bool]]:
    """Part a group where comments, or texts in three quotes, begin and end."""
    first, before = group[0][0], None
    quote: str | None = None
    end = first
    for start, stop in group:
        line = text[start:stop]
        prose = (
            quote is not None
            or bool(_STRING.match(line))
            or (comment is not None and bool(comment.match(line)))
        )
        quote = _quote_after(line, quote)
        if before is not None and prose != before:
            yield first, end, before
            first = start
        before, end = prose, stop
    yield first, end, bool(before)


def _within(text: str, group: list[Span], kind: str, before: str | None) -> str | None:
    """The definition, or the section of a settings file, that a group is in."""
    for start, stop in group:
        if kind in {"toml", "ini", "cfg", "conf"}:
            section = _SECTION.fullmatch(text[start:stop].rstrip("\r\n"))
            if section:
                return clean(section[1])
        elif definition := _DEFINITION.match(text, start, stop):
            return definition[1]
    if kind in {"toml", "ini", "cfg", "conf"}:
        return before
    return before if _GOES_ON.match(text, group[0][0]) else None
