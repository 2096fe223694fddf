"""Processes that read files side by side, ahead of who takes the results; these come in order."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Self

from qa.cores import cores
from qa.parts import FreshPart
from qa.workers import Failed, Job, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qa.nouns import SourceFile

_MOST_FILES = 5_000  # of a process, for libraries that leak
_AHEAD = 16  # files a process may be ahead of who takes the results
_HELD_BYTES = 64_000_000
# A process is asked for so many files at once, as long as they are small.
_ASKED, _SMALL = 8, 50_000


class Crew:
    """Threads that each keep a process busy with the next file; they start when first asked.

    Use it as a context manager: on leaving, whatever the reason, the processes are ended.
    """

    def __init__(self, files: Sequence[SourceFile], job: Job, size: int | None = None) -> None:
        self._files = files
        self._job = job
        self._size = min(size or cores(), len(files))
        self._news = threading.Condition()
        self._found: dict[int, FreshPart | Failed | Exception] = {}
        self._next = self._taken = self._held = 0
        self._closed = False
        self._workers: list[Worker] = []
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
        asked: deque[int] = deque()
        while self._wanted(asked, worker):
            found: FreshPart | Failed | Exception
            try:
                if worker is None:
                    worker = self._hire()
                    for number in asked:
                        worker.ask(self._files[number])
                self._ask_ahead(worker, asked)
                found = worker.answer()
            except OSError as error:
                found = Failed(f"no process could be started to read it ({error.strerror})", False)
            except Exception as error:  # noqa: BLE001 - raised again where the results are taken
                found = error
            self._deliver(asked.popleft(), found)
            if worker and (not isinstance(found, FreshPart) or worker.files >= _MOST_FILES):
                self._dismiss(worker)
                worker = None
        if worker:
            self._dismiss(worker)

    def _wanted(self, asked: deque[int], worker: Worker | None) -> bool:
        """Ask for the next file where none is asked for; False where there is none or all is over.

        Where there is no process yet, whoever starts one asks it.
        """
        with self._news:
            if not asked:
                self._news.wait_for(
                    lambda: self._closed or self._next == self._taken or self._room()
                )
                self._take(asked)
                if asked and worker is not None:
                    worker.ask(self._files[asked[0]])
            return bool(asked) and not self._closed

    def _ask_ahead(self, worker: Worker, asked: deque[int]) -> None:
        """Ask for the next files too while all are small, so that the process need not wait."""
        small = all(self._files[number].size <= _SMALL for number in asked)
        while small and len(asked) < _ASKED and worker.files < _MOST_FILES:
            with self._news:
                following = self._next < len(self._files) and self._files[self._next]
                if not (following and following.size <= _SMALL and self._room()):
                    return
                self._take(asked)
            worker.ask(self._files[asked[-1]])

    def _take(self, asked: deque[int]) -> None:
        if self._next < len(self._files):
            asked.append(self._next)
            self._next += 1

    def _deliver(self, number: int, found: FreshPart | Failed | Exception) -> None:
        with self._news:
            self._found[number] = found
            self._held += _size(found)
            self._news.notify_all()

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
        """Let a process go."""
        with self._news:
            self._workers.remove(worker)
        worker.close()


def _size(found: FreshPart | Failed | Exception) -> int:
    return found.bytes if isinstance(found, FreshPart) else 0
