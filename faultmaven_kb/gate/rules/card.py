"""RB4xx: the quick reference card. Symptoms are the search key, causes carry weights, and the card is read first.

Weights come from the reader that the model uses (`dialects/weights.py`), with their places.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from faultmaven_kb.diagnostics import Edit, Fix, Level, Related
from faultmaven_kb.dialects.durations import read_duration
from faultmaven_kb.dialects.faultmaven import CARD, SOLUTION
from faultmaven_kb.dialects.parts import group_text, item_text, items_in
from faultmaven_kb.dialects.weights import Weight, rounding, weight_of, weight_span
from faultmaven_kb.gate.toolkit.parts import by_role, first_out_of_order, incomplete, section_of
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.model.runbook import DurationRange
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import literals, plain
from faultmaven_kb.text.markdown import Fence, ListItem
from faultmaven_kb.text.mojibake import repair
from faultmaven_kb.text.outline import Group, OutlineSection, groups, heading_span, words

__all__ = ["RULES"]

_LABELS = {
    "symptoms": "🔍 Symptoms",
    "causes": "⚡ Common Causes",
    "quick-fix": "🚀 Quick Fix",
    "resolution-time": "⏱️ Estimated Resolution Time",
}
_LISTED = re.compile(r"^\s*(?P<number>\d{1,9})[.)]\s")
_CONCRETE = re.compile(r"\d|[\"“«'‘]\w|\b[A-Z]{2,}|[a-z][A-Z]|\w_\w|\w\.\w|[/=%<>]|\w\(\)")
_VAGUE = re.compile(
    r"\b(?:slow(?:ness|ly)?|bad|weird|strange|broken|not work(?:ing)?|doesn['’]t work|fails?|problems?|issues?|errors?|"
    r"something|sometimes|unstable|poor|wrong|cannot connect|timeouts?|down)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A cause's item with its weight and the weight's place; both are None without a weight."""

    item: ListItem
    text: str
    weight: Weight | None
    span: Span | None

    @property
    def value(self) -> float | None:
        """The percentage; None where there is no number."""
        return self.weight.percent if self.weight else None


def _card(checked: Checked) -> tuple[OutlineSection, dict[str, Group]] | None:
    """The card and its parts by role; a label that became a heading by a hyphen below it takes its part along."""
    section = section_of(checked, "quick-reference-card")
    if section is None:
        return None
    parts = by_role(section, CARD)
    for heading in _underlined(checked):
        below = by_role(heading, CARD)
        first = next(iter(groups(heading.blocks)), None)
        blocks = first.blocks if first and not first.label else ()
        role = CARD.label_role(heading.key) or ""
        parts = {role: Group(heading.title, heading.key, "", blocks, heading_span(heading))} | below | parts
    return section, parts


def _underlined(checked: Checked) -> list[OutlineSection]:
    """Labels of the card with a line of one hyphen below: an empty list item that Markdown reads as a heading."""
    return [
        section
        for section in checked.sections
        if section.heading
        and section.heading.span.end_line > section.heading.span.line
        and section.heading.text.startswith(("**", "__"))
        and CARD.label_role(section.key)
        and checked.lines[section.heading.span.end_line - 1].strip() == "-"
    ]


def _group(checked: Checked, role: str) -> Group | None:
    card = _card(checked)
    return card[1].get(role) if card else None


def _items(checked: Checked, role: str) -> tuple[ListItem, ...]:
    group = _group(checked, role)
    return items_in(group.blocks) if group else ()


def _weighed(checked: Checked) -> Iterator[_Weighed]:
    for item in _items(checked, "causes"):
        if text := item_text(item):
            weight = weight_of(item)
            span = weight_span(checked.document.source, item, weight) if weight else None
            yield _Weighed(item, text, weight, span)


@rule("RB401", "missing-symptoms", Level.ERROR, Profile.INGEST)
def missing_symptoms(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has a list of symptoms.

    People search by symptoms. Without them the runbook is only found by its name.
    """
    card = _card(checked)
    if card and "symptoms" not in card[1]:
        message = 'list "**🔍 Symptoms:**" is missing from the card'
        yield incomplete(checked, message, heading_span(card[0]))


@rule("RB402", "empty-symptoms", Level.ERROR, Profile.INGEST)
def empty_symptoms(checked: Checked) -> Iterator[Finding]:
    """Checks that the list of symptoms has items and that every item has text.

    Nobody can search for an empty symptom.
    """
    group = _group(checked, "symptoms")
    if group is None:
        return
    for heading in _underlined(checked):
        if CARD.label_role(heading.key) == "symptoms":
            span = checked.document.source.line_span(heading_span(heading).end_line)
            yield Finding("symptom is empty and turns the label above into a heading, expected what is seen", span)
    items = items_in(group.blocks)
    if not items:
        yield incomplete(checked, "symptoms have no list items, expected one for each symptom", group.span)
    for item in items:
        if not item_text(item).strip("`*_ .-") and not any(isinstance(block, Fence) for block in item.blocks):
            yield Finding("symptom is empty, expected what is seen", item.span)


@rule("RB403", "missing-causes", Level.ERROR, Profile.INGEST)
def missing_causes(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has a list of common causes.

    Without causes, the reader knows what is wrong but not where to look.
    """
    card = _card(checked)
    if card is None or any(item_text(item) for item in _items(checked, "causes")) or any(_unlisted(checked)):
        return
    group = card[1].get("causes")
    related = (Related("label without a list", checked.document.path, group.span),) if group else ()
    finding = incomplete(checked, 'list "**⚡ Common Causes:**" is missing from the card', heading_span(card[0]))
    yield Finding(finding.message, finding.span, related=related, level=finding.level)


@rule("RB404", "cause-without-weight", Level.ERROR, Profile.CONTRIBUTE)
def cause_without_weight(checked: Checked) -> Iterator[Finding]:
    """Checks that every cause has a weight in per cent.

    People and `fmkb diagnose` rank causes by weight. A cause without a weight cannot be ranked.
    """
    for cause in _weighed(checked):
        if cause.weight is None:
            message = f'cause "{_name(cause)}" has no weight, expected "(NN% of cases)"'
            yield incomplete(checked, message, _first_line(checked, cause.item))
        elif cause.weight.kind == "word" and cause.span:
            message = f'weight is "{cause.weight.written}", expected a number such as "(NN% of cases)"'
            yield incomplete(checked, message, cause.span)


def _first_line(checked: Checked, item: ListItem) -> Span:
    line = checked.document.source.line_span(item.span.line)
    return Span(item.span.line, item.span.column, item.span.line, line.end_column)


def _name(cause: _Weighed) -> str:
    bold = re.match(r"(?:\*\*|__)(.+?)(?:\*\*|__)", cause.text)
    return plain(bold[1] if bold else re.split(r"\s[-–—(]|:\s|\(", cause.text, maxsplit=1)[0])


@rule("RB405", "weights-sum", Level.ERROR, Profile.CONTRIBUTE, options=("limits.weight-tolerance",))
def weights_sum(checked: Checked) -> Iterator[Finding]:
    """Checks that the weights of the causes add up to 100%. A range such as 20-30% counts with both ends.

    Weights are shares of all cases. If they do not add up to 100, one of them is wrong.
    """
    causes = list(_weighed(checked))
    weights = [cause.weight for cause in causes if cause.weight and cause.weight.percent is not None]
    group = _group(checked, "causes")
    if group is None or not weights or len(weights) != len(causes) or any(_unlisted(checked)):
        return
    low, high = sum(weight.low or 0 for weight in weights), sum(weight.high or 0 for weight in weights)
    tolerance = max(checked.settings.weight_tolerance, rounding(weights)) + 1e-9
    if low - tolerance > 100 or high + tolerance < 100:
        related = tuple(
            Related(cause.weight.written, checked.document.path, cause.span)
            for cause in causes
            if cause.weight and cause.span
        )
        total = f"{low:g}%" if low == high else f"{low:g}-{high:g}%"
        yield Finding(f"weights of the causes add up to {total}, expected 100%", group.span, related=related)


@rule("RB406", "invalid-weight", Level.ERROR, Profile.CONTRIBUTE)
def invalid_weight(checked: Checked) -> Iterator[Finding]:
    """Checks that a weight is above 0 and at most 100.

    Other numbers are not shares and cannot be compared.
    """
    for cause in _weighed(checked):
        if cause.span and cause.weight and cause.weight.kind == "invalid":
            written = checked.document.source.slice(cause.span)
            yield Finding(f'weight is "{written}", expected a number above 0 and at most 100', cause.span)


@rule("RB407", "causes-not-ranked", Level.WARNING, Profile.CURATED)
def causes_not_ranked(checked: Checked) -> Iterator[Finding]:
    """Checks that causes are sorted by weight, the likeliest first.

    Readers try the first cause first.
    """
    causes = list(_weighed(checked))
    for before, cause in itertools.pairwise(causes):
        if before.value is not None and cause.value is not None and cause.value > before.value:
            span = _first_line(checked, cause.item)
            message = f'cause "{_name(cause)}" ({cause.value:g}%) is after one with {before.value:g}%'
            yield Finding(message + ", expected the likeliest first", span, _ranked(checked, causes))
            return


def _ranked(checked: Checked, causes: list[_Weighed]) -> Fix | None:
    """Exchange the items' contents, the numbers stay in place."""
    if any(cause.value is None for cause in causes):
        return None
    source = checked.document.source
    places = [_content(checked, cause.item) for cause in causes]
    order = sorted(range(len(causes)), key=lambda index: -(causes[index].value or 0))
    edits = [Edit(place, source.slice(places[index])) for place, index in zip(places, order, strict=True)]
    return Fix("put the likeliest first", tuple(e for e in edits if source.slice(e.span) != e.replacement), safe=False)


def _content(checked: Checked, item: ListItem) -> Span:
    marker = re.match(r"(?:\d+[.)]|[-*+])\s+", checked.document.source.slice(item.span))
    column = item.span.column + (marker.end() if marker else 0)
    return Span(item.span.line, column, item.span.end_line, item.span.end_column)


def _unlisted(checked: Checked) -> Iterator[tuple[int, Span]]:
    """Numbered lines right below the label that are not a list: only a list from 1 on may follow a line of text."""
    group = _group(checked, "causes")
    if group is None:
        return
    for line in range(group.span.line, group.span.end_line + 1):
        match = _LISTED.match(checked.lines[line - 1])
        if match:
            yield int(match["number"]), Span(line, match.start("number") + 1, line, match.end("number") + 1)


@rule("RB408", "cause-numbering", Level.WARNING, Profile.CURATED)
def cause_numbering(checked: Checked) -> Iterator[Finding]:
    """Checks that causes are numbered 1, 2, 3 without gaps.

    People refer to "cause 3". With gaps or repeats the number is ambiguous.
    """
    items = _items(checked, "causes")
    listed = [(item.number, _number_span(item)) for item in items if item.number is not None]
    numbered = [*_unlisted(checked), *listed]
    numbers = [number for number, _ in numbered]
    wrong = first_out_of_order(numbers)
    if wrong is None or (len(numbers) > 1 and set(numbers) == {1}):
        return
    edits = tuple(
        Edit(span, str(expected)) for expected, (number, span) in enumerate(numbered, 1) if number != expected
    )
    number, span = numbered[wrong]
    yield Finding(f"cause is numbered {number}, expected {wrong + 1}", span, Fix("renumber", edits, safe=True))


def _number_span(item: ListItem) -> Span:
    return Span(item.span.line, item.span.column, item.span.line, item.span.column + len(str(item.number)))


@rule("RB409", "missing-quick-fix", Level.WARNING, Profile.CONTRIBUTE)
def missing_quick_fix(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has a quick fix.

    The first measure belongs where the reader looks first.
    """
    card = _card(checked)
    group = card[1].get("quick-fix") if card else None
    if card and (group is None or not (group.text or group.blocks)):
        yield incomplete(checked, '"**🚀 Quick Fix:**" is missing from the card', heading_span(card[0]))


@rule("RB410", "missing-resolution-time", Level.WARNING, Profile.CONTRIBUTE)
def missing_resolution_time(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has an estimated resolution time.

    The time decides whether to repair the service now or to fail over first.
    """
    card = _card(checked)
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
    group = _group(checked, "resolution-time")
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
    for item in _items(checked, "symptoms"):
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
    card = _card(checked)
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
    for item in _items(checked, "symptoms"):
        text = item_text(item)
        if not text or literals(text) or any(isinstance(block, Fence) for block in item.blocks):
            continue
        bare = text[:1].lower() + text[1:]
        if not _CONCRETE.search(bare) and (len(text.split()) <= 3 or _VAGUE.search(bare)):
            message = f'symptom "{plain(text)}" is vague, expected an error text, a metric or a state as it is seen'
            yield Finding(message, item.span)


@rule("RB415", "duplicate-cause", Level.WARNING, Profile.CURATED)
def duplicate_cause(checked: Checked) -> Iterator[Finding]:
    """Checks that no cause occurs twice.

    Two entries for one cause share its weight, and both are ranked too low.
    """
    first: dict[str, ListItem] = {}
    for cause in _weighed(checked):
        key = words(_name(cause))
        earlier = first.setdefault(key, cause.item)
        if key and earlier is not cause.item:
            related = Related("first one", checked.document.path, earlier.span)
            span = _first_line(checked, cause.item)
            yield Finding(f'duplicate cause "{_name(cause)}"', span, related=(related,))


RULES: tuple[Rule, ...] = (
    missing_symptoms,
    empty_symptoms,
    missing_causes,
    cause_without_weight,
    weights_sum,
    invalid_weight,
    causes_not_ranked,
    cause_numbering,
    missing_quick_fix,
    missing_resolution_time,
    invalid_resolution_time,
    duplicate_symptom,
    card_label_style,
    vague_symptom,
    duplicate_cause,
)
