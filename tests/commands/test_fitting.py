"""``qa tune`` and ``qa calibrate`` as they are called."""

import json
from functools import partial

import pytest

WORDS = ("mills", "boats", "bells")


@pytest.fixture
def workplace(tiny, tmp_path, monkeypatch):
    """Give a working directory with towns and questions: two of three have an answer."""
    folder = tmp_path / "place"
    (folder / "corpus").mkdir(parents=True)
    (folder / "eval").mkdir()
    monkeypatch.chdir(folder)
    for command in ("ASK", "CALIBRATE", "TUNE"):  # whole sentences answer: a reader costs time
        monkeypatch.setenv(f"QA_{command}_READER", "none")
    rows = []
    for i in range(14):
        town = f"Oak{chr(97 + i)}ville"
        (folder / "corpus" / f"{town}.md").write_text(
            f"# {town}\n\nThe town of {town} has {i + 3} mills. It owns {i + 40} boats.\n"
        )
        for word, verb in zip(WORDS, ("has", "owns", "rings"), strict=True):
            row = {"id": f"{town}-{word}", "question": f"How many {word} {verb} {town}?"}
            if word != "bells":
                number = i + (3 if word == "mills" else 40)
                quote = f"The town of {town} has {number} mills."
                quote = quote if word == "mills" else f"It owns {number} boats."
                evidence = [{"document": f"{town}.md", "quote": quote}]
                row |= {"answers": [quote], "evidence": evidence}
            rows.append(row | {"kind": "figure", "split": "test" if i == 13 else "dev"})
    (folder / "eval" / "questions.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    return folder


def settings(folder):
    """What the index folder's settings say, None where there are none."""
    path = folder / "index" / "settings.json"
    return json.loads(path.read_text()) if path.exists() else None


def test_tuning_is_shown_and_kept_only_where_it_helps(qa, workplace):
    """The development half is used; what is written is what was said."""
    done = qa("tune", "--dry-run", "--json")
    assert done.code == 0
    assert "fitting to the 39 questions of the development half" in done.err
    found = json.loads(done.out)
    assert (found["schema"], found["questions"], len(found["tried"])) == (1, 26, 21)
    assert settings(workplace) is None
    assert qa("tune").code == 0
    weight = (settings(workplace) or {}).get("weight", 0.5)
    assert weight == found["settings"]["weight"]
    if not found["significant"]:
        assert weight == 0.5


def test_tuning_puts_back_the_default(qa, workplace):
    """Another weight in the file goes where it can't be shown to help; the rest stays."""
    assert qa("index").code == 0
    (workplace / "index" / "settings.json").write_text('{"weight": 0.9, "threshold": 0.01}')
    done = qa("tune", "--measure", "R@100")
    # Every passage is among the first hundred whatever the weight.
    assert "that may be chance: the default stays, weight 0.50" in done.out
    assert settings(workplace) == {"threshold": 0.01}
    assert "written: index/settings.json" in done.err
    assert "nothing to write" in qa("tune", "--measure", "R@100").err


def test_calibrating_changes_what_is_answered(qa, workplace):
    """The threshold that is written makes `qa ask` refuse what is below it, and say so."""
    done = qa("calibrate", "--json", "--whole", "--target-precision", "0.5")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["questions"] == 42
    written = settings(workplace)
    assert written["calibration"] == found["settings"]["calibration"]
    assert written.get("threshold", 0.0) == found["settings"]["threshold"]
    high = {**written, "threshold": 1.0}
    (workplace / "index" / "settings.json").write_text(json.dumps(high))
    refused = qa("ask", "How many mills has Oakaville?", "--json")
    assert refused.code == 3
    answer = json.loads(refused.out)
    assert "the best candidate has a confidence of " in answer["reason"]
    # Fitting again starts from what the extractor says, not from what was fitted before.
    again = json.loads(qa("calibrate", "--json", "--whole", "--target-precision", "0.5").out)
    assert again == found


def test_calibrating_without_a_target_answers_everything(qa, workplace):
    """Points are shown to choose from, and a threshold from before goes."""
    assert qa("index").code == 0
    (workplace / "index" / "settings.json").write_text('{"threshold": 1, "weight": 0.4}')
    done = qa("calibrate", "--output", "new/settings.json")
    assert "points to choose with --target-precision" in done.out
    assert settings(workplace) == {"threshold": 1, "weight": 0.4}
    made = json.loads((workplace / "new" / "settings.json").read_text())
    assert set(made) == {"weight", "calibration"}
    assert qa("ask", "Has Oakaville mills?", "--settings", "new/settings.json").code == 0


def test_what_cannot_be_reached_writes_nothing(qa, workplace):
    """One line says the most that can be had: five right answers are no ten."""
    lines = (workplace / "eval" / "questions.jsonl").read_text().splitlines(keepends=True)
    bells = [json.loads(line) for line in lines if "bells" in line]
    bells += [row | {"id": f"{row['id']}-2", "question": f"{row['question']}!"} for row in bells]
    mills = [line for line in lines if "mills" in line][:5]
    few = workplace / "few.jsonl"
    few.write_text("".join([*mills, *(json.dumps(row) + "\n" for row in bells)]))
    done = qa("calibrate", few, "--whole", "--target-precision", "1")
    assert done.code == 1
    assert "no threshold makes 100% of the answers right: the most is " in done.err
    assert settings(workplace) is None


@pytest.mark.parametrize("command", ["tune", "calibrate"])
def test_bad_questions_are_named(qa, workplace, command):
    """Malformed rows, unknown documents and nothing to fit to: each in a line, exit code 1 or 2."""
    call = partial(qa, command, "bad.jsonl")
    bad = workplace / "bad.jsonl"
    bad.write_text('{"id": "a"}\n{"id": "b", "question": 1}\n')
    done = call()
    assert done.code == 1
    assert "line 1" in done.err
    assert "line 2" in done.err
    evidence = [{"document": "none.md", "quote": "x"}]
    bad.write_text(json.dumps({"id": "a", "question": "Who?", "evidence": evidence}) + "\n")
    assert "line 1: there is no document 'none.md' in the index" in call().err
    bad.write_text('{"id": "a", "question": "Who?", "kind": "spanish"}\n')
    assert "all questions are of kinds that are kept apart" in call().err
    bad.write_text('{"id": "a", "question": "Who?"}\n')
    done = call()
    assert done.code == 2
    assert "there must be at least" in done.err


def test_the_report_is_written(qa, workplace):
    """`qa eval --report` draws the run as a page, and says where."""
    done = qa("eval", "--limit", "3", "--report", "out/report.html")
    assert done.code == 0
    assert "report: out/report.html" in done.err
    text = (workplace / "out" / "report.html").read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "<title>Evaluation of eval</title>" in text
