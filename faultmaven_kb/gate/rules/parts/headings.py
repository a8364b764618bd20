"""RB3xx: headings, whatever section they open."""

import re
from collections.abc import Iterator

from faultmaven_kb.diagnostics import Edit, Fix, Level, Related
from faultmaven_kb.dialects.faultmaven import SECTIONS
from faultmaven_kb.gate.rules.parts.sections import end_of
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Paragraph
from faultmaven_kb.text.outline import words

__all__ = ["RULES"]

_HEADING_LINE = re.compile(r"^ {0,3}(#{1,6})([^#\s].*)$")


@rule("RB307", "missing-h1", Level.ERROR, Profile.CONTRIBUTE)
def missing_h1(checked: Checked) -> Iterator[Finding]:
    """Checks for a heading of level 1.

    Renderers and indexes take the name of the page from the first heading.
    """
    if any(section.level == 1 for section in checked.sections):
        return
    title = checked.document.runbook.metadata.title
    first = next((section.heading.span for section in checked.sections if section.heading), end_of(checked))
    top = checked.document.source.position(checked.document.front_matter.end).line
    top = next((n for n in range(top, first.line) if checked.lines[n - 1].strip()), first.line)
    start = Span(top, 1, top, 1)
    fix = Fix("add it", (Edit(start, f"# {title}\n\n"),), safe=False) if title else None
    yield Finding('heading "# Title" is missing', first, fix)


@rule("RB308", "h1-title-mismatch", Level.WARNING, Profile.CONTRIBUTE)
def h1_title_mismatch(checked: Checked) -> Iterator[Finding]:
    """Checks that the heading of level 1 equals the title.

    With two names for one runbook, readers cannot be sure that they opened the one they searched for.
    """
    title = checked.document.runbook.metadata.title
    heading = next((section.heading for section in checked.sections if section.level == 1), None)
    if title and heading and plain(heading.text) != plain(title):
        text_span = checked.document.source.find(heading.text, heading.span.line)
        fix = Fix("use the title", (Edit(text_span, title),), safe=False) if text_span else None
        yield Finding(f'heading is "{plain(heading.text)}", expected the title "{title}"', heading.span, fix)


@rule("RB315", "heading-without-space", Level.ERROR, Profile.INGEST)
def heading_without_space(checked: Checked) -> Iterator[Finding]:
    """Checks for headings without a space after the `#` characters.

    Markdown reads `##Solutions` as a paragraph, so the section is missing.
    """
    for block in checked.document.blocks:
        if not isinstance(block, Paragraph):
            continue
        for number in range(block.span.line, block.span.end_line + 1):
            match = _HEADING_LINE.match(checked.lines[number - 1])
            if match and (len(match[1]) > 1 or SECTIONS.role(words(match[2]))):
                end = match.end(1) + 1
                fix = Fix("add the space", (Edit(Span(number, end, number, end), " "),), safe=True)
                span = checked.document.source.line_span(number)
                yield Finding(f'"{match[0].strip()}" is not a heading, expected a space after {match[1]}', span, fix)


@rule("RB316", "multiple-h1", Level.ERROR, Profile.CONTRIBUTE)
def multiple_h1(checked: Checked) -> Iterator[Finding]:
    """Checks that there is only one heading of level 1.

    A page has one name. Whatever follows a second one belongs in another document.
    """
    headings = [section.heading for section in checked.sections if section.heading and section.level == 1]
    for heading in headings[1:]:
        related = Related("first one", checked.document.path, headings[0].span)
        start = Span(heading.span.line, heading.span.column, heading.span.line, heading.span.column)
        marked = checked.lines[start.line - 1].startswith("#", start.column - 1)
        fix = Fix("make it level 2", (Edit(start, "#"),), safe=False) if marked else None
        yield Finding(f'second heading of level 1 "{plain(heading.text)}"', heading.span, fix, (related,))


@rule("RB317", "skipped-heading-level", Level.WARNING, Profile.CURATED)
def skipped_heading_level(checked: Checked) -> Iterator[Finding]:
    """Checks that no heading is more than one level deeper than the heading above.

    A heading that skips a level has no parent in the outline.
    """
    above = 0
    for section in checked.sections:
        if section.heading and above and section.level > above + 1:
            yield Finding(f"heading is at level {section.level}, expected {above + 1} or less", section.heading.span)
        above = section.level or above


RULES: tuple[Rule, ...] = (
    missing_h1,
    h1_title_mismatch,
    heading_without_space,
    multiple_h1,
    skipped_heading_level,
)
