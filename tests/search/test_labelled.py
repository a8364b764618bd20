"""Labelled sets in the forms that people have them, and faults that name the line."""

from pathlib import Path

import pytest

from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.evaluation.labelled import LabelledQuestion, read_labelled


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_json_lines_may_name_one_runbook_many_or_grades(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "set.jsonl",
        '{"id": "a", "text": "x", "expected": "one"}\n'
        '{"qid": 7, "query": "y", "expected": ["two", "one"], "category": "log"}\n\n'
        '{"_id": "c", "question": "z", "expected": {"one": 3}}\r\n'
        '{"text": "negative", "expected": null}\n',
    )
    assert read_labelled(path) == (
        LabelledQuestion("a", "x", (("one", 1),)),
        LabelledQuestion("7", "y", (("one", 1), ("two", 1)), "log"),
        LabelledQuestion("c", "z", (("one", 3),)),
        LabelledQuestion("5", "negative"),
    )


def test_a_byte_order_mark_does_not_hide_the_first_question(tmp_path: Path) -> None:
    assert read_labelled(_file(tmp_path, "set.jsonl", '\ufeff{"id": "a", "text": "x"}\n'))[0].id == "a"


def test_trec_files_give_the_same_questions(tmp_path: Path) -> None:
    topics = _file(tmp_path, "topics.tsv", "q1\tno space left\nq2\tdinner\n")
    qrels = _file(tmp_path, "qrels.trec", "q1 0 disk 2\nq1 0 other 0\n")
    assert read_labelled(topics, judgements=qrels) == (
        LabelledQuestion("q1", "no space left", (("disk", 2),)),
        LabelledQuestion("q2", "dinner"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no question"),
        ('{"id": "a", "text": "x"}\nplain', "line 2 has no JSON object"),
        ('{"id": "a", "text": "x"}\n[1]', "line 2 has no JSON object"),
        ('{"id": "a"}', 'line 1 has no "text"'),
        ('{"id": "a", "text": "x", "expected": {"one": 0}}', "whole grades"),
        ('{"id": "a", "text": "x", "expected": 3}', '"expected" that cannot be read'),
        ('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}', 'two questions with the id "a"'),
        ("no tab here", "expected id<TAB>text"),
    ],
)
def test_a_file_that_is_no_labelled_set_is_a_fault_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match="set") as raised:
        read_labelled(_file(tmp_path, "set.txt", text))
    assert message in str(raised.value)


def test_a_judgement_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    topics = _file(tmp_path, "topics.tsv", "q1\tno space left\n")
    with pytest.raises(ConfigurationError, match="line 1 has no judgement, expected question 0 runbook grade"):
        read_labelled(topics, judgements=_file(tmp_path, "qrels", "q1 0 disk many\n"))


def test_a_file_that_does_not_exist_is_a_path_error(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="cannot read"):
        read_labelled(tmp_path / "none.jsonl")
