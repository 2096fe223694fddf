"""Do index, model and sources fit together?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from qa.doctor import diagnose

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def index(qa):
    """Give an index of a folder of one file, in the working directory."""
    Path("corpus").mkdir()
    Path("corpus/a.txt").write_text("The port of Omoa was opened in 1864.\n")
    assert qa("index").code == 0
    return Path("index")


def verdicts(index):
    return {check.name: check.verdict.value for check in diagnose(index).checks}


def test_all_is_well(index, qa):
    """Every check is ok, exit 0; the JSON form says the same."""
    assert set(verdicts(index).values()) == {"ok"}
    result = qa("doctor", "--json")
    assert result.code == 0
    found = json.loads(result.out)
    assert found["schema"] == 1
    assert found["healthy"]
    assert {check["name"] for check in found["checks"]} == set(verdicts(index))


def test_changed_sources_are_a_problem(index, qa):
    """They are named, with the command to run; exit 4; after it, all is well."""
    Path("corpus/b.txt").write_text("New.")
    result = qa("doctor")
    assert result.code == 4
    assert "1 changed since the index was built (b.txt): run: qa index" in result.out
    qa("index")
    assert qa("doctor").code == 0


def test_sources_that_are_not_at_hand_are_a_note(index):
    """An index copied elsewhere is healthy."""
    shutil.rmtree("corpus")
    assert verdicts(index)["sources"] == "note"
    assert diagnose(index).healthy


def test_no_index_is_a_problem():
    """It says which command makes one, and looks at the model all the same."""
    diagnosis = diagnose(Path("nowhere"))
    assert not diagnosis.healthy
    assert "run: qa index" in diagnosis.checks[0].message
    assert "embedded model" in {check.name for check in diagnosis.checks}


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "generation.json",
        "vectors.faiss",
        "texts.utf8",
        "weights.npy",
        "encoder.json",
        "model.onnx",
        "tokenizer.json",
    ],
)
def test_a_damaged_file_is_a_problem(index, qa, name):
    """Altered by a byte: doctor says so with the way out, and it is not answered from.

    What it says to run mends the index.
    """
    expected = json.loads(qa("ask", "When was Omoa opened?", "--json").out)
    path = min(index.rglob(name))
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    result = qa("doctor")
    assert result.code == 4
    assert "qa index" in result.out
    asked = qa("ask", "When was Omoa opened?", "--json")
    assert (asked.code, asked.out) == (1, "")
    assert asked.err.startswith("qa: ")
    assert asked.err.count("\n") == 1
    assert "qa index" in asked.err
    assert qa("index").code == 0
    assert qa("doctor").code == 0
    mended = json.loads(qa("ask", "When was Omoa opened?", "--json").out)
    assert {**mended, "seconds": 0} == {**expected, "seconds": 0}


def test_another_model_in_the_index_is_a_problem(index, tiny_model, tiny_cache, qa):
    """The folder of the model swapped for another's: refused, with the command; not answered."""
    from qa import models
    from qa.encoder_folder import copy_folder

    (own,) = (index / "encoders").iterdir()
    other = models.fingerprint(models.resolve(str(tiny_model)))
    shutil.rmtree(own)
    copy_folder(tiny_cache / "encoders" / other, own)
    result = qa("doctor")
    assert result.code == 4
    assert "not the one it was made with: run: qa index" in result.out
    asked = qa("ask", "When was Omoa opened?")
    assert (asked.code, asked.out) == (1, "")
    assert "another model than the index was made with: run: qa index" in asked.err
    assert qa("index").code == 0
    assert qa("ask", "When was Omoa opened?").code == 0
