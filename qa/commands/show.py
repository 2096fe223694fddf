"""``qa show``: a document's text as the index has it, to which offsets refer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from qa.commands import options
from qa.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("document", required=False)
@options.index_option
@options.json_option
def command(document: str | None, index: Path, as_json: bool) -> None:
    """Print the text of DOCUMENT as the index has it; without one, list the documents.

    In a pipe the text is printed as it is, to the code point; at a terminal control characters
    are made visible.
    """
    from qa.render.jsonout import dumps
    from qa.render.safe import clean, clean_line
    from qa.snapshot import Snapshot

    snapshot = Snapshot.open(index)
    if document is None:
        for record in snapshot.iter_documents():
            found = {"document": record.name, "title": record.title, "date": record.date}
            click.echo(dumps(found) if as_json else clean_line(record.name))
        return
    number = snapshot.find_document(document)
    if number is None:
        raise UsageError(f"no document {document!r} in the index: run qa show to list them")
    text = snapshot.text(number)
    if as_json:
        click.echo(dumps({"document": document, "text": text}))
    elif sys.stdout.isatty():
        click.echo(clean(text))
    else:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
