"""`fmkb lab` and labs as tests, with real machines where they can run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.labs.lab import command
from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.labs.machines.images import read_images
from faultmaven_kb.labs.machines.machine import obstacle
from faultmaven_kb.labs.proving.audit import audit
from tests.labs.parts import ROOT, STATE, demo, loaded, needs_machine, tree


@needs_machine
def test_an_audit_runs_each_fence_and_names_what_it_cannot(tmp_path: Path) -> None:
    lab = loaded(demo(tmp_path))
    found = audit(lab.fences, tree=tree(), state=STATE, lab=lab.lab)
    assert {each.id: each.verdict for each in found} == {
        "quick-fix/fence-1/command-1": "ok",
        "step-1/fence-1/command-1": "ok",
        "step-1/fence-1/command-2": "failed",
        "solution-1/fence-1/command-1": "ok",
        "solution-1/fence-1/command-2": "ok",
        "solution-1/fence-1/command-3": "ok",
        "solution-2/fence-1/command-1": "ok",
        "solution-2/fence-2/command-1": "ok",
        "solution-2/fence-2/command-2": "failed",
        "solution-2/fence-3": "not run",
    }
    bare = audit(lab.fences[1:2], tree=tree(), state=STATE, timeout=1)
    assert [(each.verdict, each.detail) for each in bare] == [
        ("failed", "exit code 2"),
        ("not run", "<page-name> has no value"),
    ]


def invoke(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
    lines = result.output.splitlines(keepends=True)
    return result.exit_code, "".join(line for line in lines if not line.startswith("labs in "))


def test_lint_list_and_dry_run_need_no_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("trials", "machines"):
        monkeypatch.setattr(f"faultmaven_kb.cli.labs.{module}.obstacle", lambda: "labs need root")
    folder = demo(tmp_path)
    where = ("--labs", folder, "--runbooks", folder)
    assert invoke("lint", *where) == (0, "1 lab checked, 0 findings\n")
    assert invoke("list", *where) == (0, "shop-page-missing\tdefault\t1\t3\tnot proven yet\n")
    code, text = invoke("run", *where, "--dry-run")
    assert code == 0
    assert f"{folder}/shop-page-missing.md:61: solution-1/fence-1/command-2" in text
    with pytest.raises(ConfigurationError, match="dry-run` work everywhere"):
        invoke("run", *where)
    with pytest.raises(ConfigurationError, match="labs need root"):
        invoke("audit", *where, folder / "shop-page-missing.md")
    assert (
        'no lab is for "shop-page-mising" (did you mean "shop-page-missing"?)'
        in invoke("lint", *where, "shop-page-mising")[1]
    )


def test_a_lab_with_faults_is_printed_and_not_run(tmp_path: Path) -> None:
    folder = demo(tmp_path, lab=("runbook: shop-page-missing", "runbook: shop-page-mising"))
    where = ("--labs", folder, "--runbooks", folder)
    code, text = invoke("run", *where)
    assert code == 1
    assert 'LB102] no runbook has the id "shop-page-mising" (did you mean "shop-page-missing"?)' in text
    assert "declaration has errors" in invoke("list", *where)[1]
    folder = demo(tmp_path, lab=("lab: 1", "lab: 2"))
    assert invoke("lint", "--labs", folder, "--runbooks", folder)[0] == 1
    assert invoke("audit", "--labs", folder, "--runbooks", folder, "--image", "sid", folder / "x.md")[0] == 2
    (folder / "empty.md").write_text("", encoding="utf-8")
    assert invoke("audit", "--labs", folder, "--runbooks", folder, folder / "empty.md")[0] == 2
    (tmp_path / "nothing").mkdir()
    assert invoke("lint", "--labs", tmp_path / "nothing")[0] == 2


def test_the_runbooks_beside_the_labs_are_tested_and_another_installed_text_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "checkout" / "runbooks").mkdir(parents=True)
    labs, installed = tmp_path / "checkout" / "labs", tmp_path / "site-packages" / "runbooks"
    runbook = demo(labs) / "shop-page-missing.md"
    installed.mkdir(parents=True)
    monkeypatch.setattr("faultmaven_kb.cli.labs.room.builtin_path", lambda: installed)
    new = runbook.rename(tmp_path / "checkout" / "runbooks" / "shop-page-missing.md")
    result = CliRunner().invoke(command, ["lint", "--labs", str(labs)])
    assert (result.exit_code, f"labs in {labs}, runbooks in {new.parent}" in result.output) == (0, True), result.output
    (installed / new.name).write_bytes(new.read_bytes())
    assert invoke("lint", "--labs", labs)[0] == 0
    (installed / new.name).write_bytes(new.read_bytes() + b"\nold\n")
    with pytest.raises(ConfigurationError, match=f"{new} differs from the installed copy {installed / new.name}"):
        invoke("lint", "--labs", labs)
    assert invoke("lint", "--labs", labs, "--runbooks", new.parent)[0] == 0


def test_a_drafted_declaration_fits_its_runbook_but_for_what_its_author_knows(tmp_path: Path) -> None:
    folder = demo(tmp_path / "demo")
    (folder / "shop-page-missing.lab.yaml").unlink()
    where = ("--labs", folder, "--runbooks", folder)
    code, text = invoke("new", "shop-page-missing", *where)
    file = Path(text.strip())
    assert (code, file.name) == (0, "shop-page-missing.lab.yaml")
    file.write_text(file.read_text("utf-8").replace("[bookworm-shop, trixie-shop]", "[bookworm]"), encoding="utf-8")
    assert invoke("lint", *where) == (0, "1 lab checked, 0 findings\n")
    with pytest.raises(PathError, match="exists already"):
        invoke("new", "shop-page-missing", *where)
    assert invoke("new", "shop-page-mising", *where)[0] == 2


def test_a_fence_that_no_case_covers_yet_stops_a_proof_and_no_trial(tmp_path: Path) -> None:
    folder = demo(tmp_path, lab=("  diagnosis:\n  - {section: step-1, expect: stock}\n", ""))
    where = ("--labs", folder, "--runbooks", folder)
    code, text = invoke("run", *where, "--dry-run")
    assert (code, "LB109" in text, "solution-1/fence-1/command-2" in text) == (0, True, True)
    code, text = invoke("run", *where, "--dry-run", "--save")
    assert (code, "LB109" in text, "solution-1/fence-1/command-2" in text) == (1, True, False)


def test_images_that_no_recipe_asks_for_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMKB_LABS_DIR", str(tmp_path / "state"))
    folder = demo(tmp_path / "demo")
    (folder / "images.yaml").write_text("bookworm: {suite: bookworm}\nbookworm-redis: {base: bookworm}\n", "utf-8")
    where = ("--labs", folder, "--runbooks", folder)
    images = tmp_path / "state" / "images"
    kept = read_images(folder / "images.yaml")["bookworm"].folder(tmp_path / "state")
    old = images / "bookworm-000000000000"
    for each in (kept, old, images / ".bookworm.work-x"):
        each.mkdir(parents=True)
    listed = invoke("image", "list", *where)[1].splitlines()
    assert "bookworm\t\texists\tshop-page-missing" in listed
    assert "bookworm-redis\tbookworm\tnot made yet\t" in listed
    assert (invoke("image", "prune", "--dry-run", *where), old.is_dir()) == ((0, f"{old}\n"), True)
    assert invoke("image", "prune", *where) == (0, f"{old}\n")
    assert (old.exists(), kept.is_dir()) == (False, True)
    assert invoke("image", "prune", *where) == (0, "")


@needs_machine
def test_only_what_changed_since_its_proof_is_run(tmp_path: Path) -> None:
    folder = demo(tmp_path)
    where = ("--labs", folder, "--runbooks", folder, "--changed")
    code, text = invoke("run", *where, "--save")
    assert (code, "shop-page-missing: not proven yet" in text, "[3/3] proven" in text) == (0, True, True)
    assert invoke("run", *where) == (0, "nothing has changed since the proofs\n")
    file = folder / "shop-page-missing.lab.yaml"
    file.write_text("# a comment\n" + file.read_text("utf-8"), encoding="utf-8")
    assert invoke("run", *where)[1] == "nothing has changed since the proofs\n"
    file.write_text(file.read_text("utf-8").replace("size: 64m", "size: 65m"), encoding="utf-8")
    assert "its declaration has changed since the proof" in invoke("run", *where, "--dry-run")[1]
    images = folder / "images.yaml"
    file.write_text(file.read_text("utf-8").replace("size: 65m", "size: 64m"), encoding="utf-8")
    images.write_text(
        images.read_text("utf-8").replace("{suite: bookworm}", "{suite: bookworm, packages: [ed]}"), "utf-8"
    )
    assert "the image bookworm has changed since the proof" in invoke("run", *where, "--dry-run")[1]


@needs_machine
def test_a_person_enters_the_broken_machine(tmp_path: Path) -> None:
    folder = demo(tmp_path)
    for option, expected in (((), "oncall lab\nstock\n"), (("--healthy",), "oncall lab\npage\nstock\n")):
        arguments = [sys.executable, "-m", "faultmaven_kb", "lab", "shell", "shop-page-missing", *option]
        done = subprocess.run(
            [*arguments, "--labs", str(folder), "--runbooks", str(folder)],
            input="echo $(whoami) $(hostname); ls /srv/shop\n",
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, expected), done.stderr


@needs_machine
def test_a_run_writes_transcripts_results_and_proofs(tmp_path: Path) -> None:
    folder = demo(tmp_path / "demo")
    where = ("--labs", folder, "--runbooks", folder)
    results = ("--json", tmp_path / "r.json", "--junit", tmp_path / "r.xml", "--keep", tmp_path / "keep", "--save")
    code, text = invoke("run", *where, *results, "shop-page-missing")
    assert code == 0
    assert "[3/3] proven shop-page-missing bookworm page removed" in text
    assert 'verified_by: "lab bookworm coreutils 9.1; without solution-2/fence-3"' in text
    assert len(json.loads((tmp_path / "r.json").read_text("utf-8"))["trials"]) == 3
    assert (tmp_path / "r.xml").read_text("utf-8").startswith("<?xml")
    assert len(list((tmp_path / "keep").glob("*.md"))) == 3
    (row,) = json.loads(invoke("list", *where, "--json")[1])
    assert (row["proven"], row["state"]) == (True, "lab bookworm coreutils 9.1; without solution-2/fence-3")
    code, text = invoke("audit", *where, folder / "shop-page-missing.md", "--json")
    assert code == 1
    assert '"verdict": "not run"' in text
    assert "failed step-1/fence-1/command-2: exit code" in invoke("audit", *where, folder / "shop-page-missing.md")[1]


@needs_machine
def test_mutants_of_a_good_lab_are_noticed(tmp_path: Path) -> None:
    folder = demo(tmp_path)
    code, text = invoke("mutate", "shop-page-missing", "--labs", folder, "--runbooks", folder, "-j", 4)
    assert code == 0, text
    assert "not needed: shop-page-missing bookworm page removed: solution-1: solution-1/fence-1/command-3" in text
    assert "of 14 changes turned the proof red" in text


def test_labs_are_tests_too(tmp_path: Path) -> None:
    folder = demo(tmp_path)
    plugin = ["-p", "faultmaven_kb.labs.pytest_plugin", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    arguments = [sys.executable, "-m", "pytest", "-q", "-rs", *plugin, "--lab-runbooks", str(folder), str(folder)]
    script = folder / "conftest.py"
    script.write_text("import faultmaven_kb.labs.pytest_plugin as p\np.obstacle = lambda: 'labs need root'\n", "utf-8")
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "3 skipped" in done.stdout, done.stdout
    assert "labs need root" in done.stdout
    required = subprocess.run(
        arguments, capture_output=True, text=True, cwd=ROOT, check=False, env={**os.environ, "FMKB_LABS": "require"}
    )
    assert "3 failed" in required.stdout
    demo(tmp_path, lab=("expect: stock", "expect: nothing"))
    broken = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
    assert "LB106" in broken.stdout
    if obstacle() is None:
        script.unlink()
        demo(tmp_path, runbook=("echo welcome", "echo goodbye"))
        real = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
        assert "1 failed, 2 passed" in real.stdout, real.stdout
        assert "recovered: the recovery was not seen" in real.stdout
