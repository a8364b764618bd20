"""RB52x: prevention, the version history and tables.

Tables are read from the lines again: a Markdown reader drops the cells that are too many and adds the ones that are
missing, without a warning.
"""

import itertools
import re
from collections.abc import Iterator

from faultmaven_kb.brief import counted
from faultmaven_kb.diagnostics import Level, Related
from faultmaven_kb.gate.toolkit.parts import incomplete, section_of
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Paragraph, Table, blocks_within
from faultmaven_kb.text.outline import heading_span, parts_of, walk

__all__ = ["RULES"]

_IMMEDIATE = re.compile(r"\b(?:immediate|tactical|short[- ]term|quick wins?)\b")
_LONG_TERM = re.compile(r"\b(?:long[- ]term|strategic|permanent)\b")
_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _lacks(checked: Checked, kind: re.Pattern[str], name: str) -> Iterator[Finding]:
    section = section_of(checked, "prevention")
    if section is None:
        return
    parts = [group for group in parts_of(section) if kind.search(group.key) or kind.search(group.label.lower())]
    if not any(group.text or group.blocks for group in parts):
        yield incomplete(checked, f'"### {name}" is missing from the prevention', heading_span(section))


@rule("RB521", "missing-tactical-prevention", Level.WARNING, Profile.CONTRIBUTE)
def missing_tactical_prevention(checked: Checked) -> Iterator[Finding]:
    """Checks that Prevention has a part about immediate measures.

    Measures that can be taken today keep the fault from coming back tonight.
    """
    yield from _lacks(checked, _IMMEDIATE, "Immediate Prevention (Tactical)")


@rule("RB522", "missing-strategic-prevention", Level.WARNING, Profile.CONTRIBUTE)
def missing_strategic_prevention(checked: Checked) -> Iterator[Finding]:
    """Checks that Prevention has a part about long-term measures.

    Alerts only catch the next case. A change of design removes the cause.
    """
    yield from _lacks(checked, _LONG_TERM, "Long-term Prevention (Strategic)")


@rule("RB523", "version-not-in-history", Level.WARNING, Profile.CURATED)
def version_not_in_history(checked: Checked) -> Iterator[Finding]:
    """Checks that the version has a row in the version history.

    Without a row, nobody can see what changed in this version.
    """
    version, section = checked.value("version"), section_of(checked, "version-history")
    history = checked.document.runbook.history
    if isinstance(version, str) and section and version not in {row.version for row in history}:
        related = (Related("the history", checked.document.path, heading_span(section)),)
        yield Finding(
            f'version is "{version}", but the history has no row for it', checked.value_span("version"), related=related
        )


@rule("RB524", "history-date-mismatch", Level.WARNING, Profile.CURATED)
def history_date_mismatch(checked: Checked) -> Iterator[Finding]:
    """Checks that the history's date of the current version equals `last_updated`.

    One of the two dates is wrong, and the age of the runbook is computed from `last_updated`.
    """
    version, updated = checked.value("version"), checked.value("last_updated")
    rows = [row for row in checked.document.runbook.history if row.version == version]
    if not rows or not isinstance(updated, str) or not _DATE.fullmatch(updated):
        return
    if updated not in {row.date.isoformat() for row in rows if row.date}:
        row = rows[0]
        row_date = row.date.isoformat() if row.date else ""
        span = checked.document.source.find(row_date, row.span.line) if row_date else None
        related = (Related("last_updated", checked.document.path, checked.value_span("last_updated")),)
        message = f'date of version {version} is "{row_date}", expected last_updated "{updated}"'
        yield Finding(message, span or row.span, related=related)


@rule("RB525", "malformed-table", Level.WARNING, Profile.CONTRIBUTE)
def malformed_table(checked: Checked) -> Iterator[Finding]:
    """Checks that every row of a table has as many cells as its header.

    Renderers drop extra cells without a warning, and a missing cell shifts the others.
    """
    for block in blocks_within(checked.document.blocks):
        if isinstance(block, Table):
            expected = _cells(checked, block.rows[0].span)
            for row in block.rows[1:]:
                count = _cells(checked, row.span)
                if count != expected:
                    message = f"table row has {counted(count, 'cell')}, expected {expected} as in the header"
                    yield Finding(message, checked.document.source.line_span(row.span.line))
        elif isinstance(block, Paragraph) and "|" in block.text:
            yield from _no_table(checked, block)


def _no_table(checked: Checked, block: Paragraph) -> Iterator[Finding]:
    """Lines that look like a table but are not, because header and delimiter differ in width."""
    lines = [checked.lines[number - 1].lstrip("> \t") for number in range(block.span.line, block.span.end_line + 1)]
    for index, (header, delimiter) in enumerate(itertools.pairwise(lines)):
        if header.startswith("|") and delimiter.startswith("|") and _DELIMITER.fullmatch(delimiter.strip()):
            expected, count = _width(header), _width(delimiter)
            if expected != count:
                span = checked.document.source.line_span(block.span.line + index + 1)
                yield Finding(f"table row has {counted(count, 'cell')}, expected {expected} as in the header", span)
            return


def _cells(checked: Checked, span: Span) -> int:
    return _width(checked.lines[span.line - 1].lstrip("> \t"))


def _width(line: str) -> int:
    """The number of cells as GitHub counts them: a pipe in a code span divides as well, only a backslash hides it."""
    line = re.sub(r"^(?:[-*+]|\d+[.)])\s+(?=\|)", "", line.strip())
    bare = re.sub(r"\\\|", "xx", line).removeprefix("|")
    return len(bare.removesuffix("|").split("|"))


@rule("RB526", "no-security-considerations", Level.INFO, Profile.CURATED)
def no_security_considerations(checked: Checked) -> Iterator[Finding]:
    """Checks for a part about security, in Prevention or elsewhere.

    What the commands reveal or require is easily overlooked under pressure.
    """
    section = section_of(checked, "prevention")
    if section is None or any("security" in part.key for part in checked.sections):
        return
    if not any("security" in group.key for part in walk((section,)) for group in parts_of(part)):
        message = '"### Security Considerations" is missing from the prevention'
        yield incomplete(checked, message, heading_span(section))


RULES: tuple[Rule, ...] = (
    missing_tactical_prevention,
    missing_strategic_prevention,
    version_not_in_history,
    history_date_mismatch,
    malformed_table,
    no_security_considerations,
)
