"""``qa verify``: check saved answers against the sources as they are now."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.commands import options

if TYPE_CHECKING:
    from qa.verify import Verdict, Verification

_COLOUR = {
    "verified": "green",
    "repaired": "green",
    "moved": "yellow",
    "stale": "red",
    "fabricated": "red",
}
_LONGEST = 100


@click.command()
@click.argument("answers", type=click.Path(path_type=Path, dir_okay=False))
@options.index_option
@options.json_option
@click.pass_context
def command(ctx: click.Context, answers: Path, index: Path, as_json: bool) -> None:
    """Check the citations of ANSWERS, a file of answer objects, against the sources of now.

    A line a citation: verified, moved, stale or fabricated. Exit code 4 if any is stale or
    fabricated.
    """
    from qa.recheck import Sources
    from qa.render.jsonout import dumps
    from qa.snapshot import Snapshot
    from qa.verify import verify

    snapshot = Snapshot.open(index)
    sources = Sources.of(snapshot)
    if sources.root is None:
        options.say(
            f"note: the sources, {snapshot.manifest.corpus}, are not there: "
            "checked against the text that the index keeps"
        )
    found = verify(snapshot, sources, answers)
    for verdict in found.verdicts:
        click.echo(dumps(_object(verdict)) if as_json else _line(verdict))
    options.say(_summary(found))
    ctx.exit(options.FOUND if found.failed else 0)


def _object(verdict: Verdict) -> dict[str, object]:
    value = asdict(verdict)
    if verdict.now is not None:
        value["now"] = dict(zip(("document", "start", "end"), verdict.now, strict=True))
    return value


def _line(verdict: Verdict) -> str:
    from qa.render.safe import clean_line, clean_name

    status = verdict.status.value
    quote = clean_line(verdict.quote)
    if len(quote) > _LONGEST:
        quote = quote[: _LONGEST - 1] + "…"
    why = f" ({verdict.why})" if verdict.why else ""
    if verdict.now is not None:
        document, start, end = verdict.now
        why = f" ({verdict.why}: now {clean_name(document)}[{start}:{end}])"
    row = f"{clean_line(verdict.id)} " if verdict.id is not None else ""
    return (
        f"{click.style(f'{status:<10}', fg=_COLOUR[status])} line {verdict.line}: {row}"
        f"[{verdict.number}] {clean_name(verdict.document)}[{verdict.start}:{verdict.end}]"
        f"{why} “{quote}”"
    )


def _summary(found: Verification) -> str:
    counts = [
        f"{number} {status}"
        for status in _COLOUR
        if (number := sum(verdict.status == status for verdict in found.verdicts))
    ]
    said = ", ".join(counts) or "no citations"
    return f"{said}; {found.answers} answers, {found.abstained} of them abstained"
