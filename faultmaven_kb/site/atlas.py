"""The map of related runbooks: every runbook on a circle next to those of its technology, every link a curve.

Places are computed when the site is built, so the picture is the same on every machine and needs no script. From some
hundred runbooks on a circle is an unreadable tangle; then the page shows the same links as a list only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from faultmaven_kb.site.pages import Entry, Site

__all__ = ["MOST", "Atlas", "Curve", "Group", "Node", "atlas_of"]

MOST = 120
"""How many runbooks the picture contains at most."""

_SIZE, _LABELS = 900, 420
_GAP = 1.0  # entries of the circle between two groups, chosen by eye
_WIDTH = 28  # characters of a label's line, chosen by eye


@dataclass(frozen=True)
class Node:
    """A runbook on the circle: its place, its label's lines, their turn in degrees and the side they start from."""

    entry: Entry
    number: int
    x: float
    y: float
    turn: float
    anchor: str
    shift: int
    lines: tuple[str, ...]
    colour: int


@dataclass(frozen=True)
class Curve:
    """A link between two nodes, by their numbers."""

    first: int
    second: int
    path: str


@dataclass(frozen=True)
class Group:
    """The runbooks of a technology, each with those it links to."""

    technology: str
    entries: tuple[tuple[Entry, tuple[Entry, ...]], ...]


@dataclass(frozen=True)
class Atlas:
    """The map: nodes and curves are empty where there are too many runbooks for a picture."""

    groups: tuple[Group, ...]
    nodes: tuple[Node, ...]
    curves: tuple[Curve, ...]
    box: str


def atlas_of(site: Site) -> Atlas:
    """The map of a site's runbooks."""
    ordered = sorted(site.entries.values(), key=lambda entry: (entry.technology or "~", entry.title, entry.id))
    groups = tuple(
        Group(
            technology, tuple((entry, tuple(site.entries[name] for name in site.links[entry.id])) for entry in entries)
        )
        for technology, entries in groupby(ordered, key=lambda entry: entry.technology)
    )
    box = f"{-_SIZE / 2 - _LABELS:g} {-_SIZE / 2 - _LABELS:g} {_SIZE + 2 * _LABELS} {_SIZE + 2 * _LABELS}"
    if not 0 < len(ordered) <= MOST:
        return Atlas(groups, (), (), box)
    nodes = tuple(_nodes(groups))
    number = {node.entry.id: node.number for node in nodes}
    pairs = sorted(
        {tuple(sorted((number[one], number[other]))) for one, others in site.links.items() for other in others}
    )
    return Atlas(groups, nodes, tuple(_curve(nodes[first], nodes[second]) for first, second in pairs), box)


def _nodes(groups: Sequence[Group]) -> list[Node]:
    """The nodes around the circle; between two technologies there is a gap."""
    total = sum(len(group.entries) + _GAP for group in groups)
    nodes: list[Node] = []
    place = 0.0
    for colour, group in enumerate(groups):
        for entry, _ in group.entries:
            angle = 2 * math.pi * (place + _GAP / 2) / total - math.pi / 2
            x, y = _SIZE / 2 * math.cos(angle), _SIZE / 2 * math.sin(angle)
            left = math.cos(angle) < 0
            turn = math.degrees(angle) + (180 if left else 0)
            lines = tuple(wrap(entry.title, _WIDTH, max_lines=2, placeholder="…")) or (entry.id[:_WIDTH],)
            anchor, shift = ("end", -16) if left else ("start", 16)
            nodes.append(
                Node(entry, len(nodes), round(x, 1), round(y, 1), round(turn, 1), anchor, shift, lines, colour % 8)
            )
            place += 1
        place += _GAP
    return nodes


def _curve(first: Node, second: Node) -> Curve:
    """A curve that bends towards the middle of the circle."""
    bend = 0.25
    middle = f"{(first.x + second.x) / 2 * bend:.1f} {(first.y + second.y) / 2 * bend:.1f}"
    return Curve(first.number, second.number, f"M{first.x} {first.y}Q{middle} {second.x} {second.y}")
