"""Untrusted text made harmless to show: nothing in a document may steer the terminal.

What a terminal could obey or a reader could not see is replaced by one visible code point each,
so that text cleaned by :func:`mask` keeps its offsets. Sources: ECMA-48 (C0, C1, escape
sequences), Unicode UAX #9 and UTR #36 (bidirectional controls), UTS #51 (emoji sequences).
"""

from __future__ import annotations

import re

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_INVISIBLE = "\N{MIDDLE DOT}"

# Joiners, direction marks and variation selectors carry meaning in the scripts and emoji that
# need them, so one of them stays where it follows a character of such a script; alone, after
# Latin, Greek or Cyrillic, or in a row they only hide things. England, Scotland and Wales have
# flags that are spelt with tag characters.
_PATTERN = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)"
    "|(?P<joined>(?<=[\u0590-\u1dff\u2190-\ufdff\ufe0e\ufe0f\ufe70-\ufefe\U00010000-\U000dffff])"
    "[\u200c-\u200f\u061c])"
    "|(?P<variant>(?<![A-Za-z\\s\ufe00-\ufe0f\U000e0100-\U000e01ef])(?!\\A)"
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef])"
    "|(?P<control>[\x00-\x08\x0b-\x1f\x7f-\x9f])"
    "|(?P<line>[\u2028\u2029])"
    "|(?P<steer>[\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff])"
    "|(?P<hidden>[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065"
    "\u206a-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff])"
)


def mask(text: str) -> str:
    r"""Replace every dangerous code point by exactly one harmless one: offsets stay valid.

    Control characters become their pictures ("␛" for ESC), C1 controls, bidirectional overrides
    and lone surrogates become U+FFFD, invisible characters become a middle dot, line separators a
    space. Newline and tab stay; of a CR LF the CR becomes a space.
    """
    if text.isascii() and text.isprintable():
        return text
    return _PATTERN.sub(_harmless, text)


def clean(text: str) -> str:
    r"""Return ``text`` fit for a terminal, with newlines (CR LF as LF) and tabs kept."""
    return mask(text.replace("\r\n", "\n"))


def clean_line(text: str) -> str:
    """Return ``text`` fit for one line of a terminal: every run of white space is one space."""
    return mask(" ".join(text.split()))


def clean_name(name: str) -> str:
    """Return a file's name fit for one line; spaces stay, newline and tab become pictures."""
    return (
        mask(name)
        .replace("\n", "\N{SYMBOL FOR LINE FEED}")
        .replace("\t", "\N{SYMBOL FOR HORIZONTAL TABULATION}")
    )


def _harmless(match: re.Match[str]) -> str:
    kind = match.lastgroup
    found = match.group()
    if kind in ("flag", "joined", "variant"):
        return found
    if kind == "control":
        return _picture(found, match)
    if kind == "line":
        return " "
    return _INVISIBLE if kind == "hidden" else _REPLACEMENT


def _picture(control: str, match: re.Match[str]) -> str:
    code = ord(control)
    if control == "\r" and match.string[match.end() : match.end() + 1] == "\n":
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    return "\N{SYMBOL FOR NEWLINE}" if code == 0x85 else _REPLACEMENT
