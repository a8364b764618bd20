"""Labs as tests: `pytest -p faultmaven_kb.labs.pytest_plugin labs` collects each declaration, one test per trial.

Where machines cannot run, the tests are skipped with the reason; with `FMKB_LABS=require` in the environment (as in
this project's own CI) a skip is a failure. Labs outside the default set are skipped unless `--lab-set` names theirs,
which is not a failure. The state folder is `FMKB_LABS_DIR`, as for the command line.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from faultmaven_kb.labs.declarations.check import check_lab
from faultmaven_kb.labs.declarations.declaration import DEFAULT_SET, read_lab
from faultmaven_kb.labs.declarations.plan import load_lab
from faultmaven_kb.labs.machines.images import read_images
from faultmaven_kb.labs.machines.machine import obstacle
from faultmaven_kb.labs.proving.runner import Job, jobs_for, run_jobs
from faultmaven_kb.labs.proving.transcript import failure_lines
from faultmaven_kb.reading.files import find_runbooks

__all__ = ["LabTest", "LabTests", "pytest_addoption", "pytest_collect_file"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--lab-runbooks`, `--lab-image` and `--lab-set`."""
    group = parser.getgroup("labs")
    group.addoption("--lab-runbooks", default="runbooks", help="folder of the runbooks that the labs prove")
    group.addoption("--lab-image", action="append", default=[], help="only on this image; may be given more than once")
    group.addoption("--lab-set", action="append", default=[], help="labs of this set instead of the default one")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "LabTests | None":
    """A collector for each `*.lab.yaml`."""
    return LabTests.from_parent(parent, path=file_path) if file_path.name.endswith(".lab.yaml") else None


class LabTests(pytest.File):
    """The trials of one declaration; a declaration with faults is an error of the collection."""

    def collect(self) -> Iterator["LabTest"]:
        """One test for each solution on each image."""
        file = read_lab(self.path)
        folder = next(parent for parent in self.path.parents if (parent / "images.yaml").is_file())
        images = read_images(folder / "images.yaml")
        runbooks = {path.stem: path for path in find_runbooks([self.config.getoption("lab_runbooks")])}
        loaded = load_lab(file, runbooks) if file.lab else None
        diagnostics = check_lab(loaded, images=images) if loaded else file.diagnostics
        if diagnostics or loaded is None:
            lines = (
                f"{diagnostic.path}:{diagnostic.span.line}: {diagnostic.code} {diagnostic.message}"
                for diagnostic in diagnostics
            )
            raise self.CollectError("\n".join(lines))
        for job in jobs_for([loaded], images, chosen=tuple(self.config.getoption("lab_image"))):
            name = f"{job.case.name}: {job.solution.label} [{job.image.name}]"
            yield LabTest.from_parent(self, name=name, job=job)


class LabTest(pytest.Item):
    """One trial."""

    def __init__(self, *, job: Job, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self.job = job

    def runtest(self) -> None:
        """Make the trial, or skip it with the reason."""
        sets = self.config.getoption("lab_set") or [DEFAULT_SET]
        if self.job.loaded.lab.set not in sets:
            pytest.skip(f'it belongs to the set "{self.job.loaded.lab.set}"; --lab-set runs it')
        reason = obstacle()
        if reason and os.environ.get("FMKB_LABS") == "require":
            pytest.fail(reason, pytrace=False)
        if reason:
            pytest.skip(reason)
        state = Path(os.environ.get("FMKB_LABS_DIR", "/var/lib/fmkb-labs"))
        trial = run_jobs([self.job], state=state)[0]
        if not trial.proven:
            pytest.fail("\n".join(failure_lines(trial)), pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the trial is declared."""
        return self.path, 0, self.name
