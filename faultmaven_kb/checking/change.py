"""How a change is judged: by the configuration, the schema and the baseline before it, and by what is named from
outside. A change to them is reported, so that anybody who reviews it sees that the rules would change.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.file import Configuration
from faultmaven_kb.gate.configuration.location import (
    FoundConfiguration,
    RulesInForce,
    configuration_before,
    find_configuration,
    load_configuration,
    load_configuration_before,
    text_before,
)
from faultmaven_kb.gate.configuration.regular import CONFIGURATION_FILE
from faultmaven_kb.gate.facts.snapshot import Snapshot
from faultmaven_kb.gate.rules.catalogue import CONFIGURATION_CHANGED
from faultmaven_kb.git_history import snapshot
from faultmaven_kb.git_repository import Repository, find_repository
from faultmaven_kb.source import START

__all__ = ["rules_before"]


def rules_before(paths: tuple[Path, ...], revision: str, *, config: Path | None, baseline: Path | None) -> RulesInForce:
    """The rules for the change since a revision; `config` and `baseline` are files that the caller names.

    Raises `ConfigurationError` for a revision or a file that cannot be used.
    """
    repository = find_repository(Path())
    since = snapshot(paths, revision, repository=repository)
    notices: tuple[Diagnostic, ...] = ()
    if config:
        configuration = _named(config, repository, since)
        if configuration.configuration.path and _place(config, repository) in since.tree.files:
            notices = _notices(partial(load_configuration, config), configuration, revision)
    else:
        first = paths[0] if paths[0].is_dir() else paths[0].parent
        configuration = configuration_before(since.tree, repository.place(first), root=repository.top)
        notices = _notices(partial(find_configuration, paths[0]), configuration, revision)
    text = configuration.read_baseline
    if baseline:
        text = _text_of(baseline, repository, since, "--baseline")
    return RulesInForce(configuration, repository.top, text, since, notices)


def _named(config: Path, repository: Repository, since: Snapshot) -> FoundConfiguration:
    """The configuration of `--config`: as it was where it belongs to the repository, else as it is."""
    place = _place(config, repository)
    if place is None:
        return load_configuration(config)
    if place in since.tree.files:
        return load_configuration_before(since.tree, place, root=repository.top)
    _refuse_own(place, repository, since, "--config")
    return load_configuration(config)


def _text_of(file: Path, repository: Repository, since: Snapshot, option: str) -> Callable[[], str] | None:
    """How the text of a file before the change is read, None for one that is from outside."""
    place = _place(file, repository)
    if place is None:
        return None
    if place in since.tree.files:
        return partial(text_before, since.tree, place)
    _refuse_own(place, repository, since, option)
    return None


def _place(file: Path, repository: Repository) -> str | None:
    """Where a file is in the repository by its name, None outside."""
    try:
        return (file.parent.resolve() / file.name).relative_to(repository.top).as_posix()
    except (ValueError, OSError, RuntimeError):
        return None


def _refuse_own(place: str, repository: Repository, since: Snapshot, option: str) -> None:
    if repository.brings(place):
        raise ConfigurationError(
            f"{option}: {place!r} comes with the change, expected a file that {since.revision!r} has"
            " or one outside of the repository"
        )


def _notices(
    present: Callable[[], FoundConfiguration], before: FoundConfiguration, revision: str
) -> tuple[Diagnostic, ...]:
    """What is said about a change of the configuration; one that is not understood is a change, too."""
    name, what = before.configuration.path or CONFIGURATION_FILE, "is changed"
    try:
        now = present()
        if _meant(now) == _meant(before):
            return ()
        name = now.configuration.path or name
        if not before.configuration.path:
            what = "is new"
        elif not now.configuration.path:
            what = "is removed"
    except ConfigurationError as error:
        what = f"is not understood ({error})"
    rule = CONFIGURATION_CHANGED
    message = f"the configuration {what}, the check uses the one at {revision!r}"
    level = before.configuration.settings.level(rule.code, rule.level)
    return (Diagnostic(rule.code, rule.name, level, message, name, START),)


def _meant(file: FoundConfiguration) -> tuple[Configuration, str]:
    """All that a configuration decides, with its baseline; the proofs belong to the runbooks."""
    configuration = file.configuration
    baseline = file.read_baseline() if file.read_baseline else ""
    without_proofs = replace(configuration.settings, proofs="")
    return replace(configuration, path="", lines={}, settings=without_proofs, proofs=""), baseline
