"""A guard of a shipped runbook asks for the condition that it means. What stands behind `||` runs on any failure before
it, such as a mistyped host or a password that sudo wants, so nothing that changes a system may stand there."""

from collections.abc import Iterator

import pytest

from faultmaven_kb.fences.shell import parse
from faultmaven_kb.proofs.extraction import sections_of
from faultmaven_kb.text.languages import SHELL
from tests.documents import builtin_base

HARMLESS = {"true", "exit", "echo"}


def behind_or(code: str) -> Iterator[str]:
    """The first command behind each `||` outside of quotes."""
    script = parse(code)
    place = code.find("||")
    while place >= 0:
        if not script.is_quoted(place):
            yield next((command.line for command in script.commands if command.start > place), "")
        place = code.find("||", place + 2)


@pytest.mark.parametrize(
    ("code", "commands"),
    [
        ("curl http://web/ || sudo systemctl restart web", ["sudo systemctl restart web"]),
        ("grep x log || { cp a b; mv c d; }", ["cp a b"]),
        ("diff a b || true\ntest -s a || exit 1", ["true", "exit 1"]),
        ("psql -c \"SELECT 'a' || 'b'\"  # a || b", []),
    ],
)
def test_what_stands_behind_or_is_found(code: str, commands: list[str]) -> None:
    assert list(behind_or(code)) == commands


def test_no_shipped_command_changes_anything_because_the_one_before_it_failed() -> None:
    assert [
        f"{runbook.id} {section}: {command}"
        for runbook in builtin_base()
        for section, _, fences in sections_of(runbook)
        for fence in fences
        if fence.language in SHELL
        for command in behind_or(fence.code)
        if command.split(" ")[0] not in HARMLESS
    ] == []
