"""Ctrl-C while an index is built: what was finished is kept, and nothing goes on running."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

WORDS = ("trade", "treaty", "port", "river", "coffee", "banana", "law", "vote", "road", "school")
PATIENCE = 60


def wait_for(condition):
    """Wait until a condition holds; gives what it gave."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.02)
    pytest.fail("waited in vain")


def children(pid):
    """The processes that a process has started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(state[1]) == pid and state[0] != "Z":
            found.append(int(path.parent.name))
    return found


def embedded():
    """How many vectors an unpublished build has put on the disk."""
    path = Path("index/embeddings.sqlite")
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM vectors").fetchone()[0]
        except sqlite3.Error:
            return 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_an_interrupted_build_keeps_what_is_embedded_and_ends_its_processes(tiny, qa):
    """Exit code 130 and one line; the next build embeds the rest alone."""
    rng = random.Random(5)
    for number in range(60):
        text = " ".join(rng.choices(WORDS, k=12_000))
        path = Path(f"corpus/{number:02}.txt")
        path.parent.mkdir(exist_ok=True)
        path.write_text(". ".join(text[at : at + 60] for at in range(0, len(text), 60)))
    command = [sys.executable, "-m", "qa", "index"]
    with Path("err").open("wb") as err:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err)
    try:
        wait_for(embedded)
        started = children(process.pid)
        assert started
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    finally:
        process.kill()
        process.wait()
    assert Path("err").read_text().strip() == "qa: interrupted; what was finished is kept"
    for pid in started:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not list(Path("index/generations").iterdir())
    kept = embedded()
    assert kept
    result = qa("index", "--json")
    assert result.code == 0
    done = json.loads(result.out)
    assert done["documents"] == 60
    assert done["embedded"] <= done["passages"] - kept
