"""The process that reads files which may be hostile: a crash or a hang costs that file only.

It takes requests, a JSON line each, from what was its standard input, and answers with frames (see
`qa.wire`), each after its length, on what was its standard output.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from qa import readers
from qa.limits import Limits
from qa.nouns import SourceFile
from qa.parts import fresh_part
from qa.passages import CutSettings
from qa.readers import CannotRead
from qa.survey import read
from qa.wire import LENGTH_BYTES, frame, pack

# How much longer than its own limit a process whose parent is gone goes on at most.
_GRACE = 30


def main(arguments: str) -> None:
    """Answer requests until there are no more.

    ``arguments`` is a JSON object: ``cut`` (settings), ``embedder`` (fingerprint), ``seconds``
    and ``memory`` (limits), ``modules`` (to import before anything else).
    """
    given = json.loads(arguments)
    limits = Limits(given["seconds"], given["memory"])
    settings = CutSettings(**given["cut"])
    for module in given["modules"]:
        import_module(module)
    requests, answers = _own_streams()
    _restrict(limits)
    _send(answers, frame({"kind": "ready"}))
    with os.fdopen(requests, "rb") as lines:
        for line in lines:
            _allow(limits)
            _send(answers, answer(json.loads(line), settings, given["embedder"], limits))
            signal.alarm(0)


def answer(request: dict[str, Any], settings: CutSettings, embedder: str, limits: Limits) -> bytes:
    """The frame for one file: ``part``, ``failed`` (remembered of the file) or ``lost``."""
    name, path, token = request["name"], Path(request["path"]), request["token"]
    file = SourceFile(name, path, request["size"], request["mtime_ns"])

    def without(kind: str, reason: str) -> bytes:
        return frame({"kind": kind, "token": token, "reason": reason})

    try:
        fingerprint, reading = read(file)
        if any(item.reason == readers.OUT_OF_MEMORY for item in reading.skipped):
            return without("failed", limits.too_big)
        part = fresh_part(name, fingerprint, reading, settings, embedder)
        return pack(part, token)
    except CannotRead as error:
        return without("lost", str(error))
    except MemoryError:
        return without("failed", limits.too_big)
    except Exception as error:  # noqa: BLE001 - what a hostile document made of it
        reason = f"its content can't be used ({type(error).__name__}: {str(error)[:200]})"
        return without("failed", reason)


def _own_streams() -> tuple[int, int]:
    """Keep the streams for requests and answers; what libraries print goes nowhere."""
    kept = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    return kept


def _restrict(limits: Limits) -> None:
    """Bound the memory of this process, and leave no core file; where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # What is written to, not what is mapped: libraries map files far larger than they use.
        kind = resource.RLIMIT_DATA if sys.platform == "linux" else resource.RLIMIT_AS
        resource.setrlimit(kind, (limits.memory, limits.memory))


def _allow(limits: Limits) -> None:
    """Let the system end this process if nobody else does in time: its parent may be gone."""
    signal.alarm(int(limits.seconds) + _GRACE)


def _send(descriptor: int, data: bytes) -> None:
    view = memoryview(len(data).to_bytes(LENGTH_BYTES) + data)
    while view:
        view = view[os.write(descriptor, view) :]
