"""Reading apart: a crash, a hang or a glutton costs its own file, and says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from qa import readers, workers
from qa.crew import Crew
from qa.limits import Limits
from qa.nouns import SourceFile, Status
from qa.passages import CutSettings
from qa.reading import reading_parts
from qa.recheck import Sources
from qa.survey import fingerprint
from qa.workers import Failed, Job, Worker

DATA = Path(__file__).resolve().parent / "data"
LIMITS = Limits(seconds=1.5, memory=500_000_000)
PATIENT = Limits(seconds=60, memory=LIMITS.memory)  # where time is not what runs out
TOO_LONG, TOO_BIG = LIMITS.too_long, LIMITS.too_big


@pytest.fixture
def hostile(monkeypatch):
    """Let this process and the workers know a reader of ``.hostile`` files."""
    monkeypatch.setattr(readers, "_READERS", dict(readers._READERS))
    monkeypatch.syspath_prepend(DATA)
    monkeypatch.setattr(workers, "MODULES", ("hostile_reader",))
    monkeypatch.delitem(sys.modules, "hostile_reader", raising=False)
    import hostile_reader

    return hostile_reader


@pytest.fixture
def folder(library, hostile):
    """Give a folder to put hostile files into, beside good ones read apart."""
    library.write("a.hostile", "Good words of the first file.")
    library.write("z.hostile", "Good words of the last file.")
    return library


def build(library, limits=LIMITS):
    return library.build(limits=limits)


def told(outcome):
    return {item.path: item.reason for item in outcome.skipped}


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("hang", TOO_LONG),
        ("spin", TOO_LONG),
        ("segfault", "its content made the reader crash (signal 11: Segmentation fault)"),
        ("abort", "its content made the reader crash (signal 6: Aborted)"),
        ("exit", "its content made the reader crash (exit code 3)"),
        ("leave", "its content made the reader crash (exit code 0)"),
        ("eat", TOO_BIG),
        ("lie", "the process that read it gave no usable result (no header (JSONDecodeError))"),
        ("boast", "the process that read it sent more than it may hold"),
        ("start /dev/null", TOO_LONG),
        ("close", "its reader stopped answering"),
        ("raise", "its content can't be read (ValueError: invalid literal for int()"),
        ("interrupt", "its content made the reader crash ("),
    ],
)
def test_a_hostile_file_costs_itself_alone(folder, deed, reason):
    """Whatever it does, the others are indexed, and the reason says what happened."""
    folder.write("m.hostile", f"{deed} on reading")
    began = time.monotonic()
    outcome = build(folder, LIMITS if reason == TOO_LONG else PATIENT)
    assert time.monotonic() - began < 60
    assert list(told(outcome)) == ["m.hostile"]
    assert told(outcome)["m.hostile"].startswith(reason)
    names = [record.name for record in folder.snapshot().iter_documents()]
    assert names == ["a.hostile", "z.hostile"]


# Reads one file, whose name and size limit are given, and prints what came of it.
READ_ONE = """
import sys
from pathlib import Path
from qa import workers
from qa.crew import Crew
from qa.limits import Limits
from qa.nouns import SourceFile
from qa.passages import CutSettings
workers.MODULES = ("hostile_reader",)
path = Path(sys.argv[1])
job = workers.Job(CutSettings(), "e", Limits(seconds=60, memory=int(sys.argv[2])))
with Crew([SourceFile(path.name, path, 1, 0)], job) as crew:
    (found,) = crew.results()
print(found.reason)
"""


def test_a_library_that_dies_for_want_of_memory(folder, monkeypatch):
    """Near the limit a crash is put down to memory.

    In a small process: a process begins with the peak of the one that started it, and pytest's own
    may be above the limit.
    """
    path = folder.write("m.hostile", "eat_in_c")
    monkeypatch.setenv("PYTHONPATH", str(DATA))
    command = [sys.executable, "-c", READ_ONE, str(path), str(LIMITS.memory)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == TOO_BIG


def test_too_deep_for_the_stack(folder):
    """A document nested deeper than the stack is one more file that is skipped with a reason."""
    folder.write("m.hostile", "nest")
    assert list(told(build(folder, Limits(seconds=20)))) == ["m.hostile"]


def test_what_a_library_prints_goes_nowhere(folder, capfd):
    """Neither into the answers between the processes nor to the terminal."""
    folder.write("m.hostile", "chatter of a library")
    outcome = build(folder)
    assert told(outcome) == {}
    assert outcome.info.documents == 3
    assert capfd.readouterr() == ("", "")


def test_what_a_reader_started_ends_with_it(folder, tmp_path):
    """A program that a reader waits for is ended when its time is over."""
    note = tmp_path / "pid"
    folder.write("m.hostile", f"start {note}")
    assert told(build(folder)) == {"m.hostile": TOO_LONG}
    status = Path(f"/proc/{note.read_text()}/stat")
    until = time.monotonic() + 5
    while time.monotonic() < until and status.exists() and status.read_text().split()[2] != "Z":
        time.sleep(0.02)
    assert not status.exists() or status.read_text().split()[2] == "Z"


def test_a_failed_file_is_left_alone_until_it_changes(folder):
    """It is remembered with its reason; new content is read, and so is a new reader's version."""
    folder.write("m.hostile", "segfault")
    build(folder)
    again = build(folder)
    assert not again.published
    assert list(told(again)) == ["m.hostile"]
    folder.write("m.hostile", "good by now")
    mended = build(folder)
    assert mended.plan.changed == ("m.hostile",)
    assert told(mended) == {}
    assert folder.generation() == folder.generation(folder.fresh())


def test_a_changed_file_is_looked_up_apart(folder):
    """A quote whose file has turned hostile since is stale, and whoever asks lives on."""
    folder.write("m.hostile", "Good words of the middle file.")
    build(folder)
    snapshot = folder.snapshot()
    sources = Sources.of(snapshot)
    number = snapshot.find_document("m.hostile")
    assert sources.check(snapshot, number, 0, 4).status is Status.VERIFIED
    folder.write("m.hostile", "segfault")
    assert sources.check(snapshot, number, 0, 4).status is Status.STALE
    folder.write("m.hostile", "New, and Good words of the middle file.")
    assert sources.check(snapshot, number, 0, 4).status is Status.MOVED


def test_a_new_version_of_the_reader_reads_again(folder, hostile, monkeypatch):
    """What it could not read before it is given once more."""
    folder.write("m.hostile", "segfault")
    build(folder)
    monkeypatch.setattr(hostile, "version", 2)
    assert "m.hostile" in build(folder).plan.reread


def test_results_come_in_order_whatever_takes_how_long(folder, hostile):
    """Many files, several processes: each result is that of its own file."""
    files, prints = [], {}
    for number in range(60):
        path = folder.write(f"n{number:02}.hostile", f"words of number {number} " * (60 - number))
        file = SourceFile(path.name, path, path.stat().st_size, 0)
        files.append(file)
        prints[file.name] = fingerprint(file, path.read_bytes())
    with reading_parts(files, prints, Job(CutSettings(), "e", LIMITS)) as parts:
        found = list(parts)
    assert [part.part.record.name for part in found] == [file.name for file in files]
    for file, part in zip(files, found, strict=True):
        assert b"".join(part.part.texts) == file.path.read_bytes()
        assert part.part.record.digest == prints[file.name].digest


@pytest.mark.parametrize("most", [1, 3])
def test_processes_are_replaced_after_a_while(folder, monkeypatch, most):
    """What was asked of the old one, and not answered, is asked of the new one."""
    monkeypatch.setattr("qa.crew._MOST_FILES", most)
    files = []
    for number in range(9):
        path = folder.write(f"n{number}.hostile", f"{'abort' if number == 4 else number} words")
        files.append(SourceFile(path.name, path, path.stat().st_size, 0))
    with Crew(files, Job(CutSettings(), "e", LIMITS), size=1) as crew:
        found = list(crew.results())
    assert [getattr(each, "reason", "")[:11] for each in found] == [
        "its content" if number == 4 else "" for number in range(9)
    ]


def test_one_process_reads_on_while_others_wait_for_nothing(folder):
    """Results that are taken late are read ahead, up to a bound, and the rest after that."""
    files = []
    for number in range(200):
        path = folder.write(f"n{number:03}.hostile", f"{number} words")
        files.append(SourceFile(path.name, path, path.stat().st_size, 0))
    with Crew(files, Job(CutSettings(), "e", LIMITS), size=2) as crew:
        results = crew.results()
        names = [next(results).part.record.name]
        time.sleep(1)
        assert len(crew._found) <= 2 * 16
        names += [each.part.record.name for each in results]
    assert names == [file.name for file in files]


def test_read_apart_is_read_here(folder, monkeypatch):
    """Byte for byte the same generation, whether a file is read in this process or in another."""
    for number in range(5):
        folder.write(f"t{number}.txt", f"The ship {number} carried coffee. " * 40)
    folder.write("m.md", "# Roads\n\nThe *road* to Copán.\n\n## Ports\n\nOmoa — 1864.\n")
    folder.write("r.jsonl", [{"_id": "é", "text": "A school."}, {"_id": 2, "title": "T"}])
    here = folder.build()
    monkeypatch.setattr("qa.reading._PLAIN", frozenset())
    assert folder.generation() == folder.generation(folder.fresh())
    assert [item.reason for item in here.skipped] == ['no "text"']


def test_a_file_that_vanished_is_not_remembered(folder):
    """It is no fault of its content: the next build looks again."""
    path = folder.write("m.hostile", "here for a moment")
    file = SourceFile(path.name, path, 1, 0)
    path.unlink()
    with Crew([file], Job(CutSettings(), "e", LIMITS)) as crew:
        assert list(crew.results()) == [Failed("vanished while it was read", lasting=False)]


def test_where_no_process_can_be_started_no_file_is_blamed(folder, monkeypatch):
    """The reason says so, and is not remembered."""
    path = folder.write("m.hostile", "good")
    file = SourceFile(path.name, path, 1, 0)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Crew([file], Job(CutSettings(), "e", LIMITS)) as crew:
        (found,) = crew.results()
    assert found == Failed(
        "no process could be started to read it (No such file or directory)", lasting=False
    )
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Crew([file], Job(CutSettings(), "e", LIMITS)) as crew:
        (found,) = crew.results()
    assert found == Failed("no process could be started to read it", lasting=False)


def test_a_crew_that_is_left_ends_its_processes_at_once(folder, monkeypatch):
    """Whoever stops taking results waits for nobody."""
    started = []
    original = Worker.__init__

    def init(self, job):
        original(self, job)
        started.append(self._process.pid)

    monkeypatch.setattr(Worker, "__init__", init)
    files = []
    for number in range(4):
        path = folder.write(f"h{number}.hostile", "hang" if number else "good")
        files.append(SourceFile(path.name, path, 1, 0))
    began = time.monotonic()
    job = Job(CutSettings(), "e", Limits(seconds=60))
    with suppress(KeyboardInterrupt), Crew(files, job, size=2) as crew:
        next(crew.results())
        raise KeyboardInterrupt
    assert time.monotonic() - began < 10
    assert started
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_worker_imports_neither_models_nor_the_index(hostile):
    """Reading needs no torch, no ONNX Runtime, no FAISS and no command line."""
    code = (
        "import sys; import qa.worker; from qa.worker import answer; "
        "print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(found.stdout.split())
    assert not imported & {"torch", "onnxruntime", "faiss", "rich", "click", "onnx", "tokenizers"}


def test_the_terms_of_a_part_cross_unchanged(folder):
    """The sparse matrix that comes back equals the one made here, array by array."""
    path = folder.write("t.hostile", "Coffee left the port. Coffee came back to the port. " * 30)
    file = SourceFile(path.name, path, path.stat().st_size, 0)
    with Crew([file], Job(CutSettings(), "e", LIMITS)) as crew:
        (apart,) = crew.results()
    from qa.parts import fresh_part
    from qa.survey import read

    here = fresh_part(file.name, *read(file), CutSettings(), "e")
    assert apart.counts.vocabulary == here.counts.vocabulary
    for name in ("indptr", "passages", "counts"):
        np.testing.assert_array_equal(getattr(apart.counts, name), getattr(here.counts, name))
    assert apart.embed == here.embed
