"""A reader that does what hostile files make readers do: the file's first word says what."""

import ctypes
import os
import subprocess
import sys
import time

from qa import readers
from qa.nouns import Block, Document, Reading

suffixes = (".hostile",)
version = 1


def read(source, data, meta):
    """Do it, or read the file as one document."""
    text = data.decode()
    word, _, rest = text.partition(" ")
    DEEDS.get(word, lambda rest: None)(rest)
    return Reading((Document(source.name, text, source.name, (Block(0, len(text)),)),))


def spin(rest):
    """Never come back, and keep the interpreter busy."""
    while True:
        pass


def eat(rest):
    """Take memory without end, in pieces that are written to."""
    kept = []
    while True:
        kept.append(b"x" * 10_000_000)


def eat_in_c(rest):
    """Take memory as a library does that does not ask whether it was given any."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    while True:
        ctypes.memset(libc.malloc(ctypes.c_size_t(10_000_000)), 1, 10_000_000)


def nest(rest):
    """Recurse in C until the stack is gone."""
    nested = "[" * 1_000_000
    for _ in range(100):
        nested = f"({nested})"
    value = []
    for _ in range(10_000_000):
        value = [value]
    repr(value)


def lie(rest):
    """Write an answer of one's own, wherever it may go."""
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, (20).to_bytes(8) + (3).to_bytes(8) + b"no JSON at all.......")
        except OSError:
            continue


def boast(rest):
    """Announce an answer of an exabyte."""
    for descriptor in range(3, 30):
        try:
            os.write(descriptor, (1 << 60).to_bytes(8))
        except OSError:
            continue
    time.sleep(1000)


def chatter(rest):
    """Print, as libraries do."""
    print("warning: " * 100_000)
    print("warning: " * 100_000, file=sys.stderr)
    os.write(1, b"noise" * 1000)


def start(rest):
    """Start a program, say which in a file, and wait for it."""
    child = subprocess.Popen(["sleep", "1000"])
    with open(rest, "w") as file:  # noqa: PTH123 - as a library would
        file.write(str(child.pid))
    child.wait()


DEEDS = {
    "hang": lambda rest: time.sleep(1000),
    "spin": spin,
    "segfault": lambda rest: ctypes.string_at(0),
    "abort": lambda rest: os.abort(),
    "exit": lambda rest: os._exit(3),
    "leave": lambda rest: sys.exit(0),
    "eat": eat,
    "eat_in_c": eat_in_c,
    "nest": nest,
    "raise": lambda rest: int("no number"),
    "lie": lie,
    "boast": boast,
    "chatter": chatter,
    "close": lambda rest: os.closerange(3, 64) or time.sleep(1000),
    "start": start,
    "interrupt": lambda rest: os.kill(os.getpid(), 2),
}

readers._READERS[".hostile"] = sys.modules[__name__]
