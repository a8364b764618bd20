"""What the tests of the labs share: the demonstration runbook and its lab, whole or with one place changed."""

import os
import shutil
from pathlib import Path

import pytest

from faultmaven_kb.labs.declarations.check import check_lab
from faultmaven_kb.labs.declarations.declaration import read_lab
from faultmaven_kb.labs.declarations.plan import LoadedLab, load_lab
from faultmaven_kb.labs.machines.images import Tree, ensure_image, read_images
from faultmaven_kb.labs.machines.machine import obstacle
from faultmaven_kb.labs.proving.phases import Trial

ROOT = Path(__file__).parents[2]
DEMO = Path(__file__).parent / "demo"
IMAGES = read_images(ROOT / "labs" / "images.yaml")
STATE = Path(os.environ.get("FMKB_LABS_DIR", "/var/lib/fmkb-labs"))

needs_machine = pytest.mark.skipif(
    obstacle() is not None or shutil.which("mmdebstrap") is None, reason=obstacle() or "labs need mmdebstrap"
)


def demo(folder: Path, *, runbook: tuple[str, str] = ("", ""), lab: tuple[str, str] = ("", "")) -> Path:
    """A folder with the demonstration, one text replaced in the runbook or in the lab; the folder with both."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "labs" / "images.yaml", folder / "images.yaml")
    for name, (old, new) in (("shop-page-missing.md", runbook), ("shop-page-missing.lab.yaml", lab)):
        text = (DEMO / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8", newline="\n")
    return folder


def loaded(folder: Path) -> LoadedLab:
    """The demonstration in a folder, read."""
    file = read_lab(folder / "shop-page-missing.lab.yaml")
    assert file.lab is not None, file.diagnostics
    return load_lab(file, {"shop-page-missing": folder / "shop-page-missing.md"})


def findings(folder: Path) -> list[tuple[str, int, str]]:
    """Code, line and message of what the check finds."""
    return [(each.code, each.span.line, each.message) for each in check_lab(loaded(folder), images=IMAGES)]


def tree() -> Tree:
    """The tree of the image bookworm, built where it is not there."""
    return ensure_image(IMAGES["bookworm"], STATE, say=print)


def verdict(trial: Trial) -> str:
    """The phase that failed and its fault, or that the trial is proven."""
    return f"{trial.failed.name}: {trial.failed.fault}" if trial.failed else "proven"
