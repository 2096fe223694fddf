"""A case's result as a JSON object, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from qa.evaluation.nouns import (
    Case,
    CaseResult,
    Cited,
    Evidence,
    Found,
    Labels,
    Piece,
    Ranked,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def row_object(result: CaseResult) -> dict[str, Any]:
    """All of a result but how long it took."""
    case = result.case
    return {
        "id": case.id,
        "question": case.question,
        "kind": case.kind,
        "split": case.split,
        "answerable": case.answerable,
        "answers": list(case.answers),
        "items": list(case.items),
        "needs_all": case.needs_all,
        "note": case.note,
        "evidence": [
            {"quote": piece.quote, "places": [asdict(place) for place in piece.places]}
            for piece in result.labels.pieces
        ],
        "drift": [{"document": e.document, "quote": e.quote} for e in result.labels.drift],
        "answer": result.answer,
        "abstained": result.abstained,
        "reason": result.reason,
        "confidence": result.confidence,
        "right": result.right,
        "citations": [asdict(cited) for cited in result.citations],
        "relevant": result.found.relevant,
        "ranks": list(result.found.ranks),
        "passages": [asdict(ranked) for ranked in result.found.best],
        "measures": dict(result.measures),
    }


def result_from(value: dict[str, Any]) -> CaseResult:
    """The result of a row.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is no such row.
    """
    return CaseResult(
        case=_case(value),
        labels=Labels(
            tuple(Piece(str(p["quote"]), _spans(p["places"])) for p in value["evidence"]),
            tuple(Evidence(str(d["document"]), str(d["quote"])) for d in value["drift"]),
        ),
        answer=_text(value["answer"]),
        reason=_text(value["reason"]),
        confidence=float(value["confidence"]),
        citations=tuple(_cited(cited) for cited in value["citations"]),
        found=Found(
            int(value["relevant"]),
            tuple(int(rank) for rank in value["ranks"]),
            tuple(Ranked(**passage) for passage in value["passages"]),
        ),
        measures={str(name): float(number) for name, number in value["measures"].items()},
        right=bool(value["right"]),
        seconds=float(value.get("seconds", 0.0)),
    )


def _case(value: dict[str, Any]) -> Case:
    return Case(
        id=str(value["id"]),
        question=str(value["question"]),
        kind=str(value["kind"]),
        answerable=bool(value["answerable"]),
        answers=tuple(str(answer) for answer in value["answers"]),
        items=tuple(str(item) for item in value["items"]),
        needs_all=bool(value["needs_all"]),
        split=_text(value["split"]),
        note=_text(value["note"]),
    )


def _cited(value: dict[str, Any]) -> Cited:
    return Cited(**{**value, "also_in": _spans(value["also_in"])})


def _spans(values: Iterable[dict[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(str(v["document"]), int(v["start"]), int(v["end"])) for v in values)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
