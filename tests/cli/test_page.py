"""What a page in the terminal costs: a hostile one has hundreds of parts."""

import io

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from faultmaven_kb import parse_runbook
from faultmaven_kb.cli.display.page import print_runbook

_PARTS = 50


def test_a_page_of_many_parts_is_printed_in_one_call_by_one_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "# Zebra\n\n" + "".join(f"Look at *{n}*.\n\n```bash\nls {n}\n```\n\n" for n in range(_PARTS))
    runbook = parse_runbook(text).runbook
    assert runbook is not None
    calls: list[str] = []

    def counted(kind: type, name: str) -> None:
        original = getattr(kind, name)

        def called(*arguments: object, **named: object) -> object:
            calls.append(name)
            return original(*arguments, **named)

        monkeypatch.setattr(kind, name, called)

    counted(MarkdownIt, "__init__")
    counted(Console, "print")
    output = io.StringIO()
    print_runbook(Console(file=output, width=80), runbook, {})
    assert output.getvalue().count("    ls ") == _PARTS
    assert len(calls) < 10
