"""RB4xx: the quick reference card, which is read first: symptoms, the search key, the quick fix, its time, the labels.

Its causes have a module of their own.
"""

import re
from collections.abc import Iterator

from faultmaven_kb.diagnostics import Edit, Fix, Level, Related
from faultmaven_kb.dialects.faultmaven import CARD, SOLUTION
from faultmaven_kb.dialects.pieces.durations import read_duration
from faultmaven_kb.dialects.pieces.parts import group_text, item_text, items_in
from faultmaven_kb.gate.toolkit.card import card_of, group_of, items_of, underlined
from faultmaven_kb.gate.toolkit.parts import by_role, incomplete, section_of
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.model.runbook import DurationRange
from faultmaven_kb.source import Span
from faultmaven_kb.text.characters.mojibake import repair
from faultmaven_kb.text.inline import literals, plain
from faultmaven_kb.text.markdown import Fence, ListItem
from faultmaven_kb.text.outline import Group, heading_span

__all__ = ["RULES"]

_LABELS = {
    "symptoms": "🔍 Symptoms",
    "causes": "⚡ Common Causes",
    "quick-fix": "🚀 Quick Fix",
    "resolution-time": "⏱️ Estimated Resolution Time",
}
_CONCRETE = re.compile(r"\d|[\"“«'‘]\w|\b[A-Z]{2,}|[a-z][A-Z]|\w_\w|\w\.\w|[/=%<>]|\w\(\)")
_VAGUE = re.compile(
    r"\b(?:slow(?:ness|ly)?|bad|weird|strange|broken|not work(?:ing)?|doesn['’]t work|fails?|problems?|issues?|errors?|"
    r"something|sometimes|unstable|poor|wrong|cannot connect|timeouts?|down)\b",
    re.IGNORECASE,
)


@rule("RB401", "missing-symptoms", Level.ERROR, Profile.INGEST)
def missing_symptoms(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has a list of symptoms.

    People search by symptoms. Without them the runbook is only found by its name.
    """
    card = card_of(checked)
    if card and "symptoms" not in card[1]:
        message = 'list "**🔍 Symptoms:**" is missing from the card'
        yield incomplete(checked, message, heading_span(card[0]))


@rule("RB402", "empty-symptoms", Level.ERROR, Profile.INGEST)
def empty_symptoms(checked: Checked) -> Iterator[Finding]:
    """Checks that the list of symptoms has items and that every item has text.

    Nobody can search for an empty symptom.
    """
    group = group_of(checked, "symptoms")
    if group is None:
        return
    for heading in underlined(checked):
        if CARD.label_role(heading.key) == "symptoms":
            span = checked.document.source.line_span(heading_span(heading).end_line)
            yield Finding("symptom is empty and turns the label above into a heading, expected what is seen", span)
    items = items_in(group.blocks)
    if not items:
        yield incomplete(checked, "symptoms have no list items, expected one for each symptom", group.span)
    for item in items:
        if not item_text(item).strip("`*_ .-") and not any(isinstance(block, Fence) for block in item.blocks):
            yield Finding("symptom is empty, expected what is seen", item.span)


@rule("RB409", "missing-quick-fix", Level.WARNING, Profile.CONTRIBUTE)
def missing_quick_fix(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has a quick fix.

    The first measure belongs where the reader looks first.
    """
    card = card_of(checked)
    group = card[1].get("quick-fix") if card else None
    if card and (group is None or not (group.text or group.blocks)):
        yield incomplete(checked, '"**🚀 Quick Fix:**" is missing from the card', heading_span(card[0]))


@rule("RB410", "missing-resolution-time", Level.WARNING, Profile.CONTRIBUTE)
def missing_resolution_time(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has an estimated resolution time.

    The time decides whether to repair the service now or to fail over first.
    """
    card = card_of(checked)
    group = card[1].get("resolution-time") if card else None
    if card and (group is None or not _time_text(group)):
        yield incomplete(checked, '"**⏱️ Estimated Resolution Time:**" is missing from the card', heading_span(card[0]))


def _time_text(group: Group) -> str:
    return plain(group_text(group))


@rule("RB411", "invalid-resolution-time", Level.WARNING, Profile.CURATED)
def invalid_resolution_time(checked: Checked) -> Iterator[Finding]:
    """Checks that times are durations such as "5-15 minutes", with the shorter time first.

    Tools sort and add up the times, and "soon" is not a duration.
    """
    group = group_of(checked, "resolution-time")
    text = _time_text(group) if group else ""
    if group and text:
        if not read_duration(text).ranges:
            span = checked.document.source.find(text, group.span.line, group.span.end_line) or group.span
            yield Finding(f'resolution time is "{text}", expected a duration such as "5-15 minutes"', span)
        yield from _reversed(checked, group, text)
    solutions = section_of(checked, "solutions")
    for solution in solutions.children if solutions else ():
        time = by_role(solution, SOLUTION).get("time")
        if time:
            yield from _reversed(checked, time, _time_text(time))


def _reversed(checked: Checked, group: Group, text: str) -> Iterator[Finding]:
    for part in read_duration(text).ranges:
        if _is_reversed(part):
            span = checked.document.source.find(text, group.span.line, group.span.end_line) or group.span
            numbers = list(re.finditer(r"\d+(?:\.\d+)?", text))
            fix = None
            if len(numbers) == 2 and checked.document.source.slice(span) == text:
                first, last = numbers
                swapped = text[: first.start()] + last[0] + text[first.end() : last.start()] + first[0]
                fix = Fix("swap them", (Edit(span, swapped + text[last.end() :]),), safe=False)
            yield Finding(f'time is "{text}", expected the shorter time first', span, fix)
            return


def _is_reversed(part: DurationRange) -> bool:
    return part.minimum is not None and part.maximum is not None and part.minimum > part.maximum


@rule("RB412", "duplicate-symptom", Level.WARNING, Profile.CURATED)
def duplicate_symptom(checked: Checked) -> Iterator[Finding]:
    """Checks that no symptom occurs twice.

    A duplicate symptom counts twice in the ranking of search results.
    """
    first: dict[str, ListItem] = {}
    for item in items_of(checked, "symptoms"):
        key = _comparable(item_text(item))
        earlier = first.setdefault(key, item)
        if key and earlier is not item:
            related = Related("first one", checked.document.path, earlier.span)
            gone = Span(item.span.line, 1, item.span.end_line + 1, 1)
            fix = Fix("remove it", (Edit(gone, ""),), safe=True)
            yield Finding(f'duplicate symptom "{plain(item_text(item))}"', item.span, fix, (related,))


def _comparable(text: str) -> str:
    return " ".join(re.findall(r"\w+|[^\w\s`*_.,;:!?\"']", plain(text).casefold()))


@rule("RB413", "card-label-style", Level.INFO, Profile.CURATED)
def card_label_style(checked: Checked) -> Iterator[Finding]:
    """Checks that the card uses the four labels of the format.

    Readers recognize the same labels in every runbook without reading them.
    """
    card = card_of(checked)
    for role, group in (card[1] if card else {}).items():
        expected = f"**{_LABELS[role]}:**"
        line = checked.lines[group.span.line - 1]
        match = re.match(r"[^\w*_]*(?:\*\*|__)[^\n]+?(?:\*\*|__)(?:[ \t]*:)?", line[group.span.column - 1 :])
        if match is None:
            yield Finding(f'"{group.label}" is a heading, expected the label {expected}', group.span)
            continue
        column = group.span.column
        span = Span(group.span.line, column, group.span.line, column + match.end())
        if repair(match[0]) == match[0] and _bare(match[0]) != _bare(expected):
            fix = Fix("use the format's label", (Edit(span, expected),), safe=True)
            yield Finding(f'label is "{match[0]}", expected "{expected}"', span, fix)


def _bare(label: str) -> str:
    return label.replace("\ufe0f", "").replace("__", "**")


@rule("RB414", "vague-symptom", Level.INFO, Profile.CURATED)
def vague_symptom(checked: Checked) -> Iterator[Finding]:
    """Checks for symptoms without an error text, a metric or a state.

    "It is slow" fits every fault. An error message fits one.
    """
    for item in items_of(checked, "symptoms"):
        text = item_text(item)
        if not text or literals(text) or any(isinstance(block, Fence) for block in item.blocks):
            continue
        bare = text[:1].lower() + text[1:]
        if not _CONCRETE.search(bare) and (len(text.split()) <= 3 or _VAGUE.search(bare)):
            message = f'symptom "{plain(text)}" is vague, expected an error text, a metric or a state as it is seen'
            yield Finding(message, item.span)


RULES: tuple[Rule, ...] = (
    missing_symptoms,
    empty_symptoms,
    missing_quick_fix,
    missing_resolution_time,
    invalid_resolution_time,
    duplicate_symptom,
    card_label_style,
    vague_symptom,
)
