"""RB4xx: the causes of the quick reference card, their weights and their order.

Weights come from the reader that the model uses (`dialects/pieces/weights.py`), with their places.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faultmaven_kb.diagnostics import Edit, Fix, Level, Related
from faultmaven_kb.dialects.pieces.parts import item_text
from faultmaven_kb.dialects.pieces.weights import Weight, rounding, weight_of, weight_span
from faultmaven_kb.gate.toolkit.card import card_of, group_of, items_of
from faultmaven_kb.gate.toolkit.parts import first_out_of_order, incomplete
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import ListItem
from faultmaven_kb.text.outline import heading_span, words

__all__ = ["RULES"]

_LISTED = re.compile(r"^\s*(?P<number>\d{1,9})[.)]\s")


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


def _weighed(checked: Checked) -> tuple[_Weighed, ...]:
    """The causes in the order of the card; five rules ask for them."""
    return checked.once(_weigh)


def _weigh(checked: Checked) -> tuple[_Weighed, ...]:
    causes = []
    for item in items_of(checked, "causes"):
        if text := item_text(item):
            weight = weight_of(item)
            span = weight_span(checked.document.source, item, weight) if weight else None
            causes.append(_Weighed(item, text, weight, span))
    return tuple(causes)


@rule("RB403", "missing-causes", Level.ERROR, Profile.INGEST)
def missing_causes(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick reference card has a list of common causes.

    Without causes, the reader knows what is wrong but not where to look.
    """
    card = card_of(checked)
    if card is None or any(item_text(item) for item in items_of(checked, "causes")) or any(_unlisted(checked)):
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
    causes = _weighed(checked)
    weights = [cause.weight for cause in causes if cause.weight and cause.weight.percent is not None]
    group = group_of(checked, "causes")
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
            value = checked.document.source.slice(cause.span)
            yield Finding(f'weight is "{value}", expected a number above 0 and at most 100', cause.span)


@rule("RB407", "causes-not-ranked", Level.WARNING, Profile.CURATED)
def causes_not_ranked(checked: Checked) -> Iterator[Finding]:
    """Checks that causes are sorted by weight, the likeliest first.

    Readers try the first cause first.
    """
    causes = _weighed(checked)
    for before, cause in itertools.pairwise(causes):
        if before.value is not None and cause.value is not None and cause.value > before.value:
            span = _first_line(checked, cause.item)
            message = f'cause "{_name(cause)}" ({cause.value:g}%) is after one with {before.value:g}%'
            yield Finding(message + ", expected the likeliest first", span, _ranked(checked, causes))
            return


def _ranked(checked: Checked, causes: Sequence[_Weighed]) -> Fix | None:
    """Exchange the items' contents, the numbers stay in place."""
    if any(cause.value is None for cause in causes):
        return None
    source = checked.document.source
    places = [_content(checked, cause.item) for cause in causes]
    order = sorted(range(len(causes)), key=lambda index: -(causes[index].value or 0))
    edits = [Edit(place, source.slice(places[index])) for place, index in zip(places, order, strict=True)]
    return Fix(
        "put the likeliest first",
        tuple(edit for edit in edits if source.slice(edit.span) != edit.replacement),
        safe=False,
    )


def _content(checked: Checked, item: ListItem) -> Span:
    marker = re.match(r"(?:\d+[.)]|[-*+])\s+", checked.document.source.slice(item.span))
    column = item.span.column + (marker.end() if marker else 0)
    return Span(item.span.line, column, item.span.end_line, item.span.end_column)


def _unlisted(checked: Checked) -> Iterator[tuple[int, Span]]:
    """Numbered lines right below the label that are not a list: only a list from 1 on may follow a line of text."""
    group = group_of(checked, "causes")
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
    items = items_of(checked, "causes")
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
    missing_causes,
    cause_without_weight,
    weights_sum,
    invalid_weight,
    causes_not_ranked,
    cause_numbering,
    duplicate_cause,
)
