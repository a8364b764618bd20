"""What the browser's tests share: one browser, the shipped runbooks' site, and axe-core from npm."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from faultmaven_kb.site.building import build_site
from tests.documents import builtin_base
from tests.site.browser import Watched, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AXE = "axe-core@4.14.1"


@pytest.fixture(scope="package")  # its event loop runs until it is closed, and others' tests start their own
def browser() -> "Iterator[Browser]":
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "a folder, with 'odd' name"
    build_site(builtin_base(), folder, title="Runbooks")
    return folder


@pytest.fixture
def watched(browser: "Browser") -> Iterator[Watched]:
    """A new page in a context of its own; at the end nothing may have gone wrong or been asked of another machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = Watched(context.new_page())
    yield page
    context.close()
    assert page.faults == []
    assert page.foreign == []


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, fetched once for a run; skipped where the network is forbidden or npm is missing."""
    npm = shutil.which("npm")
    if npm is None or os.environ.get("FMKB_OFFLINE"):
        pytest.skip("npm is not installed, or FMKB_OFFLINE forbids the network")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts", AXE]
    fetched = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if fetched.returncode:
        pytest.skip(f"axe-core cannot be fetched from npm: {fetched.stderr.strip()[-200:]}")
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
