"""Reading and cutting the files that changed, in order of name: small texts here, others apart."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from qa.crew import Crew
from qa.limits import Limits
from qa.nouns import Reading, Skipped
from qa.parts import FreshPart, fresh_part
from qa.passages import CutSettings
from qa.readers import CannotRead
from qa.survey import read
from qa.workers import Failed, Job

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qa.nouns import SourceFile
    from qa.plan import Fingerprint

__all__ = ["Job", "read_again", "reading_parts"]

# Text that this program takes apart itself, with no library for a file format in between.
_PLAIN = frozenset({".txt", ".md", ".rst", ".jsonl", ".csv", ".tsv"})
# A process takes a quarter of a second to start; so much text is read and cut in that time.
_SMALL = 100_000
_SMALL_TOGETHER = 500_000
# Whoever asks waits while a quote is looked up in a file that changed.
_PATIENCE = Limits(seconds=30)


@contextmanager
def reading_parts(
    files: Sequence[SourceFile], fingerprints: Mapping[str, Fingerprint], job: Job
) -> Iterator[Iterator[FreshPart | Skipped]]:
    """Give what is made of each file, in order: its part, or why it could not be had.

    A file whose content is to blame (it crashed its reader, took too long or too much memory) has
    an empty part with the reason, so that it is left alone until it or its reader changes; one
    that vanished or may not be read is a `Skipped`, and is tried again next time.
    Small plain texts are read in this process, unless there are many; others in processes of
    their own, side by side and ahead of who takes them.
    """
    here = _in_process(files)
    apart = [file for file in files if file.name not in here]
    with Crew(apart, job) as crew:
        yield _parts(files, here, crew, fingerprints, job)


def read_again(file: SourceFile) -> FreshPart | None:
    """What a file has by now, read apart like in a build, within 30 seconds; None where nothing."""
    job = Job(CutSettings(), "", _PATIENCE)
    if _in_process([file]):
        found: FreshPart | Skipped | Failed = _read_here(file, job)
    else:
        with Crew([file], job) as crew:
            found = next(crew.results())
    return found if isinstance(found, FreshPart) else None


def _parts(
    files: Sequence[SourceFile],
    here: frozenset[str],
    crew: Crew,
    fingerprints: Mapping[str, Fingerprint],
    job: Job,
) -> Iterator[FreshPart | Skipped]:
    crew.start()
    results = crew.results()
    for file in files:
        if file.name in here:
            yield _read_here(file, job)
            continue
        found = next(results)
        if isinstance(found, FreshPart):
            yield found
        elif found.lasting:
            failed = Reading(skipped=(Skipped(file.name, found.reason),))
            yield fresh_part(file.name, fingerprints[file.name], failed, job.cut, job.embedder)
        else:
            yield Skipped(file.name, found.reason)


def _in_process(files: Sequence[SourceFile]) -> frozenset[str]:
    """The names of the files that are read in this process."""
    small = [file for file in files if file.size <= _SMALL and file.path.suffix.lower() in _PLAIN]
    if sum(file.size for file in small) > _SMALL_TOGETHER:
        return frozenset()
    return frozenset(file.name for file in small)


def _read_here(file: SourceFile, job: Job) -> FreshPart | Skipped:
    try:
        fingerprint, reading = read(file)
    except CannotRead as error:
        return Skipped(file.name, str(error))
    return fresh_part(file.name, fingerprint, reading, job.cut, job.embedder)
