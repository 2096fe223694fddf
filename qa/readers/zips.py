"""Archives that documents come in, opened so that none can hurt.

Nothing is written to a disk, so names inside an archive lead nowhere; what its directory declares
and what comes out of it is bounded, so that a small file can't become a large one ("zip bomb":
Fifield, "A better zip bomb", WOOT 2019, whose overlapping files are refused by their sum).
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.readers.unreadable import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 500_000_000
LARGEST_PART = 200_000_000
_MOST_PARTS = 20_000
# Text compresses to a tenth, sheets of equal rows to a hundredth; a bomb to a thousandth.
_DENSEST = 300
_SMALL = 10_000_000
_CHUNK = 1 << 16
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".emf", ".wmf")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose directory was found to be harmless."""

    file: zipfile.ZipFile

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its parts, in order."""
        return tuple(self.file.namelist())

    @property
    def notes(self) -> tuple[str, ...]:
        """That it holds pictures, which the reader of a document leaves out."""
        count = sum(name.lower().endswith(_PICTURES) for name in self.names)
        if not count:
            return ()
        return (f"{count} {'picture' if count == 1 else 'pictures'} in it not read",)

    def has(self, name: str) -> bool:
        """Whether it has a part of this name."""
        return name in self.file.NameToInfo

    def read(self, name: str) -> bytes:
        """Decompress a part, never beyond the size it declares.

        Raises:
            Unreadable: there is none of this name, or it is damaged, encrypted or not what the
                directory declares.
        """
        info = self.file.NameToInfo.get(name)
        if info is None:
            raise Unreadable(f"damaged: its part {name[:100]} is missing")
        pieces, size = [], 0
        try:
            with self.file.open(info) as stream:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise Unreadable(
                f"damaged: its part {name[:100]} can't be unpacked ({error})"
            ) from None
        except (NotImplementedError, RuntimeError) as error:
            raise Unreadable(f"its part {name[:100]} can't be unpacked ({error})") from None
        if size != info.file_size:
            raise Unreadable(f"damaged: its part {name[:100]} ends early")
        return b"".join(pieces)


def open_archive(data: bytes) -> Archive:
    """Open a zip archive of bytes, once its directory has been looked through.

    Raises:
        Unreadable: it is no archive, is encrypted, or would grow beyond what is sane.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise Unreadable(f"damaged: {_why(data, error)}") from None
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise Unreadable(f"too large unpacked: {len(parts):,} parts")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("encrypted: save a copy without a password")
    total = sum(part.file_size for part in parts)
    largest = max((part.file_size for part in parts), default=0)
    if total > LARGEST or largest > LARGEST_PART:
        raise Unreadable(f"too large unpacked: {total / 1e6:,.0f} MB")
    if total > max(_SMALL, _DENSEST * len(data)):
        raise Unreadable(f"looks like a zip bomb: {len(data):,} bytes hold {total:,}")
    if any(part.compress_type not in _METHODS for part in parts):
        raise Unreadable("its parts are compressed in a way that documents never are")
    return Archive(archive)


def rewritten(archive: Archive, wanted: Iterable[str]) -> bytes:
    """Give the same archive, uncompressed, for a library that unpacks without looking.

    Parts whose names do not end in one of ``wanted`` (pictures, fonts, macros) are left empty.

    Raises:
        Unreadable: a part can't be unpacked, or declares entities, which no office program does.
    """
    ends = tuple(wanted)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as copy:
        for name in dict.fromkeys(archive.names):
            part = archive.read(name) if name.lower().endswith(ends) else b""
            if b"<!ENTITY" in part:
                raise Unreadable("its XML declares entities, which can grow without end")
            copy.writestr(name, part)
    return out.getvalue()


def _why(data: bytes, error: Exception) -> str:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "an old or encrypted Office file: save it anew, without a password"
    return str(error)
