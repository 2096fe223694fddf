"""The words of an HTML fragment, by the standard library alone: for messages and notebooks."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# More than this is no message; unclosed tags cost the parser the square of their length.
_LONGEST = 2_000_000
_WORDLESS = {"script", "style", "head", "title", "template", "noscript", "object", "svg"}
_PARAGRAPHS = {
    "address", "article", "aside", "blockquote", "body", "dl", "div", "fieldset", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol",
    "p", "pre", "section", "table", "ul",
}  # fmt: skip
_LINES = {"br", "tr", "li", "dt", "dd", "caption", "option"}
_CELLS = {"td", "th"}


class _Words(HTMLParser):
    """Collects words and the breaks between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Break before what begins on a new line; ``attrs`` tell nothing."""
        del attrs
        self._break(tag)
        if tag in _WORDLESS:
            self._silent += 1
        elif tag in _CELLS:
            self.pieces.append("\0")

    def handle_endtag(self, tag: str) -> None:
        """Break after a paragraph."""
        if tag in _WORDLESS:
            self._silent = max(0, self._silent - 1)
        elif tag in _PARAGRAPHS:
            self._break(tag)
        if tag == "body":
            self._silent = 0

    def handle_data(self, data: str) -> None:
        """Keep the words, spaces as one."""
        if not self._silent:
            self.pieces.append(re.sub(r"[\s\0]+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag in _LINES:
            self.pieces.append("\n")


def words_of(html: str) -> str:
    """Return the words a fragment shows: paragraphs parted by blank lines, cells by a bar."""
    parser = _Words()
    parser.feed(html[:_LONGEST])
    parser.close()
    text = "".join(parser.pieces)
    text = re.sub(
        r"(?<=\n)[ \0]*\0|^[ \0]*\0", "", text
    )  # before a row's first cell there is no bar
    text = re.sub(r" *\0 *", " | ", text)
    text = re.sub(r" *\n *", "\n", re.sub(r" +", " ", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
