"""How a part of a generation crosses from the process that read a hostile file to this one.

A frame is a JSON header and raw bytes, never a pickle: whoever took over the process that sent it
can make a file's content wrong, as the file could anyway, and nothing else. What comes in is
checked before it is believed.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.counts import TermCounts
from qa.generation import PASSAGE_DTYPE, SourcePart, SourceRecord
from qa.parts import FreshPart

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

LENGTH_BYTES = 8
_ARRAYS: dict[str, tuple[np.dtype[Any], tuple[int, ...]]] = {
    "passages": (PASSAGE_DTYPE, (-1,)),
    "sentences": (np.dtype("<i4"), (-1, 2)),
    "keys": (np.dtype("u1"), (-1, 16)),
    "twins": (np.dtype("<u8"), (-1,)),
    "indptr": (np.dtype("<i8"), (-1,)),
    "postings": (np.dtype("<i4"), (-1,)),
    "counts": (np.dtype("<u2"), (-1,)),
}


class Garbled(Exception):  # noqa: N818 - a state of what came in
    """A frame is not what an honest process sends; the message says what is wrong."""


def frame(header: dict[str, Any], *blobs: bytes | memoryview) -> bytes:
    """Pack a header and raw bytes; ``blobs`` in the header tells their lengths."""
    sizes = [memoryview(blob).nbytes for blob in blobs]
    head = json.dumps({**header, "blobs": sizes}).encode()
    return b"".join((len(head).to_bytes(LENGTH_BYTES), head, *blobs))


def unframe(data: bytes | bytearray, token: str) -> tuple[dict[str, Any], list[memoryview]]:
    """Take a frame apart that answers the request of this token.

    Raises:
        Garbled: it answers another, lengths don't add up, or the header is no JSON object.
    """
    view = memoryview(data)
    start = LENGTH_BYTES + int.from_bytes(view[:LENGTH_BYTES])
    try:
        header = json.loads(bytes(view[LENGTH_BYTES:start]))
        sizes = [int(size) for size in header["blobs"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Garbled(f"no header ({type(error).__name__})") from error
    if header.get("token") != token:
        raise Garbled("it is of another file")
    if any(size < 0 for size in sizes) or start + sum(sizes) != len(view):
        raise Garbled("its lengths don't add up")
    blobs = []
    for size in sizes:
        blobs.append(view[start : start + size])
        start += size
    return header, blobs


def pack(fresh: FreshPart, token: str) -> bytes:
    """Frame a part, as the answer to the request of this token."""
    part, counts = fresh.part, fresh.counts
    arrays = {
        **{name: getattr(part, name) for name in ("passages", "sentences", "keys", "twins")},
        "indptr": counts.indptr,
        "postings": counts.passages,
        "counts": counts.counts,
    }
    header = {
        "kind": "part",
        "token": token,
        "record": asdict(part.record),
        "embed": list(fresh.embed),
        "vocabulary": list(counts.vocabulary),
    }
    raw = (np.asarray(arrays[name], kind).tobytes() for name, (kind, _) in _ARRAYS.items())
    return frame(header, *raw, *part.lines, *part.locators, *part.texts)


def unpack(header: dict[str, Any], blobs: list[memoryview], name: str) -> FreshPart:
    """Take a part out of a frame; it must be of the source of this name.

    Raises:
        Garbled: it is not, or is no part that fits together.
    """
    try:
        return _checked(header, blobs, name)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise Garbled(f"no part of a generation ({error})"[:200]) from error


def _checked(header: dict[str, Any], blobs: list[memoryview], name: str) -> FreshPart:
    record = SourceRecord.from_json(header["record"])
    number = record.documents
    if record.name != name or len(blobs) != len(_ARRAYS) + 3 * number:
        raise ValueError("it is of another source, or of another number of documents")
    arrays = {
        key: np.frombuffer(blob, kind).reshape(shape)
        for (key, (kind, shape)), blob in zip(_ARRAYS.items(), blobs, strict=False)
    }
    rest = blobs[len(_ARRAYS) :]
    part = SourcePart(
        record=record,
        lines=tuple(bytes(line) for line in rest[:number]),
        locators=tuple(bytes(line) for line in rest[number : 2 * number]),
        texts=tuple(rest[2 * number :]),
        passages=arrays["passages"],
        sentences=arrays["sentences"],
        keys=arrays["keys"],
        twins=arrays["twins"],
    )
    embed = tuple(_strings(header["embed"]))
    vocabulary = tuple(_strings(header["vocabulary"]))
    counts = TermCounts(
        vocabulary, arrays["indptr"], arrays["postings"], arrays["counts"], len(part.passages)
    )
    _check_sizes(part, embed)
    _check_locators(part)
    _check_places(part)
    _check_counts(counts)
    return FreshPart(part, embed, counts)


def _strings(values: Any) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str):
            raise TypeError("a text is no text")
        yield value


def _check_sizes(part: SourcePart, embed: tuple[str, ...]) -> None:
    sizes = {len(part.passages), len(part.keys), len(part.twins), len(embed), part.record.passages}
    if len(sizes) != 1 or part.passages["sentences"].sum() != len(part.sentences):
        raise ValueError(f"it has {sorted(sizes)} passages")
    for text in part.texts:
        str(text, "utf-8")
    for kind, lines in ((dict, part.lines), (list, part.locators)):
        for line in lines:
            if not isinstance(json.loads(line.decode("utf-8", "surrogateescape")), kind):
                raise TypeError(f"a document's line is no {kind.__name__}")
            if line.count(b"\n") != 1 or not line.endswith(b"\n"):
                raise ValueError("a document's line is not one line")


def _check_locators(part: SourcePart) -> None:
    """Every locator is a start, an end, a kind, a label and a confidence or none."""
    for line in part.locators:
        for start, end, kind, label, confidence in json.loads(line):
            if not (isinstance(start, int) and isinstance(end, int) and 0 <= start <= end):
                raise ValueError("a place in a file has no bounds")
            if not (isinstance(kind, str) and isinstance(label, str)):
                raise TypeError("a place in a file has no name")
            if not (confidence is None or isinstance(confidence, int | float)):
                raise TypeError("a place in a file has no confidence")


def _check_places(part: SourcePart) -> None:
    """Every passage lies in a document of the part, in order, within its text."""
    rows = part.passages
    if not len(rows):
        return
    documents = rows["document"]
    bounds = np.array([memoryview(text).nbytes for text in part.texts], np.int64)
    if documents.min() < 0 or documents.max() >= len(bounds) or (np.diff(documents) < 0).any():
        raise ValueError("a passage is of no document")
    _check_ordered(rows["byte_start"], rows["byte_end"], bounds[documents])
    _check_ordered(rows["start"], rows["end"], bounds[documents])
    if rows["sentences"].min() < 0 or rows["headings"].min() < 0:
        raise ValueError("a passage has a negative number")


def _check_ordered(
    start: npt.NDArray[np.int64], end: npt.NDArray[np.int64], bound: npt.NDArray[np.int64]
) -> None:
    if not ((start >= 0) & (start <= end) & (end <= bound)).all():
        raise ValueError("a passage leads out of its text")


def _check_counts(counts: TermCounts) -> None:
    """The sparse matrix is one: its terms are sorted, its postings of passages that are there."""
    ends, postings = counts.indptr, counts.passages
    if len(ends) != len(counts.vocabulary) + 1 or ends[0] != 0 or (np.diff(ends) < 1).any():
        raise ValueError("its terms don't add up")
    if ends[-1] != len(postings) or len(postings) != len(counts.counts):
        raise ValueError("its postings don't add up")
    if len(postings) and not (postings.min() >= 0 and postings.max() < counts.size):
        raise ValueError("a term stands in no passage")
    if list(counts.vocabulary) != sorted(set(counts.vocabulary)):
        raise ValueError("its terms are not in order")
    if any("\n" in term for term in counts.vocabulary):
        raise ValueError("a term has two lines")
