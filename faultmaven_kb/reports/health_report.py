"""The state of a knowledge base as text for a terminal of 80 columns, and as a page of Markdown.

Both are made from the same sections. The terminal gets one short line for each runbook and at most twenty of a kind,
the page gets every row with all of its columns.
"""

import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from faultmaven_kb.brief import counted
from faultmaven_kb.evaluation.health import Clash, Health, NotFirst
from faultmaven_kb.reports.markdown_text import escaped
from faultmaven_kb.text.characters.terminal_text import json_text, printable

__all__ = ["HEALTH_FORMATS"]

_WIDTH = 80  # convention: the columns of a terminal
_MOST = 20  # rows of a section, chosen: each section fits on a screen
_LONGEST_NAME = 40  # chosen: half a line

_SAME = {"id": "the same id as", "text": "nearly the same text as", "symptom": "the same symptom as"}


@dataclass(frozen=True, slots=True)
class _Section:
    """What one check found: the columns and rows of the page, and the lines for a terminal, each a name and a text."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[str, str], ...]


def _table(health: Health) -> str:
    """The state as lines of at most 80 characters, ended by a line feed."""
    lines = [_headline(health), ""]
    for name, counts in _counts(health).items():
        text = textwrap.fill(_listed(counts), _WIDTH - 12, break_long_words=True)
        lines += textwrap.indent(text, " " * 12).replace(" " * 12, f"{name:<12}", 1).split("\n")
    for section in _sections(health):
        lines += ["", f"{section.title}: {len(section.lines) or 'none'}", *_lines(section)]
    return "\n".join(lines) + "\n"


def _markdown(health: Health) -> str:
    """The state as a page, ended by a line feed."""
    parts = ["# Report on the knowledge base", f"{_headline(health)}. Made by `fmkb report --format markdown`."]
    for name, counts in _counts(health).items():
        parts.append(_page_table((name, "runbooks"), tuple((value, str(count)) for value, count in counts.items())))
    for section in _sections(health):
        parts += [f"## {section.title}", section.note]
        parts.append(_page_table(section.columns, section.rows) if section.rows else "None.")
    return "\n\n".join(parts) + "\n"


def _json(health: Health) -> str:
    return json_text(health.to_dict(), indent=2) + "\n"


HEALTH_FORMATS: Mapping[str, Callable[[Health], str]] = {"table": _table, "json": _json, "markdown": _markdown}
"""The formats of `fmkb report`: each makes the text of a state."""


def _headline(health: Health) -> str:
    findings = counted(len(health.findings), "finding") if health.findings else "no finding"
    return f"{counted(health.runbooks, 'runbook')} on {health.today}, {counted(health.proofs, 'proof')}, {findings}"


def _counts(health: Health) -> dict[str, Mapping[str, int]]:
    return {"technology": health.technologies, "severity": health.severities, "status": health.statuses}


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{printable(name)} {count}" for name, count in counts.items())


def _sections(health: Health) -> Iterator[_Section]:
    yield _stale(health)
    yield _unproven(health)
    yield _not_first(health)
    yield _clashes(health)
    yield _orphans(health)
    yield _behind(health)
    yield _owners(health)


def _stale(health: Health) -> _Section:
    rows = tuple((row.runbook, row.last_updated) for row in health.stale)
    note = f"`last_updated` is more than {health.stale_months} months before {health.today} (`limits.stale-months`)."
    return _Section("Stale", note, ("runbook", "last updated"), rows, rows)


def _unproven(health: Health) -> _Section:
    rows = tuple((row.runbook, row.message) for row in health.unproven)
    note = "Not verified, without a proof of the present commands, or with parts that no lab ran."
    if not health.proofs:
        note += " The configuration names no proofs, so this is what `status` says."
    return _Section("Unproven", note, ("runbook", "why"), rows, rows)


def _not_first(health: Health) -> _Section:
    rows = tuple(
        (row.runbook, _found(row), instead.first or "nothing", instead.symptom)
        for row in health.not_first
        for instead in row.instead
    )
    silent = tuple((row.runbook, "no symptoms", "", "") for row in health.not_first if not row.asked)
    lines = tuple((row.runbook, _found_shortly(row)) for row in health.not_first)
    note = (
        "Each symptom was searched for in the base without it. A runbook is lost, which is a finding, when fewer than "
        "half of its symptoms bring it among the first three hits."
    )
    columns = ("runbook", "found first by", "first came", "for the symptom")
    return _Section("Not found first by a symptom of its own", note, columns, (*rows, *silent), lines)


def _found(row: NotFirst) -> str:
    return f"{row.first} of {row.asked}" + (", lost" if row.lost else "")


def _found_shortly(row: NotFirst) -> str:
    if not row.asked:
        return "no symptoms"
    others = dict.fromkeys(instead.first or "nothing" for instead in row.instead)
    return f"{_found(row)}; first came {', '.join(others)}"


def _clashes(health: Health) -> _Section:
    rows = tuple((row.runbook, _SAME[row.kind], row.other, row.symptom) for row in health.clashes)
    lines = tuple((row.runbook, _clash_shortly(row)) for row in health.clashes)
    note = "Runbooks of which a reader cannot know which one to follow, or that the search cannot keep apart."
    return _Section("Colliding", note, ("runbook", "has", "runbook", "symptom"), rows, lines)


def _clash_shortly(row: Clash) -> str:
    return f"{_SAME[row.kind]} {row.other}" + (f": {row.symptom}" if row.symptom else "")


def _orphans(health: Health) -> _Section:
    note = "No runbook names them among its related ones, and they name none."
    rows = tuple((name,) for name in health.orphans)
    return _Section("Orphans", note, ("runbook",), rows, tuple((name, "") for name in health.orphans))


def _behind(health: Health) -> _Section:
    rows = tuple(
        (row.runbook, row.image, row.package, f"{row.version} ({row.date})", f"{row.newest} ({row.newer_date})")
        for row in health.behind
    )
    lines = tuple(
        (row.runbook, f"{row.package} {row.version}; {row.newer} has {row.newest} ({row.image})")
        for row in health.behind
    )
    note = (
        "Proofs with another version of a package than the latest proof on the same image recorded. Only recorded "
        "versions are compared; what a mirror offers today is not asked."
    )
    return _Section("Proofs behind a later one", note, ("runbook", "image", "package", "proven", "later"), rows, lines)


def _owners(health: Health) -> _Section:
    rows = tuple((row.name or "nobody", str(row.runbooks), str(row.findings)) for row in health.owners)
    lines = tuple(
        (row.name or "nobody", f"{counted(row.runbooks, 'runbook')}, {counted(row.findings, 'finding')}")
        for row in health.owners
    )
    note = (
        f"By {health.owners_file}, in which the last matching line counts." if health.owners_file else "No CODEOWNERS."
    )
    return _Section("Owners", note, ("owner", "runbooks", "findings"), rows, lines)


def _lines(section: _Section) -> Iterator[str]:
    shown = [(_name(name), printable(text)) for name, text in section.lines[:_MOST]]
    width = max((len(name) for name, _ in shown), default=0)
    for name, text in shown:
        line = f"  {name:<{width}}  {text}".rstrip()
        yield line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
    if len(section.lines) > _MOST:
        yield f"  … {len(section.lines) - _MOST} more; --format json or markdown has all"


def _name(name: str) -> str:
    """A name for a line: of a long one, such as a path, the end."""
    name = printable(name)
    return name if len(name) <= _LONGEST_NAME else f"…{name[1 - _LONGEST_NAME :]}"


def _page_table(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    cells = [columns, ("---",) * len(columns), *(tuple(map(escaped, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)
