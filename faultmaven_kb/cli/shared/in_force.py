"""`fmkb rules --config`: which rules run for a folder, at which level, with which limits, and what decided so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from faultmaven_kb.cli.shared.common import echo_json
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.gate.configuration.file import Configuration
from faultmaven_kb.gate.configuration.location import find_configuration
from faultmaven_kb.gate.rules.catalogue import all_rules
from faultmaven_kb.gate.settings.settings import ALWAYS
from faultmaven_kb.gate.toolkit.rule_model import Profile, Rule
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["print_in_force"]

_VALUES = {
    "limits.stale-months": "stale_months",
    "limits.weight-tolerance": "weight_tolerance",
    "limits.file-size": "file_size",
    "vocabulary.technologies": "technologies",
    "vocabulary.tags": "tags",
    "vocabulary.sections": "sections",
    "vocabulary.languages": "languages",
    "vocabulary.hosts": "hosts",
    "vocabulary.fields": "fields",
    "vocabulary.annotations": "annotations",
    "sections.required": "required_sections",
    "sections.aliases": "aliases",
    "retired-ids": "retired_ids",
    "allow-credential-suppression": "allow_credential_suppression",
}
"""The keys that are values rather than rules, with the setting each becomes."""


def print_in_force(folder: Path, rules: tuple[Rule, ...], *, as_json: bool) -> None:
    """Print what is in force for runbooks in a folder: the rules asked for, and where all are meant the values too."""
    configuration = find_configuration(folder).configuration
    rows = [_row(rule, configuration) for rule in rules]
    values = list(_values(configuration)) if rules == all_rules() else []
    if as_json:
        echo_json({"configuration": configuration.path or None, "rules": rows, "values": values})
        return
    click.echo(f"configuration: {printable(configuration.path) or 'none, the defaults are in force'}")
    _print(("code", "name", "level", "runs", "why"), rows)
    if values:
        _print(("key", "value", "why"), values)


def _row(rule: Rule, configuration: Configuration) -> dict[str, Any]:
    settings, profile = configuration.settings, configuration.profile or Profile.CONTRIBUTE
    runs = settings.counts(rule.code, rule.profile, profile)
    level = settings.level(rule.code, rule.level)
    why = _why(rule, configuration, profile)
    if level is not rule.level:
        why += f"; level set by {_place(configuration, 'levels')}"
    return {"code": rule.code, "name": rule.name, "level": level.value, "runs": "yes" if runs else "no", "why": why}


def _why(rule: Rule, configuration: Configuration, profile: Profile) -> str:
    settings = configuration.settings
    if rule.code in ALWAYS:
        return "always"
    if rule.code in settings.ignore:
        return f"ignored by {_place(configuration, 'ignore')}"
    if rule.code in settings.select:
        return f"selected by {_place(configuration, 'select')}"
    if rule.code in settings.extend_select:
        return f"selected by {_place(configuration, 'extend-select')}"
    if settings.select:
        return f"not selected by {_place(configuration, 'select')}"
    chosen = f"profile {profile.label}, {_place(configuration, 'profile')}"
    return chosen if rule.profile <= profile else f"{chosen}; runs from {rule.profile.label} on"


def _place(configuration: Configuration, key: str) -> str:
    line = configuration.lines.get(key)
    return f"{printable(configuration.path)}:{line}" if line else "the default"


def _values(configuration: Configuration) -> Iterator[dict[str, Any]]:
    for key, name in _VALUES.items():
        value = getattr(configuration.settings, name)
        shown = ", ".join(map(_shown, value)) if isinstance(value, tuple) else str(value).lower()
        if key in configuration.lines or not isinstance(value, tuple):
            why = _place(configuration, key) if key in configuration.lines else "the default"
            yield {"key": key, "value": shown, "why": why}
    for name in ("schema", "proofs", "baseline"):
        path = getattr(configuration, name)
        if path:
            yield {"key": name, "value": path, "why": _place(configuration, name)}
    for index, exclusion in enumerate(configuration.settings.exclusions, 1):
        what = f"{', '.join(exclusion.codes) or 'all rules'} for {', '.join((*exclusion.paths, *exclusion.ids))}"
        yield {
            "key": f"exclude {index}",
            "value": what,
            "why": f"{_place(configuration, 'exclude')}: {exclusion.reason}",
        }


def _shown(value: str | tuple[str, str]) -> str:
    """A word of a list, or a heading with the one it is read as."""
    return value if isinstance(value, str) else " = ".join(value)


def _print(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    out = console()
    if not out.is_terminal:
        for row in rows:
            click.echo("\t".join(printable(str(row[name])) for name in columns))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(name)
    for row in rows:
        table.add_row(*(Text(printable(str(row[name]))) for name in columns))
    out.print(table)
