"""A very small encoder, and questions on towns that were never built."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from qa.training.loop import Schedule
from qa.training.train import Plan

_SPECIAL = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
_WORDS = (
    "the", "of", "in", "by", "was", "is", "and", "a", "on", "who", "what", "when", "how", "many",
    "which", "town", "mill", "river", "bridge", "built", "lies", "market", "day", "bell", "rings",
    "at", "old", "people", "boats", "from", "to", "has", "it", "its", "since",
)  # fmt: skip
_TOWNS = (
    "Arlen", "Bosk", "Corvin", "Dellow", "Edrin", "Fosk", "Garrin", "Hollen", "Ister", "Jorvel",
    "Kestrin", "Lorne", "Morvath", "Nessel", "Ostrey", "Pellin", "Quarn", "Rusk", "Selby", "Torrin",
    "Ulven", "Varrow", "Welk", "Yarrin",
)  # fmt: skip
_RIVERS = ("Anse", "Brume", "Calder", "Dove", "Esk", "Fane", "Greet", "Hull")
_FIRST = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Finn")
_LAST = ("Brook", "Carr", "Dunn", "Eames")


@pytest.fixture(scope="session")
def make_encoder(tmp_path_factory):
    """Give a folder of a random BERT encoder of one layer; its configuration can be changed."""
    import torch
    from tokenizers import Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import WordPiece
    from transformers import BertConfig, BertModel

    def make(special=_SPECIAL, **changes):
        folder = tmp_path_factory.mktemp("encoder")
        letters = "abcdefghijklmnopqrstuvwxyz0123456789.,?'"
        pieces = [special.get(i, f"[unused{i}]") for i in range(104)]
        pieces += [*letters, *(f"##{letter}" for letter in letters)]
        pieces += [word for word in _WORDS if word not in pieces]
        pieces += [name.lower() for name in (*_TOWNS, *_RIVERS)]
        tokenizer = Tokenizer(WordPiece({p: n for n, p in enumerate(pieces)}, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.save(str(folder / "tokenizer.json"))
        torch.manual_seed(11)
        given = {
            "vocab_size": len(pieces), "hidden_size": 32, "num_hidden_layers": 1,
            "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 512,
        }  # fmt: skip
        BertModel(BertConfig(**(given | changes))).save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def encoder(make_encoder):
    """Give the folder of a random BERT encoder that readers can be made of."""
    return make_encoder()


def marked(context, question, *answers):
    """A question of SQuAD's layout; without answers, the context does not answer it."""
    found = [{"text": text, "answer_start": context.index(text)} for text in answers]
    return {"question": question, "answers": found, "is_impossible": not found}


def paragraph(number):
    """A paragraph about a town: long enough to be cut, with two questions or three."""
    town, river = _TOWNS[number % 24], _RIVERS[number // 2 % 8]
    year, who = str(1700 + 7 * number), f"{_FIRST[number % 6]} {_LAST[number // 6 % 4]}"
    text = (
        f"The town of {town} lies on the river {river}. Its old mill was built in {year} by {who}. "
        f"It has {number + 20} boats, and the people of {town} have had them since {year}. "
        f"The bell of the bridge rings {number + 2} times a day, as it has from the first day on. "
        "On market day the people of all the other towns on the river come to it by boat. "
        "Nobody knows when the bridge was first thought of, or what it was to be made of."
    )
    asked = [
        marked(text, f"Who built the mill of {town}?", who, f"{year} by {who}"),
        marked(text, f"How many boats has {town} since {year}?", str(number + 20)),
    ]
    if number % 3 == 0:
        asked.append(marked(text, f"What is the bridge of {town} made of?"))
    return {"context": text, "qas": asked}


@pytest.fixture(scope="session")
def layout():
    """Give a function that makes a set in SQuAD's layout: articles of three paragraphs."""

    def make(articles=6):
        data = [
            {"title": f"Town_{n}", "paragraphs": [paragraph(3 * n + i) for i in range(3)]}
            for n in range(articles)
        ]
        return {"version": "v2.0", "data": data}

    return make


@pytest.fixture(scope="session")
def squad(tmp_path_factory, layout):
    """Give a file of six articles in SQuAD's layout."""
    file = tmp_path_factory.mktemp("sets") / "towns.json"
    file.write_text(json.dumps(layout()))
    return file


@pytest.fixture(scope="session")
def make_plan(squad, encoder):
    """Give a plan to train the small encoder on the towns, of a few batches unless changed."""

    def make(examples=240, **changes):
        schedule = Schedule(examples=examples, rate=1e-2)
        return replace(Plan((squad,), schedule=schedule, encoder=str(encoder)), **changes)

    return make
