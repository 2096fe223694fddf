"""Processes that read files side by side, each file within its limits; results come in order.

Processes are started fresh and talk in frames of JSON and raw bytes (see `qa.wire`): the library's
`multiprocessing` would unpickle what a process sent that has read a hostile file.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING, Self

from qa.limits import Limits
from qa.parts import FreshPart
from qa.wire import LENGTH_BYTES, Garbled, unframe, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.nouns import SourceFile
    from qa.passages import CutSettings

# Modules that a process imports before it reads: for tests, which bring readers of their own.
MODULES: tuple[str, ...] = ()

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from qa.worker import main; main(sys.argv[2])"
)
_START_SECONDS = 60.0
_END_SECONDS = 2.0
_MOST_FILES = 500  # of a process, for libraries that leak
_AHEAD = 16  # files a process may be ahead of who takes the results
_HELD_BYTES = 64_000_000
_CHUNK = 1 << 20
_NEAR = 0.7  # of the memory allowed: a process that dies there died of it
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
    """A process that reads one file at a time.

    Raises:
        OSError: it can't be started.
    """

    def __init__(self, job: Job) -> None:
        self._limits = job.limits
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
        self.files = 0

    def read(self, file: SourceFile) -> FreshPart | Failed:
        """What the process made of a file; after a failure it is not to be asked again."""
        token = os.urandom(8).hex()  # an answer that another file's reader prepared has it not
        request = {"name": file.name, "path": os.fspath(file.path), "token": token}
        facts = {"size": file.size, "mtime_ns": file.mtime_ns}
        self.files += 1
        try:
            self._await_start()
            self._requests.write(json.dumps({**request, **facts}).encode() + b"\n")
            self._requests.flush()
            data = self._receive(self._limits.seconds, self._limits.too_long)
            return _taken_in(data, file.name, token)
        except _Gone as gone:
            return Failed(str(gone), self._ready)
        except BrokenPipeError:
            return Failed(self._death(), self._ready)

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
        unit = 1 if sys.platform == "darwin" else 1024
        if usage.ru_maxrss * unit > _NEAR * self._limits.memory:
            return self._limits.too_big
        if code == -signal.SIGKILL:
            return "its reader was killed, perhaps for want of memory: qa index --retry tries again"
        if code in {-signal.SIGALRM, -signal.SIGXCPU}:
            return self._limits.too_long
        how = f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
        return f"its content made the reader crash ({how})"


class Crew:
    """Threads that each keep a process busy with the next file; they start when first asked.

    Use it as a context manager: on leaving, whatever the reason, the processes are ended.
    """

    def __init__(self, files: Sequence[SourceFile], job: Job, size: int | None = None) -> None:
        self._files = files
        self._job = job
        self._size = min(size or _cores(), len(files))
        self._news = threading.Condition()
        self._found: dict[int, FreshPart | Failed | Exception] = {}
        self._next = self._taken = self._held = 0
        self._closed = False
        self._workers: deque[Worker] = deque()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._news:
            self._closed = True
            self._news.notify_all()
            for worker in self._workers:
                worker.kill()
        for thread in self._threads:
            thread.join()

    def start(self) -> None:
        """Begin to read ahead."""
        if not self._threads:
            self._threads = [threading.Thread(target=self._work) for _ in range(self._size)]
            for thread in self._threads:
                thread.start()

    def results(self) -> Iterator[FreshPart | Failed]:
        """What was made of each file, in their order."""
        self.start()
        for number in range(len(self._files)):
            with self._news:
                while number not in self._found:
                    self._news.wait()
                found = self._found.pop(number)
                self._taken = number + 1
                self._held -= _size(found)
                self._news.notify_all()
            if isinstance(found, Exception):
                raise found
            yield found

    def _work(self) -> None:
        """Read the next file, and the next, until there is none or the crew is closed."""
        worker: Worker | None = None
        while (number := self._next_file()) is not None:
            found: FreshPart | Failed | Exception
            try:
                worker = worker or self._hire()
                found = worker.read(self._files[number])
            except OSError as error:
                found = Failed(f"no process could be started to read it ({error.strerror})", False)
            except Exception as error:  # noqa: BLE001 - raised again where the results are taken
                found = error
            if worker and (not isinstance(found, FreshPart) or worker.files >= _MOST_FILES):
                self._dismiss(worker)
                worker = None
            with self._news:
                self._found[number] = found
                self._held += _size(found)
                self._news.notify_all()
        if worker:
            self._dismiss(worker)

    def _next_file(self) -> int | None:
        with self._news:
            self._news.wait_for(lambda: self._closed or self._next == self._taken or self._room())
            if self._closed or self._next >= len(self._files):
                return None
            self._next += 1
            return self._next - 1

    def _room(self) -> bool:
        """Whether another file may be read before the next result is taken."""
        ahead = self._next - self._taken
        return ahead < _AHEAD * self._size and self._held < _HELD_BYTES

    def _hire(self) -> Worker:
        with self._news:
            if self._closed:
                raise OSError(0, "interrupted")
            worker = Worker(self._job)
            self._workers.append(worker)
            return worker

    def _dismiss(self, worker: Worker) -> None:
        with self._news:
            self._workers.remove(worker)
        worker.close()


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


def _size(found: FreshPart | Failed | Exception) -> int:
    return found.bytes if isinstance(found, FreshPart) else 0


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
