"""Source code, settings, logs and marked-up text that has no reader of its own: as it stands."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.nouns import Block, Document, Reading, Skipped
from qa.readers.code import pieces
from qa.readers.decoding import decode
from qa.readers.metadata import clean
from qa.readers.structure import trimmed
from qa.readers.text import paragraphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qa.nouns import SourceFile
    from qa.readers.metadata import Metadata

_LANGUAGES = (
    "py pyi js mjs cjs ts tsx jsx java kt kts scala groovy gradle c h cc cpp cxx hh hpp cs go rs "
    "rb php swift m mm dart r jl lua pl pm sh bash zsh fish ps1 bat cmd sql css scss less vue "
    "svelte proto graphql tf ex exs erl hs elm clj cljs lisp el scm nim zig asm s f90 for pas vb "
    "tcl cmake mk awk"
)
_SETTINGS = "yaml yml toml ini cfg conf properties json jsonc xml xsd"
_OTHERS = "log diff patch bib"
# Prose with commands, and what its headings look like: their marks and their words.
_PROSE = {
    ".tex": re.compile(
        r"\\(?P<name>part|chapter|section|subsection|subsubsection|paragraph)\*?\{(?P<words>[^{}]+)\}"
    ),
    ".adoc": re.compile(r"(?P<marks>={1,6})[ \t]+(?P<words>\S.*)"),
    ".org": re.compile(r"(?P<marks>\*{1,8})[ \t]+(?P<words>\S.*)"),
}
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_KINDS = f"{_LANGUAGES} {_SETTINGS} {_OTHERS}".split()
suffixes = tuple(f".{kind}" for kind in _KINDS) + tuple(_PROSE)
version = 1

# Programs make code smaller for browsers: one line, which no person reads.
_MINIFIED = {"js", "mjs", "cjs", "css"}
_LONG_LINE = 5_000
_LOCKS = {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml"}


def read(source: SourceFile, data: bytes, meta: Metadata) -> Reading:
    """Read a file of code, settings, log lines or markup as one document: the text is the file.

    A block is a group of lines without a blank one between, whose units are lines, or a comment
    or paragraph, whose units are sentences. The heading is the definition or section it is in.
    """
    path = PurePosixPath(source.name)
    if path.name.lower() in _LOCKS:
        reason = "a lock file: a program wrote it for programs"
        return Reading(skipped=(Skipped(source.name, reason),))
    decoded = decode(data)
    if decoded.text is None:
        return Reading(skipped=(Skipped(source.name, decoded.reason or "not text"),))
    text, kind = decoded.text, path.suffix.lower().removeprefix(".")
    longest = max(map(len, text.splitlines()))
    if kind in _MINIFIED and longest > _LONG_LINE and 2 * longest > len(text):
        reason = f"looks minified: a line of {longest:,} characters"
        return Reading(skipped=(Skipped(source.name, reason),), notes=decoded.notes)
    blocks = tuple(_prose(text, f".{kind}") if f".{kind}" in _PROSE else _code(text, kind))
    if not blocks:
        skipped = Skipped(source.name, "holds no words")
        return Reading(skipped=(skipped,), notes=decoded.notes)
    document = Document(
        name=source.name,
        text=text,
        title=meta.title or path.name,
        blocks=blocks,
        date=meta.date,
        publisher=meta.publisher,
        url=meta.url,
        license=meta.license,
    )
    return Reading((document,), notes=decoded.notes)


def _code(text: str, kind: str) -> Iterator[Block]:
    for piece in pieces(text, kind):
        headings = (piece.within,) if piece.within else ()
        yield Block(piece.start, piece.end, headings, lines=piece.lines)


def _prose(text: str, suffix: str) -> Iterator[Block]:
    """Yield paragraphs under the headings above them; a heading's own line is in no block."""
    above: list[tuple[int, str]] = []
    for start, end in paragraphs(text):
        first = text[start:end].splitlines()[0]
        heading = _PROSE[suffix].match(first.rstrip())
        if heading:
            level = _level(heading)
            while above and above[-1][0] >= level:
                above.pop()
            above.append((level, clean(heading["words"]) or ""))
        begin, stop = trimmed(text, start + (len(first) if heading else 0), end)
        if begin < stop:
            yield Block(begin, stop, tuple(words for _, words in above if words))


def _level(heading: re.Match[str]) -> int:
    found = heading.groupdict()
    return _LEVELS.index(found["name"]) if found.get("name") else len(found["marks"])
