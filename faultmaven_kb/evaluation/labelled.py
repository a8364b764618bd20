"""Labelled questions: what was asked, and which runbooks answer it; from JSON lines or from TREC files.

Used to measure a search. A question without an expected runbook is a negative: the right answer to it is silence. The
reader takes the names that public collections use (`id`, `qid`, `_id`; `text`, `query`, `question`), so that most sets
need no conversion. It does not know which runbooks exist.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.text.characters.piped import decode_piped

__all__ = ["LabelledQuestion", "read_labelled", "with_judgements"]

_ID = ("id", "qid", "_id", "query_id")
_MOST = 1_000_000  # of a grade: figures divide by it, and a longer integer may not fit into a float
_TEXT = ("text", "query", "question")


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question and the runbooks that answer it, each with its grade (1 and more); none for a negative."""

    id: str
    text: str
    expected: tuple[tuple[str, int], ...] = ()
    category: str = ""

    @property
    def grades(self) -> dict[str, int]:
        """The grade of each runbook that answers."""
        return dict(self.expected)


def read_labelled(path: Path, *, judgements: Path | None = None) -> tuple[LabelledQuestion, ...]:
    """The questions of a file, in its order.

    JSON lines have `id`, `text`, `expected` (an id, a list of ids, or an object of ids and grades) and perhaps
    `category`; any other file has one question in each line, `id<TAB>text`. `judgements` is a TREC qrels file
    (`question 0 runbook grade`) that replaces `expected`. Raises `PathError` for a file that cannot be read and
    `ConfigurationError`, with the line, for one that is no labelled set.
    """
    lines = list(_lines(path))
    as_json = bool(lines) and lines[0][1].startswith("{")
    questions = tuple((_from_json if as_json else _from_tabs)(path, number, line) for number, line in lines)
    if not questions:
        raise ConfigurationError(f'"{path}" has no question, expected one JSON object in each line')
    _check_unique(path, questions)
    if judgements is None:
        return questions
    return with_judgements(questions, (_judgement(judgements, *line) for line in _lines(judgements)))


def with_judgements(
    questions: Iterable[LabelledQuestion], judgements: Iterable[tuple[str, str, int]]
) -> tuple[LabelledQuestion, ...]:
    """The questions with other expectations: (question, runbook, grade); a grade below 1 means not relevant."""
    grades: dict[str, dict[str, int]] = {}
    for question, runbook, grade in judgements:
        if grade > 0:
            grades.setdefault(question, {})[runbook] = grade
    return tuple(
        replace(labelled, expected=tuple(sorted(grades.get(labelled.id, {}).items()))) for labelled in questions
    )


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    text = decode_piped(read_regular(path))
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _from_json(path: Path, number: int, line: str) -> LabelledQuestion:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _fault(path, number, "no JSON object", '{"id": …, "text": …, "expected": […]}')
    text = _first(value, _TEXT)
    if not isinstance(text, str) or not text.strip():
        raise _fault(path, number, 'no "text"', "the question as a text")
    name = _first(value, _ID)
    expected = _expected(path, number, value.get("expected", ()))
    return LabelledQuestion(str(number if name is None else name), text, expected, str(value.get("category") or ""))


def _expected(path: Path, number: int, value: Any) -> tuple[tuple[str, int], ...]:
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        value = dict.fromkeys(value, 1)
    if value is None:
        value = {}
    if isinstance(value, dict) and all(type(grade) is int and 0 < grade <= _MOST for grade in value.values()):
        return tuple(sorted(value.items()))
    raise _fault(path, number, '"expected" that cannot be read', "an id, a list of ids, or ids with whole grades")


def _from_tabs(path: Path, number: int, line: str) -> LabelledQuestion:
    name, tab, text = line.rstrip("\r").partition("\t")
    if not tab or not text.strip():
        raise _fault(path, number, "no question", "id<TAB>text, or JSON lines")
    return LabelledQuestion(name.strip(), text.strip())


def _judgement(path: Path, number: int, line: str) -> tuple[str, str, int]:
    parts = line.split()
    try:
        question, _, runbook, grade = parts
        return question, runbook, min(int(grade), _MOST)
    except ValueError:
        raise _fault(path, number, "no judgement", "question 0 runbook grade") from None


def _first(value: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((value[name] for name in names if value.get(name) is not None), None)


def _check_unique(path: Path, questions: tuple[LabelledQuestion, ...]) -> None:
    ids: set[str] = set()
    for question in questions:
        if question.id in ids:
            raise ConfigurationError(f'"{path}" has two questions with the id "{question.id}", expected unique ids')
        ids.add(question.id)


def _fault(path: Path, number: int, problem: str, expected: str) -> ConfigurationError:
    return ConfigurationError(f'"{path}" line {number} has {problem}, expected {expected}')
