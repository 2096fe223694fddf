"""TREC runs."""

from __future__ import annotations

import json

import pytest

from qa.errors import RowsError, StorageError, UsageError
from qa.runs import write_run
from qa.search import retrieve

QUERIES = [
    {"_id": "1", "text": "port of Omoa"},
    {"_id": "2", "text": "a school"},
]


@pytest.fixture
def filled(library):
    """Give an indexed folder with a .jsonl, a name with a space and documents of many passages."""
    long = "\n\n".join(f"The port of Omoa had {n} ships in year {n}. " * 8 for n in range(20))
    library.write("the ports.txt", long)
    rows = [{"_id": f"d {n}", "text": f"School number {n}."} for n in range(5)]
    library.write("c.jsonl", rows)
    library.build()
    return library


@pytest.fixture
def run(filled, tmp_path, notebook):
    """Give what writes a run for queries, and reads its lines."""

    def call(queries=QUERIES, top=100, session=None):
        path = tmp_path / "queries.jsonl"
        path.write_text("".join(json.dumps(query) + "\n" for query in queries))
        write_run(session or filled.session(), path, tmp_path / "run.trec", top, notebook)
        return [line.split(" ") for line in (tmp_path / "run.trec").read_text().splitlines()]

    return call


def test_a_line_is_qid_q0_docid_rank_score_tag(run):
    """Six fields, ranks from 1 without gaps, scores falling, ties by docid, each document once."""
    lines = run()
    for qid in ("1", "2"):
        mine = [line for line in lines if line[0] == qid]
        assert all(len(line) == 6 and (line[1], line[5]) == ("Q0", "qa") for line in mine)
        assert [int(line[3]) for line in mine] == list(range(1, len(mine) + 1))
        assert len({line[2] for line in mine}) == len(mine)
        ordered = sorted(mine, key=lambda line: (-float(line[4]), line[2]))
        assert ordered == mine


def test_documents_are_called_as_their_corpus_calls_them(run):
    """A row by its id, a file by its name; white space becomes an underscore."""
    found = {line[2] for line in run()}
    assert found == {"the_ports.txt", "d_0", "d_1", "d_2", "d_3", "d_4"}


def test_a_document_has_its_best_passages_score(filled, run):
    """The maximum over its passages, worked out here one by one."""
    session = filled.session()
    candidates = retrieve(session.snapshot, session.encoder, "port of Omoa", session.settings)
    best = {}
    for passage, score in zip(candidates.ids.tolist(), candidates.score.tolist(), strict=True):
        number = int(session.snapshot.passages[passage]["document"])
        best[number] = max(score, best.get(number, 0.0))
    scores = sorted((round(score, 6) for score in best.values()), reverse=True)
    written = [float(line[4]) for line in run() if line[0] == "1"]
    assert written == pytest.approx(scores, abs=1e-6)


def test_an_independent_reader_reads_it(run, tmp_path):
    """ir_measures gives the best document reciprocal rank 1."""
    import ir_measures

    run()
    read = ir_measures.read_trec_run(str(tmp_path / "run.trec"))
    qrels = [ir_measures.Qrel("1", "the_ports.txt", 1)]
    assert ir_measures.calc_aggregate([ir_measures.RR], qrels, read)[ir_measures.RR] == 1.0


def test_no_more_than_top_documents_are_written(run):
    """For each question."""
    assert len(run(top=2)) == 4


def test_ids_with_white_space_are_refused(run, tmp_path):
    """The format can't hold them; no run is written."""
    with pytest.raises(UsageError, match=r"white space can't stand in a run: \['a b'\]"):
        run([{"_id": "a b", "text": "port"}])
    assert not (tmp_path / "run.trec").exists()


def test_bad_rows_are_named(run, tmp_path):
    """As in every file of questions."""
    with pytest.raises(RowsError, match="line 2"):
        run([QUERIES[0], {"_id": "2"}])


def test_an_interrupted_run_leaves_the_old_file(run, tmp_path, monkeypatch):
    """The file is replaced at once, at the end."""
    run()
    before = (tmp_path / "run.trec").read_bytes()

    def fail(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("qa.asking.retrieve", fail)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert (tmp_path / "run.trec").read_bytes() == before


def test_a_run_that_can_not_be_written_is_said_to_be_so(run, tmp_path):
    """A folder in its place; no temporary file stays behind."""
    (tmp_path / "run.trec").mkdir()
    with pytest.raises(StorageError, match="can't be written"):
        run()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["queries.jsonl", "run.trec"]
