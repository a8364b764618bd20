"""Hostile names, ids, titles, keys and values through every command and every report: none starts a line or acts."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from faultmaven_kb.cli import main as cli
from faultmaven_kb.reports.formats import format_names

MIXED = (
    "a\n::error file=x::PWNED\r::warning::PWNED\n  ##[error]PWNED\x1b[31m\x1b]0;t\x07\u202e\u2028::notice::b\x85c\x0bd"
)
LEADING = "::error file=x::PWNED ##[group]PWNED"
PAYLOADS = (MIXED, LEADING)
_ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)
_COMMAND = re.compile(r"\s*::[A-Za-z]")
_OURS = re.compile(
    r"::(?:error|warning|notice) file=[^,:]*,line=\d+,endLine=\d+(?:,col=\d+,endColumn=\d+)?,title=RB\d+ "
)

SERVERS = {"mcp", "lsp", "serve", "site serve"}
"""Commands that would wait for a client; what they refuse is tried."""
OUTSIDE = {"export chroma", "lab shell"}
"""Commands that need another server or a machine for most of their options."""


def _leaves(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        whole = f"{name} {word}".strip()
        if isinstance(command, click.Group):
            yield from _leaves(command, whole)
        else:
            yield whole, command


LEAVES = dict(_leaves(cli.fmkb))


def _runbook(text: str) -> str:
    quoted = json.dumps(text)
    line = re.sub(r"[\r\n\x0b\x85\u2028]+", " ", text)
    return (
        f"---\nid: {quoted}\ntitle: {quoted}\ntechnology: {quoted}\nseverity: {quoted}\nstatus: {quoted}\n"
        f"tags: [{quoted}]\n{quoted}: {quoted}\nverified_by: {quoted}\n---\n\n# {line}\n\n## Quick Reference Card\n\n"
        f"**🔍 Symptoms:**\n- zebra queue full {line}\n- {line}\n\n"
        f"**🔥 Common Causes:**\n1. **{line}** ({line}) - {line}\n\n"
        f"**⚡ Quick Fix:**\n```{line}\n{text}\n```\n\n## Diagnostic Steps\n\n### Step 1: {line}\n\n{text}\n\n"
        f"[{line}]({line})\n\n```bash\n{text}\n```\n\n## Solutions\n\n### Solution 1: {line}\n\n"
        f"{'word ' * 14}{LEADING} {'w' * 79} {LEADING}\n\n## {line}\n\n"
        f"## Related Issues\n\n- [{line}](missing-{line}.md)\n"
    )


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of hostile runbooks, alert rules, labs and questions; the current one."""
    for name in ("FMKB_PATH", "FMKB_TRACEBACK", "GITHUB_ACTIONS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FMKB_LABS_DIR", str(tmp_path / "state"))
    runbooks = tmp_path / "kb"
    runbooks.mkdir()
    monkeypatch.setenv("FMKB_PATH", str(runbooks))
    for number, payload in enumerate(PAYLOADS):
        (runbooks / f"x{number}.md").write_text(_runbook(payload), encoding="utf-8")
        try:
            (runbooks / f"{payload}.md").write_text(f"# {LEADING}\n\n## Meaning\n\n{payload}\n", encoding="utf-8")
            (runbooks / f"{payload}2.md").write_bytes(b"\xff\xfe\x00")
        except OSError:  # Windows permits few of these characters
            continue
    quoted = json.dumps(MIXED)
    rule = f"  - alert: {quoted}\n    expr: up\n    annotations: {{runbook_url: {quoted}, summary: {quoted}}}\n"
    (tmp_path / "rules.yaml").write_text(f"groups:\n- name: {quoted}\n  rules:\n{rule}  - alert: [{quoted}]\n", "utf-8")
    (tmp_path / "labs").mkdir()
    lab = f"runbook: {quoted}\n{quoted}: {quoted}\nset: {quoted}\n"
    (tmp_path / "labs" / "x.lab.yaml").write_text(lab, encoding="utf-8")
    question = json.dumps({"query": MIXED, "question": MIXED, "id": MIXED, "expected": [MIXED], "runbook": MIXED})
    (tmp_path / "questions.jsonl").write_text(f"{question}\n", encoding="utf-8")
    (tmp_path / "seen.json").write_text(json.dumps([{"text": f"zebra queue full {MIXED}"}]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a call prints on both outputs, checked."""
    old = sys.argv
    sys.argv = ["fmkb", *arguments]
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        sys.argv = old
    out, err = capsys.readouterr()
    _check(out, arguments)
    _check(err, arguments)
    assert ended.value.code != 3, (arguments, err)
    return out + err


def _check(text: str, arguments: object) -> None:
    assert _ACTIVE.search(text) is None, (arguments, text[:2_000])
    for line in text.splitlines():
        assert not _COMMAND.match(line) or _OURS.match(line), (arguments, line)
        assert "##[error]" not in line and "##[group]" not in line, (arguments, line)


CALLS: dict[str, list[list[str]]] = {
    "search": [["zebra queue full", "--kb", "kb"], ["zebra queue full", "--kb", "kb", "--json"], [MIXED, "--kb", "kb"]],
    "diagnose": [["zebra queue full", "--kb", "kb"], ["--observations", "seen.json", "--kb", "kb", "--json"]],
    "report": [["--kb", "kb"], ["--kb", "kb", "--format", "json"], ["--kb", "kb", "--format", "markdown"]],
    "eval": [["--kb", "kb"], ["--kb", "kb", "--json"], ["questions.jsonl", "--kb", "kb"]],
    "show": [
        *([each, "--kb", "kb", *more] for each in PAYLOADS for more in ([], ["--json"], ["--source"], ["--copy", "1"])),
        ["kb/x0.md"],
        ["kb/x1.md", "--set", f"{LEADING}={MIXED}"],
    ],
    "list": [["--kb", "kb"], ["--kb", "kb", "--json"]],
    "validate": [["kb", "--diff"], ["kb", "--diff", "--unsafe-fixes"], ["rules.yaml"], ["kb", "--write-baseline"]],
    "rules": [[], ["--json"], ["--config"]],
    "lsp": [["--profile", MIXED], [f"--{MIXED}"]],
    "new": [["zebra-queue-full", "--stdout", "-t", MIXED], ["zebra-queue-full", "-t", LEADING]],
    "schema": [["runbook"]],
    "lab list": [[], ["--json"]],
    "lab lint": [[], [MIXED]],
    "lab new": [[MIXED], ["x0", "--runbooks", "kb"]],
    "lab run": [["--dry-run"], [MIXED, "--dry-run"]],
    "lab mutate": [[MIXED]],
    "lab audit": [["kb/x0.md", "--image", MIXED]],
    "lab shell": [[MIXED], [LEADING, "--labs", MIXED]],
    "lab image build": [[MIXED]],
    "lab image list": [[]],
    "lab image prune": [["--dry-run"]],
    "alerts": [["rules.yaml", "--kb", "kb"], ["rules.yaml", "--kb", "kb", "--json"]],
    "convert": [
        *([f"kb/x{number}.md", "--to", to] for number in (0, 1) for to in ("faultmaven", "skills", "causal-chain")),
        ["kb/x0.md", "--to", "skills", "-o", "out"],
    ],
    "build": [["kb", "-o", "x.fmkb"], ["kb", "-o", f"{MIXED}.fmkb"], ["kb", "-o", f"{LEADING}.fmkb", "--check"]],
    "init": [["kb", "--dry-run"], ["kb", "--yes", "--owner", MIXED], [MIXED, "--yes"]],
    "serve": [["--port", MIXED], ["--host", MIXED], [f"--{MIXED}"]],
    "site build": [["kb", "-o", "site"], ["kb", "-o", MIXED], ["kb", "-o", "site", "--title", MIXED]],
    "site serve": [["kb", "--port", MIXED], [f"--{MIXED}"]],
    "cache clean": [[]],
    "export chunks": [["--kb", "kb"]],
    "export skills": [["out", "--catalog", "--kb", "kb"], [LEADING, "--kb", "kb"]],
    "export json": [["--kb", "kb"], ["--kb", "kb", "--split", MIXED], ["--kb", "kb", "--indent", "2"]],
    "export chroma": [["x", "--embedder", MIXED], ["x", "--embedder", f"os:{MIXED}"], ["x", "--port", MIXED]],
    "mcp": [["--port", MIXED], [f"--{MIXED}"]],
    "completion": [["bash"]],
}
"""What each command is asked beside the hostile value for each of its options and arguments."""


def test_every_command_has_its_calls_here() -> None:
    assert set(CALLS) == set(LEAVES)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_no_command_prints_a_line_or_a_control_of_somebody_else(
    name: str, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in CALLS[name]:
        _run(capsys, *name.split(), *arguments)
    if name not in SERVERS | OUTSIDE:
        for arguments in _with_hostile_values(LEAVES[name]):
            _run(capsys, *name.split(), *arguments)
    for payload in PAYLOADS:
        _run(capsys, *name.split(), f"--{payload}")


def _with_hostile_values(command: click.Command) -> Iterator[list[str]]:
    """A call for each option and argument of a command with a hostile value for it."""
    places = [MIXED for each in command.params if isinstance(each, click.Argument) and each.required]
    for each in command.params:
        if isinstance(each, click.Option) and not each.is_flag and not each.count:
            yield [each.opts[0], MIXED, *places]
    yield places
    yield [LEADING for _ in places]


@pytest.mark.parametrize("report", format_names())
def test_no_report_prints_a_line_or_a_control_of_somebody_else(
    report: str, room: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(room / "summary.md"))
    for path in (
        "kb",
        str(room / "kb"),
        *(f"kb{os.sep}{each}" for each in sorted(each.name for each in Path("kb").iterdir())),
    ):
        told = _run(capsys, "validate", path, "--format", report, "--profile", "curated")
        assert told
    if report == "github":
        _check((room / "summary.md").read_text(encoding="utf-8"), "the summary")


@pytest.mark.parametrize(
    "configuration",
    [
        f"profile = {json.dumps(MIXED)}",
        f"{json.dumps(MIXED)} = 1",
        f"ignore = [{json.dumps(MIXED)}]",
        f"select = [{json.dumps(LEADING)}]",
        f"schema = {json.dumps(MIXED)}",
        f"baseline = {json.dumps(LEADING)}",
        f"[levels]\n{json.dumps(MIXED)} = {json.dumps(MIXED)}",
        f"[levels]\nRB205 = {json.dumps(MIXED)}",
        f"[limits]\n{json.dumps(MIXED)} = {json.dumps(MIXED)}",
        f"[vocabulary]\ntechnologies = [{json.dumps(MIXED)}]",
        f"[[exclude]]\npaths = [{json.dumps(MIXED)}]\nrules = [{json.dumps(MIXED)}]\nreason = {json.dumps(MIXED)}",
        f"[[exclude]]\npaths = [{json.dumps(MIXED)}]\nrules = ['RB205']\nreason = {json.dumps(MIXED)}",
        f"x = [ {LEADING}",
    ],
)
def test_no_configuration_prints_a_line_or_a_control_of_somebody_else(
    configuration: str, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (room / ".fmkb.toml").write_text(configuration, encoding="utf-8")
    for arguments in (["validate", "kb"], ["rules", "--config"], ["rules", "--config", "--json"]):
        _run(capsys, *arguments)
    shutil.copy(room / ".fmkb.toml", room / "other.toml")
    _run(capsys, "validate", "kb", "--config", "other.toml")


def test_a_wrap_puts_no_command_at_the_start_of_a_line(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for width in range(0, 90, 3):
        (room / "wrap.md").write_text(f"# Wrap\n\n{'w' * width} {LEADING} {'v' * 79} {LEADING}\n", encoding="utf-8")
        assert "\\::error" in _run(capsys, "show", "wrap.md")


def test_an_editor_gets_no_control_of_somebody_else() -> None:
    pytest.importorskip("lsprotocol", reason="the extra `lsp` is not installed")
    from faultmaven_kb.gate.engine.check import check_text
    from faultmaven_kb.language_server.findings import to_diagnostic
    from faultmaven_kb.source import Source

    text = _runbook(MIXED)
    report, source = check_text(text, today=date(2026, 11, 22), path="x.md"), Source(text, "x.md")
    found = [to_diagnostic(each, report, source, "file:///x.md", None) for each in report.diagnostics]
    assert any("PWNED" in each.message for each in found)
    for each in found:
        assert len(each.message.splitlines()) == 1
        _check(each.message, each.code)
