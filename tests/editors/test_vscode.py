"""The extension for VS Code offers what the program has, and a folder cannot make it start another program."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from faultmaven_kb.cli.commands.show import command as show
from faultmaven_kb.cli.servers.lsp import command as lsp

_FOLDER = Path(__file__).parents[2] / "editors" / "vscode"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_FOLDER / "package.json").read_text(encoding="utf-8"))
    return loaded


def _setting(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    setting: dict[str, Any] = manifest["contributes"]["configuration"]["properties"][name]
    return setting


def test_the_profiles_are_those_of_the_language_server(manifest: dict[str, Any]) -> None:
    (profile,) = (option for option in lsp.params if option.name == "profile")
    offered = _setting(manifest, "fmkb.profile")
    assert offered["enum"] == ["", *profile.type.choices]  # type: ignore[attr-defined]
    assert len(offered["enumDescriptions"]) == len(offered["enum"])


def test_the_card_is_asked_for_with_options_that_exist() -> None:
    source = (_FOLDER / "src" / "program.ts").read_text(encoding="utf-8")
    assert '"show", "--no-cache", "--", file' in source
    assert "--no-cache" in {name for option in show.params for name in option.opts}


def test_an_untrusted_folder_does_not_choose_the_program(manifest: dict[str, Any]) -> None:
    assert "fmkb.command" in manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert _setting(manifest, "fmkb.command")["scope"] == "machine-overridable"


def test_every_command_of_the_palette_is_registered(manifest: dict[str, Any]) -> None:
    source = (_FOLDER / "src" / "extension.ts").read_text(encoding="utf-8")
    for each in manifest["contributes"]["commands"]:
        assert f'registerCommand("{each["command"]}"' in source


def test_the_licence_is_the_projects(manifest: dict[str, Any]) -> None:
    project = tomllib.loads((_FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = json.loads((_FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert manifest["license"] == lock["packages"][""]["license"] == project["license"]


def test_exact_versions_are_built_from() -> None:
    lock = json.loads((_FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert all(package.get("integrity", "").startswith("sha512-") for name, package in lock["packages"].items() if name)
