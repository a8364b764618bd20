"""`fmkb validate --fix`: what is said about files that were changed and fixes that were refused.

What is said goes to standard error, so that the report on standard output keeps its format.
"""

from collections import Counter

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.errors import PathError
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.fixes import Check, FixedFile, fix_report
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines

__all__ = ["fix_files", "print_changes"]


def fix_files(report: Report, check: Check, *, unsafe: bool) -> bool:
    """Fix the files of a report and say what was done; whether any file changed.

    Raises `PathError` for files that cannot be written, when all others are.
    """
    fixed = fix_report(report, check=check, unsafe=unsafe)
    changed, errors = [], []
    for file in fixed:
        if file.changed:
            try:
                file.write()
                changed.append(file)
            except PathError as error:
                errors.append(str(error))
    _say(fixed, changed, "fixed")
    if errors:
        raise PathError("; ".join(errors))
    return bool(changed)


def print_changes(report: Report, check: Check, *, unsafe: bool) -> bool:
    """Print as a diff what fixing would change; whether there is anything."""
    fixed = fix_report(report, check=check, unsafe=unsafe)
    changed = [file for file in fixed if file.changed]
    for file in changed:
        click.echo("".join(f"{printable_lines(line)}\n" for line in file.diff().split("\n")[:-1]), nl=False)
    _say(fixed, changed, "would fix")
    return bool(changed)


def _say(fixed: tuple[FixedFile, ...], changed: list[FixedFile], verb: str) -> None:
    for file in fixed:
        for refusal in file.refused:
            diagnostic = refusal.diagnostic
            place = f"{printable(diagnostic.path)}:{diagnostic.span.line}"
            click.echo(f"fmkb: {place}: fix of {diagnostic.code} refused: {printable(refusal.reason)}", err=True)
    count = sum(len(file.applied) for file in changed)
    findings = counted(count, "finding")
    files = counted(len(changed), "runbook")
    rules = Counter(diagnostic.code for file in changed for diagnostic in file.applied)
    which = ", ".join(f"{code} {number}" for code, number in sorted(rules.items()))
    click.echo(f"fmkb: {verb} {findings} in {files}{f' ({which})' if which else ''}", err=True)
