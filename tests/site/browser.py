"""Real Chromium, driven by Playwright, for the tests of this folder; they are skipped where there is none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

PATIENCE = 240_000
"""Milliseconds that a page may take: a busy machine is no failure."""

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A headless browser; the test is skipped, and says why, without Playwright or Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    root = getattr(os, "geteuid", lambda: 1)() == 0
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"] if root else [])
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page that remembers what went wrong in it and what it asked for beyond its own files."""

    def __init__(self, page: "Page") -> None:
        page.set_default_timeout(PATIENCE)
        self.page = page
        self.faults: list[str] = []
        self.foreign: list[str] = []
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("dialog", self._refuse)
        page.on("request", lambda request: self._note(request.url))

    def _refuse(self, dialog: "Dialog") -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _note(self, url: str) -> None:
        if not url.startswith(("file:", "http://127.0.0.1:")):
            self.foreign.append(url)


def address(folder: Path, name: str) -> str:
    """A file of a site as a browser opens it from the disk."""
    return (folder / name).resolve().as_uri()
