"""Finding files."""

from __future__ import annotations

import json
import os
import socket

import pytest

from qa.errors import CorpusError
from qa.sources import scan


def names(found) -> list[str]:
    """The names of the files."""
    return [source.name for source in found.files]


def reasons(found) -> dict[str, str]:
    """What is skipped, with its reason."""
    return {skipped.path: skipped.reason for skipped in found.skipped}


def write(folder, *paths, data=b"words"):
    """Write small files below a folder."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_any_depth_sorted_by_name(tmp_path):
    """Files at any depth are found, sorted by name, with path, size and time."""
    deep = "/".join("d" * 40)
    write(tmp_path, "b.txt", "a/z.md", "a/b/c.rst", "B.TXT", f"{deep}/x.jsonl")
    found = scan(tmp_path)
    assert names(found) == ["B.TXT", "a/b/c.rst", "a/z.md", "b.txt", f"{deep}/x.jsonl"]
    assert found.skipped == ()
    source = found.files[3]
    assert (source.path, source.size) == (tmp_path / "b.txt", 5)
    assert source.mtime_ns == (tmp_path / "b.txt").stat().st_mtime_ns


def test_an_empty_folder_is_an_empty_scan(tmp_path):
    """Whether that is an error is for the caller to say."""
    assert scan(tmp_path) == scan(tmp_path / ".")
    assert (scan(tmp_path).files, scan(tmp_path).skipped) == ((), ())


def test_no_folder(tmp_path):
    """A missing folder, a file, an index: each has words of its own and says what to do."""
    with pytest.raises(CorpusError, match=r"there is no folder .*missing: create it"):
        scan(tmp_path / "missing")
    write(tmp_path, "file.txt", "index/x.txt")
    with pytest.raises(CorpusError, match=r"file.txt is a file: name the folder"):
        scan(tmp_path / "file.txt")
    (tmp_path / "index/manifest.json").write_text(json.dumps({"format": "qa-index"}))
    with pytest.raises(CorpusError, match=r"index is an index of qa: name the folder of the doc"):
        scan(tmp_path / "index")


def test_an_unreadable_folder(tmp_path, monkeypatch):
    """Permissions are named, at the top as an error and below as a reason."""
    write(tmp_path, "a.txt", "closed/b.txt")
    real = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = scan(tmp_path)
    assert names(found) == ["a.txt"]
    assert reasons(found) == {"closed": "the folder can't be read (Permission denied)"}
    with pytest.raises(CorpusError, match=r"can't be read \(Permission denied\): change its perm"):
        scan(tmp_path / "closed")


def test_an_unreadable_file(tmp_path, monkeypatch):
    """A file this user may not read is skipped; root may read it, so the answer is faked."""
    write(tmp_path, "a.txt", "b.txt")
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("b.txt"))
    found = scan(tmp_path)
    assert names(found) == ["a.txt"]
    assert reasons(found) == {"b.txt": "no permission to read it"}


def test_hidden_and_unknown_files_are_listed(tmp_path):
    """A hidden folder is one entry; kinds without reader name their suffix."""
    write(tmp_path, ".git/a.txt", ".git/b.txt", ".notes.txt", "x.xyz", "Makefile", "d/.h/y.txt")
    assert reasons(scan(tmp_path)) == {
        ".git": "hidden folder",
        ".notes.txt": "hidden file",
        "Makefile": "no reader for files without a suffix",
        "d/.h": "hidden folder",
        "x.xyz": "no reader for .xyz files",
    }


def test_large_files(tmp_path):
    """A file over the limit says its size and the option; one of exactly the limit is read."""
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(200_000_000)
    write(tmp_path, "five.txt")
    found = scan(tmp_path)
    assert reasons(found) == {"big.txt": "is 200.0 MB, over --max-file-size 100 MB"}
    assert names(scan(tmp_path, 5)) == ["five.txt"]
    assert "five.txt" in reasons(scan(tmp_path, 4))


def test_links(tmp_path):
    """Links out, broken, in a circle, and to what is read itself are skipped with the reason."""
    corpus = tmp_path / "corpus"
    write(tmp_path, "outside.txt", "out/x.txt", "corpus-2/y.txt")
    write(corpus, "a.txt", "sub/b.txt")
    for name, target in {
        "out.txt": tmp_path / "outside.txt",
        "out": tmp_path / "out",
        "beside": tmp_path / "corpus-2",
        "gone.txt": "nowhere.txt",
        "self.txt": "self.txt",
        "again.txt": "sub/b.txt",
        "sub/up": "..",
        "here": ".",
        "other": "sub",
    }.items():
        (corpus / name).symlink_to(target)
    found = scan(corpus)
    assert names(found) == ["a.txt", "sub/b.txt"]
    assert reasons(found) == {
        "out.txt": "a link that leads out of the folder",
        "out": "a link that leads out of the folder",
        "beside": "a link that leads out of the folder",
        "gone.txt": "a broken link",
        "self.txt": "a link that leads to itself",
        "again.txt": "link to sub/b.txt, which is indexed itself",
        "sub/up": "a link that leads in a circle, to a folder it is in",
        "here": "a link that leads in a circle, to a folder it is in",
        "other": "link to the folder sub, which is looked through itself",
    }


def test_a_link_to_what_is_not_read_itself_is_read(tmp_path):
    """Content kept in a hidden folder under another name is read by the link to it."""
    write(tmp_path, ".store/4f2a")
    (tmp_path / "paper.txt").symlink_to(".store/4f2a")
    (tmp_path / "all").symlink_to(".store")
    found = scan(tmp_path)
    assert names(found) == ["paper.txt"]
    assert found.files[0].path.read_bytes() == b"words"
    assert reasons(found) == {".store": "hidden folder", "all": "link to the hidden folder .store"}


def test_the_folder_itself_may_be_a_link(tmp_path):
    """A corpus reached through a link is read like any other."""
    write(tmp_path, "real/a.txt")
    (tmp_path / "real/l.txt").symlink_to("a.txt")
    (tmp_path / "link").symlink_to("real")
    found = scan(tmp_path / "link")
    assert names(found) == ["a.txt"]
    assert reasons(found) == {"l.txt": "link to a.txt, which is indexed itself"}


def test_pipes_and_sockets(tmp_path, monkeypatch):
    """What is no regular file is not opened: a pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe.txt")
    monkeypatch.chdir(tmp_path)  # a socket's name must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        found = scan(tmp_path)
    assert reasons(found) == {
        "pipe.txt": "a pipe, not a file",
        "socket.txt": "a socket, not a file",
    }


def test_odd_names(tmp_path):
    """Spaces, quotes, newlines and other scripts are names; bytes that are no UTF-8 are escaped."""
    odd = ["a b.txt", 'it\'s "so".txt', "two\nlines.txt", "naïve 名.txt", "e\u0301.txt", "A.txt"]
    write(tmp_path, *odd, "a.txt")
    with open(os.fsencode(tmp_path) + b"/bad\xff.txt", "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"x")
    found = scan(tmp_path)
    assert names(found) == sorted([*odd, "a.txt", "bad\\xff.txt"])
    escaped = next(source for source in found.files if "bad" in source.name)
    assert escaped.path.read_bytes() == b"x"
    assert escaped.name.encode()


def test_two_names_shown_alike(tmp_path):
    """A name that is shown as another file's is skipped, not mixed up with it."""
    write(tmp_path, "bad\\xff.txt")
    with open(os.fsencode(tmp_path) + b"/bad\xff.txt", "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"x")
    found = scan(tmp_path)
    assert names(found) == ["bad\\xff.txt"]
    assert reasons(found) == {
        "bad\\xff.txt": "its name, as it is shown, is another file's: rename it"
    }


def test_meta_json_belongs_to_its_file(tmp_path):
    """NAME.meta.json is neither source nor skipped; without NAME it is skipped, and says so."""
    write(tmp_path, "a.txt", "a.txt.meta.json", "b.txt.meta.json")
    found = scan(tmp_path)
    assert names(found) == ["a.txt"]
    assert reasons(found) == {"b.txt.meta.json": "describes b.txt, which is not here"}


def test_questions_of_a_beir_set(tmp_path):
    """queries.jsonl and qrels/ beside a corpus.jsonl are no documents; alone they are."""
    write(tmp_path, "set/corpus.jsonl", "set/queries.jsonl", "set/qrels/test.txt")
    write(tmp_path, "own/queries.jsonl", "own/qrels/test.txt")
    found = scan(tmp_path)
    assert names(found) == ["own/qrels/test.txt", "own/queries.jsonl", "set/corpus.jsonl"]
    reason = "questions/judgements of a BEIR set, not documents"
    assert reasons(found) == {"set/queries.jsonl": reason, "set/qrels": reason}


@pytest.mark.parametrize(
    ("manifest", "skipped"),
    [
        ('{"format": "qa-index"}', True),
        ('{"format": "other"}', False),
        ("[]", False),
        ("{", False),
        ("[" * 5_000, False),
    ],
)
def test_an_index_in_the_folder_is_no_document(tmp_path, manifest, skipped):
    """A folder with this program's manifest is skipped whole; any other manifest is a file."""
    write(tmp_path, "x/manifest.json", data=manifest.encode())
    write(tmp_path, "x/a.txt")
    found = scan(tmp_path)
    assert names(found) == ([] if skipped else ["x/a.txt", "x/manifest.json"])
    assert reasons(found).get("x") == ("an index of qa, not documents" if skipped else None)
