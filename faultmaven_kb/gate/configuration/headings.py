"""A team's own headings for everybody who reads its runbooks, not only for the check: `[sections.aliases]`.

The search, the exports and the editor read runbooks without being told of a configuration. So the one in force for the
runbooks' place is looked up here, cheaply: where no file mentions aliases, none is parsed. A configuration that is not
understood changes nothing here, because the reader who looks for help did not break it; the check says what is wrong
with it.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from faultmaven_kb.disk.folders import real_path, repository_top
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.regular import CONFIGURATION_FILES, SETTINGS_LIMIT, regular_text

__all__ = ["team_headings"]


def team_headings(paths: Sequence[str | Path]) -> dict[str, str]:
    """The headings of a team with the ones they are read as, from the configuration in force for the first path."""
    if not paths or not _speaks_of_aliases(Path(paths[0])):
        return {}
    from faultmaven_kb.gate.configuration.location import find_configuration  # noqa: PLC0415 - mostly there is none

    try:
        return dict(find_configuration(Path(paths[0])).configuration.settings.aliases)
    except ConfigurationError:
        return {}


def _speaks_of_aliases(path: Path) -> bool:
    """Whether a file that may be the configuration in force holds the word at all."""
    real = real_path(path)
    folder = real if real.is_dir() else real.parent
    top = repository_top(folder)
    for above in (folder, *folder.parents):
        if any(_holds(above / name, top or Path(folder.anchor)) for name in CONFIGURATION_FILES):
            return True
        if above == top:
            return False
    return False


def _holds(file: Path, root: Path) -> bool:
    try:
        return os.path.lexists(file) and "aliases" in regular_text(file, root, limit=SETTINGS_LIMIT)
    except ConfigurationError:
        return False
