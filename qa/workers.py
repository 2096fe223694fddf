"""A process that reads files for this one, each within its limits.

It is started fresh and talk in frames of JSON and raw bytes (see `qa.wire`): the standard library's
`multiprocessing` would unpickle what a process sent that has read a hostile file.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from qa.limits import Limits
from qa.wire import LENGTH_BYTES, Garbled, unframe, unpack

if TYPE_CHECKING:
    from qa.nouns import SourceFile
    from qa.parts import FreshPart
    from qa.passages import CutSettings

# Modules that a process imports before it reads: for tests, which bring readers of their own.
MODULES: tuple[str, ...] = ()

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from qa.worker import main; main(sys.argv[2])"
)
_START_SECONDS = 60.0
_END_SECONDS = 2.0
_CHUNK = 1 << 20
_NEAR = 0.7  # of the memory it could still take: a process that dies there died of it
_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with every file: how it is cut, for which embedder, within which limits."""

    cut: CutSettings
    embedder: str
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Failed:
    """A file could not be read; ``lasting`` where that is its own fault and is remembered."""

    reason: str
    lasting: bool


class _Gone(Exception):  # noqa: N818 - a state of the process
    """A process did not answer; the message is the reason of the file it was reading."""


class Worker:
    """A process that reads files one after another, in the order they are asked for.

    Raises:
        OSError: it can't be started.
    """

    def __init__(self, job: Job) -> None:
        self._limits = job.limits
        self._inherited = _peak()  # a process begins with the peak of the one that started it
        self._process = subprocess.Popen(  # noqa: S603 - this program's own interpreter
            [sys.executable, "-P", "-c", _BOOT, json.dumps(sys.path), _arguments(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | _THREADS,
            process_group=0,  # Ctrl-C is this process's own business
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout.fileno()
        self._ready = False
        self._resident, self._taken = 0, 0  # bytes, when it was ready to read
        self._asked: deque[tuple[str, str]] = deque()
        self.files = 0

    def ask(self, file: SourceFile) -> None:
        """Ask for a file; there may be a few whose answers were not taken yet."""
        token = os.urandom(8).hex()  # an answer that another file's reader prepared has it not
        request = {"name": file.name, "path": os.fspath(file.path), "token": token}
        facts = {"size": file.size, "mtime_ns": file.mtime_ns}
        self._asked.append((file.name, token))
        self.files += 1
        with suppress(BrokenPipeError):  # it is gone: that is seen when the answer is taken
            self._requests.write(json.dumps({**request, **facts}).encode() + b"\n")
            self._requests.flush()

    def answer(self) -> FreshPart | Failed:
        """What it made of the file asked for first; after a failure it is of no use any more."""
        name, token = self._asked.popleft()
        try:
            self._await_start()
            data = self._receive(self._limits.seconds, self._limits.too_long)
        except _Gone as gone:
            return Failed(str(gone), self._ready)
        return _taken_in(data, name, token)

    def kill(self) -> None:
        """End the process and what it has started, whatever they are doing."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End the process, wait for its end, and close what led to it."""
        self.kill()
        self._process.wait()
        with suppress(OSError):
            self._requests.close()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _await_start(self) -> None:
        if not self._ready:
            self._receive(_START_SECONDS, "no process could be started to read it")
            self._resident, self._taken = _memory_of(self._process.pid)
            self._ready = True

    def _receive(self, seconds: float, too_long: str) -> bytearray:
        until = monotonic() + seconds
        length = int.from_bytes(self._take(LENGTH_BYTES, until, too_long))
        if length > self._limits.memory:
            raise _Gone("the process that read it sent more than it may hold")
        return self._take(length, until, too_long)

    def _take(self, size: int, until: float, too_long: str) -> bytearray:
        """Read so many bytes, by a time.

        Raises:
            _Gone: the process died, or the time is over.
        """
        found = bytearray()
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        while len(found) < size:
            left = until - monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise _Gone(too_long)
            more = os.read(self._answers, min(_CHUNK, size - len(found)))
            if not more:
                raise _Gone(self._death())
            found += more
        return found

    def _death(self) -> str:
        """Why the process died, in words."""
        if not self._ready:
            return "no process could be started to read it"
        until = monotonic() + _END_SECONDS
        pid = 0
        while not pid and monotonic() < until:
            pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if not pid:
                sleep(0.005)
        if not pid:
            return "its reader stopped answering"
        self._process.returncode = code = os.waitstatus_to_exitcode(status)
        peak = usage.ru_maxrss * _UNIT
        room = self._limits.memory - self._taken
        if peak > self._inherited and peak - self._resident > _NEAR * room:
            return self._limits.too_big
        if code == -signal.SIGKILL:
            return "its reader was killed, perhaps for want of memory: qa index --retry tries again"
        if code in {-signal.SIGALRM, -signal.SIGXCPU}:
            return self._limits.too_long
        how = f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
        return f"its content made the reader crash ({how})"


def _peak() -> int:
    """The most that this process had resident, in bytes; its program alone where that is known."""
    try:
        status = Path("/proc/self/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) * 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _memory_of(pid: int) -> tuple[int, int]:
    """What a process has resident, and what counts against its limit, in bytes; 0 if unknown."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0, 0
    size = resource.getpagesize()
    return int(pages[1]) * size, int(pages[5]) * size


def _taken_in(data: bytearray, name: str, token: str) -> FreshPart | Failed:
    try:
        header, blobs = unframe(data, token)
        if header.get("kind") in {"failed", "lost"}:
            return Failed(str(header["reason"])[:1000], header["kind"] == "failed")
        return unpack(header, blobs, name)
    except (Garbled, KeyError) as error:
        return Failed(f"the process that read it gave no usable result ({error})", True)


def _arguments(job: Job) -> str:
    limits = {"seconds": job.limits.seconds, "memory": job.limits.memory}
    given = {"cut": asdict(job.cut), "embedder": job.embedder, "modules": MODULES}
    return json.dumps({**given, **limits})
