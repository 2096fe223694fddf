"""The command line: fast help, variables, exit codes, and the contract's JSON key by key."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from qa import __version__
from qa.cli import COMMANDS

OPENED = "In which year was the port of Omoa opened?"
QUESTION = "How much was trade between the United States and Honduras worth in 2017?"
HEAVY = {
    "faiss", "numpy", "onnxruntime", "rich", "scipy", "sentence_transformers", "tokenizers",
    "torch", "transformers", "yaml", "markdown_it", "syntok", "Stemmer", "filelock", "sqlite3",
    "charset_normalizer", "rank_bm25", "pypdfium2", "lxml", "trafilatura", "docx", "pptx",
}  # fmt: skip
TORCH = {"torch", "transformers", "sentence_transformers", "onnx"}
# Runs the command and writes the modules that were imported as the last line of stderr.
SPY = """
import sys
from qa.__main__ import run
code = run(sys.argv[1:])
sys.stdout.flush()
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def imported():
    """Run a command in a process of its own; gives its code, stdout and what it imported."""
    import subprocess

    def call(*arguments, code=0):
        result = subprocess.run(
            [sys.executable, "-c", SPY, *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.returncode == code, result.stderr
        return set(result.stderr.splitlines()[-1].split())

    return call


@pytest.fixture
def indexed(tiny, qa):
    """Give ``corpus`` and ``index`` of the working directory, made with the tiny model."""
    Path("corpus").mkdir()
    Path("corpus/a.txt").write_text("The port of Omoa was opened in 1864.\n")
    Path("corpus/b.txt").write_text("The school was founded by Ana Paz in 1847.\n")
    assert qa("index").code == 0


def lines(result):
    """Every line of stdout as JSON."""
    return [json.loads(line) for line in result.out.splitlines()]


# ---------------------------------------------------------------- fast from the first key


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_imports_nothing_heavy(imported, name):
    """``qa --help`` and the help of every command: no library but click."""
    assert not imported(*([name] if name else []), "--help") & HEAVY


def test_the_version_imports_nothing_heavy(imported, qa):
    """And is the package's."""
    assert not imported("--version") & HEAVY
    assert qa("--version").out == f"qa, version {__version__}\n"


def test_asking_imports_no_torch(imported, real_index):
    """Neither one question nor its JSON form, nor searching; JSON does without rich too."""
    assert not imported("ask", QUESTION, "--index", real_index) & TORCH
    assert not imported("ask", QUESTION, "--index", real_index, "--json") & (TORCH | {"rich"})
    assert not imported("search", QUESTION, "--index", real_index, "--json") & TORCH


def test_bringing_an_index_up_to_date_imports_no_torch(imported, make_real_library, repository):
    """The model in the index, or in the cache, is run by ONNX Runtime."""
    library = make_real_library()
    shutil.copytree(repository / "corpus", library.corpus, dirs_exist_ok=True)
    library.build()
    arguments = ("index", library.corpus, "--index", library.index)
    assert not imported(*arguments) & (TORCH | {"onnxruntime", "faiss", "rich"})
    library.write("new.txt", "A new document about the port of Omoa.")
    assert not imported(*arguments) & TORCH
    assert "new.txt" in {record.name for record in library.snapshot().iter_documents()}


# ---------------------------------------------------------------- help


def test_every_command_is_in_the_overview(qa):
    """With the sentence that the overview knows it by, in the order a person meets them."""
    out = qa("--help").out
    places = [out.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_what_the_command_says(qa, name):
    """Every command has its own help, and the overview's sentence is about it."""
    result = qa(name, "--help")
    assert result.code == 0
    assert result.out.startswith(f"Usage: qa {name} ")


def test_an_unknown_command_is_a_wrong_call(qa):
    """Exit 2, with the name."""
    result = qa("aks", QUESTION)
    assert (result.code, result.out) == (2, "")
    assert "aks" in result.err


def test_the_readme_has_the_help_as_it_is(qa_process, repository):
    """The block that starts with "Usage: qa" is what ``qa --help`` prints at 80 columns."""
    readme = (repository / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```[a-z]*\n(?:\$ qa --help\n)?(Usage: qa .*?)```", readme, re.DOTALL)
    assert len(blocks) == 1
    env = {**os.environ, "COLUMNS": "80"}
    help_text = qa_process("--help", env=env).stdout
    assert [line.rstrip() for line in blocks[0].strip().splitlines()] == [
        line.rstrip() for line in help_text.strip().splitlines()
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_shows_every_command(repository, name):
    """A reader finds each of them in use."""
    assert f"qa {name}" in (repository / "README.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------- variables


def test_options_can_be_given_as_variables(indexed, qa, monkeypatch):
    """QA_INDEX for every command, QA_ASK_TOP for one; the command line goes first."""
    Path("index").rename("elsewhere")
    monkeypatch.setenv("QA_INDEX", "elsewhere")
    monkeypatch.setenv("QA_ASK_TOP", "1")
    (answer,) = lines(qa("ask", "port school", "--json"))
    assert len(answer["passages"]) == 1
    (answer,) = lines(qa("ask", "port school", "--json", "--top", "2"))
    assert len(answer["passages"]) == 2
    assert qa("doctor").code == 0
    assert qa("show").out == "a.txt\nb.txt\n"
    (found,) = lines(qa("search", "port school", "--json"))
    assert len(found["passages"]) == 2
    assert qa("ask", OPENED, "--index", "index2").code == 0  # built from corpus/, and said
    monkeypatch.setenv("QA_ASK_TOP", "0")
    assert qa("ask", OPENED).code == 2


def test_no_colour_and_no_bar_in_a_pipe(indexed, qa):
    """Neither where stdout is no terminal, nor with NO_COLOR."""
    for result in (qa("ask", OPENED), qa("search", "port"), qa("doctor"), qa("index")):
        assert result.code == 0
        assert "\x1b" not in result.out + result.err


def at_a_terminal(arguments, env):
    """Run a command with a terminal for stdout and stderr; gives what it drew."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "qa", *arguments], env)
    drawn = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # what a terminal says when its last writer has gone
            break
        if not data:
            break
        drawn += data
    os.close(terminal)
    os.waitpid(child, 0)
    return drawn.decode()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_colour_at_a_terminal_unless_it_is_not_wanted(indexed):
    """A terminal gets colour; with NO_COLOR it gets none."""
    env = {**os.environ, "TERM": "xterm-256color"}
    colour = re.compile(r"\x1b\[[0-9;]*[34][0-9]")
    arguments = ["ask", "When was the port of Omoa opened?"]
    assert colour.search(at_a_terminal(arguments, env))
    assert not colour.search(at_a_terminal(arguments, {**env, "NO_COLOR": "1"}))


# ---------------------------------------------------------------- questions on stdin


def test_a_line_of_stdin_is_a_question(indexed, qa, monkeypatch):
    """One answer a line, in order, blank lines passed over; exit 0."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("When was the port opened?\n\n  \nAna Paz\n"))
    result = qa("ask", "--json")
    assert result.code == 0
    assert [a["question"] for a in lines(result)] == ["When was the port opened?", "Ana Paz"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("port\nschool\n"))
    assert [a["question"] for a in lines(qa("search", "--json"))] == ["port", "school"]


@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_stdin_is_a_wrong_call(indexed, qa, monkeypatch, command):
    """Exit 2, and how to give a question."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n"))
    result = qa(command)
    assert result.code == 2
    assert f'no question: run: qa {command} "your question"' in result.err


def test_words_without_quotes_are_one_question(indexed, qa):
    """As a person types them."""
    (answer,) = lines(qa("ask", "--json", "Who", "was", "Ana", "Paz"))
    assert answer["question"] == "Who was Ana Paz"


# ---------------------------------------------------------------- the contract

PASSAGE = {
    "rank": int, "document": str, "start": int, "end": int, "text": str, "score": float,
    "scores": dict,
}  # fmt: skip
CITATION = {
    "number": int, "document": str, "title": str, "date": str | None, "page": int | None,
    "start": int, "end": int, "quote": str, "answer_start": int | None,
    "answer_end": int | None, "status": str, "also_in": list,
}  # fmt: skip
ANSWER = {
    "schema": int, "question": str, "answer": str | None, "abstained": bool,
    "reason": str | None, "confidence": float, "citations": list, "passages": list,
    "nearest": list, "index": dict, "seconds": dict,
}  # fmt: skip
INDEX = {"generation": str, "embedder": str, "documents": int, "passages": int}


def keeps(value, contract):
    """Every key of the contract is there with a value of its type."""
    assert set(contract) <= set(value)
    for key, kind in contract.items():
        assert isinstance(value[key], kind), (key, value[key])
        assert kind is bool or not isinstance(value[key], bool)


def test_an_answer_keeps_the_contract(qa, real_index, repository):
    """Key by key, and offsets that open(...).read()[start:end] resolves in the file itself."""
    result = qa("ask", QUESTION, "--json", "--index", real_index, "--top", 2)
    assert (result.code, result.err) == (0, "")
    assert result.out.count("\n") == 1
    (answer,) = lines(result)
    keeps(answer, ANSWER)
    keeps(answer["index"], INDEX)
    assert answer["schema"] == 1
    assert answer["seconds"]["total"] > 0
    assert 0 <= answer["confidence"] <= 1
    assert (answer["abstained"], answer["reason"], answer["nearest"]) == (False, None, [])
    assert len(answer["passages"]) == 2
    for passage in answer["passages"]:
        keeps(passage, PASSAGE)
        assert {"lexical", "dense"} <= set(passage["scores"])
    (citation, *_) = answer["citations"]
    keeps(citation, CITATION)
    path = repository / "corpus" / citation["document"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        text = file.read()
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert text[citation["answer_start"] : citation["answer_end"]] == answer["answer"]
    assert citation["status"] == "verified"


def test_an_abstention_keeps_the_contract(qa, real_index):
    """Exit 3: no answer, no citation, a reason, and the nearest passages."""
    result = qa("ask", "Zxqv wvut qqrs?", "--json", "--index", real_index)
    assert result.code == 3
    (answer,) = lines(result)
    keeps(answer, ANSWER)
    assert (answer["abstained"], answer["answer"], answer["citations"]) == (True, None, [])
    assert answer["reason"]
    assert answer["nearest"]
    for passage in answer["nearest"]:
        keeps(passage, PASSAGE)


def test_explaining_adds_terms_and_ranks(qa, real_index):
    """Which terms gave what, and the rank on each side."""
    result = qa("ask", QUESTION, "--json", "--explain", "--index", real_index)
    (answer,) = lines(result)
    for passage in answer["passages"]:
        assert {"terms", "lexical_rank", "dense_rank"} <= set(passage)
        total = sum(term["weight"] for term in passage["terms"])
        assert total == pytest.approx(passage["scores"]["lexical"], abs=1e-4)
    assert qa("ask", QUESTION, "--explain", "--index", real_index).code == 0


def test_what_indexing_says_keeps_its_form(tiny, qa):
    """The plan before, the outcome after; stdout has the one JSON line, stderr the words."""
    Path("corpus").mkdir()
    Path("corpus/a.txt").write_text("The port of Omoa was opened in 1864.\n")
    check = qa("index", "--check", "--json")
    assert check.code == 4
    assert lines(check)[0]["plan"]["added"] == ["a.txt"]
    assert not Path("index").exists()
    dry = qa("index", "--dry-run")
    assert dry.code == 0
    assert "added    a.txt\n1 added, 0 kept: nothing was done yet\n" in dry.out
    result = qa("index", "--json")
    (outcome,) = lines(result)
    assert (outcome["schema"], outcome["published"], outcome["embedded"]) == (1, True, 1)
    assert "indexed 1 document, 1 passage in index" in result.err
    again = qa("index", "--json")
    assert not lines(again)[0]["published"]
    assert "index is up to date" in again.err
    check = qa("index", "--check", "--json")
    assert (check.code, lines(check)[0]["up_to_date"]) == (0, True)


def test_rolling_back_names_both_generations(indexed, qa):
    """And the index answers as it did."""
    old = lines(qa("ask", "port", "--json"))[0]["index"]["generation"]
    Path("corpus/a.txt").write_text("Nothing to see.")
    new = lines(qa("index", "--json"))[0]["generation"]
    (back,) = lines(qa("index", "--rollback", "--json"))
    assert (back["generation"], back["previous"]) == (old, new)
    assert lines(qa("ask", "port", "--json"))[0]["index"]["generation"] == old
    for option in ("--dry-run", "--check"):
        assert qa("index", "--rollback", option).code == 2


def test_changed_sources_are_said_on_stderr(indexed, qa):
    """With the command to run; stdout has the answer alone, whose quote is said to be stale."""
    Path("corpus/b.txt").unlink()
    qa("index")
    Path("corpus/a.txt").write_text("The port of Puerto Cortés was opened in 1869.\n")
    result = qa("ask", "When was the port of Omoa opened?", "--json")
    assert "note: 1 source changed since the index was built (a.txt): run: qa index" in result.err
    assert lines(result)[0]["citations"][0]["status"] == "stale"
    Path("corpus/a.txt").write_text("A new line.\nThe port of Omoa was opened in 1864.\n")
    result = qa("ask", "When was the port of Omoa opened?", "--json")
    (citation, *_) = lines(result)[0]["citations"]
    assert citation["status"] == "moved"
    text = Path("corpus/a.txt").read_text()
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_asking_with_another_model_is_refused_with_the_command(indexed, qa, tiny_model):
    """Exit 1; the command it gives makes the index anew, and then the model is the index's own."""
    result = qa("ask", OPENED, "--embedder", tiny_model)
    assert (result.code, result.out) == (1, "")
    command = re.search(r"run: qa (index \S+ --index \S+ --embedder \S+)", result.err)[1]
    result = qa(*command.split())
    assert result.code == 0
    assert "the embedder changes from all-MiniLM-L6-v2 to tiny" in result.err
    assert qa("ask", OPENED, "--embedder", tiny_model).code == 0
    assert qa("ask", OPENED).code == 0
    assert qa("index").err.startswith("index is up to date")


def test_a_model_that_is_not_there(indexed, qa):
    """Exit 1 for building and asking, one line."""
    for arguments in (["index"], ["ask", "port"]):
        result = qa(*arguments, "--embedder", "no/such/model")
        assert result.code == 1
        assert re.fullmatch(r"qa: [^\n]*no/such/model[^\n]*\n", result.err)


def test_a_file_of_questions_is_answered(indexed, qa):
    """One object a line with its id; a second run finds them all there."""
    rows = [{"id": "1", "question": OPENED}, {"id": "2", "question": "the"}]
    Path("in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = qa("ask", "--file", "in.jsonl", "--output", "out.jsonl")
    assert (result.code, result.out) == (0, "")
    assert "1 answered, 1 abstained, 0 there already: out.jsonl" in result.err
    answers = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    for answer, row in zip(answers, rows, strict=True):
        keeps(answer, ANSWER)
        assert answer["id"] == row["id"]
    assert "2 there already" in qa("ask", "--file", "in.jsonl", "--output", "out.jsonl").err
    assert qa("ask", "--file", "in.jsonl").code == 2
    assert qa("ask", "x", "--file", "in.jsonl", "--output", "o").code == 2
    Path("in.jsonl").write_text("{}\n")
    assert qa("ask", "--file", "in.jsonl", "--output", "o").code == 1


def test_a_run_is_written(indexed, qa):
    """As evaluation tools read it."""
    Path("q.jsonl").write_text('{"_id": "1", "text": "port of Omoa"}\n')
    result = qa("search", "--queries", "q.jsonl", "--run", "run.trec")
    assert result.code == 0
    first = Path("run.trec").read_text().splitlines()[0].split()
    assert (first[:4], first[5]) == (["1", "Q0", "a.txt", "1"], "qa")
    assert qa("search", "--queries", "q.jsonl").code == 2


def test_the_first_question_builds_the_index_and_says_so(tiny, qa):
    """Where there is none and ``corpus/`` is there; stdout has the answer alone."""
    Path("corpus").mkdir()
    Path("corpus/a.txt").write_text("The port of Omoa was opened in 1864.\n")
    result = qa("ask", "When was the port of Omoa opened?", "--json")
    assert result.code == 0
    assert "no index in index yet: building it from corpus/" in result.err
    assert lines(result)[0]["answer"]


def test_show_prints_the_text_to_the_code_point(tiny, qa):
    """Line ends, marks and emoji as they are in the file; without a name, the names."""
    Path("corpus").mkdir()
    text = "One\r\nTwo e\u0301 😀\rThree without an end"
    Path("corpus/a.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    qa("index")
    from subprocess import run

    shown = run([sys.executable, "-m", "qa", "show", "a.txt"], check=True, capture_output=True)
    assert shown.stdout == text.encode()
    assert qa("show").out == "a.txt\n"
    assert lines(qa("show", "a.txt", "--json")) == [{"document": "a.txt", "text": text}]
    result = qa("show", "b.txt")
    assert result.code == 2
    assert "no document 'b.txt' in the index: run qa show to list them" in result.err
