"""The command line as a user sees it: output, exit codes, messages. Run as a whole process where that matters."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import DOCUMENTS, LAST_UPDATED, ROOT, RUNBOOKS, text_of

REDIS = sorted(path.stem for path in RUNBOOKS if path.parent.name == "redis")


def fmkb(*arguments: str | Path, stdin: str | bytes = "", cwd: Path | None = None, **env: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    done = subprocess.run(
        [sys.executable, "-m", "faultmaven_kb", *map(str, arguments)],
        input=data,
        capture_output=True,
        cwd=cwd,
        check=False,
        env={**os.environ, "NO_COLOR": "", "COLUMNS": "100", "GITHUB_ACTIONS": "", **env},
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert "Traceback" not in err
    return done.returncode, out.replace("\r\n", "\n"), err.replace("\r\n", "\n")


def test_search_shows_why_the_causes_the_quick_fix_and_the_first_step() -> None:
    code, out, _ = fmkb("search", "FATAL: sorry, too many clients already")
    assert code == 0
    assert out.startswith("match")
    for part in (
        "postgres-connection-pool-exhausted",
        "symptoms ",
        "Likely causes",
        "█",
        "40 %",
        "Quick fix",
        "First step",
    ):
        assert part in out
    assert "\x1b" not in out


def test_search_says_when_no_runbook_covers_the_question() -> None:
    code, out, _ = fmkb("search", "how", "do", "I", "bake", "bread")
    assert code == 1
    assert out.startswith("no runbook covers this")
    assert "bake, bread" in out


def test_search_reads_standard_input_and_prints_json() -> None:
    log = "noise\n" * 50 + "redis: OOM command not allowed when used memory > 'maxmemory'.\n"
    code, out, _ = fmkb("search", "-", "--json", "--limit", "2", stdin=log.encode() + b"\xff\xfe\n")
    answer = json.loads(out)
    assert code == 0
    assert answer["verdict"] in ("match", "ambiguous")
    assert answer["hits"][0]["id"] == "redis-out-of-memory"
    assert {"score", "confidence", "evidence", "title", "causes"} <= set(answer["hits"][0])
    assert answer["hits"][0]["evidence"][0]["line"] > 0
    assert len(answer["hits"]) <= 2


def test_search_says_when_it_does_not_read_the_whole_input() -> None:
    code, out, err = fmkb("search", "-", stdin=b"FATAL: sorry, too many clients already\n" + b"x\n" * 1_000_000)
    assert (code, "postgres-connection-pool-exhausted" in out) == (0, True)
    assert "only the first 1,000,000 bytes of the input are read" in err


def test_search_in_another_base_and_with_filters() -> None:
    code, out, _ = fmkb("search", "queue file write error", "--kb", DOCUMENTS / "sample.md")
    assert (code, "mail-queue-growing" in out) == (0, True)
    code, out, _ = fmkb("search", "connection refused", "-t", "redis", "-n", "1", FMKB_PATH=str(ROOT / "runbooks"))
    assert (code, "redis-connection-refused" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search"], "the question is empty, expected what you see"),
        (["search", " "], "the question is empty"),
        (["search", "x", "-t", "postgre"], 'did you mean "postgresql"?'),
        (["search", "x", "--kb", "nowhere"], "no such file or folder: 'nowhere'"),
        (["search", "x", "--limit", "0"], "--limit"),
        (["serch", "x"], 'did you mean "search"?'),
        (["show", "redis-out-of-memry"], 'did you mean "redis-out-of-memory"?'),
        (["validate", "nowhere"], "no such file or folder: 'nowhere'"),
        (["validate"], "'PATHS...'"),
        (["validate", "--profile", "strict", "x"], "'--profile': 'strict'"),
        (["validate", "--today", "someday", "x"], "'--today': 'someday'"),
        (["rules", "mojibak"], 'did you mean "mojibake"?'),
        (["rules", "RB440"], 'no rule is called "RB440" (did you mean "RB415"?)'),
        (["schema", "nothing"], "'nothing'"),
        (["new", "Redis Slow"], "expected kebab-case"),
        (["new", "redis-slow", "--from", "-"], "- is empty, expected what was seen and what was done"),
        (["convert", "redis-out-of-memory"], ": faultmaven, causal-chain, skills"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_a_remedy(arguments: list[str], message: str) -> None:
    code, out, err = fmkb(*arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_validate_prints_place_line_caret_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    file = tmp_path / "mail" / "mail-queue-growing.md"
    file.write_text(text_of("sample.md").replace("severity: high", "severity: hgih"), encoding="utf-8")
    code, out, _ = fmkb("validate", "--profile", "ingest", "mail", cwd=tmp_path)
    assert code == 1
    assert out.startswith(
        'mail/mail-queue-growing.md:5:11: error RB209 invalid-severity: severity is "hgih", expected one of critical, '
        'high, medium, low (did you mean "high"?)\n'
        "    5 | severity: hgih\n"
        "      |           ^^^^\n"
    )
    assert "1 runbook checked: 1 error" in out


def test_validate_as_json_has_the_documented_shape(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(text_of("sample-mojibake.md"), encoding="utf-8")
    code, out, _ = fmkb("validate", "--format", "json", "--today", "2026-02-01", "a.md", cwd=tmp_path)
    report = json.loads(out)
    assert code == 1
    found = next(each for each in report["diagnostics"] if each["code"] == "RB005")
    assert found["path"] == "a.md"
    assert (found["line"], found["column"], found["level"], found["name"]) == (24, 3, "error", "mojibake")
    assert found["fix"]["safe"] is False
    assert found["fix"]["edits"][0]["replacement"] == "🔍"
    assert report["summary"]["files"] == 1
    assert report["summary"]["errors"] >= 12


def test_validate_of_the_shipped_runbooks_is_clean() -> None:
    code, out, _ = fmkb("validate", "--profile", "curated", "--today", LAST_UPDATED.isoformat(), ROOT / "runbooks")
    assert (code, out) == (0, f"{len(RUNBOOKS)} runbooks checked, nothing to report\n")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n\0\xff", b"x" * 5_000_000, b"---\na: &a [*a]\n---\n", b"\xff\xfe"],
    ids=["empty", "png", "huge", "alias", "utf-16"],
)
def test_validate_of_anything_ends_with_a_diagnostic(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.md").write_bytes(data)
    code, out, _ = fmkb("validate", "x.md", cwd=tmp_path)
    assert code == 1
    assert " RB" in out


def test_a_folder_without_runbooks_is_wrong_usage(tmp_path: Path) -> None:
    assert fmkb("validate", tmp_path)[0] == 2
    code, _, err = fmkb("list", "--kb", tmp_path)
    assert code == 2
    assert "no runbook found" in err


def test_a_base_of_bad_files_says_what_is_wrong_with_each(tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_bytes(b"")
    (tmp_path / "binary.md").write_bytes(b"\x89PNG\xff\0")
    code, _, err = fmkb("search", "x", "--kb", tmp_path)
    assert code == 2
    assert "empty.md: file is empty" in err
    assert "binary.md: file is binary" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_among_the_runbooks_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "a.md").write_text(text_of("sample.md"), encoding="utf-8")
    assert fmkb("list", "--kb", tmp_path)[1].startswith("mail-queue-growing\t")


def test_list_is_one_line_each_when_piped() -> None:
    code, out, _ = fmkb("list", "--severity", "critical")
    assert code == 0
    expected = "etcd-quota-exceeded\tetcd - Database Space Exceeded\tetcd\tcritical\tverified"
    assert out.splitlines()[0] == expected
    assert fmkb("list", "--tag", "nothing")[0] == 1
    rows = json.loads(fmkb("list", "--technology", "redis", "--json")[1])
    assert [row["id"] for row in rows] == REDIS


def test_show_renders_a_runbook_or_prints_it_as_json_or_as_it_stands() -> None:
    code, out, _ = fmkb("show", "redis-out-of-memory")
    assert code == 0
    assert "Quick Reference Card" in out
    assert "```" not in out
    assert json.loads(fmkb("show", "redis-out-of-memory", "--json")[1])["id"] == "redis-out-of-memory"
    source = fmkb("show", "redis-out-of-memory", "--source")[1]
    assert source.startswith("dialect: faultmaven\n")
    assert ": quick-reference-card]\n## Quick Reference Card" in source


def test_escape_sequences_of_a_runbook_never_reach_the_terminal(tmp_path: Path) -> None:
    text = text_of("sample.md").replace("Mail arrives", "Mail \x1b[2J\x1b]8;;http://evil.example\x07 arrives \u202e")
    (tmp_path / "x.md").write_text(text, encoding="utf-8")
    for arguments in (["search", "mail arrives late"], ["show", "mail-queue-growing"], ["list"]):
        _, out, _ = fmkb(*arguments, "--kb", tmp_path / "x.md")
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert "\x1b" not in fmkb("validate", tmp_path / "x.md")[1]


def test_rules_are_listed_and_explained() -> None:
    assert "RB005\tmojibake\terror\tingest\t" in fmkb("rules")[1]
    assert fmkb("rules", "missing-field")[1].startswith("RB201 missing-field  error, from profile ingest on\n")
    row = json.loads(fmkb("rules", "RB201", "--json")[1])[0]
    bad, good = (row["example"][part]["text"] for part in ("bad", "good"))
    assert ("severity: high" in bad, "severity: high" in good) == (False, True)
    assert {"checks", "why", "fix", "options"} <= set(row)


def test_a_rule_is_explained_with_its_example_its_fix_and_its_configuration() -> None:
    lines = fmkb("rules", "RB219")[1].split("\n")
    assert lines.index("reported, in redis/redis-out-of-memory.md") < lines.index('  last_updated: "2025-01-15"')
    assert lines.index("accepted, in redis/redis-out-of-memory.md") < lines.index('  last_updated: "2026-11-01"')
    assert "There is no automatic fix." in lines
    assert "`limits.stale-months` changes what it reports." in lines
    assert lines[-2] == "https://faultmaven.github.io/faultmaven_kb/reference/rules/RB219/"
    assert "`fmkb validate --fix` can fix it: use high." in fmkb("rules", "RB209")[1]


def test_a_new_runbook_passes_ingest_and_only_its_todos_stop_the_rest(tmp_path: Path) -> None:
    code, out, _ = fmkb("new", "redis-high-latency", cwd=tmp_path)
    assert code == 0
    assert "fill in each TODO" in out
    assert fmkb("validate", "--profile", "ingest", "runbooks", cwd=tmp_path)[0] == 0
    report = json.loads(fmkb("validate", "--format", "json", "runbooks", cwd=tmp_path)[1])
    assert {each["code"] for each in report["diagnostics"] if each["level"] == "error"} == {"RB220"}
    code, _, err = fmkb("new", "redis-high-latency", cwd=tmp_path)
    assert (code, "exists already" in err) == (2, True)
    assert fmkb("new", "k8s-pvc-pending", "-t", "kubernetes", "--stdout")[1].startswith("---\nid: k8s-pvc-pending\n")


def test_an_incident_note_becomes_the_draft_of_a_runbook(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("the checkout is down\n$ df -h\n/dev/sda1 100%\n$ rm -r /tmp/cache\n", encoding="utf-8")
    code, out, _ = fmkb("new", "web-disk-full", "--from", note, cwd=tmp_path)
    assert (code, "fill in each TODO" in out) == (0, True)
    assert fmkb("validate", "--profile", "ingest", "runbooks", cwd=tmp_path)[0] == 0
    drafted = (tmp_path / "runbooks" / "web" / "web-disk-full.md").read_text(encoding="utf-8")
    assert fmkb("new", "web-disk-full", "--from", "-", "--stdout", stdin=note.read_bytes())[1] == drafted
    assert drafted.index("the checkout is down") < drafted.index("df -h") < drafted.index("rm -r /tmp/cache")


def test_schemas_and_completions_are_printed() -> None:
    assert json.loads(fmkb("schema")[1])["title"] == "Runbook"
    assert json.loads(fmkb("schema", "frontmatter")[1])["title"] == "Runbook front matter"
    for shell in ("bash", "zsh", "fish"):
        assert "_FMKB_COMPLETE" in fmkb("completion", shell)[1]
    completed = fmkb(_FMKB_COMPLETE="bash_complete", COMP_WORDS="fmkb show redis", COMP_CWORD="2")[1]
    assert completed.split() == [f"plain,{runbook_id}" for runbook_id in REDIS]


@pytest.mark.parametrize("command", ["search", "show", "list", "validate", "rules", "new", "schema", "completion"])
def test_every_command_explains_itself_with_examples(command: str) -> None:
    code, out, _ = fmkb(command, "--help")
    assert code == 0
    assert "Examples:" in out
    assert f"fmkb {command}" in out


def test_the_version_is_the_packages() -> None:
    from faultmaven_kb import __version__

    assert fmkb("--version")[1] == f"fmkb, version {__version__}\n"


def test_an_internal_error_is_a_message_and_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import faultmaven_kb.model.schemas as s\n\n"
        "def boom(name):\n    raise RuntimeError('boom')\n\ns.schema_text = boom\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    code, _, err = fmkb("schema", PYTHONPATH=path)
    assert code == 3
    assert "internal error: RuntimeError: boom" in err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_search_and_diagnose_read_what_is_piped_in_any_encoding_and_colour(encoding: str) -> None:
    line = "\x1b[31mFATAL: sorry, too many clients already – größe\x1b[0m\r\n".replace("–", "-")
    code, out, _ = fmkb("search", "-", stdin=line.encode(encoding))
    assert (code, out.startswith("match"), "postgres-connection-pool-exhausted" in out) == (0, True, True)
    code, out, _ = fmkb("diagnose", "-", stdin=line.encode(encoding))
    assert (code, "postgres-connection-pool-exhausted" in out) == (0, True)
