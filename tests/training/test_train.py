from qa.training.train import train


def test_smoke(make_plan, tmp_path, notebook, capfd):
    f = train(make_plan(), tmp_path / "out", notebook)
    print(
        f,
        notebook.said,
        notebook.steps,
        notebook.done,
        sorted(p.name for p in (tmp_path / "out").iterdir()),
    )
    print((tmp_path / "out" / "log.jsonl").read_text())
    a = capfd.readouterr()
    print("OUT", a.out)
    print("ERR", a.err)
