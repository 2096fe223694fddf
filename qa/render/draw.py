"""The hand that draws: lines of styled text, wrapped by cells, with a margin and links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.links import file_uri
from qa.render import words
from qa.render.safe import clean_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import Console
    from rich.text import Text

# Longer lines are hard to read, shorter ones hold no word.
_WIDEST = 100
_NARROWEST = 20


class Drawing:
    """A console with a margin, signs it can show, and a folder that documents link to.

    A roomy console (40 columns and more) has a margin, and an ``indent`` for what stands below a
    number such as "[1] "; a narrow one needs the cells for words.
    """

    def __init__(self, console: Console, corpus_root: Path | None = None) -> None:
        self.console = console
        self.signs = words.signs(console.encoding)
        self._root = corpus_root
        roomy = console.width >= 2 * _NARROWEST
        self._margin = 2 if roomy else 0
        self.indent = 4 if roomy else 0
        self.width = max(_NARROWEST, min(_WIDEST, console.width - 2 * self._margin))

    def blank(self) -> None:
        """Leave a line free."""
        self.console.print()

    def line(self, text: str, style: str = "", *, indent: int = 0) -> None:
        """Draw harmless ``text`` in one style."""
        from rich.text import Text

        self.text(Text(text, style), indent=indent)

    def text(self, text: Text, *, indent: int = 0, hang: int = 0) -> None:
        """Draw ``text``, wrapped; lines after the first stand ``hang`` cells further right."""
        for i, line in enumerate(text.wrap(self.console, self.width - indent - hang)):
            self._print(" " * (indent + (hang if i else 0)), line)

    def quoted(self, make: Callable[[int], Text], *, lines: int, spare: int = 0) -> None:
        """Draw what ``make`` gives, in ``lines`` lines with a bar at their left.

        ``make`` takes a room in cells for what may be left out; it is called with less and less
        until the text keeps to ``lines`` and doesn't end in dots on a line of their own. Where
        what can't be left out takes more lines, it gets them and ``spare`` ones.
        """
        indent = max(2, self.indent)
        width = self.width - indent
        least = len(make(0).wrap(self.console, width))
        most = max(lines, least + spare)
        for eighths in range(8 * (most - least + 1), -1, -1):
            wrapped = make(width * eighths // 8).wrap(self.console, width)
            if len(wrapped) <= most and wrapped[-1].plain.strip() != self.signs.dots:
                break
        for line in wrapped:
            self._print(" " * (indent - 2), line, bar=True)

    def document(self, name: str, suffix: str, link: str | None = None) -> Text:
        """Return a document's name, linked to its file where that is known to be there.

        ``link`` leads to a place in it, where that is known.
        """
        from rich.style import Style
        from rich.text import Text

        uri = file_uri(self._root, name)
        if uri and link and link.partition("#")[0] == uri:
            uri = link
        style = Style.parse(words.PLACE) + Style(link=uri) if uri else Style.parse(words.PLACE)
        return Text.assemble((clean_name(name) + suffix, style))

    def _print(self, left: str, line: Text, *, bar: bool = False) -> None:
        from rich.text import Text

        start = Text(" " * self._margin + left)
        if bar:
            start.append(self.signs.gutter, words.GUTTER).append(" ")
        line.rstrip()
        self.console.print(start.append_text(line), soft_wrap=True)
