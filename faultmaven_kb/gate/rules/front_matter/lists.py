"""The lists of the front matter: tags, and the names of the alerts that a runbook is for (RB215 to RB217, RB224)."""

import re
from collections.abc import Iterator, Sequence

from faultmaven_kb.diagnostics import Edit, Fix, Level, Related
from faultmaven_kb.gate.rules.front_matter.fields import rewritten
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import Span

__all__ = ["RULES"]

_TAG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ALERT = re.compile(r"[\w:.-]+")


@rule("RB215", "too-few-tags", Level.WARNING, Profile.CONTRIBUTE)
def too_few_tags(checked: Checked) -> Iterator[Finding]:
    """Checks that there are at least three tags.

    With fewer tags a runbook is hard to distinguish from others of the same technology.
    """
    tags = checked.document.runbook.metadata.tags
    if tags and len(tags) < 3:
        key, value = checked.document.front_matter.key_span("tags"), checked.value_span("tags")
        span = value if value.line == key.line else key  # a block list begins a line below
        yield Finding(f"only {len(tags)} of at least 3 tags", span)


@rule("RB216", "duplicate-tag", Level.WARNING, Profile.CONTRIBUTE)
def duplicate_tag(checked: Checked) -> Iterator[Finding]:
    """Checks that no tag occurs twice, in upper or lower case.

    A duplicate tag counts twice in searches and adds no information.
    """
    yield from _duplicates(checked, "tags", "tag", checked.document.runbook.metadata.tags)


@rule("RB217", "invalid-tag", Level.WARNING, Profile.CONTRIBUTE)
def invalid_tag(checked: Checked) -> Iterator[Finding]:
    """Checks that tags are lower-case kebab-case.

    Tags are compared letter by letter. In kebab-case each tag has only one spelling.
    """
    for index, tag in enumerate(checked.document.runbook.metadata.tags):
        if not _TAG.fullmatch(tag):
            span = checked.value_span("tags", index)
            kebab = "-".join(re.findall(r"[a-z0-9]+", tag.lower()))
            fix = Fix(f"use {kebab}", (rewritten(checked, span, kebab),), safe=True) if kebab else None
            yield Finding(f'tag is "{tag}", expected lower-case kebab-case', span, fix)


@rule("RB224", "invalid-alert", Level.WARNING, Profile.CONTRIBUTE)
def invalid_alert(checked: Checked) -> Iterator[Finding]:
    """Checks that each name in `alerts` is one word of letters, digits, `_`, `:`, `-` and `.`, and occurs once.

    `fmkb alerts` finds a runbook by the name that the alert has in its rule. A sentence about the alert is not found.
    """
    alerts = checked.document.runbook.metadata.alerts
    for index, alert in enumerate(alerts):
        if not _ALERT.fullmatch(alert):
            message = f'alert is "{alert}", expected its name in the rules: letters, digits, "_", ":", "-" and "."'
            yield Finding(message, checked.value_span("alerts", index))
    yield from _duplicates(checked, "alerts", "alert", alerts)


def _duplicates(checked: Checked, field: str, kind: str, items: Sequence[str]) -> Iterator[Finding]:
    """A finding for each item that the list has before, in upper or lower case."""
    positions: dict[str, int] = {}
    for index, item in enumerate(items):
        first = positions.setdefault(item.casefold(), index)
        if first != index:
            span = checked.value_span(field, index)
            related = Related("first here", checked.document.path, checked.value_span(field, first))
            yield Finding(f'duplicate {kind} "{item}"', span, _remove_item(checked, span), (related,))


def _remove_item(checked: Checked, span: Span) -> Fix | None:
    """Remove a block list's line; a list in brackets is left to the author."""
    line = checked.lines[span.line - 1]
    if not re.fullmatch(r"\s*-\s+", line[: span.column - 1]) or line[span.end_column - 1 :].strip():
        return None
    return Fix("remove it", (Edit(Span(span.line, 1, span.line + 1, 1), ""),), safe=True)


RULES: tuple[Rule, ...] = (too_few_tags, duplicate_tag, invalid_tag, invalid_alert)
