"""Build an index or bring it up to date: the path of a changed file."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qa import generation, hints
from qa.embeddings import EmbeddingStore
from qa.encoder import copy_encoder, encoder_for, load_encoder
from qa.errors import CorpusError, IndexDamaged, IndexMissing, ModelError
from qa.lexical import TermCounts, count_terms, load_counts, merge
from qa.lock import building
from qa.manifest import Manifest, read_manifest, write_manifest
from qa.nouns import IndexInfo, Skipped
from qa.parts import FreshPart, KeptPart, fresh_part, kept_part, key_rows
from qa.readers import CannotRead
from qa.snapshot import Snapshot
from qa.storage import storing
from qa.survey import Request, Survey, read, survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from qa.encoder import Encoder
    from qa.plan import Plan

    Vectors = npt.NDArray[np.float32]

ENCODERS = "encoders"
_BATCH = 64


class Reporter(Protocol):
    """Who is told how a build gets on."""

    def start(self, description: str, total: int) -> None:
        """Begin a step of ``total`` units."""

    def advance(self, n: int) -> None:
        """Count ``n`` units as done."""

    def say(self, message: str) -> None:
        """Tell a person something."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build did; ``embedded`` passages went through the model, ``reused`` did not."""

    plan: Plan
    info: IndexInfo
    published: bool
    embedded: int
    reused: int
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[tuple[str, str], ...] = field(default=())


def build(request: Request, reporter: Reporter) -> Outcome:
    """Make the index equal to what a fresh build of the folder would be.

    What can be reused is; the new generation is published by one atomic replace, and until then
    the old one answers.

    Raises:
        CorpusError: the folder is missing, or holds nothing to index and there is no index yet.
        IndexLocked: another process is building this index.
        StorageError: the disk is full or the folder can't be written.
        ModelError: the embedder can't be used.
    """
    with building(request.index), storing(request.index):
        surveyed = survey(request)
        snapshot = surveyed.snapshot
        if snapshot is not None and surveyed.plan.is_empty:
            _remember(request, surveyed)
            return _outcome(surveyed, snapshot, published=False, embedded=0)
        if not surveyed.fingerprints and snapshot is None:
            raise CorpusError(_nothing_there(request, surveyed))
        encoder = _encoder(request, snapshot, reporter)
        drafts = _draft_parts(request, surveyed, encoder.identity.fingerprint, reporter)
        if snapshot is None and not any(d.part.record.documents for d in drafts):
            raise CorpusError(_nothing_there(request, surveyed, drafts))
        vectors, embedded = _vectors(request, snapshot, drafts, encoder, reporter)
        _publish(request, snapshot, drafts, vectors, encoder)
        _remember(request, surveyed)
        return _outcome(surveyed, Snapshot.open(request.index), published=True, embedded=embedded)


def rollback(index: Path) -> Manifest:
    """Make the generation before the current one the current one again.

    Raises:
        IndexMissing: there is no index, or none before the current one.
        IndexDamaged: the one before is not whole.
    """
    with building(index), storing(index):
        manifest = read_manifest(index)
        if manifest.previous is None:
            raise IndexMissing(f"{index} has no generation before {manifest.current}")
        back = replace(manifest, current=manifest.previous, previous=manifest.current)
        Snapshot(index, back)
        write_manifest(index, back)
        return back


def _encoder(request: Request, snapshot: Snapshot | None, reporter: Reporter) -> Encoder:
    """The encoder asked for; the index's own where none is."""
    if request.embedder is None and snapshot is not None:
        own = request.index / ENCODERS / snapshot.embedder.fingerprint
        try:
            encoder = load_encoder(own)
            encoder.warm()
        except ModelError as error:
            reporter.say(f"the index's copy of its model can't be used ({error})")
        else:
            return encoder
    return encoder_for(_embedder(request), say=reporter.say)


def _embedder(request: Request) -> str | None:
    """The model asked for, else that of the index as its manifest has it, as name or path."""
    if request.embedder is not None:
        path = Path(request.embedder).expanduser()
        return str(path.resolve()) if path.is_dir() else request.embedder
    try:
        return read_manifest(request.index).embedder
    except (IndexMissing, IndexDamaged):
        return None


def _draft_parts(
    request: Request, surveyed: Survey, embedder: str, reporter: Reporter
) -> list[FreshPart | KeptPart]:
    """Read and cut what changed, take over the rest; in order of name."""
    plan, snapshot = surveyed.plan, surveyed.snapshot
    same_model = snapshot is not None and snapshot.embedder.fingerprint == embedder
    kept = set(plan.kept) if plan.rebuild is None and same_model else set()
    places = {} if snapshot is None else {r.name: i for i, r in enumerate(snapshot.sources)}
    drafts: list[FreshPart | KeptPart] = []
    reporter.start("reading", len(surveyed.fingerprints) - len(kept))
    for name, file in surveyed.files.items():
        if name in kept and snapshot is not None:
            drafts.append(kept_part(snapshot, places[name]))
            continue
        try:
            fingerprint, reading = read(file)
        except CannotRead as error:
            reporter.say(f"skipped {name}: {error}")
            continue
        drafts.append(fresh_part(name, fingerprint, reading, request.settings.cut, embedder))
        reporter.advance(1)
    return drafts


def _vectors(
    request: Request,
    snapshot: Snapshot | None,
    drafts: Sequence[FreshPart | KeptPart],
    encoder: Encoder,
    reporter: Reporter,
) -> tuple[Vectors, int]:
    """The vectors of all drafts in order, and how many passages had to be embedded for them."""
    texts: dict[bytes, str] = {}
    for draft in drafts:
        if isinstance(draft, FreshPart):
            texts.update(zip(key_rows(draft.part.keys), draft.embed, strict=True))
    known = _known(snapshot, texts)
    store = EmbeddingStore(request.index, encoder.identity.dimension)
    try:
        known.update(store.get(key for key in texts if key not in known))
        missing = {key: text for key, text in texts.items() if key not in known}
        known.update(_embed(missing, encoder, store, reporter))
        if snapshot is not None:
            _retire(snapshot, drafts, store)
    finally:
        store.close()
    rows = [_rows(draft, snapshot, known, encoder.identity.dimension) for draft in drafts]
    if not rows:
        return np.empty((0, encoder.identity.dimension), np.float32), 0
    return np.concatenate(rows), len(missing)


def _known(snapshot: Snapshot | None, texts: dict[bytes, str]) -> dict[bytes, Vectors]:
    """The vectors wanted that the current generation has."""
    if snapshot is None or not texts:
        return {}
    vectors = snapshot.dense.vectors()
    rows = enumerate(key_rows(snapshot.keys))
    return {key: vectors[row] for row, key in rows if key in texts}


def _embed(
    missing: dict[bytes, str], encoder: Encoder, store: EmbeddingStore, reporter: Reporter
) -> dict[bytes, Vectors]:
    """Embed batch by batch, each kept on disk as soon as it is done; the longest first."""
    reporter.start("embedding", len(missing))
    keys = sorted(missing, key=lambda key: (-len(missing[key]), key))
    done: dict[bytes, Vectors] = {}
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        vectors = encoder.encode_passages([missing[key] for key in batch])
        new = dict(zip(batch, vectors, strict=True))
        store.put(new)
        done.update(new)
        reporter.advance(len(batch))
    return done


def _retire(
    snapshot: Snapshot, drafts: Sequence[FreshPart | KeptPart], store: EmbeddingStore
) -> None:
    """Keep the vectors that leave the index, so that a file put back is not embedded again."""
    staying = {key for draft in drafts for key in key_rows(draft.part.keys)}
    vectors = snapshot.dense.vectors()
    leaving = {
        key: vectors[row]
        for row, key in enumerate(key_rows(snapshot.keys))
        if key not in staying
    }
    if leaving:
        store.put(leaving)


def _rows(
    draft: FreshPart | KeptPart,
    snapshot: Snapshot | None,
    known: dict[bytes, Vectors],
    dimension: int,
) -> Vectors:
    if isinstance(draft, KeptPart) and snapshot is not None:
        return snapshot.dense.vectors()[draft.first : draft.end]
    rows = [known[key] for key in key_rows(draft.part.keys)]
    return np.stack(rows) if rows else np.empty((0, dimension), np.float32)


def _counts(snapshot: Snapshot | None, drafts: Sequence[FreshPart | KeptPart]) -> TermCounts:
    """The terms of all drafts: counted anew for what was read, taken over for what was kept."""
    fresh_terms: list[list[str]] = []
    fresh_rows: list[int] = []
    total = 0
    old_size = 0 if snapshot is None else len(snapshot.passages)
    old_rows = np.full(old_size, -1, np.int64)
    for draft in drafts:
        size = len(draft.part.passages)
        if isinstance(draft, KeptPart):
            old_rows[draft.first : draft.end] = np.arange(total, total + size)
        else:
            fresh_terms.extend(draft.terms)
            fresh_rows.extend(range(total, total + size))
        total += size
    parts = [(count_terms(fresh_terms), np.array(fresh_rows, np.int64))]
    if snapshot is not None and (old_rows >= 0).any():
        parts.append((load_counts(snapshot.folder / "bm25"), old_rows))
    return merge(parts, total)


def _publish(
    request: Request,
    snapshot: Snapshot | None,
    drafts: Sequence[FreshPart | KeptPart],
    vectors: Vectors,
    encoder: Encoder,
) -> None:
    """Write the generation, then let the manifest name it, then sweep what nothing names."""
    index = request.index
    copy_encoder(encoder, index / ENCODERS / encoder.identity.fingerprint)
    name = generation.write_generation(
        index,
        [draft.part for draft in drafts],
        vectors,
        _counts(snapshot, drafts),
        request.settings,
        encoder.identity,
    )
    previous = _previous(index, snapshot, name)
    corpus = str(request.corpus.resolve())
    write_manifest(index, Manifest(name, previous, corpus, _embedder(request)))
    store = EmbeddingStore(index, encoder.identity.dimension)
    try:
        published = [key for draft in drafts for key in key_rows(draft.part.keys)]
        store.settle(published, keep=len(published))
    finally:
        store.close()
    _sweep(index, {name, previous})


def _previous(index: Path, snapshot: Snapshot | None, name: str) -> str | None:
    """The generation to go back to: the one that answered until now, if it is another."""
    if snapshot is not None and snapshot.name != name:
        return snapshot.name
    try:
        return read_manifest(index).previous
    except (IndexMissing, IndexDamaged):
        return None


def _sweep(index: Path, named: set[str | None]) -> None:
    """Delete generations, and models, that neither the current nor the previous one needs."""
    folder = index / generation.FOLDER
    for path in folder.iterdir():
        if path.name not in named:
            shutil.rmtree(path, ignore_errors=True)
    used = set()
    for path in folder.iterdir():
        try:
            used.add(Snapshot(index, Manifest(path.name, None, "")).embedder.fingerprint)
        except IndexDamaged:
            continue
    for path in (index / ENCODERS).iterdir():
        if path.name not in used:
            shutil.rmtree(path, ignore_errors=True)


def _remember(request: Request, surveyed: Survey) -> None:
    hints.write(request.index, surveyed.scan.files, surveyed.fingerprints, surveyed.plan.skipped)


def _outcome(surveyed: Survey, snapshot: Snapshot, *, published: bool, embedded: int) -> Outcome:
    within = tuple(item for record in snapshot.sources for item in record.skipped)
    notes = tuple((record.name, note) for record in snapshot.sources for note in record.notes)
    passages = len(snapshot.passages)
    return Outcome(
        plan=surveyed.plan,
        info=snapshot.info,
        published=published,
        embedded=embedded,
        reused=passages - embedded,
        skipped=surveyed.plan.skipped + within,
        notes=notes,
    )


def _nothing_there(
    request: Request, surveyed: Survey, drafts: Sequence[FreshPart | KeptPart] = ()
) -> str:
    within = [item for draft in drafts for item in draft.part.record.skipped]
    skipped = [*surveyed.plan.skipped, *within]
    text = f"nothing to index in {request.corpus}: put documents there"
    if skipped:
        first = skipped[0]
        more = f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
        text += f" (skipped {first.path}: {first.reason}{more})"
    return text


