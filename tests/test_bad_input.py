"""Bad input at the command line: an exit code and a line that says what to do, never a traceback.

The tiny model stands in for the embedded one, but where the answer hangs on what words mean.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from qa.__main__ import run

pytestmark = pytest.mark.usefixtures("tiny")

TEXT = "The port of Omoa was opened in 1864.\n"
QUESTION = "When was the port of Omoa opened?"


@pytest.fixture
def corpus():
    """Give the folder ``corpus`` of the working directory, with one file."""
    folder = Path("corpus")
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT)
    return folder


@pytest.fixture
def indexed(corpus, qa):
    """Give the same, indexed."""
    assert qa("index").code == 0
    return corpus


def one_line(error):
    """An expected error is one line on stderr that begins with the program's name."""
    return re.fullmatch(r"qa: [^\n]+\n", error) is not None


def parsed(result):
    """The JSON printed: one line."""
    assert result.out.count("\n") == 1
    return json.loads(result.out)


def skipped(result):
    """What ``qa index --json`` says it left out, by name."""
    return {item["path"]: item["reason"] for item in parsed(result)["skipped"]}


# ---------------------------------------------------------------- folders


def test_an_empty_folder(qa):
    """Exit 1, and what to do; no index is there afterwards."""
    Path("corpus").mkdir()
    result = qa("index")
    assert (result.code, result.out) == (1, "")
    assert result.err == "qa: nothing to index in corpus: put documents there\n"
    assert qa("ask", QUESTION).code == 1


def test_no_folder(qa):
    """Exit 1; no index folder is made for a mistyped name."""
    result = qa("index", "corpsu")
    assert result.code == 1
    assert one_line(result.err)
    assert "there is no folder corpsu: create it and put documents in it" in result.err
    assert not Path("index").exists()


def test_no_index_and_no_folder(qa):
    """Asking without either says which command comes first."""
    for arguments in (["ask", QUESTION], ["search", QUESTION], ["show"]):
        result = qa(*arguments)
        assert result.code == 1
        assert one_line(result.err)
        assert "no index in index: run: qa index CORPUS --index index" in result.err
    assert qa("doctor").code == 4


def test_a_file_for_a_folder(qa, corpus):
    """Exit 1, and which folder to name."""
    result = qa("index", corpus / "a.txt")
    assert result.code == 1
    assert "a.txt is a file: name the folder it is in" in result.err


def test_an_index_for_a_folder(qa, indexed):
    """An index is not indexed."""
    result = qa("index", "index", "--index", "other")
    assert result.code == 1
    assert "index is an index of qa: name the folder of the documents" in result.err


def test_an_index_folder_that_is_a_file(qa, corpus):
    """Every command says so and that another is to be named; the file stays as it is."""
    Path("index").write_text("mine")
    for arguments in (
        ["index"],
        ["index", "--dry-run"],
        ["index", "--rollback"],
        ["ask", QUESTION],
        ["search", QUESTION],
        ["show"],
    ):
        result = qa(*arguments)
        assert result.code == 1, arguments
        assert one_line(result.err)
        assert "is a file" in result.err
        assert "name another" in result.err
    result = qa("doctor")
    assert result.code == 4
    assert "index is a file" in result.out
    assert Path("index").read_text() == "mine"


# ---------------------------------------------------------------- files


def test_an_empty_file(qa, corpus):
    """Skipped with the reason; the others are indexed. Alone, it is nothing to index."""
    for content in (b"", b" \r\n\t", b"\xef\xbb\xbf"):
        (corpus / "empty.txt").write_bytes(content)
        result = qa("index", "--json")
        assert result.code == 0
        assert skipped(result) == {"empty.txt": "empty"}
    (corpus / "a.txt").unlink()
    result = qa("index", "--index", "other")
    assert result.code == 1
    assert "nothing to index in corpus" in result.err
    assert "skipped empty.txt: empty" in result.err


def test_a_binary_file_named_txt(qa, corpus):
    """Skipped with the reason, whatever bytes it is of; doctor says so later."""
    (corpus / "a.png.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20)
    (corpus / "zeros.txt").write_bytes(bytes(5000))
    (corpus / "random.txt").write_bytes(os.urandom(5000))
    result = qa("index", "--json")
    assert result.code == 0
    expected = dict.fromkeys(("a.png.txt", "zeros.txt", "random.txt"), "binary, not text")
    assert skipped(result) == expected
    told = qa("doctor").out
    assert all(f"skipped  {name}: binary, not text\n" in told for name in expected)


def test_invalid_utf8(qa, corpus):
    """Decoded by what the bytes look like, and doctor says how; the text can be found."""
    words = "Die Brücke über den großen Fluß wurde 1921 von den Bürgern der Städte eröffnet. "
    (corpus / "german.txt").write_bytes((words * 5).encode("windows-1252"))
    result = qa("index")
    assert result.code == 0
    assert "note: german.txt: decoded as " in result.err
    doctor = qa("doctor")
    assert doctor.code == 0
    assert re.search(r"read +german\.txt: decoded as \S+", doctor.out)
    (best, *_) = parsed(qa("search", "Brücke Fluß Bürger", "--json"))["passages"]
    assert best["document"] == "german.txt"
    assert "Brücke über den großen Fluß" in best["text"]


def test_a_200_mb_file(qa, corpus):
    """Skipped by its size, without being read; the limit and its option are named."""
    with (corpus / "big.txt").open("wb") as big:
        big.truncate(200_000_000)
    result = qa("index", "--json")
    assert result.code == 0
    assert skipped(result) == {"big.txt": "is 200.0 MB, over --max-file-size 100 MB"}
    assert qa("index", "--max-file-size", "1").code == 0  # nothing is small enough: emptied
    assert qa("ask", QUESTION).code == 3
    result = qa("index", "--max-file-size", "much")
    assert result.code == 2
    assert "is no size such as" in result.err


def test_a_file_that_vanishes_while_it_is_read(qa, corpus, monkeypatch):
    """Skipped with the reason, at whichever of the two times it is read."""
    from qa import readers

    original = readers.load
    for time in (1, 2):
        (corpus / "b.txt").write_text(f"Here for a moment, the {time}. time.")
        calls = []

        def load(source, time=time, calls=calls):
            calls.append(source.name)
            if source.name == "b.txt" and calls.count("b.txt") == time:
                source.path.unlink()
            return original(source)

        monkeypatch.setattr(readers, "load", load)
        result = qa("index", "--json", "--index", f"index{time}")
        assert result.code == 0
        assert skipped(result) == {"b.txt": "vanished while it was read"}
        assert parsed(result)["documents"] == 1


def test_files_without_permission(qa, corpus, restricted, memory, monkeypatch):
    """Skipped with the reason; where nothing else is there, exit 1. Folders likewise."""
    monkeypatch.chdir(memory)
    folder = Path("unreadable")
    folder.mkdir()
    (folder / "secret.txt").write_text(TEXT)
    (folder / "secret.txt").chmod(0)
    (folder / "closed").mkdir()
    (folder / "closed" / "a.txt").write_text(TEXT)
    (folder / "closed").chmod(0)
    room = Path("anybody")
    room.mkdir()
    room.chmod(0o777)
    result = restricted(lambda: qa("index", folder, "--index", room / "index"))
    assert result.code == 1
    assert one_line(result.err)
    assert "skipped closed: " in result.err or "skipped secret.txt: " in result.err
    plan = restricted(lambda: qa("index", folder, "--index", room / "index", "--dry-run"))
    assert "skipped  secret.txt: no permission to read it" in plan.out
    assert re.search(r"skipped  closed/?: .*ermission", plan.out)
    folder.chmod(0)
    result = restricted(lambda: qa("index", folder, "--index", room / "index"))
    assert result.code == 1
    assert re.search(r"can't be read|no folder", result.err)
    folder.chmod(0o755)
    (folder / "closed").chmod(0o755)


def test_links_in_a_loop_and_out_of_the_folder(qa, corpus):
    """Listed with the reason and not followed; what they lead to is not indexed."""
    Path("outside").mkdir()
    Path("outside/secret.txt").write_text("The secret word is xyzzy.")
    (corpus / "loop").symlink_to(corpus.resolve())
    (corpus / "self.txt").symlink_to("self.txt")
    (corpus / "out.txt").symlink_to(Path("outside/secret.txt").resolve())
    (corpus / "outdir").symlink_to(Path("outside").resolve())
    (corpus / "broken.txt").symlink_to("nothing.txt")
    result = qa("index", "--json")
    assert result.code == 0
    assert skipped(result) == {
        "loop": "a link that leads in a circle, to a folder it is in",
        "self.txt": "a link that leads to itself",
        "out.txt": "a link that leads out of the folder",
        "outdir": "a link that leads out of the folder",
        "broken.txt": "a broken link",
    }
    assert "xyzzy" not in qa("show", "a.txt").out
    assert qa("show", "out.txt").code == 2


def test_two_names_that_differ_in_case(qa, corpus):
    """Two documents, each cited by its own name."""
    (corpus / "A.txt").write_text("The road to Copan was built in 1921.")
    assert parsed(qa("index", "--json"))["documents"] == 2
    assert qa("show").out == "A.txt\na.txt\n"
    for name, question in (("a.txt", QUESTION), ("A.txt", "When was the road to Copan built?")):
        (best, *_) = parsed(qa("search", question, "--json"))["passages"]
        assert best["document"] == name


NAMES = [
    "with space.txt",
    "quo'te\".txt",
    "new\nline.txt",
    "tab\t.txt",
    "Übergänge – 東京.txt",
    "-rf.txt",
    "esc\x1b[31m.txt",
    "%s {0} $HOME.txt",
    "a#b.txt",
]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names(qa, corpus, name):
    """Indexed, cited by the name as it is, shown by it; never sent raw to a terminal."""
    (corpus / "a.txt").unlink()
    (corpus / name).write_text(TEXT)
    assert qa("index").code == 0
    answer = parsed(qa("ask", QUESTION, "--json"))
    assert answer["citations"][0]["document"] == name
    assert answer["citations"][0]["status"] == "verified"
    assert qa("show", "--", name).out == TEXT
    plain = qa("ask", QUESTION)
    assert plain.code == 0
    assert "\x1b" not in plain.out + plain.err
    (corpus / name).rename(corpus / "b.txt")
    for result in (qa("index", "--dry-run"), qa("ask", QUESTION), qa("index")):
        assert result.code == 0
        assert "\x1b" not in result.out + result.err
        assert all(line.strip() for line in result.err.splitlines())


def test_a_jsonl_with_bad_lines(qa, corpus):
    """Each bad line is named by its physical number; the rest is indexed."""
    (corpus / "rows.jsonl").write_bytes(
        b'{"_id": "1", "text": "The road to Copan was built in 1921."}\r\n'
        b"\n"
        b"{not json}\n"
        b'{"_id": "2"}\n'
        b'{"_id": "1", "text": "Again."}\n'
        b'{"text": "No id."}\n'
        b'{"_id": "\xff", "text": "x"}\n'
        b'["list"]\n'
        b'{"_id": "3", "text": "A school was founded."}'
    )
    result = qa("index", "--json")
    assert result.code == 0
    assert parsed(result)["documents"] == 3
    assert [item["line"] for item in parsed(result)["skipped"]] == [3, 4, 5, 6, 7, 8]
    assert "skipped rows.jsonl, line 3: not valid JSON" in result.err
    assert re.search(
        r"skipped +rows\.jsonl, line 5: the id '1' is that of line 1", qa("doctor").out
    )
    (best, *_) = parsed(qa("search", "When was the road to Copan built?", "--json"))["passages"]
    assert best["document"] == "rows.jsonl#1"


# ---------------------------------------------------------------- questions


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\0", "\x1b\x07", "\u200b"])
@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_question(qa, indexed, command, question):
    """Exit 2, with an example of a question; control characters alone are none."""
    result = qa(command, question)
    assert (result.code, result.out) == (2, "")
    assert one_line(result.err)
    assert "the question is empty" in result.err


@pytest.mark.parametrize("unit", ["port of Omoa ", "x", "Omoa\n", "“Omoa” ", "1864, ", "東京"])
def test_a_question_of_100000_characters(qa, indexed, unit):
    """Answered or declined like any other; the JSON has the question whole."""
    question = (unit * 100_000)[:100_000]
    result = qa("ask", question, "--json")
    assert result.code in {0, 3}
    assert parsed(result)["question"] == question
    assert qa("search", question, "--json").code == 0
    assert qa("ask", question, "--explain").code in {0, 3}


def test_only_stop_words(qa, indexed):
    """Exit 3: the reason says what such a question lacks, and the nearest passages are there."""
    result = qa("ask", "what is the of and", "--json")
    assert result.code == 3
    answer = parsed(result)
    assert answer["abstained"]
    assert answer["answer"] is None
    assert "only words that stand everywhere" in answer["reason"]
    assert answer["nearest"]
    plain = qa("ask", "what is the of and")
    assert plain.code == 3
    assert "words that stand everywhere" in plain.out


@pytest.mark.parametrize(
    "question",
    [
        "Quanto costano le fragole?",
        "Was kostet ein Erdbeereis?",
        "草莓冰淇淋多少钱",
        "Сколько стоит мороженое?",
        "كم سعر المثلجات؟",
    ],
)
def test_another_language(qa, real_index, question):
    """A question in another language about something else is declined with a reason, exit 3."""
    result = qa("ask", question, "--json", "--index", real_index)
    assert result.code == 3
    assert parsed(result)["reason"]


@pytest.mark.parametrize(
    "question",
    [
        "When was \x1b[31mOmoa\x1b[0m opened?",
        "When was\0Omoa opened?",
        "When was\u202eOmoa\u202c opened?",
        "When\r\nwas\tOmoa\x0bopened?",
        "When was Omoa \ud83d opened?",
        "e\u0301" * 200 + " Omoa",
    ],
)
def test_control_characters_in_a_question(qa, indexed, question):
    """Answered; none of them reaches the terminal raw, and the JSON line stays one line."""
    result = qa("ask", question, "--json")
    assert result.code == 0
    answer = parsed(result)
    assert answer["question"] == question
    assert answer["citations"][0]["document"] == "a.txt"
    plain = qa("ask", question)
    assert plain.code == 0
    assert not set("\x1b\0\u202e\x0b") & set(plain.out + plain.err)


@pytest.mark.parametrize("top", ["0", "-1", "many", "1.5", ""])
@pytest.mark.parametrize("command", ["ask", "search"])
def test_top_0(qa, indexed, command, top):
    """Exit 2, and what it may be."""
    result = qa(command, QUESTION, f"--top={top}")
    assert (result.code, result.out) == (2, "")
    assert "--top" in result.err
    assert "Traceback" not in result.err


def test_top_beyond_what_there_is(qa, indexed):
    """All there are."""
    assert len(parsed(qa("ask", QUESTION, "--top", 10**9, "--json"))["passages"]) == 1


# ---------------------------------------------------------------- hostile documents


def test_a_document_that_would_steer_the_terminal(qa, corpus):
    """Escapes in text, title and headings are made visible; JSON and show keep the text."""
    evil = (
        '---\ntitle: "T\\e]0;pwned\\a"\n---\n# H\x1b[2J\n\nThe port of Puerto\x1b[8m was opened.\n'
    )
    (corpus / "evil.md").write_text(evil)
    assert qa("index").code == 0
    result = qa("ask", "Puerto", "--explain")
    assert "\x1b" not in result.out + result.err
    found = parsed(qa("search", "Puerto", "--json"))["passages"][0]
    assert found["document"] == "evil.md"
    assert evil[found["start"] : found["end"]] == found["text"]
    assert qa("show", "evil.md").out == evil


@pytest.mark.parametrize(
    "name", ["deep.jsonl", "deep.md", "deep.txt", "line.txt", "marks.txt", "meta.md"]
)
def test_content_that_is_made_to_break(qa, corpus, name):
    """Nested without end, one line of megabytes, nothing but marks: indexed or skipped."""
    content = {
        "deep.jsonl": "[" * 200_000 + "\n" + '{"_id": "1", "text": ' + "[" * 100_000 + "\n",
        "deep.md": "> " * 3000 + "quote\n\n" + "* " * 3000 + "item\n" + "[" * 5000 + "\n",
        "deep.txt": "(" * 100_000,
        "line.txt": "word " * 200_000,
        "marks.txt": "\u0301" * 20_000 + "\u200d" * 1000,
        "meta.md": "---\n" + "a: " + "[" * 20_000 + "\n---\nText of the file.\n",
    }[name]
    (corpus / name).write_text(content)
    result = qa("index", "--json")
    assert result.code == 0
    assert parsed(result)["documents"] >= 1
    assert "Traceback" not in result.err
    assert qa("ask", QUESTION).code == 0


# ---------------------------------------------------------------- as a process


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["index", "nowhere"], 1),
        (["ask", ""], 2),
        (["ask", "x", "--top", "0"], 2),
        (["ask", "x"], 1),
        (["nothing"], 2),
        (["index", "--no-such-option"], 2),
        (["ask", "--file", "none.jsonl"], 2),
    ],
)
def test_a_process_leaves_with_the_same_code(qa_process, arguments, code):
    """What the shell sees: code, stdout empty, no traceback."""
    result = qa_process(*arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_an_argument_that_is_no_utf8(qa_process, indexed):
    """Other bytes in the question: answered."""
    result = qa_process("ask", os.fsdecode(b"When was Omoa \xff opened?"), "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["answer"]


def test_stdin_that_is_no_utf8(qa_process, indexed):
    """Other bytes on stdin: each line is answered."""
    result = qa_process(
        "ask",
        "--json",
        input=b"When was Omoa \xff opened?\n\nWhen was Omoa opened?\n",
        text=False,
        encoding=None,
    )
    assert result.returncode == 0
    assert [json.loads(line)["abstained"] for line in result.stdout.splitlines()] == [False] * 2


def test_a_full_disk_behind_stdout(qa_process, indexed):
    """One line says so, exit 1."""
    with Path("/dev/full").open("w") as full:
        result = qa_process("ask", QUESTION, "--json", capture_output=False, stdout=full, stderr=-1)
    assert result.returncode == 1
    assert one_line(result.stderr)
    assert "the output can't be written" in result.stderr


def test_a_reader_that_leaves(qa_process, indexed):
    """Output into a closed pipe ends quietly."""
    reading, writing = os.pipe()
    os.close(reading)
    result = qa_process("ask", QUESTION, "--json", capture_output=False, stdout=writing, stderr=-1)
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_bug_is_a_traceback_and_70(qa, indexed, monkeypatch):
    """What is not expected is not dressed up as if it were."""

    def broken(*arguments, **options):
        raise ZeroDivisionError

    monkeypatch.setattr("qa.asking.Session.ask", broken)
    result = qa("ask", QUESTION)
    assert result.code == 70
    assert "ZeroDivisionError" in result.err
    assert run(["--version"]) == 0
