"""`fmkb validate --fix`: what is said about files that were changed and fixes that were refused.

What is said goes to standard error, so that the report on standard output keeps its format.
"""

from collections import Counter

import click

from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.fixes import Check, FixedFile, diff, fix_report, write_fixed
from faultmaven_kb.text.terminal_text import printable

__all__ = ["fix_files", "print_changes"]


def fix_files(report: Report, check: Check, *, unsafe: bool) -> bool:
    """Fix the files of a report and say what was done; whether any file changed."""
    fixed = fix_report(report, check=check, unsafe=unsafe)
    changed = [each for each in fixed if each.changed]
    for each in changed:
        write_fixed(each)
    _say(fixed, changed, "fixed")
    return bool(changed)


def print_changes(report: Report, check: Check, *, unsafe: bool) -> bool:
    """Print as a diff what fixing would change; whether there is anything."""
    fixed = fix_report(report, check=check, unsafe=unsafe)
    changed = [each for each in fixed if each.changed]
    for each in changed:
        click.echo("".join(f"{printable(line)}\n" for line in diff(each).split("\n")[:-1]), nl=False)
    _say(fixed, changed, "would fix")
    return bool(changed)


def _say(fixed: tuple[FixedFile, ...], changed: list[FixedFile], verb: str) -> None:
    for each in fixed:
        for refusal in each.refused:
            found = refusal.diagnostic
            place = f"{printable(found.path)}:{found.span.line}"
            click.echo(f"fmkb: {place}: fix of {found.code} refused: {printable(refusal.reason)}", err=True)
    count = sum(len(each.applied) for each in changed)
    findings = "1 finding" if count == 1 else f"{count} findings"
    files = "1 runbook" if len(changed) == 1 else f"{len(changed)} runbooks"
    rules = Counter(found.code for each in changed for found in each.applied)
    which = ", ".join(f"{code} {number}" for code, number in sorted(rules.items()))
    click.echo(f"fmkb: {verb} {findings} in {files}{f' ({which})' if which else ''}", err=True)
