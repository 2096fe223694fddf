"""Killed at any moment: the last published index answers, and the next build goes on from there.

A child is forked for each point; it kills itself, as SIGKILL does, at the n-th thing it does to the
index folder. Python's audit events name these things before they happen.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing

import pytest

from qa.build import rollback
from qa.errors import IndexMissing
from qa.manifest import read_manifest
from qa.parts import key_rows, reuse_key

pytestmark = pytest.mark.filterwarnings(
    # faiss has threads by now; the child only ever uses its own.
    "ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"
)

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.", "sqlite3.")
QUESTION = "which ship carried the coffee of paragraph 3"
MOST_POINTS = 40


def spread(number):
    """All points up to a number, or as many as are tried at most, with the first and last."""
    if number <= MOST_POINTS:
        return range(1, number + 1)
    return sorted({1 + round(i * (number - 1) / (MOST_POINTS - 1)) for i in range(MOST_POINTS)})


class Death:
    """An audit hook that counts what is done below a folder, and kills at the n-th."""

    def __init__(self, folder, at):
        self.folder = str(folder)
        self.at = at
        self.seen = 0
        self.on = True

    def __call__(self, event, arguments):
        if not self.on or not event.startswith((*EVENTS, "tests.embed")):
            return
        if event != "tests.embed" and not any(
            self.folder in str(a) for a in arguments if isinstance(a, str | os.PathLike)
        ):
            return
        self.seen += 1
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def run(act, folder, at, result):
    """In the child: do it, die at a point, or report how many points there were."""
    death = Death(folder, at)
    sys.addaudithook(death)
    act()
    death.on = False
    result.put(death.seen)


def killed_at(act, folder, at):
    """Fork, act, die at the n-th point; gives the number of points if it lived."""
    context = multiprocessing.get_context("fork")
    result = context.SimpleQueue()
    child = context.Process(target=run, args=(act, folder, at, result))
    child.start()
    child.join(60)
    if child.exitcode == -signal.SIGKILL:
        return None
    assert child.exitcode == 0
    return result.get()


def texts(*numbers):
    """A text whose paragraphs tell each other apart, each long enough to be a passage."""
    lines = [f"The ship number {n} carried {n * 7} sacks of coffee to port {n}." for n in numbers]
    return "\n\n".join(" ".join([line] * 9) for line in lines)


class Scene:
    """A folder, its index, and a way to put both back to where they were."""

    def __init__(self, library):
        self.library = library
        self.index = library.index
        self.saved = library.root / "saved"

    def save(self):
        for name in ("corpus", "index"):
            shutil.rmtree(self.saved / name, ignore_errors=True)
            if (self.library.root / name).exists():
                shutil.copytree(self.library.root / name, self.saved / name)

    def put_back(self):
        for name in ("corpus", "index"):
            shutil.rmtree(self.library.root / name, ignore_errors=True)
            if (self.saved / name).exists():
                shutil.copytree(self.saved / name, self.library.root / name)
        self.library.embedded()

    def points(self, act):
        """How many things the act does to the index, found by letting it live once."""
        self.put_back()
        number = killed_at(act, self.index, 0)
        assert number > 5
        return spread(number)

    def kill(self, act, at):
        """Put everything back, and let a child die at this point of the act."""
        self.put_back()
        assert killed_at(act, self.index, at) is None

    def kept(self):
        """The keys of all vectors that are on the disk now."""
        keys = set()
        with contextlib.suppress(IndexMissing):
            keys.update(key_rows(self.library.snapshot().keys))
        with closing(sqlite3.connect(self.index / "embeddings.sqlite")) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB, vector BLOB)")
            keys.update(row[0] for row in connection.execute("SELECT key FROM vectors"))
        return keys

    def embedded(self):
        """The keys of what this process embedded since it was last asked."""
        return {reuse_key("f4ke", text) for text in self.library.embedded()}


@pytest.fixture
def scene(make_library, monkeypatch):
    """Give a folder whose index has two generations; what forks from here imports nothing."""
    monkeypatch.setattr("qa.vectors.BATCH", 2)
    library = make_library("killed")
    library.write("a.txt", texts(*range(6)))
    library.write("b.txt", texts(*range(100, 103)))
    library.build()
    library.write("b.txt", texts(*range(200, 203)))
    library.build()
    library.ask(QUESTION)
    return Scene(library)


def test_killed_at_any_point_of_an_update_the_index_answers(scene):
    """The old generation answers as before, or the new one does, whole.

    The next build equals a fresh one, embeds nothing twice, and leaves nothing behind.
    """
    library = scene.library
    library.write("a.txt", texts(0, 1, 50, 51, 4, 5))
    library.write("c.txt", texts(*range(300, 304)))
    (library.corpus / "b.txt").unlink()
    scene.save()
    old = library.generation(), library.ask(QUESTION)
    keys_before = scene.kept()
    fresh = library.generation(library.fresh())
    points = scene.points(library.build)
    new = library.generation(), library.ask(QUESTION)
    wanted = set(key_rows(library.snapshot().keys)) - keys_before
    assert len(wanted) > 3
    assert new[0] == fresh != old[0]
    answered = []
    saved_work = 0
    for at in points:
        scene.kill(library.build, at)
        answered.append((library.generation(), library.ask(QUESTION)))
        assert answered[-1] in (old, new)
        kept = scene.kept()
        library.build()
        assert library.generation() == fresh
        embedded = scene.embedded()
        assert not embedded & kept
        saved_work += 0 < len(embedded) < len(wanted)
        assert library.left_behind() == []
        assert set(library.tree(library.index / "generations")) == {
            f"{generation}/{name}" for generation, files in (old[0], new[0]) for name in files
        }
    assert old in answered
    assert new in answered
    assert saved_work  # some died between two batches, and the second build took the first over


def test_killed_at_any_point_of_a_first_build_the_next_one_goes_on(scene):
    """There is no index yet, or a whole one; the next build equals a fresh one."""
    library = scene.library
    fresh = library.generation()
    shutil.rmtree(library.index)
    scene.save()
    points = scene.points(library.build)
    wanted = set(key_rows(library.snapshot().keys))
    missing = saved_work = 0
    for at in points:
        scene.kill(library.build, at)
        try:
            assert library.generation() == fresh
        except IndexMissing:
            missing += 1
        kept = scene.kept() if library.index.exists() else set()
        library.build()
        assert library.generation() == fresh
        embedded = scene.embedded()
        assert not embedded & kept
        saved_work += 0 < len(embedded) < len(wanted)
        assert library.left_behind() == []
    assert 0 < missing < len(points)
    assert saved_work


def test_killed_at_any_point_of_a_rollback_one_of_the_two_answers(scene):
    """The manifest names one generation or the other, and a rollback after it works."""
    library = scene.library
    scene.save()
    now, before = read_manifest(library.index).current, read_manifest(library.index).previous
    seen = []
    for at in scene.points(lambda: rollback(library.index)):
        scene.kill(lambda: rollback(library.index), at)
        seen.append(library.snapshot().name)
        back = rollback(library.index)
        assert {back.current, back.previous} == {now, before}
        assert back.current != seen[-1]
        library.build()
        assert library.snapshot().name == now
        assert library.left_behind() == []
    assert set(seen) == {now, before}


def test_killed_while_nothing_was_to_be_done_nothing_is_lost(scene):
    """A build that finds the index up to date can die anywhere as well."""
    library = scene.library
    (library.index / "sources.json").unlink()
    scene.save()
    before = library.generation()
    for at in scene.points(library.build):
        scene.kill(library.build, at)
        assert library.generation() == before
        assert not library.build().published
        assert library.left_behind() == []


def test_the_leftovers_of_a_killed_build_go_even_if_nothing_is_to_be_done(scene):
    """A draft whose file was put back as it was is deleted by the build that finds no change."""
    library = scene.library
    draft = library.index / "generations" / ".draft-4711" / "bm25"
    draft.mkdir(parents=True)
    (draft / "terms.txt").write_text("half")
    copy = library.index / "encoders" / ".f4ke-x1y2"
    copy.mkdir()
    for name in (".manifest.json.4711", ".sources.json.4711"):
        (library.index / name).write_text("half")
    old = library.index / "generations" / "0123456789abcdef"
    old.mkdir()
    assert not library.build().published
    assert library.left_behind() == []
    assert not old.exists()


def test_a_lock_dies_with_its_holder(scene):
    """A note of a killed builder is left; the next one does not take it for somebody."""
    library = scene.library
    library.write("a.txt", texts(1))
    scene.save()
    scene.kill(library.build, 30)
    assert (library.index / ".builder.json").exists()
    assert library.build().published


def test_the_points_are_spread_over_all_of_them():
    """Forty points of a thousand have the first and the last of them."""
    assert list(spread(3)) == [1, 2, 3]
    assert len(spread(1000)) == MOST_POINTS
    assert (spread(1000)[0], spread(1000)[-1]) == (1, 1000)
