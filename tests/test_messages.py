"""What a message says is for people: no code reads it back, neither our suggestions nor our errors."""

import re
from pathlib import Path

import faultmaven_kb

PACKAGE = Path(faultmaven_kb.__file__).parent
READ_BACK = re.compile(
    r"""\.split\('"'\)|in str\((?:error|failure|exception)\)|str\((?:error|failure)\)\.(?:startswith|endswith)"""
)
"""A quote cut out of a text; an error recognised by its words."""


def test_no_module_cuts_a_suggestion_or_a_kind_of_error_out_of_a_message() -> None:
    found = [
        f"{file.relative_to(PACKAGE).as_posix()}:{number}"
        for file in sorted(PACKAGE.rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1)
        if READ_BACK.search(line)
    ]
    assert found == []


def test_what_is_computed_once_is_a_property_and_not_an_entry_in_dict() -> None:
    writes = re.compile(r"__dict__\[|__dict__\s*$|= \w+\.__dict__\b(?!\.)")
    found = [
        file.relative_to(PACKAGE).as_posix()
        for file in sorted(PACKAGE.rglob("*.py"))
        if any(writes.search(line) for line in file.read_text(encoding="utf-8").split("\n"))
    ]
    # One compares two parts and writes nothing, the other fills in the fields of a value that are read late.
    assert set(found) <= {"model/runbook.py", "search/answer.py"}
