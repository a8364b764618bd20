"""Two sets written from the catalogue alone, without a look at the rules: one defect each, and odd but right documents.

`tests/fixtures/kept-apart/` holds a sound base of two runbooks and two lists of edits to it, a JSON object a line. In
`broken.jsonl` an edit makes one defect: the rule and the place that are expected, and in `with` what else follows from
it. In `correct.jsonl` the edits leave a runbook right, however odd it looks.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.check import check_paths
from faultmaven_kb.gate.settings.settings import Profile

FIXTURES = Path(__file__).parent.parent / "fixtures" / "kept-apart"
FILES = {file.name: file.read_bytes().decode("utf-8") for file in sorted((FIXTURES / "kafka").iterdir())}
LAG = "kafka-consumer-lag.md"


def _cases(name: str) -> list[Any]:
    return [json.loads(line) for line in (FIXTURES / name).read_text(encoding="utf-8").splitlines()]


BROKEN, CORRECT = _cases("broken.jsonl"), _cases("correct.jsonl")


def _findings(folder: Path, name: str, edits: list[list[str]]) -> list[Diagnostic]:
    texts = dict(FILES)
    for old, new in edits:
        assert old in texts[name], f"the edit {old!r} fits no more"
        texts[name] = texts[name].replace(old, new, 1)
    (folder / "kafka").mkdir()
    for each, text in texts.items():
        (folder / "kafka" / each).write_bytes(text.encode("utf-8"))
    return list(check_paths([folder], today=date(2026, 11, 22), profile=Profile.CURATED, root=folder).diagnostics)


def test_the_base_has_no_finding_at_all(tmp_path: Path) -> None:
    assert _findings(tmp_path, LAG, []) == []


@pytest.mark.parametrize("case", BROKEN, ids=[f"{number}-{case['rule']}" for number, case in enumerate(BROKEN)])
def test_the_defect_is_found_at_its_place_and_nothing_else_is(case: dict[str, Any], tmp_path: Path) -> None:
    found = _findings(tmp_path, case["file"], case["edits"])
    places = [(each.span.line, each.span.column) for each in found if each.code == case["rule"]]
    assert tuple(case["at"]) in places
    others = {each.code for each in found if each.code != case["rule"] and each.level is not Level.INFO}
    assert others <= set(case.get("with", ()))


@pytest.mark.parametrize("case", CORRECT, ids=[case["what"] for case in CORRECT])
def test_what_is_odd_but_right_gets_no_warning(case: dict[str, Any], tmp_path: Path) -> None:
    found = _findings(tmp_path, LAG, case["edits"])
    assert [each for each in found if each.level is not Level.INFO] == []


def test_the_sets_have_a_case_for_most_rules() -> None:
    assert len({case["rule"] for case in BROKEN}) > 100
    assert len(CORRECT) > 70
