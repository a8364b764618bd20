"""Commands and safety, case by case: what must be found in a code block, and what only looks like it.

The cases stand in `command_samples`. The blocks are put into a solution without any warning.
"""

import pytest

from tests.gate.command_samples import FINE, FOUND
from tests.gate.snippets import check, codes, with_block

DESTROYING = (
    ("bash", "rm -rf /var/lib/redis/*"),
    ("bash", "kubectl delete namespace <namespace>"),
    ("sql", "DROP TABLE orders;"),
    ("bash", "sudo mkfs.ext4 /dev/sdb1"),
    ("redis", "FLUSHALL"),
)
WARNINGS = (
    "**⚠️ Warning:** This deletes data for good. Take a backup first.",
    "> [!CAUTION]\n   > Data is gone. Have a backup.",
    "Be careful, this cannot be undone; take a snapshot before.",
)


@pytest.mark.parametrize(("language", "code"), FINE)
def test_what_only_looks_wrong_is_left_alone(language: str, code: str) -> None:
    assert codes(code, language) == set()


@pytest.mark.parametrize(("rule", "language", "code"), FOUND)
def test_what_is_wrong_is_found(rule: str, language: str, code: str) -> None:
    assert rule in codes(code, language)


@pytest.mark.parametrize("above", WARNINGS)
@pytest.mark.parametrize(("language", "code"), DESTROYING)
def test_a_warning_and_a_backup_above_a_destructive_command_are_enough(language: str, code: str, above: str) -> None:
    assert codes(code, language, above=above) == set()


@pytest.mark.parametrize(("language", "code"), DESTROYING)
def test_a_comment_in_the_block_is_a_warning_too(language: str, code: str) -> None:
    mark = "--" if language == "sql" else "#"
    assert codes(f"{mark} WARNING: irreversible, take a backup first\n{code}", language) == set()


def test_a_warning_below_the_command_comes_too_late() -> None:
    text = with_block("redis-cli FLUSHALL").replace(
        "**Expected outcome:**", "**⚠️ Warning:** all is lost\n\n**Expected outcome:**", 1
    )
    assert "RB703" in {found.code for found in check(text)}


def test_a_warning_of_an_earlier_item_is_not_about_the_next_command() -> None:
    first = "**⚠️ Warning:** Every key is deleted."
    text = with_block("redis-cli FLUSHALL", above=first)
    later = text.replace(
        "   ```\n\n**Expected outcome:**",
        "   ```\n2. Then this\n   ```bash\n   redis-cli FLUSHDB\n   ```\n\n**Expected outcome:**",
        1,
    )
    lines = [later.split("\n")[found.span.line - 1].strip() for found in check(later) if found.code == "RB703"]
    assert lines == ["redis-cli FLUSHDB"]


def test_a_finding_in_a_nested_block_stands_at_the_command_itself() -> None:
    text = with_block("# Look, then destroy\nredis-cli PING && sudo redis-cli FLUSHALL")
    (found,) = [found for found in check(text) if found.code == "RB703"]
    line = text.split("\n")[found.span.line - 1]
    assert line[found.span.column - 1 : found.span.end_column - 1] == "redis-cli FLUSHALL"


def test_a_credential_in_prose_and_in_inline_code_is_found() -> None:
    prose = "The key is AKIAQ3EGP7XHVDJK2LMN, and `password=Sw0rdfish9` opens it."
    text = with_block("redis-cli PING", above=prose)
    assert [found.code for found in check(text) if found.code == "RB701"] == ["RB701", "RB701"]


def test_a_command_named_in_prose_or_inline_code_destroys_nothing() -> None:
    text = with_block("redis-cli PING", above="Never run `rm -rf /data` or `redis-cli FLUSHALL`; DROP TABLE neither.")
    assert not [found for found in check(text) if found.code.startswith("RB7")]


def test_the_value_of_a_credential_is_not_repeated_in_the_message() -> None:
    found = [found for found in check(with_block("redis-cli -a Sw0rdfish9 PING")) if found.code == "RB701"]
    assert found and "Sw0rdfish9" not in found[0].message


def test_forced_commands_with_a_reason_are_left_alone() -> None:
    reason = "**⚠️ Warning:** The node is gone for good; force is needed because the kubelet never answers."
    assert "RB704" not in codes("kubectl delete pod <pod> --grace-period=0 --force", above=reason)


@pytest.mark.parametrize(
    ("code", "column"),
    [
        ("echo ok\nkubectl get pods | grep 'web\necho ok", 28),
        ("kubectl get pods | | grep web", 23),
        ("echo $(date", 4),
    ],
)
def test_a_syntax_error_is_shown_where_it_begins(code: str, column: int) -> None:
    (found,) = [found for found in check(with_block(code)) if found.code == "RB603"]
    assert found.span.column == column


def test_a_comma_that_is_missing_in_json_is_shown_at_the_end_of_its_line() -> None:
    text = with_block('{\n  "a": 1\n  "b": 2\n}', "json")
    (found,) = [found for found in check(text) if found.code == "RB608"]
    assert text.split("\n")[found.span.line - 1].strip() == '"a": 1'


def test_what_opens_all_solutions_warns_of_no_single_command() -> None:
    warned = "## Solutions\n\n**⚠️ Warning:** Every key is deleted.\n"
    text = with_block("redis-cli FLUSHALL").replace("## Solutions\n", warned, 1)
    assert warned in text
    assert "RB703" in {found.code for found in check(text)}
    assert "RB703" not in codes("redis-cli FLUSHALL", above="**⚠️ Warning:** Every key is deleted.")


def test_a_state_or_an_interruption_does_not_warn_of_a_deletion() -> None:
    for above in (
        "Use this when the server is stopped.",
        "**⚠️ Warning:** Clients are disconnected.",
        "There is no backup.",
    ):
        assert "RB703" in codes("redis-cli FLUSHALL", above=above), above
