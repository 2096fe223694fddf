"""Texts to vectors: the exported encoder equals sentence-transformers, and knows damage."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from qa import export as export_module
from qa import models
from qa.batches import BATCH_TEXTS, BATCH_TOKENS, CHUNK, batches, normalised, well_formed
from qa.encoder import copy_encoder, encoder_for, load_encoder
from qa.encoder_folder import read_card
from qa.errors import ModelError, StorageError
from qa.onnx_encoder import OnnxEncoder
from qa.torch_encoder import SentenceTransformerEncoder, load_sentence_transformer

WORDS = (
    "treaty",
    "trade",
    "honduras",
    "1853",
    "naïve",
    "关系",
    "😀",
    "—",
    "U.S.",
    "\u200b",
    "signed",
)


def words(count, seed=0):
    """A text of so many words, the same each time."""
    return " ".join(random.Random(seed).choices(WORDS, k=count))


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A cache for the whole run: the embedded model is exported once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def said(cache):
    """What was said while the embedded model was exported."""
    lines = []
    encoder_for(None, cache, lines.append)
    return lines


@pytest.fixture(scope="session")
def encoder(cache, said):
    """The embedded model, exported."""
    return encoder_for(None, cache)


@pytest.fixture(scope="session")
def original():
    """The embedded model in sentence-transformers."""
    return load_sentence_transformer(models.resolve(None))


@pytest.fixture
def folder(encoder, tmp_path):
    """A copy of the exported encoder to damage."""
    copy_encoder(encoder, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory):
    """A random BERT of 2 layers, 16 dimensions and at most 24 tokens, as transformers saves it."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny") / "bert"
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = [*specials, *"abcdefghijklmnopqrstuvwxyz", *[f"##{c}" for c in "aeiourstn"], "treaty"]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=24,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def listing(folder):
    """The names in a folder, in order."""
    return sorted(path.name for path in folder.iterdir())


def make_model(tiny_bert, folder, *, pooling="mean", dense=False, prompts=None):
    """Save a sentence-transformers model around the tiny BERT, and return it as loaded anew."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

    transformer = Transformer(str(tiny_bert), max_seq_length=24)
    modules = [transformer, Pooling(16, pooling_mode=pooling)]
    if dense:
        modules.append(Dense(16, 6))
    SentenceTransformer(modules=modules, device="cpu", prompts=prompts).save(str(folder))
    return SentenceTransformer(str(folder), device="cpu")


def reference(model, texts, method="encode_document"):
    """The vectors that sentence-transformers makes, of length one."""
    return getattr(model, method)(texts, normalize_embeddings=True, show_progress_bar=False)


# ---------------------------------------------------------------- equal to sentence-transformers


def test_export_is_said_once_and_measured(said, encoder, cache):
    """The first use says that it prepares, the next nothing; the difference found is on file."""
    assert len(said) == 1, said
    assert "all-MiniLM-L6-v2" in said[0]
    lines = []
    assert isinstance(encoder_for(None, cache, lines.append), OnnxEncoder)
    assert lines == []
    assert encoder.card.max_abs_difference <= 1e-5
    assert (encoder.identity.dimension, encoder.identity.max_length) == (384, 256)
    assert encoder.identity.fingerprint == models.fingerprint(models.resolve(None))


def test_vectors_equal_those_of_sentence_transformers(encoder, original):
    """Empty, short, long, cut off, of any script: no component differs by more than 1e-5."""
    texts = ["", " ", "?", "😀", "e\u0301", "\x00\x1b[31m", "a" * 3000, words(5000)]
    texts += [words(count, seed=count) for count in (1, 2, 3, 7, 20, 40, 90, 150, 250)]
    random.Random(3).shuffle(texts)
    assert np.abs(encoder.encode_passages(texts) - reference(original, texts)).max() <= 1e-5
    expected = reference(original, texts, "encode_query")
    assert np.abs(encoder.encode_questions(texts) - expected).max() <= 1e-5


def test_a_very_long_question_is_cut_as_sentence_transformers_cuts_it(encoder, original):
    """100,000 characters are a question like any other."""
    question = words(25_000)[:100_000]
    assert len(question) == 100_000
    got = encoder.encode_questions([question])
    assert np.abs(got - reference(original, [question], "encode_query")).max() <= 1e-5


def test_a_text_has_one_vector_whatever_stands_beside_it(encoder):
    """Alone or among others, in any order, in a small or a large batch."""
    texts = [words(1 + 3 * (at % 7), seed=at) for at in range(24)]
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts[:12]])
    assert np.abs(together[:12] - alone).max() <= 1e-6
    assert np.abs(encoder.encode_passages(texts[::-1])[::-1] - together).max() <= 1e-6


def test_rows_are_unit_vectors_in_order(encoder):
    """Each row has length one and is nearest to its own text's."""
    texts = [words(12, seed=at) for at in range(20)]
    vectors = encoder.encode_passages(texts)
    assert vectors.shape == (20, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert ((vectors @ encoder.encode_passages(texts).T).argmax(axis=1) == np.arange(20)).all()


def test_no_texts_give_no_rows(encoder):
    """An empty list gives the shape (0, dimension), and no progress."""
    counts = []
    assert encoder.encode_passages([], counts.append).shape == (0, 384)
    assert encoder.encode_questions([]).shape == (0, 384)
    assert counts == []


def test_lone_surrogates_are_read_as_the_replacement_character(encoder):
    """What no file can hold, but a command line or JSON can, makes a vector and no traceback."""
    got = encoder.encode_questions(["trade \ud800 in \udcff 2017"])
    assert np.array_equal(got, encoder.encode_questions(["trade \ufffd in \ufffd 2017"]))


def test_progress_counts_every_text_once(encoder):
    """The numbers given to progress add up to the number of texts."""
    counts = []
    encoder.encode_passages([words(at % 4, seed=at) for at in range(150)], counts.append)
    assert sum(counts) == 150
    assert len(counts) > 1


def test_threads_share_an_encoder(folder):
    """Threads that open and use one encoder at once get the same vectors."""
    shared = load_encoder(folder)
    texts = [words(10, seed=at) for at in range(8)]
    rows = [None] * 8

    def embed(at):
        many = shared.encode_passages(texts * 3) if at % 2 else None
        rows[at] = shared.encode_questions([texts[at]])[0] if many is None else many[at]

    threads = [threading.Thread(target=embed, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.abs(np.stack(rows) - shared.encode_questions(texts)).max() <= 1e-6


@pytest.mark.parametrize(
    ("pooling", "dense"),
    [("cls", False), ("mean", True), ("max", False), ("lasttoken", False), ("weightedmean", True)],
)
def test_other_pipelines_are_exported_whole(pooling, dense, tiny_bert, tmp_path):
    """Each kind of pooling, with and without a dense layer, of every batch size and length."""
    model = make_model(tiny_bert, tmp_path / "model", pooling=pooling, dense=dense)
    lines = []
    made = encoder_for(str(tmp_path / "model"), tmp_path / "cache", lines.append)
    assert isinstance(made, OnnxEncoder), lines
    assert made.identity.dimension == (6 if dense else 16)
    assert made.identity.max_length == 24
    for count in (1, 2, 3, 5, 9, 17, 21, 22, 23, 29):
        texts = [" ".join("abcdefgh"[(at * 3) % 8] for at in range(count))] * (count % 5 + 1)
        texts[0] += " treaty"
        assert np.abs(made.encode_passages(texts) - reference(model, texts)).max() <= 1e-5


def test_prompts_are_those_of_the_model(tiny_bert, tmp_path):
    """Questions and passages get the prompts that encode_query and encode_document give them."""
    prompts = {"query": "q a e ", "document": "p o "}
    model = make_model(tiny_bert, tmp_path / "model", prompts=prompts)
    made = encoder_for(str(tmp_path / "model"), tmp_path / "cache")
    assert (made.card.question_prompt, made.card.passage_prompt) == ("q a e ", "p o ")
    texts = ["treaty", "a b c", ""]
    questions, passages = made.encode_questions(texts), made.encode_passages(texts)
    assert np.abs(questions - reference(model, texts, "encode_query")).max() <= 1e-5
    assert np.abs(passages - reference(model, texts)).max() <= 1e-5
    assert np.abs(questions - passages).max() > 1e-3


@pytest.mark.parametrize("prompts", [{"x": "e e "}, {"passage": "p o ", "x": "e e "}])
def test_other_prompts_mean_what_sentence_transformers_makes_of_them(prompts, tiny_bert, tmp_path):
    """Prompts of other names, and a default among them, count in the roles where they do there."""
    make_model(tiny_bert, tmp_path / "model")
    path = tmp_path / "model" / "config_sentence_transformers.json"
    settings = {**json.loads(path.read_text()), "prompts": prompts, "default_prompt_name": "x"}
    path.write_text(json.dumps(settings))
    model = load_sentence_transformer(models.resolve(str(tmp_path / "model")))
    made = encoder_for(str(tmp_path / "model"), tmp_path / "cache")
    assert isinstance(made, OnnxEncoder)
    expected = reference(model, ["treaty"], "encode_query")
    assert np.abs(made.encode_questions(["treaty"]) - expected).max() <= 1e-5
    assert np.abs(made.encode_passages(["treaty"]) - reference(model, ["treaty"])).max() <= 1e-5


# ---------------------------------------------------------------- not exportable


def test_a_model_that_differs_when_exported_falls_back(tiny_bert, tmp_path):
    """A pooling that leaves the prompt out is not in the graph: the comparison notices."""
    prompts = {"query": "q a e ", "document": "p o "}
    make_model(tiny_bert, tmp_path / "model", prompts=prompts)
    path = tmp_path / "model" / "1_Pooling" / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "include_prompt": False}))
    model = load_sentence_transformer(models.resolve(str(tmp_path / "model")))
    lines = []
    made = encoder_for(str(tmp_path / "model"), tmp_path / "cache", lines.append)
    assert isinstance(made, SentenceTransformerEncoder)
    assert any("can't be exported" in line and "differ" in line for line in lines)
    texts = ["treaty", "a b c d", "", "e" * 40]
    counts = []
    got = made.encode_passages(texts, counts.append)
    assert np.abs(got - reference(model, texts)).max() <= 1e-5
    assert sum(counts) == 4
    expected = reference(model, texts, "encode_query")
    assert np.abs(made.encode_questions(texts) - expected).max() <= 1e-5
    assert made.encode_passages([]).shape == (0, 16)


def test_a_model_that_cannot_be_traced_falls_back(tiny_bert, tmp_path, monkeypatch):
    """Whatever tracing raises is the reason that is said, each time, until it works."""
    import torch

    def refuse(*arguments, **settings):
        raise RuntimeError("operator nobody knows")

    make_model(tiny_bert, tmp_path / "model")
    monkeypatch.setattr(torch.onnx, "export", refuse)
    for _ in range(2):
        lines = []
        made = encoder_for(str(tmp_path / "model"), tmp_path / "cache", lines.append)
        assert isinstance(made, SentenceTransformerEncoder)
        assert "operator nobody knows" in lines[-1]
    monkeypatch.undo()
    assert isinstance(encoder_for(str(tmp_path / "model"), tmp_path / "cache"), OnnxEncoder)
    copy_encoder(made, tmp_path / "index")
    loaded = load_encoder(tmp_path / "index")
    assert isinstance(loaded, SentenceTransformerEncoder)
    assert loaded.identity == made.identity
    assert listing(tmp_path / "index") == ["encoder.json"]
    assert np.array_equal(loaded.encode_questions(["a"]), made.encode_questions(["a"]))


def test_a_fallback_model_that_changed_is_refused(tiny_bert, tmp_path, monkeypatch):
    """The model is read where it lies; changed there, it is not the index's any more."""
    make_model(tiny_bert, tmp_path / "model")
    monkeypatch.setattr(export_module, "TOLERANCE", -1.0)
    made = encoder_for(str(tmp_path / "model"), tmp_path / "cache")
    (tmp_path / "model" / "extra.json").write_text("{}")
    with pytest.raises(ModelError, match="was changed"):
        load_encoder(made.folder).warm()
    shutil.rmtree(tmp_path / "model")
    with pytest.raises(ModelError, match=r"There is no model|not on this machine"):
        load_encoder(made.folder).warm()


def test_weights_that_are_a_pickle_are_not_loaded(tiny_bert, tmp_path):
    """A model without safetensors is refused with a message, not unpickled."""
    make_model(tiny_bert, tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(ModelError, match="safetensors"):
        encoder_for(str(tmp_path / "model"), tmp_path / "cache")
    assert not list((tmp_path / "cache" / "encoders").iterdir())


def test_code_of_the_model_is_not_run(tiny_bert, tmp_path):
    """A pipeline that names a class of its own is refused before anything is imported."""
    make_model(tiny_bert, tmp_path / "model")
    path = tmp_path / "model" / "modules.json"
    path.write_text(path.read_text().replace("sentence_transformers.", "custom_code.", 1))
    (tmp_path / "model" / "custom_code.py").write_text("raise SystemExit('ran')")
    with pytest.raises(ModelError, match="code of its own"):
        encoder_for(str(tmp_path / "model"), tmp_path / "cache")


def test_a_broken_model_is_an_expected_error(tiny_bert, tmp_path):
    """Truncated weights give a message with the model's folder."""
    make_model(tiny_bert, tmp_path / "model")
    weights = tmp_path / "model" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    with pytest.raises(ModelError, match="can't be loaded"):
        encoder_for(str(tmp_path / "model"), tmp_path / "cache")


# ---------------------------------------------------------------- the folder


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx.data", "tokenizer.json"])
@pytest.mark.parametrize("harm", ["truncate", "flip", "remove"])
def test_a_damaged_folder_is_an_expected_error(name, harm, folder):
    """Cut short, one bit wrong, or gone: the message names the file, and no vector is made."""
    path = folder / name
    if harm == "truncate":
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)
    elif harm == "flip":
        with path.open("r+b") as file:
            file.seek(path.stat().st_size // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1]))
    else:
        path.unlink()
    with pytest.raises(ModelError, match=name) as caught:
        load_encoder(folder).encode_questions(["a"])
    assert "qa index" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is damaged"),
        ("[]", "another version"),
        ('{"format": 999}', "another version"),
        ('{"format": 1}', "was altered"),
        ("\xff", "is damaged"),
        ("[" * 100_000, "is damaged"),
    ],
)
def test_a_damaged_card_is_an_expected_error(text, said, tmp_path):
    """encoder.json that is no JSON, of another version, or altered, each has its message."""
    (tmp_path / "encoder.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match=said):
        load_encoder(tmp_path)


def test_an_altered_card_is_noticed(folder):
    """A prompt changed by hand would change vectors: it is refused."""
    path = folder / "encoder.json"
    path.write_text(path.read_text().replace('"question_prompt": ""', '"question_prompt": "x"'))
    with pytest.raises(ModelError, match="was altered"):
        load_encoder(folder)


def test_a_missing_folder_is_an_expected_error(tmp_path):
    """The message names the file that is not there."""
    with pytest.raises(ModelError, match=r"nowhere.encoder\.json"):
        load_encoder(tmp_path / "nowhere")


def test_loading_reads_the_card_alone(folder):
    """Until the first text only encoder.json is opened; warm opens the rest."""
    shutil.copytree(folder, folder.parent / "other")
    size = (folder / "model.onnx").stat().st_size
    (folder / "model.onnx").write_bytes(b"x" * size)
    loaded = load_encoder(folder)
    assert loaded.identity.dimension == 384
    with pytest.raises(ModelError):
        loaded.warm()
    load_encoder(folder.parent / "other").warm()


def test_copying_twice_copies_once(encoder, tmp_path):
    """A whole copy is left as it is, a damaged one replaced; nothing else is left behind."""
    destination = tmp_path / "index" / "encoder"
    copy_encoder(encoder, destination)
    before = (destination / "model.onnx").stat().st_ino
    copy_encoder(encoder, destination)
    assert (destination / "model.onnx").stat().st_ino == before
    (destination / "tokenizer.json").write_text("{}")
    copy_encoder(encoder, destination)
    assert read_card(destination) == encoder.card
    load_encoder(destination).warm()
    assert listing(tmp_path / "index") == ["encoder"]


def test_a_copy_that_cannot_be_written_is_an_expected_error(encoder, tmp_path):
    """A file where a folder has to be gives a message with the place."""
    (tmp_path / "index").write_text("")
    with pytest.raises(StorageError, match="can't be copied"):
        copy_encoder(encoder, tmp_path / "index" / "encoder")


def test_a_damaged_cache_is_made_anew(tiny_bert, tmp_path):
    """An altered file in the cache is noticed and the model exported again."""
    make_model(tiny_bert, tmp_path / "model")
    made = encoder_for(str(tmp_path / "model"), tmp_path / "cache")
    (made.folder / "tokenizer.json").write_text("{}")
    lines = []
    again = encoder_for(str(tmp_path / "model"), tmp_path / "cache", lines.append)
    assert len(lines) == 1
    again.warm()
    assert listing(tmp_path / "cache" / "encoders") == [again.identity.fingerprint]


def test_a_cache_that_cannot_be_written_is_worked_around(tiny_bert, tmp_path, monkeypatch):
    """A read-only home: the model is exported to a temporary folder, and that is said."""
    make_model(tiny_bert, tmp_path / "model")
    (tmp_path / "file").write_text("")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "file"))
    lines = []
    made = encoder_for(str(tmp_path / "model"), None, lines.append)
    assert made.folder.is_relative_to(tmp_path / "temporary")
    assert any("can't be written" in line and "QA_CACHE" in line for line in lines)
    assert made.encode_questions(["a"]).shape == (1, 16)


def test_the_cache_is_where_the_environment_says(tiny_bert, tmp_path, monkeypatch):
    """QA_CACHE holds encoders/FINGERPRINT."""
    make_model(tiny_bert, tmp_path / "model")
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    made = encoder_for(str(tmp_path / "model"))
    assert made.folder == tmp_path / "cache" / "encoders" / made.identity.fingerprint


def test_a_wrong_embedded_model_is_not_exported(tmp_path, monkeypatch):
    """The published SHA-256 is checked before the embedded model is used."""
    monkeypatch.setattr(models, "EMBEDDED_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="is not the published"):
        encoder_for(None, tmp_path)


def export_there(model, cache, results):
    """Export in another process, and tell where the encoder is."""
    try:
        made = encoder_for(model, Path(cache))
        made.warm()
        results.put(str(made.folder))
    except Exception as error:  # noqa: BLE001 - told to the test
        results.put(repr(error))


def test_two_processes_export_at_once(tiny_bert, tmp_path):
    """Both get the same whole encoder, and nothing half-made is left behind."""
    make_model(tiny_bert, tmp_path / "model")
    # Forked, so that neither imports torch for seconds: both are exporting at the same time.
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    arguments = (str(tmp_path / "model"), str(tmp_path / "cache"), results)
    processes = [context.Process(target=export_there, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    folders = {results.get(timeout=120) for _ in processes}
    for process in processes:
        process.join()
    (only,) = folders
    assert listing(tmp_path / "cache" / "encoders") == [Path(only).name]
    load_encoder(Path(only)).warm()


def test_asking_imports_no_torch(folder):
    """Loading and using an exported encoder leaves the heavy libraries alone."""
    program = (
        "import sys; from pathlib import Path; from qa.encoder import load_encoder\n"
        "encoder = load_encoder(Path(sys.argv[1]))\n"
        "assert 'onnxruntime' not in sys.modules and 'tokenizers' not in sys.modules\n"
        "encoder.warm(); encoder.encode_questions(['a']); encoder.encode_passages(['a'] * 40)\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'onnx', 'scipy',"
        " 'sklearn', 'huggingface_hub'} & sys.modules.keys()))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"
    assert printed.stderr == ""


# ---------------------------------------------------------------- batches


def test_batches_hold_each_row_once_and_stay_small():
    """Every row once, lengths falling, and neither too many rows nor too many tokens."""
    lengths = random.Random(5).choices(range(600), k=CHUNK)
    made = list(batches(lengths))
    assert sorted(row for rows in made for row in rows) == list(range(CHUNK))
    flat = [lengths[row] for rows in made for row in rows]
    assert flat == sorted(lengths, reverse=True)
    for rows in made:
        assert len(rows) <= BATCH_TEXTS
        assert len(rows) == 1 or len(rows) * lengths[rows[0]] <= BATCH_TOKENS


def test_a_row_of_zeros_stays_one():
    """Normalising divides 3 and 4 by 5, and nothing by nothing."""
    rows = np.array([[3, 4], [0, 0]], dtype=np.float32)
    np.testing.assert_allclose(normalised(rows), [[0.6, 0.8], [0, 0]], rtol=1e-6)


def test_well_formed_changes_surrogates_alone():
    """Every text that UTF-8 can hold stays as it is; what it can't becomes U+FFFD."""
    for text in ("", "a", "é😀\u0301\r\n\x00", "\ufeffx"):
        assert well_formed(text) == text
    assert well_formed("\ud800a") == "\ufffda"
    assert well_formed("é\udfff") == "é\ufffd"
