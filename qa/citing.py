"""From a candidate to a citation: the quote re-read in its source, and who says the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qa.links import link
from qa.nouns import Citation, Place

if TYPE_CHECKING:
    from qa.extract import Candidate
    from qa.nouns import Hit
    from qa.recheck import Sources
    from qa.search import Candidates
    from qa.snapshot import Snapshot

_TWIN_DEPTH = 50


def cite(
    snapshot: Snapshot, sources: Sources, candidates: Candidates, best: Candidate, number: int
) -> Citation:
    """Re-read the quote in its source, and find who else says the same."""
    hit = best.hit
    document = int(snapshot.passages[hit.passage_id]["document"])
    record = snapshot.document(document)
    checked_now = sources.check(snapshot, document, best.quote_start, best.quote_end)
    moved = checked_now.start - best.quote_start
    return Citation(
        number=number,
        document=hit.document,
        title=hit.title,
        date=hit.date,
        start=checked_now.start,
        end=checked_now.end,
        quote=best.quote,
        status=checked_now.status,
        answer_start=best.start + moved,
        answer_end=best.end + moved,
        page=checked_now.page,
        locator=checked_now.locator,
        link=link(record, sources.root, checked_now.locator, best.quote),
        before=checked_now.before,
        after=checked_now.after,
        file_date=None if hit.date else sources.date(snapshot, document),
        also_in=_also_in(snapshot, best.quote, hit, candidates),
        headings=hit.headings,
        publisher=record.publisher,
        url=record.url,
        line=checked_now.line,
        context=hit.text,
        context_start=hit.start + moved,
    )


def _also_in(snapshot: Snapshot, quote: str, hit: Hit, candidates: Candidates) -> tuple[Place, ...]:
    """Other documents in which the same words stand, whatever the spacing; one place each."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in quote.split()))
    places: dict[str, Place] = {}
    for passage in candidates.ids[:_TWIN_DEPTH].tolist():
        row = snapshot.passages[passage]
        name = snapshot.document(int(row["document"])).name
        if name == hit.document or name in places:
            continue
        match = pattern.search(snapshot.passage_text(passage))
        if match:
            start = int(row["start"])
            places[name] = Place(name, start + match.start(), start + match.end())
    return tuple(places[name] for name in sorted(places))
