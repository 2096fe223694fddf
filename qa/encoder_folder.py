"""The folder an encoder is kept in: encoder.json, and the files it vouches for.

encoder.json holds the identity, the prompts, how to pad, and size and xxh3_128 of every other
file, so that damage is noticed before a vector is made.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import xxhash

from qa.errors import ModelError, StorageError
from qa.nouns import EmbedderIdentity

CARD = "encoder.json"
FORMAT = 1
_CHUNK = 1 << 20
_REPAIR = "Delete that folder and run 'qa index' again: it is made anew"


class Kind(StrEnum):
    """What runs the model."""

    ONNX = "onnx"
    SENTENCE_TRANSFORMERS = "sentence-transformers"


@dataclass(frozen=True, slots=True)
class Padding:
    """What fills the shorter texts of a batch; ``side`` is ``left`` or ``right``."""

    id: int = 0
    type_id: int = 0
    side: str = "right"


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the folder: its size in bytes and the xxh3_128 hex digest of its content."""

    size: int
    xxh3_128: str


@dataclass(frozen=True, slots=True)
class Card:
    """What encoder.json says.

    ``model`` is the name or path sentence-transformers is given where it runs the model, and
    ``reason`` why the model could not be exported; ``max_abs_difference`` is the largest that any
    component differed by from sentence-transformers' when the model was exported.
    """

    kind: Kind
    identity: EmbedderIdentity
    question_prompt: str = ""
    passage_prompt: str = ""
    padding: Padding = field(default_factory=Padding)
    files: dict[str, Part] = field(default_factory=dict)
    max_abs_difference: float = 0.0
    model: str = ""
    reason: str = ""


def digest_file(path: Path) -> str:
    """Return the xxh3_128 hex digest of a file."""
    digest = xxhash.xxh3_128()
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(view[:count])
    return digest.hexdigest()


def part_of(path: Path) -> Part:
    """Return size and digest of a file."""
    return Part(path.stat().st_size, digest_file(path))


def write_card(folder: Path, card: Card) -> None:
    """Write encoder.json into a folder that no one reads yet."""
    content = {"format": FORMAT, **asdict(card)}
    content["xxh3_128"] = _seal(content)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (folder / CARD).write_text(text, encoding="utf-8")


def read_card(folder: Path) -> Card:
    """Return what encoder.json says, after checking that it is as it was written.

    Raises:
        ModelError: it is missing, damaged, or of another version.
    """
    path = folder / CARD
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(
            f"The encoder {path} can't be read: {error.strerror}. {_REPAIR}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The encoder {path} is damaged: it is no JSON. {_REPAIR}.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ModelError(f"The encoder {path} is of another version of qa. {_REPAIR}.")
    if content.pop("xxh3_128", None) != _seal(content):
        raise ModelError(f"The encoder {path} was altered: its checksum is wrong. {_REPAIR}.")
    try:
        return _card(content)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"The encoder {path} is malformed ({error!r}). {_REPAIR}.") from error


def check_sizes(folder: Path, card: Card) -> None:
    """Check, by size alone, that each file of the folder is there and whole.

    Raises:
        ModelError: one is missing or truncated.
    """
    for name, part in card.files.items():
        path = folder / name
        try:
            size = path.stat().st_size
        except OSError as error:
            raise ModelError(
                f"The encoder's file {path} can't be read: {error.strerror}. {_REPAIR}."
            ) from error
        if size != part.size:
            raise ModelError(
                f"The encoder's file {path} is damaged: {size:,} bytes instead of "
                f"{part.size:,}. {_REPAIR}."
            )


def check_part(folder: Path, card: Card, name: str) -> None:
    """Check the content of one file against its digest.

    Raises:
        ModelError: it can't be read, or is not what was written.
    """
    path = folder / name
    try:
        whole = digest_file(path) == card.files[name].xxh3_128
    except OSError as error:
        raise ModelError(
            f"The encoder's file {path} can't be read: {error.strerror}. {_REPAIR}."
        ) from error
    if not whole:
        raise ModelError(
            f"The encoder's file {path} was altered: its checksum is wrong. {_REPAIR}."
        )


def is_whole(folder: Path, fingerprint: str) -> bool:
    """Return whether the folder holds this encoder, every byte of it."""
    try:
        card = read_card(folder)
        check_sizes(folder, card)
        for name in card.files:
            check_part(folder, card, name)
    except ModelError:
        return False
    return card.identity.fingerprint == fingerprint


def new_folder_beside(destination: Path) -> Path:
    """Make and return a folder of its own next to ``destination``, to be published from.

    Raises:
        OSError: it can't be made there.
    """
    destination.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{destination.name[:16]}-", dir=destination.parent))
    folder.chmod(0o755)
    return folder


def publish(made: Path, destination: Path, fingerprint: str) -> None:
    """Rename a finished folder to its place; where another process was first, keep the other's.

    What stands there and is not this encoder, whole, is put aside and deleted. ``made`` is gone
    afterwards, whatever happens.

    Raises:
        OSError: the rename failed.
    """
    try:
        for _ in range(3):
            try:
                made.rename(destination)
            except OSError:
                if is_whole(destination, fingerprint):
                    return
                if not destination.exists():
                    raise
                _put_aside(destination)
            else:
                return
        made.rename(destination)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def copy_folder(source: Path, destination: Path) -> None:
    """Copy an encoder's folder, so that ``destination`` is the old or the new one, never half.

    Nothing is done where the same encoder is there already, whole.

    Raises:
        ModelError: the source is damaged.
        StorageError: the copy can't be written.
    """
    card = read_card(source)
    if is_whole(destination, card.identity.fingerprint):
        return
    check_sizes(source, card)
    try:
        made = new_folder_beside(destination)
        try:
            for name in (*card.files, CARD):
                shutil.copyfile(source / name, made / name)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)
            raise
        publish(made, destination, card.identity.fingerprint)
    except OSError as error:
        raise StorageError(
            f"The encoder can't be copied to {destination}: {error.strerror or error}. Make room "
            f"there, or make the folder writable."
        ) from error


def _put_aside(destination: Path) -> None:
    aside = new_folder_beside(destination)
    with suppress(FileNotFoundError):
        os.rename(destination, aside / "old")  # noqa: PTH104 - a file or a folder alike
    shutil.rmtree(aside, ignore_errors=True)


def _seal(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return xxhash.xxh3_128(canonical.encode()).hexdigest()


def _card(content: dict[str, Any]) -> Card:
    for name in content["files"]:
        if name != os.path.basename(name) or name in {"", ".", ".."}:  # noqa: PTH119 - of a string
            raise ValueError(f"file name {name!r}")
    return Card(
        kind=Kind(content["kind"]),
        identity=EmbedderIdentity(**content["identity"]),
        question_prompt=str(content["question_prompt"]),
        passage_prompt=str(content["passage_prompt"]),
        padding=Padding(**content["padding"]),
        files={name: Part(**part) for name, part in content["files"].items()},
        max_abs_difference=float(content["max_abs_difference"]),
        model=str(content["model"]),
        reason=str(content["reason"]),
    )
