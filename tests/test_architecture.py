"""The shape of the package: imports run one way, files and functions stay small."""

from __future__ import annotations

import ast
import functools
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "qa"
EXPENSIVE = {
    "torch", "sentence_transformers", "transformers", "faiss", "onnxruntime", "onnx", "syntok",
    "markdown_it", "yaml", "rich", "tokenizers", "filelock", "platformdirs", "charset_normalizer",
    "ir_measures", "pypdfium2", "trafilatura", "lxml", "docx", "pptx", "striprtf",
    "openpyxl", "defusedxml", "PIL", "pytesseract",
}  # fmt: skip


@functools.cache
def modules():
    """Every module of the package by its name, as a syntax tree."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("qa", *path.relative_to(PACKAGE).with_suffix("").parts)
        name = ".".join(parts).removesuffix(".__init__")
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def is_for_types(node):
    """Whether a statement is ``if TYPE_CHECKING:``, which imports nothing when it runs."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(tree, *, inside_functions):
    """What a module imports when it is imported, or when its functions run, too."""
    nodes = [node for node in tree.body if not is_for_types(node)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes.extend(child for child in ast.iter_child_nodes(node) if not is_for_types(child))


def graph(*, inside_functions):
    """Which modules of ours each module imports; ``from qa import x`` is an import of ``qa.x``."""
    trees = modules()
    edges = {}
    for name, tree in trees.items():
        wanted = set(imports(tree, inside_functions=inside_functions))
        edges[name] = {other for other in wanted if other in trees and other != name}
        edges[name] -= {"qa"}  # the package itself holds its version alone
    return edges


@pytest.mark.parametrize("inside_functions", [False, True])
def test_imports_run_one_way_without_a_cycle(inside_functions):
    """Neither when modules are imported nor when functions import later on."""
    edges = graph(inside_functions=inside_functions)
    assert len(edges) > 30
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        pytest.fail(f"a cycle: {' -> '.join(error.args[1])}")


def test_the_nouns_and_errors_import_nothing_of_ours():
    """They are the ground that everything stands on."""
    edges = graph(inside_functions=True)
    assert edges["qa.nouns"] == edges["qa.errors"] == set()


def test_nothing_below_the_commands_imports_them():
    """Only the command line knows its commands."""
    for name, wanted in graph(inside_functions=True).items():
        if not name.startswith("qa.commands") and name != "qa.cli":
            assert not {other for other in wanted if other.startswith("qa.commands")}, name


def test_the_readers_know_nothing_of_the_index():
    """A format is one file added: readers import nouns and each other alone."""
    for name, wanted in graph(inside_functions=True).items():
        if name.startswith("qa.readers"):
            outside = {other for other in wanted if not other.startswith("qa.readers")}
            assert outside <= {"qa.nouns", "qa.errors"}, name


def test_what_costs_time_is_imported_where_it_is_needed():
    """Inside the function, so that no command pays for another's libraries."""
    for name, tree in modules().items():
        heavy = {found.partition(".")[0] for found in imports(tree, inside_functions=False)}
        assert not heavy & EXPENSIVE, name


def test_nothing_is_pickled():
    """Neither imported nor allowed when arrays are loaded."""
    for name, tree in modules().items():
        found = {wanted.partition(".")[0] for wanted in imports(tree, inside_functions=True)}
        assert not found & {"pickle", "shelve", "marshal", "joblib", "dill"}, name
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert ast.unparse(node.value) == "False", name


def lines_of(function):
    """How many lines a function has, without its docstring."""
    body = function.body[ast.get_docstring(function) is not None :]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_files_and_functions_stay_small():
    """No file has over 420 lines, no function over 45.

    That is a little more than the 300 and 40 at which one wants to be two: tables are long.
    """
    long = []
    for path in sorted(PACKAGE.rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > 420:
            long.append(f"{path.name}: {len(lines)} lines")
    for name, tree in modules().items():
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        long.extend(f"{name}.{f.name}: {lines_of(f)}" for f in functions if lines_of(f) > 45)
    assert not long
