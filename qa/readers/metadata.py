"""What is known of a document beside its text: YAML front matter and ``NAME.meta.json``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields, replace
from typing import Any

_LONGEST_FRONT_MATTER = 65_536
_LONGEST_VALUE = 300
_MARK = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"(?:#.*\s+|\s+)*[\"']?[A-Za-z_][\w -]*[\"']?[ \t]*:(?:\s|\Z)")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NOT_KNOWN = frozenset({"unknown", "n/a", "none", "-", "?"})
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a person wrote about a document; None where they wrote nothing."""

    title: str | None = None
    date: str | None = None
    publisher: str | None = None
    url: str | None = None
    license: str | None = None
    index: bool = True

    def over(self, other: Metadata) -> Metadata:
        """Return these values, and the other's where there are none; both must allow indexing."""
        mine = {name: value for name in KEYS if (value := getattr(self, name)) is not None}
        return replace(other, **mine, index=self.index and other.index)


KEYS = tuple(field.name for field in fields(Metadata) if field.name != "index")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A text's front matter: its values, where the text after it starts, and what was wrong."""

    metadata: Metadata = Metadata()
    end: int = 0
    notes: tuple[str, ...] = ()


def from_mapping(values: dict[Any, Any]) -> Metadata:
    """Take the known keys of a mapping; values that are no text and no number count as none."""
    found = {name: clean(values.get(name)) for name in KEYS}
    for name in ("date", "publisher", "url", "license"):
        if (found[name] or "").casefold() in _NOT_KNOWN:
            found[name] = None
    index = str(values.get("index", "true")).strip().lower() not in {"false", "no", "off"}
    date = _DATE.fullmatch(found["date"] or "")
    if date:
        found["date"] = f"{date[1]}-{int(date[2]):02}-{int(date[3]):02}"
    return Metadata(**found, index=index)


def clean(value: object) -> str | None:
    """Give a value as one line of at most 300 characters; None where it is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        text = str(value)
    except ValueError:  # a whole number of thousands of digits
        return None
    text = " ".join(_SURROGATE.sub("\ufffd", text[: 4 * _LONGEST_VALUE]).split())
    return text[:_LONGEST_VALUE].rstrip() or None


def from_json(data: bytes) -> tuple[Metadata, tuple[str, ...]]:
    """Read a ``NAME.meta.json``; what is wrong with it is a note, and gives no metadata."""
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return Metadata(), ("its .meta.json is not valid JSON and was not used",)
    if not isinstance(values, dict):
        return Metadata(), ("its .meta.json is not an object and was not used",)
    return from_mapping(values), ()


def front_matter(text: str) -> FrontMatter:
    """Read the YAML between ``---`` lines at the very start of a text.

    Values stay the text they were written as (a date is not turned into another, 1.10 not into
    1.1). What is no mapping is no front matter but part of the text; what looks like one and is
    broken, or uses aliases (which can be made to grow without bound), gives a note.
    """
    start = _MARK.match(text)
    if not start:
        return FrontMatter()
    head = text[start.end() : start.end() + _LONGEST_FRONT_MATTER]
    stop = _END.search(head.replace("\r\n", " \n").replace("\r", "\n"))
    if not stop:
        return FrontMatter()
    source, end = head[: stop.start()], start.end() + stop.end()
    if not source.strip():
        return FrontMatter(end=end)
    try:
        values = _parse(source)
    except _Refused as error:
        if not _KEY.match(source):
            return FrontMatter()
        return FrontMatter(end=end, notes=(f"its front matter was not used: {error}",))
    return FrontMatter(from_mapping(values), end) if isinstance(values, dict) else FrontMatter()


class _Refused(Exception):  # noqa: N818 - not an error of the program
    """Front matter that can't be used; the message says why."""


def _parse(source: str) -> Any:
    import yaml

    class Loader(yaml.BaseLoader):
        """Reads scalars as text, and refuses aliases."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise _Refused("it uses a YAML alias")
            return super().compose_node(parent, index)

    try:
        values = yaml.load(source, Loader)  # noqa: S506 - BaseLoader makes nothing but text
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f" in line {line + 2}"
        raise _Refused(f"it is not valid YAML{where}") from error
    return _without_nulls(values) if isinstance(values, dict) else values


def _without_nulls(values: dict[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in values.items() if value not in ("", "~", "null", "Null")}
