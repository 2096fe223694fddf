"""Following a folder: one generation a batch of changes, whatever goes wrong in between."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from qa.errors import CorpusError, IndexLocked
from qa.lock import building
from qa.manifest import read_manifest
from qa.watch import _counts, ticks, watch

PATIENCE = 30


def wait_for(condition, seconds=PATIENCE):
    """Wait until a condition holds; gives what it gave."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    pytest.fail("waited in vain")


class Watching:
    """A watch in a thread; it writes down what it built and said."""

    def __init__(self, corpus, index, build):
        self.built = 0
        self.said = []
        self.stop = threading.Event()
        self.error = None

        def counted():
            build()
            self.built += 1

        def follow():
            try:
                watch(corpus, index, counted, self.said.append, self.stop)
            except Exception as error:  # noqa: BLE001 - looked at by the test
                self.error = error

        self.thread = threading.Thread(target=follow)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@pytest.fixture
def place(tmp_path):
    """Give a folder to watch and one for its index inside it."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "index").mkdir()
    return corpus, corpus / "index"


def test_a_batch_of_changes_is_one_build(place):
    """Many files written at once are built once; the next change is another batch."""
    corpus, index = place
    with Watching(corpus, index, lambda: None) as watching:
        wait_for(lambda: watching.built == 1)
        for number in range(20):
            (corpus / f"{number}.txt").write_text("Words.")
            time.sleep(0.02)
        wait_for(lambda: watching.built == 2)
        (corpus / "0.txt").unlink()
        wait_for(lambda: watching.built == 3)
        (corpus / "sub").mkdir()
        (corpus / "sub" / "deep.txt").write_text("Words.")
        wait_for(lambda: watching.built == 4)
        time.sleep(1.5)
    assert watching.built == 4
    assert watching.said == []
    assert watching.error is None


def test_what_the_index_and_hidden_files_do_is_no_change(place):
    """An index inside the folder, and what editors leave beside a file, start no build."""
    corpus, index = place
    with Watching(corpus, index, lambda: None) as watching:
        wait_for(lambda: watching.built == 1)
        (index / "manifest.json").write_text("{}")
        (corpus / ".a.txt.swp").write_text("x")
        time.sleep(1.5)
    assert watching.built == 1


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/c/a.txt", True),
        ("/c/index2/a.txt", True),
        ("/c/index", False),
        ("/c/index/generations/x", False),
        ("/c/.git/x", False),
        ("/c/sub/.hidden.txt", False),
    ],
)
def test_which_paths_count(path, counts):
    """By their names below the folder, whatever the names above it."""
    assert _counts(path, "/c", "/c/index") is counts
    assert _counts(f"/.home{path}", "/.home/c", "/.home/c/index") is counts


def test_what_goes_wrong_is_said_once_and_tried_again(place, monkeypatch):
    """An index that is locked for a while is built as soon as it is free."""
    monkeypatch.setattr("qa.watch._RETRY_SECONDS", 0.1)
    corpus, index = place
    locked = [IndexLocked("process 1 builds it")] * 3

    def build():
        if locked:
            raise locked.pop()

    with Watching(corpus, index, build) as watching:
        wait_for(lambda: watching.built == 1)
    assert watching.said == ["process 1 builds it (trying again)"]


def test_a_folder_that_goes_and_comes_back(place):
    """Its absence is said; another folder in its place is followed like the first."""
    corpus, index = place

    def build():
        if not corpus.is_dir():
            raise CorpusError("there is no folder")

    with Watching(corpus, index, build) as watching:
        wait_for(lambda: watching.built == 1)
        shutil.rmtree(corpus)
        wait_for(lambda: watching.said == ["there is no folder (trying again)"])
        built = watching.built
        corpus.mkdir()
        wait_for(lambda: watching.built > built)
        time.sleep(1)
        built = watching.built
        (corpus / "new.txt").write_text("Words.")
        wait_for(lambda: watching.built == built + 1)
    assert watching.error is None


def test_a_folder_that_never_was_is_an_error(tmp_path):
    """A mistyped name is not waited for."""

    def build():
        raise CorpusError("there is no folder")

    with pytest.raises(CorpusError):
        watch(tmp_path / "nowhere", tmp_path / "i", build, print, threading.Event())


def test_where_the_system_can_not_report_changes_they_are_looked_for(place, monkeypatch):
    """No watches left: the folder is looked through instead, and that is said."""
    import watchfiles

    original = watchfiles.watch

    def limited(*paths, force_polling=None, **others):
        if not force_polling:
            raise RuntimeError("OS file watch limit reached")
        return original(*paths, force_polling=True, **others)

    monkeypatch.setattr(watchfiles, "watch", limited)
    corpus, index = place
    said, stop = [], threading.Event()
    changes = ticks(corpus, index, said.append, stop)
    assert next(changes) is True
    (corpus / "a.txt").write_text("Words.")
    assert wait_for(lambda: next(changes)) is True
    stop.set()
    changes.close()
    (told,) = said
    assert "(OS file watch limit reached): looking for them instead" in told


# ---------------------------------------------------------------- a real process


class Process:
    """``qa index --watch`` in a process of its own."""

    def __init__(self, *options):
        command = [sys.executable, "-m", "qa", "index", "--watch", *options]
        with Path("out").open("wb") as out, Path("err").open("wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err)

    def read(self, name):
        return Path(name).read_text()

    def said(self, words):
        wait_for(lambda: words in self.read("err") or self.process.poll() is not None)
        assert words in self.read("err")

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@pytest.fixture
def started(tiny):
    """Give a function that starts a process on ``corpus`` of the working directory."""
    Path("corpus").mkdir()
    Path("corpus/a.txt").write_text("The port of Omoa was opened in 1864.\n")
    processes = []

    def start(*options):
        processes.append(Process(*options))
        return processes[-1]

    yield start
    for each in processes:
        each.process.kill()
        each.process.wait()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_process_follows_changes_until_it_is_stopped(started, qa, how):
    """Built, changed, said what was done, asked meanwhile; stopped with exit code 0."""
    process = started()
    process.said("indexed 1 document")
    Path("corpus/b.txt").write_text("The school was founded in 1847.\n")
    process.said("indexed 2 documents")
    asked = json.loads(qa("search", "school founded", "--json").out)
    assert {passage["document"] for passage in asked["passages"]} == {"a.txt", "b.txt"}
    Path("corpus/a.txt").unlink()
    process.said("(1 removed")
    assert process.end(how) == 0
    assert "stopped watching" in process.read("err")
    assert "Traceback" not in process.read("err")


def test_a_process_survives_what_goes_wrong(started):
    """An index locked by another, a file that can't be read, the folder gone and back."""
    process = started("--json")
    process.said("indexed 1 document")
    with building(Path("index")):
        Path("corpus/b.txt").write_text("Words of b.\n")
        process.said("trying again")
    process.said("indexed 2 documents")
    Path("corpus/c.xyz").write_text("Unknown.\n")
    process.said("skipped c.xyz: no reader for .xyz files")
    shutil.move("corpus", "elsewhere")
    process.said("there is no folder")
    before = read_manifest(Path("index")).current
    shutil.move("elsewhere", "corpus")
    Path("corpus/d.txt").write_text("Words of d.\n")
    wait_for(lambda: read_manifest(Path("index")).current != before)
    wait_for(lambda: len(process.read("out").splitlines()) == 3)
    assert process.end(signal.SIGINT) == 0
    lines = [json.loads(line) for line in process.read("out").splitlines()]
    assert [line["documents"] for line in lines] == [1, 2, 3]


@pytest.mark.parametrize("other", ["--dry-run", "--check", "--rollback"])
def test_watching_goes_with_nothing_else(qa, other):
    """A wrong call says so."""
    result = qa("index", "--watch", other)
    assert result.code == 2
    assert "each on their own" in result.err
