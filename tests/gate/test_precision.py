"""Rules that were wrong, too mild or a line off: each with its whole kind, both sides."""

import re
from pathlib import Path

import pytest

from faultmaven_kb.diagnostics import Diagnostic, Level, apply_edits
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.hazards.hosts import sensitive_in
from faultmaven_kb.gate.rules.catalogue import rule_named
from faultmaven_kb.gate.toolkit.rule_model import Checked, Profile
from faultmaven_kb.model.template import new_runbook
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.source import Source
from tests.documents import SAMPLE
from tests.gate.snippets import BASE, TODAY, check, with_block


def _found(text: str, code: str) -> list[Diagnostic]:
    return [each for each in check(text) if each.code == code]


def _moved_analysis(text: str, before: str) -> str:
    """The text with Root Cause Analysis directly before another section."""
    match = re.search(r"^## Root Cause Analysis\n(?:(?!## ).*\n)*", text, re.MULTILINE)
    assert match
    rest = text[: match.start()] + text[match.end() :]
    return rest.replace(f"## {before}\n", f"{match[0]}## {before}\n", 1)


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.stem)
@pytest.mark.parametrize("profile", [Profile.CONTRIBUTE, Profile.CURATED])
def test_a_shipped_runbook_with_its_analysis_after_the_solutions_is_right(path: Path, profile: Profile) -> None:
    text = path.read_text(encoding="utf-8")
    before, after = (
        check_text(each, path=f"{path.parent.name}/{path.name}", today=TODAY, profile=profile).diagnostics
        for each in (text, _moved_analysis(text, "Prevention"))
    )
    assert [each.code for each in after] == [each.code for each in before]
    assert "RB302" not in {each.code for each in after}


@pytest.mark.parametrize("other", ["Quick Reference Card", "Diagnostic Steps", "Related Issues", "Version History"])
def test_an_analysis_anywhere_else_is_out_of_order(other: str) -> None:
    (found,) = _found(_moved_analysis(BASE, other), "RB302")
    assert '"Root Cause Analysis"' in found.message


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("bash", "# look at the log"),
        ("bash", "#!/bin/sh\n\n# nothing yet"),
        ("sql", "-- which sessions wait\n/* later\n   more */"),
        ("", "# look"),
    ],
)
def test_a_fence_of_comments_alone_is_no_command(language: str, code: str) -> None:
    start = BASE.index("```", BASE.index("### Step 1"))
    end = BASE.index("```", start + 3) + 3
    assert _found(BASE[:start] + f"```{language}\n{code}\n```" + BASE[end:], "RB503")


def test_in_a_session_the_hash_is_the_prompt_of_root() -> None:
    start = BASE.index("```", BASE.index("### Step 1"))
    end = BASE.index("```", start + 3) + 3
    assert not _found(BASE[:start] + "```console\n# redis-cli ping\n```" + BASE[end:], "RB503")


def test_a_replacement_character_is_an_error_at_its_place_and_a_warning_on_the_way_in() -> None:
    text = BASE.replace("## Solutions\n", "## Solutions\n\nA na\ufffdve way.\n", 1)
    (found,) = _found(text, "RB005")
    assert (found.level, found.span.column) == (Level.ERROR, len("A na") + 1)
    ingest = check_text(text, path="redis/redis-out-of-memory.md", today=TODAY, profile=Profile.INGEST).diagnostics
    assert [each.level for each in ingest if each.code == "RB005"] == [Level.WARNING]


def test_bytes_that_are_not_utf8_are_told_once() -> None:
    document, found = read_document(BASE.encode().replace(b"## Solutions\n", b"## Solutions\n\nna\xefve\n", 1))
    assert document is not None
    assert [each.code for each in found] == ["RB001"]
    rule = rule_named("RB005")
    assert rule.check is not None
    assert list(rule.check(Checked(document, TODAY))) == []


@pytest.mark.parametrize(
    "line",
    ["Kafka Connect 1.1.0.2 loses them", "fixed in 12.1.0.2", "upgrade to 11.2.0.4 first", "`19.3.0.0` is affected"],
)
def test_four_small_numbers_that_nothing_calls_an_address_are_a_version(line: str) -> None:
    assert list(sensitive_in(line)) == []


@pytest.mark.parametrize(
    "line",
    ["ping 1.1.0.2", "http://1.1.0.2/x", "root@1.1.0.2", "host 1.1.0.2", "1.1.0.2:443", "4.2.0.0/16", "8.30.24.9"],
)
def test_an_address_is_found_however_small_its_numbers(line: str) -> None:
    assert len(list(sensitive_in(line))) == 1


@pytest.mark.parametrize("place", ["redis-cli\u00a0ping", 'redis-cli "a\u00a0b"'])
def test_one_no_break_space_in_a_command_is_one_finding(place: str) -> None:
    text = BASE.replace("### Step 2", f"```bash\n# look\n{place}\n```\n\n### Step 2", 1)
    assert [each.code for each in check(text) if each.code in ("RB009", "RB605")] == ["RB009"]


def test_too_few_tags_are_told_at_the_key() -> None:
    match = re.search(r"^tags:.*\n(?: +- .*\n)*", BASE, re.MULTILINE)
    assert match
    line = BASE.count("\n", 0, match.start()) + 1
    for tags in ("tags:\n  - redis\n  - memory\n", "tags: [redis, memory]\n"):
        (found,) = _found(BASE.replace(match[0], tags), "RB215")
        assert found.span.line == line


def test_the_template_breaks_no_rule_but_those_of_what_is_left_to_do() -> None:
    text = new_runbook("redis-out-of-memory", "redis", TODAY)
    found = check_text(text, path="redis/redis-out-of-memory.md", today=TODAY, profile=Profile.CURATED).diagnostics
    assert sorted({each.code for each in found}) == ["RB220", "RB806"]


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("kafka-topics.sh --bootstrap-server 54.213.88.17:9092 --list", "54.213.88.17"),
        ("    server 54.213.88.17:8080;", "54.213.88.17"),
        ("    server 18.31.2.9;", "18.31.2.9"),
        ("--bootstrap-server 18.31.2.9", "18.31.2.9"),
        ("Since version 1.1.0.2 and 54.213.88.17:80", "54.213.88.17"),
        ("9.9.9.9 and 54.213.88.17", "54.213.88.17"),
        ("Since version 1.1.0.2 and 4.19.0.13 this is fixed.", ""),
        ("Versions 10.4.12.1, 8.19.33.44 to 8.19.44.3", ""),
        ("Fixed in 8.0.33.1 of the driver", ""),
        ("ver. 8.0.33.1", ""),
        ("v8.0.33.1", ""),
    ],
)
def test_a_server_is_no_version_and_a_list_of_versions_no_addresses(line: str, address: str) -> None:
    assert [line[start:end] for _, start, end in sensitive_in(line)] == ([address] if address else [])


def test_a_column_of_versions_has_no_addresses() -> None:
    table = "| Driver | Version |\n|---|---|\n| one | 8.0.33.41 |\n"
    place = "## Solutions\n"
    assert not _found(BASE.replace(place, f"{table}\n{place}", 1), "RB710")
    assert _found(BASE.replace(place, f"{table.replace('Version', 'Host')}\n{place}", 1), "RB710")


_VALUE = "Br7vTq9LmXz2"


@pytest.mark.parametrize(
    "command",
    [
        f"docker login -u deploy -p {_VALUE} registry.example.com",
        f"podman login -u ci -p {_VALUE} quay.example.com",
        f"helm registry login registry.example.com --username ci --password {_VALUE}",
        f"az login --service-principal -u 1 -p {_VALUE} --tenant example",
        f"oc login -u ops -p {_VALUE}",
        f"rabbitmqadmin -u admin -p {_VALUE} list queues",
        f"rabbitmqctl add_user app {_VALUE}",
        f"mongosh -u root -p {_VALUE} shop",
        f"nodetool -u ops -pw {_VALUE} status",
        f"sqlcmd -U sa -P {_VALUE} -Q 'SELECT 1'",
        f"ldapsearch -x -D cn=admin -w {_VALUE} -b dc=example",
        f"clickhouse-client --user default --password {_VALUE} -q 'SELECT 1'",
        f"http -a admin:{_VALUE} https://app.example.com/health",
        f"keytool -list -storepass x --key-pass {_VALUE}",
    ],
)
def test_a_password_behind_the_option_of_a_client_is_found(command: str) -> None:
    (found,) = _found(with_block(command), "RB701")
    assert found.span.end_column - found.span.column == len(_VALUE)


@pytest.mark.parametrize(
    "command",
    [
        "docker login -u ci --password-stdin registry.example.com < /run/secrets/registry",
        'docker login -u ci -p "$REGISTRY_PASSWORD" registry.example.com',
        "docker login -u ci -p '<password>' registry.example.com",
        "docker run -p 8080:80 nginx",
        "ssh -p 2222 ops@host.example.com uptime",
        "psql -h db.example.com -U app --password orders2024Archive",
        "psql --no-password orders2024Archive",
        "mysql --password orders2024Archive",
        "mkdir -p srv2024Archive",
    ],
)
def test_what_is_behind_another_option_is_no_password(command: str) -> None:
    assert not _found(with_block(command), "RB701")


@pytest.mark.parametrize(
    ("sentence", "is_told"),
    [
        ("The admin password is `Zx9-Meadow-41`.", True),
        ("The default password of the console is `Br7vTq9LmXz2`.", True),
        ("Login: admin, password: Br7vTq9LmXz2", True),
        ("Das Passwort lautet `Sommer2024`.", True),
        ("The password is in the vault under `ops/Nginx2`.", False),
        ("Password authentication: `scram-sha-256`.", False),
        ("The password encoding is `Base64-encoded`.", False),
        ("The password is `$REDIS_PASSWORD`, not `<password>`.", False),
        ("The password: see the vault.", False),
        ("A password is 12 characters long.", False),
    ],
)
def test_a_sentence_that_tells_a_password_is_found(sentence: str, *, is_told: bool) -> None:
    place = "## Solutions\n"
    assert bool(_found(BASE.replace(place, f"{sentence}\n\n{place}", 1), "RB701")) is is_told


def test_an_empty_assignment_does_not_take_the_next_line_for_its_value() -> None:
    assert not _found(with_block("DB_PASSWORD=\nDB_USER=app", "env"), "RB701")
    assert _found(with_block("password:\n  Br7vTq9LmXz2", "yaml"), "RB701")


_TAGS = re.compile(r"^tags:\n(?:  - .*\n)+", re.MULTILINE)


def _with_tags(lines: str) -> str:
    text, count = _TAGS.subn(lambda _: f"tags:\n{lines}", BASE, count=1)
    assert count == 1
    return text


def test_an_empty_item_is_reported_on_its_own_line() -> None:
    text = _with_tags("  - redis\n  -\n  - memory\n  - eviction\n")
    (found,) = _found(text, "RB202")
    assert text.split("\n")[found.span.line - 1] == "  -"


def test_an_item_that_is_indented_too_deep_is_reported_and_stays_an_item() -> None:
    text = _with_tags("  - redis\n    - memory\n  - eviction\n")
    (found,) = _found(text, "RB104")
    assert text.split("\n")[found.span.line - 1] == "    - memory"
    assert {each.code for each in check(text)} - {each.code for each in check(BASE)} == {"RB104"}
    assert found.fix is not None
    assert apply_edits(Source(text), found.fix.edits) == _with_tags("  - redis\n  - memory\n  - eviction\n")


@pytest.mark.parametrize("lines", ["  - redis\n    memory\n  - b\n  - c\n", "  - 'a\n    - b'\n  - c\n  - d\n"])
def test_a_text_on_two_lines_is_one_item(lines: str) -> None:
    assert not _found(_with_tags(lines), "RB104")
