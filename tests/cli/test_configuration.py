"""Where the command line finds its configuration and where links may lead from."""

import json
import shutil
from pathlib import Path

import pytest

from faultmaven_kb.cli.shared import in_force
from faultmaven_kb.gate.configuration import file
from faultmaven_kb.gate.configuration.location import find_configuration, root_of
from tests.cli.test_commands import fmkb
from tests.documents import LAST_UPDATED, ROOT, RUNBOOKS, text_of


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A repository with one runbook whose severity is misspelt."""
    file = tmp_path / "repo" / "runbooks" / "mail" / "mail-queue-growing.md"
    file.parent.mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    file.write_text(text_of("sample.md").replace("severity: high", "severity: hgih"), "utf-8")
    return tmp_path / "repo"


def _codes(folder: Path, *arguments: str) -> list[str]:
    code, out, err = fmkb("validate", *arguments, "--format", "json", cwd=folder)
    assert code in (0, 1), err
    return sorted({found["code"] for found in json.loads(out)["diagnostics"]})


def test_the_nearest_configuration_counts_and_the_command_line_wins(folder: Path) -> None:
    assert _codes(folder, "runbooks", "--select", "RB209") == ["RB209"]
    (folder / "pyproject.toml").write_text('[tool.faultmaven-kb]\nselect = ["RB209", "RB801"]\n', "utf-8")
    assert _codes(folder, "runbooks/mail") == ["RB209", "RB801"]
    assert _codes(folder, "runbooks", "--select", "RB8") == ["RB801"]
    assert _codes(folder, "runbooks", "--ignore", "invalid-severity,RB801") == []
    (folder / "runbooks" / ".fmkb.toml").write_text('ignore = ["RB209", "RB8"]\nprofile = "ingest"\n', "utf-8")
    assert _codes(folder, "runbooks") == []
    assert _codes(folder, "runbooks", "--config", "pyproject.toml") == ["RB209", "RB801"]


def test_a_configuration_above_the_repository_is_not_ours(folder: Path) -> None:
    (folder.parent / ".fmkb.toml").write_text("nonsense = 1\n", "utf-8")
    assert find_configuration(folder / "runbooks").configuration.path == ""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (".fmkb.toml", "profil = 'x'\n", 'fmkb: .fmkb.toml:1: unknown key "profil" (did you mean "profile"?)'),
        (".fmkb.toml", "schema = 'gone.json'\n", "fmkb: cannot read 'gone.json'"),
        (".fmkb.toml", b"\xff", "fmkb: .fmkb.toml: not UTF-8"),
        ("pyproject.toml", "[tool.faultmaven-kb\n", "pyproject.toml:1:20: not TOML"),
        ("pyproject.toml", "[tool.faultmaven-kb]\n[tool.faultmaven-kb.limit]\n", "pyproject.toml:2: unknown key"),
    ],
)
def test_a_wrong_configuration_is_wrong_usage(folder: Path, name: str, text: str | bytes, message: str) -> None:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    code, _, err = fmkb("validate", "runbooks", cwd=folder)
    assert code == 2
    assert message in err


def test_a_rule_that_does_not_exist_is_wrong_usage(folder: Path) -> None:
    code, _, err = fmkb("validate", "runbooks", "--select", "RB209,mojibak", cwd=folder)
    assert (code, err) == (2, 'fmkb: --select: no rule is called "mojibak" (did you mean "mojibake"?)\n')


def test_rules_config_shows_what_is_in_force_and_why(folder: Path) -> None:
    (folder / ".fmkb.toml").write_text(
        'ignore = ["RB805"]\nextend-select = ["RB811"]\nbaseline = "b.json"\n\n[limits]\nstale-months = 6\n\n[levels]\n'
        'RB209 = "info"\n\n[[exclude]]\nids = ["a-b"]\nreason = "is archived"\n',
        "utf-8",
    )
    code, out, _ = fmkb("rules", "--config", cwd=folder)
    rows = [line.split("\t") for line in out.splitlines()]
    assert code == 0
    assert rows[0] == ["configuration: .fmkb.toml"]
    assert ["RB805", "self-link", "warning", "no", "ignored by .fmkb.toml:1"] in rows
    assert ["RB811", "near-duplicate", "warning", "yes", "selected by .fmkb.toml:2"] in rows
    why = "profile contribute, the default; level set by .fmkb.toml:8"
    assert ["RB209", "invalid-severity", "info", "yes", why] in rows
    assert ["RB817", "symptom-overlap", "info", "no", "profile contribute, the default; runs from curated on"] in rows
    assert ["limits.stale-months", "6", ".fmkb.toml:6"] in rows
    assert ["limits.file-size", "200000", "the default"] in rows
    assert ["exclude 1", "all rules for a-b", ".fmkb.toml:11: is archived"] in rows
    assert ["baseline", "b.json", ".fmkb.toml:3"] in rows
    one = json.loads(fmkb("rules", "RB209", "--config", "--json", cwd=folder)[1])
    assert one["configuration"] == ".fmkb.toml"
    assert [row["level"] for row in one["rules"]] == ["info"]
    assert one["values"] == []


def test_rules_config_shows_every_key_that_is_set(folder: Path) -> None:
    (folder / "proofs.json").write_text("[]", "utf-8")
    text = 'proofs = "proofs.json"\n\n[sections]\nrequired = ["Symptoms", "Diagnosis"]\n\n[sections.aliases]\n'
    (folder / ".fmkb.toml").write_text(f'{text}"What you see" = "Symptoms"\n', "utf-8")
    out = fmkb("rules", "--config", cwd=folder)[1]
    assert "\nproofs\tproofs.json\t.fmkb.toml:1\n" in out
    assert "\nsections.required\tSymptoms, Diagnosis\t.fmkb.toml:4\n" in out
    assert "\nsections.aliases\tWhat you see = Symptoms\t.fmkb.toml:6\n" in out


def test_no_key_of_the_configuration_is_left_out_of_what_is_shown() -> None:
    tables = {"limits": file._LIMITS, "vocabulary": file._VOCABULARIES, "sections": file._SECTIONS}
    keys = {f"{table}.{key}" for table, inner in tables.items() for key in inner} | set(file._KEYS) - set(tables)
    named_by_rules = {"profile", "select", "extend-select", "ignore", "levels", "exclude"}
    assert keys == {*in_force._VALUES, *named_by_rules, "schema", "proofs", "baseline"}


def test_without_a_configuration_the_defaults_are_in_force(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    out = fmkb("rules", "--config", cwd=tmp_path)[1]
    assert out.startswith("configuration: none, the defaults are in force\n")
    assert "RB805\tself-link\twarning\tyes\tprofile contribute, the default\n" in out


def test_selected_rules_name_the_selection(folder: Path) -> None:
    (folder / ".fmkb.toml").write_text('select = ["RB805"]\n', "utf-8")
    out = fmkb("rules", "--config", cwd=folder)[1]
    assert "RB805\tself-link\twarning\tyes\tselected by .fmkb.toml:1\n" in out
    assert "RB801\tdangling-runbook-link\terror\tno\tnot selected by .fmkb.toml:1\n" in out
    assert "RB990\tinternal-error\terror\tyes\talways\n" in out


def test_links_are_followed_up_to_the_repository_or_what_stands_for_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runbook = folder / "runbooks" / "mail" / "mail-queue-growing.md"
    assert root_of((folder / "runbooks",)) == folder.resolve()
    assert root_of((folder / "runbooks", tmp_path)) is None
    assert root_of(()) is None
    shutil.rmtree(folder / ".git")
    assert root_of((runbook,)) == folder.resolve()
    (folder / "runbooks" / ".fmkb.toml").write_text("", "utf-8")
    assert root_of((runbook,)) == (folder / "runbooks").resolve()
    shutil.move(folder / "runbooks", folder / "pages")
    (folder / "pages" / ".fmkb.toml").unlink()
    assert root_of((folder / "pages",)) is None
    monkeypatch.chdir(folder)
    assert root_of((Path("pages"),)) == folder.resolve()


def test_the_shipped_runbooks_pass_with_every_option_of_a_check() -> None:
    day = ("--today", LAST_UPDATED.isoformat())
    code, out, _ = fmkb("validate", "runbooks", "--profile", "curated", "--no-cache", "--jobs", "2", *day, cwd=ROOT)
    assert (code, out) == (0, f"{len(RUNBOOKS)} runbooks checked, nothing to report\n")
