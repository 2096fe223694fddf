"""Build an index or bring it up to date: the path of a changed file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa import hints
from qa.coverage import Coverage, coverage_of
from qa.encoder import copy_encoder
from qa.encoders import FOLDER as ENCODERS
from qa.encoders import InstalledEncoders, folder_of
from qa.errors import CorpusError, IndexDamaged, IndexMissing, ModelError
from qa.lock import building
from qa.manifest import Manifest, read_manifest, write_manifest
from qa.nouns import IndexInfo, Skipped
from qa.parts import kept_part
from qa.reading import Job, reading_parts
from qa.reporter import Reporter
from qa.snapshot import Snapshot
from qa.sources import scan
from qa.storage import storing
from qa.survey import Request, Survey, survey
from qa.sweep import sweep, tidy
from qa.tally import Tally
from qa.vectors import BuildVectors
from qa.writing import GenerationWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa.counts import TermCounts
    from qa.encoder import Encoder
    from qa.encoders import Encoders, KeptEncoder
    from qa.plan import Plan

__all__ = ["ENCODERS", "Outcome", "Reporter", "build", "rollback"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build did; ``embedded`` passages went through the model, ``reused`` did not."""

    plan: Plan
    info: IndexInfo
    published: bool
    embedded: int
    reused: int
    coverage: Coverage
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Everything that was not read, and why."""
        return self.coverage.skipped


def build(request: Request, reporter: Reporter, encoders: Encoders | None = None) -> Outcome:
    """Make the index equal to what a fresh build of the folder would be.

    What can be reused is; the new generation is published by one atomic replace, and until then
    the old one answers. An index whose folder is empty by now becomes empty, for what was deleted
    must not go on answering; `rollback` brings it back.

    Args:
        request: what to index, where to, and how.
        reporter: who is told how it gets on.
        encoders: what gives the encoder; the models on this machine if not given.

    Raises:
        CorpusError: the folder is missing, or holds nothing to index and there is no index yet.
        IndexLocked: another process is building this index.
        StorageError: the disk is full or the folder can't be written.
        ModelError: the embedder can't be used.
    """
    if not request.corpus.is_dir():
        scan(request.corpus)  # says what is wrong, before a folder is made for the index
    with building(request.index), storing(request.index):
        tidy(request.index)
        surveyed = survey(request)
        snapshot = surveyed.snapshot
        if snapshot is not None and surveyed.plan.is_empty:
            _readdress(request, snapshot)
            _remember(request, surveyed, snapshot.name)
            sweep(request.index, {snapshot.name, snapshot.manifest.previous})
            return _outcome(surveyed, snapshot, published=False, embedded=0)
        if not surveyed.fingerprints and snapshot is None:
            raise CorpusError(_nothing_there(request, surveyed.plan.skipped))
        encoder = _encoder(request, snapshot, encoders or InstalledEncoders(), reporter)
        with (
            GenerationWriter(request.index) as writer,
            BuildVectors(request.index, snapshot, encoder) as vectors,
        ):
            counts, lost = _write_parts(request, surveyed, encoder, writer, vectors, reporter)
            surveyed = surveyed.without(lost)
            if snapshot is None and not writer.documents:
                raise CorpusError(
                    _nothing_there(request, [*surveyed.plan.skipped, *writer.skipped])
                )
            name = _publish(request, snapshot, writer, vectors, counts, encoder, reporter)
            _remember(request, surveyed, name)
            vectors.settle()
            embedded = vectors.embedded
        sweep(request.index, {name, read_manifest(request.index).previous})
        return _outcome(surveyed, Snapshot.open(request.index), published=True, embedded=embedded)


def rollback(index: Path) -> Manifest:
    """Make the generation before the current one the current one again.

    Raises:
        IndexMissing: there is no index, or none before the current one.
        IndexDamaged: the one before is not whole.
    """
    read_manifest(index)  # says what is wrong, before a folder is made for the lock
    with building(index), storing(index):
        manifest = read_manifest(index)
        if manifest.previous is None:
            raise IndexMissing(
                f"{index} has no generation before {manifest.current}: there is nothing to go "
                "back to; qa index brings it up to date with its sources"
            )
        back = replace(manifest, current=manifest.previous, previous=manifest.current)
        Snapshot(index, back)
        write_manifest(index, back)
        return back


def _encoder(
    request: Request, snapshot: Snapshot | None, encoders: Encoders, reporter: Reporter
) -> KeptEncoder:
    """The encoder asked for; the index's own where none is."""
    if request.embedder is None and snapshot is not None:
        try:
            encoder = encoders.load(folder_of(request.index, snapshot.embedder.fingerprint))
            encoder.warm()
        except ModelError as error:
            reporter.say(f"the index's copy of its model can't be used ({error})")
        else:
            return encoder
    return encoders.of(_embedder(request), reporter.say)


def _embedder(request: Request) -> str | None:
    """The model asked for, else that of the index as its manifest has it, as name or path."""
    if request.embedder is not None:
        path = Path(request.embedder).expanduser()
        return str(path.resolve()) if path.is_dir() else request.embedder
    try:
        return read_manifest(request.index).embedder
    except (IndexMissing, IndexDamaged):
        return None


def _write_parts(  # noqa: PLR0913 - from where, how and where to, each once
    request: Request,
    surveyed: Survey,
    encoder: Encoder,
    writer: GenerationWriter,
    vectors: BuildVectors,
    reporter: Reporter,
) -> tuple[TermCounts, tuple[Skipped, ...]]:
    """Read and cut what changed, take over the rest, in order of name; embed meanwhile.

    Gives the passages' terms, and the files that vanished or could no longer be read since the
    survey.
    """
    plan, snapshot = surveyed.plan, surveyed.snapshot
    embedder = encoder.identity.fingerprint
    same_model = snapshot is not None and snapshot.embedder.fingerprint == embedder
    kept = set(plan.kept) if plan.rebuild is None and same_model else set()
    places = {} if snapshot is None else {r.name: i for i, r in enumerate(snapshot.sources)}
    lost: list[Skipped] = []
    tally = Tally(0 if snapshot is None else len(snapshot.passages))
    files = [file for file in surveyed.files.values() if file.name not in kept]
    reporter.start("reading", len(files))
    job = Job(request.settings.cut, embedder, request.limits)
    with reading_parts(files, surveyed.fingerprints, job) as found:
        for name in surveyed.files:
            if name in kept and snapshot is not None:
                old = kept_part(snapshot, places[name])
                tally.keep(old.first, old.end)
                vectors.keep(old.part.keys)
                writer.add(old.part)
                continue
            part = next(found)
            if isinstance(part, Skipped):
                lost.append(part)
            else:
                tally.add(part.counts)
                vectors.add(part.part.keys, part.embed)
                writer.add(part.part)
                reporter.describe(f"reading ({writer.passages:,} passages)")
            reporter.advance(1)
    before = None if snapshot is None else snapshot.folder / "bm25"
    return tally.total(before), tuple(lost)


def _publish(  # noqa: PLR0913 - what a generation follows from, each once
    request: Request,
    snapshot: Snapshot | None,
    writer: GenerationWriter,
    vectors: BuildVectors,
    counts: TermCounts,
    encoder: Encoder,
    reporter: Reporter,
) -> str:
    """Write the generation, then let the manifest name it; returns its name."""
    index = request.index
    pieces = vectors.finish(reporter)
    copy_encoder(encoder, folder_of(index, encoder.identity.fingerprint))
    name = writer.finish(pieces, counts, request.settings, encoder.identity)
    previous = _previous(index, snapshot, name)
    write_manifest(index, Manifest(name, previous, _address(request), _embedder(request)))
    return name


def _readdress(request: Request, snapshot: Snapshot) -> None:
    """Let the manifest name the folder and the model as they were asked for now."""
    now = replace(snapshot.manifest, corpus=_address(request), embedder=_embedder(request))
    if now != snapshot.manifest:
        write_manifest(request.index, now)


def _address(request: Request) -> str:
    return str(request.corpus.resolve())


def _previous(index: Path, snapshot: Snapshot | None, name: str) -> str | None:
    """The generation to go back to: the one that answered until now, if it is another."""
    if snapshot is not None and snapshot.name != name:
        return snapshot.name
    try:
        return read_manifest(index).previous
    except (IndexMissing, IndexDamaged):
        return None


def _remember(request: Request, surveyed: Survey, name: str) -> None:
    files = {
        file.name: (file.size, file.mtime_ns, surveyed.fingerprints[file.name].digest)
        for file in surveyed.files.values()
    }
    remembered = hints.Hints(files, surveyed.plan.skipped, request.max_file_size)
    hints.write(request.index, name, remembered)


def _outcome(surveyed: Survey, snapshot: Snapshot, *, published: bool, embedded: int) -> Outcome:
    notes = tuple((record.name, note) for record in snapshot.sources for note in record.notes)
    passages = len(snapshot.passages)
    return Outcome(
        plan=surveyed.plan,
        info=snapshot.info,
        published=published,
        embedded=embedded,
        reused=passages - embedded,
        coverage=coverage_of(snapshot),
        notes=notes,
    )


def _nothing_there(request: Request, skipped: Sequence[Skipped]) -> str:
    text = f"nothing to index in {request.corpus}: put documents there"
    if skipped:
        first = skipped[0]
        more = f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
        text += f" (skipped {first.path}: {first.reason}{more})"
    return text
