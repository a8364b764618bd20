"""`fmkb rules`: what is checked and why, with an example of each rule."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from faultmaven_kb.cli.shared.common import echo_json
from faultmaven_kb.cli.shared.console import console
from faultmaven_kb.cli.shared.in_force import print_in_force
from faultmaven_kb.gate.rule_help.explanations import Explanation, explain
from faultmaven_kb.gate.rule_help.pages import page_url
from faultmaven_kb.gate.rules.catalogue import all_rules, rule_named
from faultmaven_kb.gate.toolkit.rule_model import Rule
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]

_LEVEL_STYLES = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command("rules")
@click.argument("code", required=False)
@click.option("--config", "in_force", is_flag=True, help="Print what is in force for the current folder, and why.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(code: str | None, in_force: bool, as_json: bool) -> None:
    """Explain the rule CODE (a code or a name) with an example, or list all rules.

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
        echo_json([explain(rule).to_dict() for rule in rules])
    elif code:
        _explain(explain(rules[0]))
    else:
        _list(rules)


def _explain(explanation: Explanation) -> None:
    rule, example = explanation.rule, explanation.example
    out = console()
    out.print(
        Text.assemble(
            (f"{rule.code} {rule.name}", "bold"), f"  {rule.level.value}, from profile {rule.profile.label} on"
        )
    )
    for text in (rule.checks, rule.why):
        if text:
            out.print(Text(text))
    if example:
        if example.configuration:
            _print_lines(out, "with .fmkb.toml", example.configuration.rstrip("\n"))
        _print_lines(out, f"reported, in {example.bad.path}", example.bad.text or "(nothing)")
        _print_lines(out, "as", example.output)
        _print_lines(out, f"accepted, in {example.good.path}", example.good.text)
    _print_lines(out, "fix")
    out.print(Text(explanation.fix))
    _print_lines(out, "configuration, in .fmkb.toml", "\n".join(explanation.settings))
    out.print()
    for sentence in explanation.configuration:
        out.print(Text(sentence))
    out.print(Text(page_url(rule.code), "dim"), soft_wrap=True)


def _print_lines(out: Console, title: str, text: str = "") -> None:
    """A heading, and lines below it that are never wrapped: what is copied must be the text itself."""
    out.print()
    out.print(Text(title, "bold"), soft_wrap=True)
    for line in text.split("\n") if text else ():
        out.print(Text(f"  {printable(line)}" if line else ""), soft_wrap=True)


def _list(rules: tuple[Rule, ...]) -> None:
    out = console()
    if not out.is_terminal:
        for rule in rules:
            click.echo("\t".join((rule.code, rule.name, rule.level.value, rule.profile.label, rule.checks or rule.why)))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("code", "name", "level", "profile", "what it checks"):
        table.add_column(name, no_wrap=name in ("code", "level"))
    for rule in rules:
        level = Text(rule.level.value, style=_LEVEL_STYLES[rule.level.value])
        first, _, rest = (rule.checks or rule.why).partition(". ")
        table.add_row(rule.code, rule.name, level, rule.profile.label, f"{first}." if rest else first)
    out.print(table)
