"""Answers as JSON, one line each, as the contract has them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from qa.links import fragment

if TYPE_CHECKING:
    from qa.nouns import Answer, Citation, Hit, Locator, Place

SCHEMA = 1
_DIGITS = 6

# JSON allows these inside a string as they are, but a reader of lines (U+0085, U+2028, U+2029), a
# terminal (DEL, C1) or a UTF-8 encoder (lone surrogates) does not bear them.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def answer_object(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """Return the contract's answer object; ``explain`` adds terms and ranks to its passages."""
    return {
        "schema": SCHEMA,
        "question": answer.question,
        "answer": answer.text,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "confidence": answer.confidence,
        "disputed": answer.disputed,
        "read_as": [{"typed": typed, "meant": meant} for typed, meant in answer.read_as],
        "missing": list(answer.missing),
        "unread": [
            {"path": item.path, "reason": item.reason, "line": item.line} for item in answer.unread
        ],
        "citations": [citation_object(citation) for citation in answer.citations],
        "passages": [passage_object(hit, explain=explain) for hit in answer.passages],
        "nearest": [passage_object(hit, explain=explain) for hit in answer.nearest],
        "index": {
            "generation": answer.index.generation,
            "embedder": answer.index.embedder,
            "documents": answer.index.documents,
            "passages": answer.index.passages,
        },
        "seconds": dict(answer.seconds),
    }


def citation_object(citation: Citation) -> dict[str, Any]:
    """Return the contract's citation object: the quote, where it stands, how it was found."""
    return {
        "number": citation.number,
        "document": citation.document,
        "title": citation.title,
        "date": citation.date,
        "file_date": citation.file_date,
        "page": citation.page,
        "locator": _locator_object(citation.locator),
        "link": citation.link,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "answer_start": citation.answer_start,
        "answer_end": citation.answer_end,
        "status": citation.status.value,
        "agrees": citation.agrees,
        "selectors": selectors(citation),
        "also_in": [_place_object(place) for place in citation.also_in],
    }


def selectors(citation: Citation) -> list[dict[str, Any]]:
    """Return where a quote stands as selectors of the W3C Web Annotation Data Model, §4.2."""
    found: list[dict[str, Any]] = [
        {
            "type": "TextQuoteSelector",
            "exact": citation.quote,
            "prefix": citation.before,
            "suffix": citation.after,
        },
        {"type": "TextPositionSelector", "start": citation.start, "end": citation.end},
    ]
    inside = fragment(citation.document, citation.locator)
    if inside is not None:
        standard, value = inside
        found.append({"type": "FragmentSelector", "conformsTo": standard, "value": value})
    return found


def passage_object(hit: Hit, *, explain: bool = False) -> dict[str, Any]:
    """Return the contract's passage object; ``explain`` adds what each part of the score gave."""
    passage: dict[str, Any] = {
        "rank": hit.rank,
        "document": hit.document,
        "title": hit.title,
        "headings": list(hit.headings),
        "start": hit.start,
        "end": hit.end,
        "text": hit.text,
        "score": hit.score,
        "scores": dict(hit.scores),
        "also_in": [_place_object(place) for place in hit.also_in],
    }
    if explain:
        passage["lexical_rank"] = hit.lexical_rank
        passage["dense_rank"] = hit.dense_rank
        passage["terms"] = [{"term": term.term, "weight": term.weight} for term in hit.terms]
    return passage


def dumps(obj: object) -> str:
    """Return ``obj`` as one line of JSON that any UTF-8 stream and any reader of lines bears.

    Floats are rounded to 6 digits; numpy's scalars are written as plain numbers.

    Raises:
        ValueError: a number is NaN or infinite; the message names where it stands.
        TypeError: a value or key has no JSON form.
    """
    line = json.dumps(_plain(obj, "$"), ensure_ascii=False, allow_nan=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", line)


def _locator_object(locator: Locator | None) -> dict[str, Any] | None:
    if locator is None:
        return None
    found: dict[str, Any] = {"kind": locator.kind, "label": locator.label}
    if locator.confidence is not None:
        found["confidence"] = locator.confidence
    return found


def _place_object(place: Place) -> dict[str, Any]:
    return {"document": place.document, "start": place.start, "end": place.end}


def _plain(value: object, where: str) -> Any:
    """Return ``value`` in JSON's own types; ``where`` is its JSONPath, for the message."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return _rounded(float(value), where)
    if isinstance(value, Mapping):
        return {_key(key, where): _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_plain(item, f"{where}[{i}]") for i, item in enumerate(value)]
    raise TypeError(f"{where} is of type {type(value).__name__}, which has no JSON form")


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key in {where} is of type {type(key).__name__}, not a string")
    return key


def _rounded(number: float, where: str) -> float:
    if not math.isfinite(number):
        raise ValueError(f"{where} is {number}, which JSON cannot hold")
    return round(number, _DIGITS) + 0.0  # + 0.0 turns -0.0 into 0.0
