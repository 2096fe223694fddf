"""Any extractive question-answering model of transformers can be the reader."""

import pytest

from qa.errors import ModelError
from qa.hub_reader import HubReader
from qa.reader import Context
from qa.reader_choice import open_reader

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [*SPECIAL, "who", "what", "led", "the", "exports", "coffee", "trade", "a"]
PASSAGES = [Context("Trade", "Coffee led the exports."), Context("", "The trade.")]


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    """Give a folder with a tiny model of random weights, with or without a span head."""
    import torch
    from transformers import BertConfig, BertForQuestionAnswering, BertModel, BertTokenizerFast

    def model(head=BertForQuestionAnswering):
        folder = tmp_path_factory.mktemp("model")
        (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
        torch.manual_seed(1)
        config = BertConfig(
            vocab_size=len(WORDS),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            max_position_embeddings=64,
        )
        head(config).save_pretrained(folder)
        BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=64).save_pretrained(
            folder
        )
        return folder

    return {"reader": model(), "plain": model(BertModel)}


def test_spans_lie_in_the_passage(make):
    """The title is read with the passage, but no answer is taken from it."""
    opened = open_reader(str(make["reader"]))
    assert isinstance(opened.model, HubReader)
    found = opened.model.read_pairs([("Who led the exports?", passage) for passage in PASSAGES])
    for extraction, passage in zip(found, PASSAGES, strict=True):
        assert extraction.spans
        for span in extraction.spans:
            assert 0 <= span.start < span.end <= len(passage.text)
        assert extraction.answerable == extraction.spans[0].score


def test_nothing_to_read(make):
    """No passages, no answers, and no model is loaded."""
    assert HubReader(make["reader"]).read_pairs([]) == ()


def test_a_model_without_the_head_is_refused(make):
    """Weights that were never trained would answer at random: that is said."""
    with pytest.raises(ModelError, match="no trained qa_outputs"):
        HubReader(make["plain"]).read_pairs([("Who?", PASSAGES[0])])
