"""The wheel works where there is nothing but Python: runbooks and schemas travel in it."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.documents import ROOT, RUNBOOKS, text_of

_PREBUILT = "faultmaven_kb/_data/runbooks.fmkb"
_STRAY = frozenset({".db", ".sqlite", ".fmkb", ".pyc", ".so", ".key", ".pem", ".log", ".part"})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two folders with an sdist and a wheel each, built from the same files."""
    folders = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    for folder in folders:
        command = [sys.executable, "-m", "build", "--sdist", "--wheel", "--no-isolation", "--outdir", str(folder)]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
        subprocess.run([*command, str(ROOT)], check=True, capture_output=True, env=environment)
    return folders


def test_the_distributions_are_the_same_bytes_twice(built: tuple[Path, Path]) -> None:
    one, two = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in built)
    assert len(one) == 2
    assert one == two


def test_the_distributions_hold_what_a_reader_or_python_reads_and_no_stray_file(built: tuple[Path, Path]) -> None:
    (archive,) = built[0].glob("*.tar.gz")
    (wheel,) = built[0].glob("*.whl")
    with tarfile.open(archive) as opened:
        names = [member.name for member in opened.getmembers() if member.isfile()]
        assert all(member.isfile() for member in opened.getmembers()), "a link or a device"
    in_wheel = [name for name in zipfile.ZipFile(wheel).namelist() if name != _PREBUILT]
    assert not [name for name in (*names, *in_wheel) if Path(name).suffix in _STRAY]
    assert not [name for name in names if "/.git/" in name or "/.venv" in name or "__pycache__" in name]


@pytest.fixture(scope="module")
def wheel(built: tuple[Path, Path]) -> Path:
    (found,) = built[0].glob("*.whl")
    return found


def test_the_wheel_holds_the_runbooks_the_schemas_and_the_type_marker(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in RUNBOOKS:
        assert f"faultmaven_kb/_data/runbooks/{path.parent.name}/{path.name}" in names
    assert "faultmaven_kb/_data/schemas/runbook.schema.json" in names
    assert {"faultmaven_kb/py.typed", _PREBUILT} <= names
    assert not [name for name in names if name.startswith(("tests", "docs", "benchmarks"))]


def test_an_empty_environment_outside_the_checkout_can_search_and_validate(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    python, fmkb = scripts / "python", scripts / "fmkb"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "FMKB", "COV"))}
    environment["FMKB_CACHE_DIR"] = str(tmp_path / "cache")
    # The versions of the running environment: a release of today must not decide.
    versions = tmp_path / "versions.txt"
    versions.write_text("".join(f"{each.name}=={each.version}\n" for each in distributions()), encoding="utf-8")
    install = [str(python), "-m", "pip", "install", "-q", "--constraint", str(versions), str(wheel)]
    subprocess.run(install, check=True, capture_output=True, cwd=tmp_path, env=environment)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [fmkb, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=environment,
            check=False,
        )

    found = run("search", "FATAL: sorry, too many clients already")
    assert found.returncode == 0, found.stderr
    assert "postgres-connection-pool-exhausted" in found.stdout
    assert not (tmp_path / "cache").exists(), "the base in the wheel was not opened"
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "mail-queue-growing.md").write_text(text_of("sample.md"), encoding="utf-8")
    checked = run("validate", "--profile", "ingest", "--today", "2026-02-01", "mail")
    assert (checked.returncode, checked.stdout) == (0, "1 runbook checked, nothing to report\n"), checked.stderr
