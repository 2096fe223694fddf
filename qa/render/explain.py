"""What each part of a passage's score gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.render import words
from qa.render.safe import clean_line

if TYPE_CHECKING:
    from rich.text import Text

    from qa.nouns import Hit

_TERMS_SHOWN = 12
_CELLS = 5


def explain_lines(hit: Hit, sign: words.Signs) -> list[Text]:
    """Return a small table of a hit: its score, the parts of it, and the terms' weights.

    A part has its raw value, its normalised value (0..1 within this question) as number and bar,
    and its rank in its own list.
    """
    scores = hit.scores
    rows = [
        _row("score", hit.score, hit.score, None, sign),
        _row(
            "BM25", scores.get("lexical"), scores.get("lexical_normalised"), hit.lexical_rank, sign
        ),
        _row("cosine", scores.get("dense"), scores.get("dense_normalised"), hit.dense_rank, sign),
        _row("document", scores.get("context"), scores.get("context"), None, sign),
        _row("exact", scores.get("exact"), scores.get("exact"), None, sign),
    ]
    return rows + _term_rows(hit, sign)


def _row(
    name: str, value: float | None, share: float | None, rank: int | None, sign: words.Signs
) -> Text:
    from rich.text import Text

    row = Text.assemble((f"{name:<6}", words.QUIET))
    row.append(f"{sign.dash:>8}" if value is None else f"{value:8.3f}")
    if share is not None:
        _append_bar(row, share, sign)
        row.append(f" {share:.2f}", words.QUIET)
    if rank is not None:
        row.append(f"  rank {rank}", words.QUIET)
    return row


def _term_rows(hit: Hit, sign: words.Signs) -> list[Text]:
    from rich.text import Text

    terms = sorted(hit.terms, key=lambda term: (-term.weight, term.term))
    largest = max((term.weight for term in terms), default=0.0)
    rows = []
    for i, term in enumerate(terms[:_TERMS_SHOWN]):
        row = Text.assemble((f"{'' if i else 'terms':<6}", words.QUIET))
        row.append(f"{term.weight:8.3f}")
        _append_bar(row, term.weight / largest if largest > 0 else 0.0, sign)
        rows.append(row.append(f" {clean_line(term.term)}"))
    if len(terms) > _TERMS_SHOWN:
        rows.append(Text.assemble((f"and {len(terms) - _TERMS_SHOWN} more terms", words.QUIET)))
    return rows


def _append_bar(row: Text, share: float, sign: words.Signs) -> None:
    full, empty = words.bar(share, _CELLS, sign)
    row.append(" ").append(full, words.BAR).append(empty, words.QUIET)
