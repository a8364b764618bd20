"""Rules, dialects and report formats of an installed package take part; a broken package says which one it is.

The package is laid out as an installer lays it out: its module and its metadata in a folder of `sys.path`.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.documents import ROOT, text_of

PLUGIN = Path(__file__).parent / "data" / "plugin"


def install(folder: Path, module: str | None = None) -> Path:
    """Lay out the example package, or one with another module text, as installed in a folder."""
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = folder / "acme_runbooks-1.0.0.dist-info"
    metadata.mkdir(parents=True)
    if module is None:
        shutil.copy(PLUGIN / "acme_runbooks.py", folder)
    else:
        (folder / "acme_runbooks.py").write_text(module, encoding="utf-8")
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(head, encoding="utf-8")
    groups = project["entry-points"].items()
    rows = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items()) for group, entries in groups
    ]
    (metadata / "entry_points.txt").write_text("\n".join(rows), encoding="utf-8")
    return folder


def run(*arguments: str, folder: Path, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(each) for each in (packages, ROOT) if each)
    environment = {**os.environ, "PYTHONPATH": path, "FMKB_CACHE_DIR": str(folder / "cache"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "faultmaven_kb", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "base" / "mail"
    folder.mkdir(parents=True)
    (folder / "mail-queue-growing.md").write_text(text_of("sample.md"), encoding="utf-8")
    return folder.parent


def test_an_installed_rule_finds_and_is_explained_selected_and_suppressed(base: Path, tmp_path: Path) -> None:
    packages = install(tmp_path / "packages")
    found = run("validate", "--format", "concise", "--select", "no-pager-link", "mail", folder=base, packages=packages)
    assert found.stdout == (
        'mail/mail-queue-growing.md:2:5: warning ACME101 no-pager-link: no link to the pager, expected "acme-pager"\n'
    )
    assert found.returncode == 1
    assert "Who is paged opens the incident" in run("rules", "acme101", folder=base, packages=packages).stdout
    file = base / "mail" / "mail-queue-growing.md"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n<!-- fmkb: disable-file=ACME101 -- no pager here -->\n", encoding="utf-8")
    assert run("validate", "--select", "ACME101", "mail", folder=base, packages=packages).returncode == 0
    assert run("rules", "acme101", folder=base).returncode == 2


def test_an_installed_format_writes_and_a_diagnostic_is_a_line(base: Path, tmp_path: Path) -> None:
    packages = install(tmp_path / "packages")
    arguments = ("validate", "--format", "acme-count", "--select", "ACME101", "mail")
    assert run(*arguments, folder=base, packages=packages).stdout == (
        "1 findings, first mail/mail-queue-growing.md:2:5: "
        'warning ACME101 no link to the pager, expected "acme-pager"\n'
    )
    assert run(*arguments, folder=base).returncode == 2


def test_an_installed_dialect_reads_its_documents_and_a_kept_result_does_not_hide_it(
    base: Path, tmp_path: Path
) -> None:
    (base / "mail" / "acme.md").write_text("ACME RUNBOOK\nDrain the queue.\n", encoding="utf-8")
    packages = install(tmp_path / "packages")
    listed = [
        run("show", "--kb", "mail", name, folder=base, packages=way)
        for name, way in (("acme", None), ("acme-1", packages))
    ]
    assert [each.returncode for each in listed] == [0, 0], listed
    assert "Drain the queue." in listed[1].stdout


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (
            "import nothing_of_this_name\n",
            'plug-in "acme-count" of acme-runbooks 1.0.0 (faultmaven_kb.reports) cannot be imported',
        ),
        ("RULES = ACME = COUNT = 3\n", '"acme_runbooks:COUNT" is a int, expected a Format or a tuple of them'),
    ],
)
def test_a_broken_package_is_named_and_nothing_is_a_traceback(
    base: Path, tmp_path: Path, module: str, said: str
) -> None:
    packages = install(tmp_path / "packages", module)
    done = run("validate", "mail", folder=base, packages=packages)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_code_that_is_taken_is_refused(base: Path, tmp_path: Path) -> None:
    text = (PLUGIN / "acme_runbooks.py").read_text(encoding="utf-8").replace("ACME101", "RB101")
    done = run("validate", "mail", folder=base, packages=install(tmp_path / "packages", text))
    assert (done.returncode, "RB101" in done.stderr) == (2, True)


def test_metadata_among_the_checked_files_is_not_a_plug_in(base: Path) -> None:
    """`python -m` puts the current folder on the path; a contributed tree must not be imported from."""
    install(base / "x", "raise SystemExit(7)\n")
    for path in (base / "x").iterdir():
        path.rename(base / path.name)
    (base / "x").rmdir()
    done = run("validate", "--format", "concise", "--select", "RB101", "mail", folder=base)
    assert (done.returncode, done.stderr) == (0, "")
