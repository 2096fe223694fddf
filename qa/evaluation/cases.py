"""Read questions with known answers; everything wrong with a file is said at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.errors import RowsError, UsageError
from qa.evaluation.nouns import Case, Evidence
from qa.rows import rows_of, told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from qa.rows import Row

FILE = "questions.jsonl"
SPLITS = ("dev", "test")
# The kind of which no quote answers alone.
ALL_NEEDED = "two-passages"
_PLAIN = "question"


def read_cases(path: Path) -> tuple[Case, ...]:
    """Read the cases of a JSONL file.

    A row is ``{"id", "question", "kind"?, "answers"?, "evidence"?: [{"document", "quote"}],
    "answerable"?, "items"?, "split"?, "note"?, "near"?: {"document", "quote"}}``; without
    ``answerable`` a row with answers or evidence is answerable. Blank lines are passed over.

    Raises:
        UsageError: the file can't be read.
        RowsError: rows are malformed, ids stand twice, or there is none; all are named with
            their physical lines.
    """
    problems: list[str] = []
    cases: list[Case] = []
    lines: dict[str, int] = {}
    for row in rows_of(path, problems):
        found: list[str] = []
        case = _case(row, found)
        if case.id and case.id in lines:
            found.append(f"id {case.id!r} stands in line {lines[case.id]} already")
        lines.setdefault(case.id, row.line)
        problems.extend(f"line {row.line}: {problem}" for problem in found)
        cases.append(case)
    if not cases and not problems:
        problems.append("it has no questions")
    if problems:
        raise RowsError(told(path, sorted(problems, key=_line)))
    return tuple(cases)


def check_documents(cases: Iterable[Case], known: Collection[str], path: Path) -> None:
    """Refuse evidence in documents that the index does not have.

    Raises:
        RowsError: there is some; every one is named with its physical line.
    """
    problems = [
        f"line {case.line}: there is no document {name!r} in the index"
        for case in cases
        for name in dict.fromkeys(evidence.document for evidence in case.evidence)
        if name not in known
    ]
    if problems:
        raise RowsError(told(path, problems))


def choose(
    cases: Sequence[Case],
    *,
    split: str | None = None,
    kinds: Collection[str] = (),
    limit: int | None = None,
) -> tuple[Case, ...]:
    """The cases of a split, of some kinds, and of those ``limit`` at even distances.

    Raises:
        UsageError: a kind does not occur, or nothing is left.
    """
    there = dict.fromkeys(case.kind for case in cases)
    unknown = [kind for kind in kinds if kind not in there]
    if unknown:
        raise UsageError(f"no question is of the kind {unknown[0]!r}: there are {', '.join(there)}")
    left = [case for case in cases if split is None or case.split == split]
    left = [case for case in left if not kinds or case.kind in kinds]
    if not left:
        raise UsageError(f"no question is of the split {split!r}: leave --split out")
    if limit is not None and limit < len(left):
        left = [left[i * len(left) // limit] for i in range(limit)]
    return tuple(left)


def _case(row: Row, problems: list[str]) -> Case:
    values = row.values
    answers = _texts(values, "answers", problems)
    evidence = _evidence(values, problems)
    answerable = values.get("answerable", bool(answers or evidence))
    if not isinstance(answerable, bool):
        problems.append('"answerable" must be true or false')
    elif answerable and not answers and not evidence:
        problems.append("it is answerable, but has neither answers nor evidence")
    elif not answerable and (answers or evidence):
        problems.append("it is not answerable, but has answers or evidence")
    near = _near(values, problems)
    if answerable is True and near:
        problems.append('it is answerable, but has "near", which tempts where nothing answers')
    split = _optional(values, "split", problems)
    if split is not None and split not in SPLITS:
        problems.append(f'"split" must be one of {", ".join(SPLITS)}, not {split!r}')
    kind = _optional(values, "kind", problems) or _PLAIN
    return Case(
        id=_identifier(values, problems),
        question=_question(values, problems),
        kind=kind,
        answerable=answerable is True,
        answers=answers,
        evidence=evidence,
        items=_texts(values, "items", problems),
        needs_all=kind == ALL_NEEDED,
        split=split,
        note=_optional(values, "note", problems),
        line=row.line,
        near=near,
    )


def _identifier(values: dict[str, Any], problems: list[str]) -> str:
    found = values.get("id", values.get("_id"))
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).strip():
        problems.append('no "id"')
        return ""
    return str(found)


def _question(values: dict[str, Any], problems: list[str]) -> str:
    found = values.get("question")
    # What `qa ask` calls an empty question.
    if not isinstance(found, str) or not any(c.isprintable() and not c.isspace() for c in found):
        problems.append('no "question"')
        return ""
    return found


def _optional(values: dict[str, Any], name: str, problems: list[str]) -> str | None:
    found = values.get(name)
    if found is None or isinstance(found, str):
        return found
    problems.append(f'"{name}" must be text')
    return None


def _texts(values: dict[str, Any], name: str, problems: list[str]) -> tuple[str, ...]:
    found = values.get(name) or []
    if isinstance(found, list) and all(isinstance(text, str) and text.strip() for text in found):
        return tuple(found)
    problems.append(f'"{name}" must be a list of texts, none of them empty')
    return ()


def _near(values: dict[str, Any], problems: list[str]) -> Evidence | None:
    found = values.get("near")
    if found is None:
        return None
    if not _is_evidence(found):
        problems.append('"near" must be {"document", "quote"}')
        return None
    return Evidence(found["document"], found["quote"])


def _evidence(values: dict[str, Any], problems: list[str]) -> tuple[Evidence, ...]:
    found = values.get("evidence") or []
    if not isinstance(found, list) or not all(_is_evidence(item) for item in found):
        problems.append('"evidence" must be a list of {"document", "quote"}')
        return ()
    return tuple(Evidence(item["document"], item["quote"]) for item in found)


def _is_evidence(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    return all(isinstance(item.get(k), str) and item[k].strip() for k in ("document", "quote"))


def _line(problem: str) -> int:
    number = problem.removeprefix("line ").partition(":")[0]
    return int(number) if number.isdigit() else 0
