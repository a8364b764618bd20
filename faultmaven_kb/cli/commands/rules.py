"""`fmkb rules`: what is checked, and why."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from faultmaven_kb.cli.shared.common import echo_json
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.cli.shared.in_force import print_in_force
from faultmaven_kb.gate.rules.catalogue import all_rules, rule_named
from faultmaven_kb.gate.toolkit.rule_model import Rule

__all__ = ["command"]

_LEVEL_STYLES = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command("rules")
@click.argument("code", required=False)
@click.option("--config", "in_force", is_flag=True, help="Print what is in force for the current folder, and why.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(code: str | None, in_force: bool, as_json: bool) -> None:
    """Explain the rule CODE (a code or a name), or list them all.

    \b
    Examples:
      fmkb rules
      fmkb rules RB205
      fmkb rules mojibake
      fmkb rules --config
    """
    rules = (rule_named(code),) if code else all_rules()
    if in_force:
        print_in_force(Path(), rules, as_json=as_json)
    elif as_json:
        echo_json([_row(rule) for rule in rules])
    elif code:
        _explain(rules[0])
    else:
        _list(rules)


def _row(rule: Rule) -> dict[str, str]:
    return {
        "code": rule.code,
        "name": rule.name,
        "level": rule.level.value,
        "profile": rule.profile.label,
        "why": rule.why,
    }


def _explain(rule: Rule) -> None:
    out = console()
    out.print(
        Text.assemble(
            (f"{rule.code} {rule.name}", "bold"), f"  {rule.level.value}, from profile {rule.profile.label} on"
        )
    )
    out.print(Text(rule.why))


def _list(rules: tuple[Rule, ...]) -> None:
    out = console()
    if not out.is_terminal:
        for rule in rules:
            click.echo("\t".join((rule.code, rule.name, rule.level.value, rule.profile.label, rule.why)))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("code", "name", "level", "profile", "why"):
        table.add_column(name, no_wrap=name in ("code", "level"))
    for rule in rules:
        level = Text(rule.level.value, style=_LEVEL_STYLES[rule.level.value])
        table.add_row(rule.code, rule.name, level, rule.profile.label, rule.why)
    out.print(table)
