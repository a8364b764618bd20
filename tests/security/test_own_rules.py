"""A change is judged by the rules before it, and what settings name is a regular file of the repository."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from faultmaven_kb.checking.gate import Gate
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.location import find_configuration
from tests.cli.test_commands import fmkb
from tests.documents import copy_redis

_TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
_LENIENT = {
    "credentials ignored": 'allow-credential-suppression = true\nignore = ["RB"]',
    "everything ignored": 'ignore = ["RB0", "RB1", "RB2", "RB3", "RB4", "RB5", "RB6", "RB8", "RB9"]',
    "one rule selected": 'select = ["RB001"]',
    "levels lowered": "[levels]\nRB = 'info'",
    "one level lowered": "[levels]\nRB209 = 'info'\nRB701 = 'info'\nRB904 = 'info'",
    "all files excluded": '[[exclude]]\nreason = "x"\npaths = ["**"]',
    "all Markdown excluded": '[[exclude]]\nreason = "x"\npaths = ["*.md"]',
    "the id excluded": '[[exclude]]\nreason = "x"\nids = ["redis-out-of-memory"]',
    "profile lowered": 'profile = "ingest"',
    "a tiny size": "[limits]\nfile-size = 1",
    "a baseline of its own": 'baseline = "planted.json"',
    "a schema of its own": 'schema = "planted.json"',
    "proofs of its own": 'proofs = "planted.json"',
    "a vocabulary of its own": '[vocabulary]\nhosts = ["*"]\nfields = ["severity"]',
    "stale later": "[limits]\nstale-months = 1200",
    "not TOML": "select = [",
    "an unknown key": "selct = []",
    "a key of many parts": ".".join("a" * 20_000) + " = 1",
    "a number of many digits": "limits.file-size = " + "9" * 5000,
    "a hexadecimal number of many digits": "limits.file-size = 0x" + "f" * 5000,
    "deep": "select = " + "[" * 5000,
    "no text": "\0",
}
_PLACES = (".fmkb.toml", "runbooks/.fmkb.toml", "pyproject.toml")


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, "-C", folder, *arguments], check=True, capture_output=True)


@pytest.fixture(name="top")
def _top(tmp_path: Path) -> Path:
    """A repository on a branch whose uncommitted change misspells a severity and adds a token."""
    top = tmp_path / "repository"
    copy_redis(top / "runbooks" / "redis")
    _git(tmp_path, "init", "-q", "-b", "main", str(top))
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "first")
    return top


def _break(top: Path) -> None:
    file = top / "runbooks/redis/redis-out-of-memory.md"
    text = file.read_text("utf-8").replace("severity: ", "severity: very-", 1)
    file.write_text(f"{text}\n- token {_TOKEN}\n", "utf-8")


def _levels(
    top: Path, monkeypatch: pytest.MonkeyPatch, *, config: Path | None = None, baseline: Path | None = None
) -> dict[str, str]:
    """The rules with findings, as `fmkb validate --since main runbooks` would report them, and their levels."""
    monkeypatch.chdir(top)
    gate = Gate.open("runbooks", today=date(2026, 11, 22), since="main", config=config, baseline=baseline)
    return {each.code: str(each.level) for each in gate.check().diagnostics}


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("text", _LENIENT.values(), ids=_LENIENT)
def test_a_configuration_of_the_change_does_not_count_and_is_reported(
    top: Path, text: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(top)
    header = "[tool.faultmaven-kb]\n" if place == "pyproject.toml" else ""
    if header:
        text = text.replace("[levels]", "[tool.faultmaven-kb.levels]").replace(
            "[limits]", "[tool.faultmaven-kb.limits]"
        )
        text = text.replace("[[exclude]]", "[[tool.faultmaven-kb.exclude]]")
        text = text.replace("[vocabulary]", "[tool.faultmaven-kb.vocabulary]")
    (top / place).write_text(f"{header}{text}\n", "utf-8")
    (top / "planted.json").write_text('{"version": 1, "findings": []}', "utf-8")
    _git(top, "checkout", "-qb", "mine")
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "second")
    expected = {"RB209": "error", "RB701": "error", "RB906": "info"}
    assert expected.items() <= _levels(top, monkeypatch).items()


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.unlink(),
        lambda file: file.write_text(""),
        lambda file: file.write_text("profile = 'ingest'\n"),
        lambda file: (file.unlink(), file.symlink_to("/dev/zero")),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (file.unlink(), file.symlink_to("..")),
    ],
)
def test_a_stricter_configuration_before_the_change_stays_in_force(
    top: Path, change: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = top / ".fmkb.toml"
    file.write_text('profile = "curated"\n[levels]\nRB209 = "warning"\nRB906 = "error"\n', "utf-8")
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "configured")
    _break(top)
    assert callable(change)
    change(file)
    assert {"RB209": "warning", "RB906": "error"}.items() <= _levels(top, monkeypatch).items()


def test_an_unchanged_configuration_and_other_tables_of_its_file_are_not_reported(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = top / "pyproject.toml"
    file.write_text('[project]\nname = "x"\n[tool.faultmaven-kb]\nprofile = "curated"\n', "utf-8")
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "configured")
    file.write_text('# more\n[project]\nname = "y"\n[tool.faultmaven-kb]\nprofile = "curated"\n', "utf-8")
    assert _levels(top, monkeypatch) == {}


def test_a_baseline_may_shrink_with_a_change_and_not_grow(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / ".fmkb.toml").write_text('baseline = "known.json"\n', "utf-8")
    (top / "known.json").write_text('{"version": 1, "findings": []}', "utf-8")
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "configured")
    _break(top)
    assert fmkb("validate", "--write-baseline", "runbooks", cwd=top)[0] == 0
    assert "RB209" in (top / "known.json").read_text("utf-8")
    assert {"RB209", "RB906"} <= set(_levels(top, monkeypatch))
    assert {"RB209"} <= set(_levels(top, monkeypatch, baseline=Path("known.json")))
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "now known")
    (top / "known.json").write_text('{"version": 1, "findings": []}', "utf-8")
    assert set(_levels(top, monkeypatch)) == {"RB701", "RB906"}  # a credential is never known


def test_config_pins_the_rules_from_outside(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _break(top)
    (top / ".fmkb.toml").write_text('ignore = ["RB209"]\n', "utf-8")
    outside = tmp_path / "rules.toml"
    outside.write_text('select = ["RB209"]\n', "utf-8")
    assert set(_levels(top, monkeypatch, config=Path("../rules.toml"))) == {"RB209"}
    assert set(_levels(top, monkeypatch, config=outside)) == {"RB209"}


@pytest.mark.parametrize("option", ["--config", "--baseline"])
def test_a_named_file_that_comes_with_the_change_is_refused(top: Path, option: str) -> None:
    _git(top, "checkout", "-qb", "mine")
    (top / "own").write_text('{"version": 1, "findings": []}' if option == "--baseline" else "", "utf-8")
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "second")
    code, _, err = fmkb("validate", "--since", "main", option, "own", "runbooks", cwd=top)
    assert (code, f"{option}: 'own' comes with the change" in err) == (2, True)
    assert fmkb("validate", option, "own", "runbooks", cwd=top)[0] == 0


def test_a_named_file_of_the_repository_counts_as_it_was(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (top / "rules.toml").write_text('select = ["RB209"]\n', "utf-8")
    _git(top, "add", "-A")
    _git(top, "commit", "-qm", "configured")
    _break(top)
    (top / "rules.toml").write_text('select = ["RB001"]\n', "utf-8")
    assert set(_levels(top, monkeypatch, config=Path("rules.toml"))) == {"RB906", "RB209"}


def _device(folder: Path) -> str:
    return "/dev/zero"


def _link_to_device(folder: Path) -> str:
    (folder / "link").symlink_to("/dev/zero")
    return "link"


def _pipe(folder: Path) -> str:
    os.mkfifo(folder / "pipe")
    return "pipe"


def _link_out(folder: Path) -> str:
    (folder.parent / "secret.json").write_text("{}", "utf-8")
    (folder / "link").symlink_to("../secret.json")
    return "link"


def _out(folder: Path) -> str:
    (folder.parent / "secret.json").write_text("{}", "utf-8")
    return "../secret.json"


def _winding(folder: Path) -> str:
    return f"runbooks/../../{_out(folder)[3:]}"


def _absolute(folder: Path) -> str:
    _out(folder)
    return str(folder.parent / "secret.json")


def _loop(folder: Path) -> str:
    (folder / "loop").symlink_to("loop")
    return "loop"


def _nul(folder: Path) -> str:
    return "a\\u0000b"


def _long(folder: Path) -> str:
    return "a" * 5000


def _huge(folder: Path) -> str:
    with (folder / "huge").open("wb") as file:
        file.truncate(50_000_000)
    return "huge"


def _binary(folder: Path) -> str:
    (folder / "binary").write_bytes(b"\xff\xfe\0\xd8")
    return "binary"


def _missing(folder: Path) -> str:
    return "missing"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no devices and pipes among the files")
@pytest.mark.parametrize("key", ["schema", "baseline", "proofs"])
@pytest.mark.parametrize(
    "make",
    [
        *(_device, _link_to_device, _pipe, _link_out, _out, _winding, _absolute),
        *(_loop, _nul, _long, _huge, _binary, _missing),
    ],
)
def test_what_a_setting_names_is_a_regular_file_of_the_repository(top: Path, key: str, make: object) -> None:
    assert callable(make)
    (top / ".fmkb.toml").write_text(f'{key} = "{make(top)}"\n', "utf-8")
    with pytest.raises(ConfigurationError, match=r"cannot read|not UTF-8"):
        (find_configuration(top / "runbooks").read_baseline or str)()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no devices and pipes among the files")
@pytest.mark.parametrize("name", [".fmkb.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    "plant",
    [
        lambda file: os.mkfifo(file),
        lambda file: file.symlink_to("/dev/zero"),
        lambda file: file.symlink_to("/dev/stdin"),
        lambda file: file.symlink_to("../secret.json"),
        lambda file: file.symlink_to(file.name),
        lambda file: file.mkdir(),
        lambda file: file.write_bytes(b"#" * 1_000_000),
    ],
)
def test_a_configuration_is_a_regular_file_itself(top: Path, name: str, plant: object) -> None:
    assert callable(plant)
    (top.parent / "secret.json").write_text("a line of a secret", "utf-8")
    plant(top / name)
    with pytest.raises(ConfigurationError, match="cannot read") as failure:
        find_configuration(top / "runbooks")
    assert "line of a secret" not in str(failure.value)


@pytest.mark.parametrize("option", ["--config", "--baseline"])
@pytest.mark.parametrize("file", ["/dev/zero", "/dev/full", "/", "runbooks", "a" * 5000])
def test_a_named_file_that_never_ends_is_wrong_usage(top: Path, option: str, file: str) -> None:
    code, _, err = fmkb("validate", option, file, "runbooks", cwd=top)
    assert (code, "cannot read" in err or "no baseline" in err) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 1, "findings": [{"path": [], "code": "a", "fingerprint": "b", "count": 1}]}',
        '{"version": 1, "findings": [{"path": "a", "code": {}, "fingerprint": "b", "count": 1}]}',
        '{"version": 1, "findings": [{"path": "a", "code": "a", "fingerprint": "b", "count": 1e999}]}',
        '{"version": 1, "findings": [{"path": "a", "code": "a", "fingerprint": "b", "count": "x"}]}',
        '{"version": 1, "findings": [{"path": "a", "code": "a", "fingerprint": "b", "count": NaN}]}',
        '{"version": 1, "findings": [null]}',
        "[" * 100_000,
        '{"version": ' + "9" * 5000 + "}",
    ],
)
def test_a_broken_baseline_is_wrong_usage(top: Path, text: str) -> None:
    (top / "known.json").write_text(text, "utf-8")
    code, _, err = fmkb("validate", "--baseline", "known.json", "runbooks", cwd=top)
    assert (code, "known.json: not a baseline" in err) == (2, True)
