"""The wheel works where there is nothing but Python: runbooks and schemas travel in it."""

import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.documents import ROOT, RUNBOOKS, text_of


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_the_runbooks_the_schemas_and_the_type_marker(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in RUNBOOKS:
        assert f"faultmaven_kb/_data/runbooks/{path.parent.name}/{path.name}" in names
    assert "faultmaven_kb/_data/schemas/runbook.schema.json" in names
    assert "faultmaven_kb/py.typed" in names
    assert not [name for name in names if name.startswith(("tests", "docs", "benchmarks"))]


def test_an_empty_environment_outside_the_checkout_can_search_and_validate(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    python, fmkb = scripts / "python", scripts / "fmkb"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "FMKB", "COV"))}
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
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "mail-queue-growing.md").write_text(text_of("sample.md"), encoding="utf-8")
    checked = run("validate", "--profile", "ingest", "--today", "2026-02-01", "mail")
    assert (checked.returncode, checked.stdout) == (0, "1 runbook checked, nothing to report\n"), checked.stderr
