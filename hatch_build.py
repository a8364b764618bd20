"""Puts the built-in runbooks, read and indexed, into the wheel: what opens it need not read a file of them.

The same files give the same bytes. It takes what the package itself needs; where that is not installed, the wheel is
made without, and the runbooks are read when they are first used.
"""

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

__all__ = ["PrebuiltBase"]


class PrebuiltBase(BuildHookInterface[Any]):
    """Called by hatchling for every wheel; an editable one reads the checkout."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the base and name it to the wheel."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from faultmaven_kb.storage.prebuilt import build_beside  # noqa: PLC0415 - the project that is built
        except ImportError as error:
            self.app.display_warning(f"the wheel has no prebuilt base: {error}; build it where the dependencies are")
            return
        finally:
            sys.path.remove(self.root)
        base = Path(mkdtemp(prefix="fmkb-wheel-"), "runbooks.fmkb")
        build_beside(Path(self.root, "runbooks"), base)
        build_data["force_include"][str(base)] = "faultmaven_kb/_data/runbooks.fmkb"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made for the wheel."""
        for source, target in build_data["force_include"].items():
            if target.endswith("/runbooks.fmkb"):
                Path(source).unlink()
                Path(source).parent.rmdir()
