"""The ids that the shell completes, from a base on disk that is there already: nothing heavy is loaded for them."""

from pathlib import Path

from faultmaven_kb.cli.shared.surroundings import cache_folder
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.knowledge_base import builtin_path, is_built
from faultmaven_kb.storage.file_format.container import SUFFIX
from faultmaven_kb.storage.listing import listed
from faultmaven_kb.storage.stamp import kept_file

__all__ = ["ids_at_once"]

_MOST_TITLES = 100  # chosen: a screen or two; each is read from a runbook's model


def ids_at_once(paths: tuple[Path, ...], beginning: str) -> list[tuple[str, str]] | None:
    """The ids at the paths that begin so, each with its title (without one where they are many); None where no base
    that is up to date has them."""
    if any(map(is_built, paths)):
        return listed(paths[0], beginning, titles=_MOST_TITLES, as_built=True) if len(paths) == 1 else None
    if not paths:
        folder = builtin_path()
        ids = listed(folder.with_suffix(SUFFIX), beginning, titles=_MOST_TITLES, home=folder)
        return ids if ids is not None else _kept((folder,), {}, beginning)
    return _kept(paths, team_headings(paths), beginning)


def _kept(paths: tuple[Path, ...], aliases: dict[str, str], beginning: str) -> list[tuple[str, str]] | None:
    return listed(kept_file(cache_folder(), paths, aliases), beginning, titles=_MOST_TITLES)
