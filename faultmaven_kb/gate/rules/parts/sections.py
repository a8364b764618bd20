"""RB3xx: sections, and what hides them."""

import re
from collections.abc import Iterator

from faultmaven_kb.diagnostics import Edit, Fix, Level, Related, nearest
from faultmaven_kb.dialects.faultmaven import SECTIONS
from faultmaven_kb.gate.toolkit.reorder import in_order, reorder_sections
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import START, Span
from faultmaven_kb.text.markdown import Block, Fence, Html, ThematicBreak, blocks_within
from faultmaven_kb.text.outline import OutlineSection, heading_span, walk, words

__all__ = ["RULES", "end_of"]

_ORDER = tuple(role for role, _ in SECTIONS.rows)
_NAMES = {role: names[0].title() for role, names in SECTIONS.rows}
_REQUIRED: tuple[tuple[str, Level, Profile], ...] = (
    ("quick-reference-card", Level.ERROR, Profile.INGEST),
    ("diagnostic-steps", Level.ERROR, Profile.INGEST),
    ("root-cause-analysis", Level.ERROR, Profile.CONTRIBUTE),
    ("solutions", Level.ERROR, Profile.INGEST),
    ("prevention", Level.ERROR, Profile.INGEST),
    ("related-issues", Level.ERROR, Profile.INGEST),
    ("version-history", Level.WARNING, Profile.INGEST),
)
_TEXT_AGAIN = re.compile(r"(?:#{2,4} (?P<title>\S.*)|\s*\*\*[^*\n]+(?::\*\*|\*\*:))")
_PART = re.compile(r"(?:Step|Solution) \d", re.IGNORECASE)


def _found(checked: Checked) -> dict[str, list[OutlineSection]]:
    """The sections of the format that are at level 2, by role."""
    by_role: dict[str, list[OutlineSection]] = {}
    for section in checked.sections:
        role = SECTIONS.role(section.key)
        if role and section.level == 2:
            by_role.setdefault(role, []).append(section)
    return by_role


@rule("RB301", "missing-section", Level.ERROR, Profile.INGEST, options=("sections.required", "sections.aliases"))
def missing_section(checked: Checked) -> Iterator[Finding]:
    """Checks that the required sections are present. A missing Root Cause Analysis counts from profile contribute
    on; a missing Version History is a warning.

    Readers and programs look for each part under its heading and do not find it elsewhere.
    """
    if checked.settings.required_sections:
        yield from _missing_own(checked)
        return
    by_role = _found(checked)
    elsewhere = {SECTIONS.role(section.key) for section in checked.sections} | set(_near_misses(checked))
    elsewhere |= set(_hidden(checked)) | set(_swallowed(checked))
    for role, level, profile in _REQUIRED:
        if role in by_role or role in elsewhere:
            continue
        following = _ORDER[_ORDER.index(role) + 1 :]
        span = next((heading_span(by_role[other][0]) for other in following if other in by_role), end_of(checked))
        yield Finding(f'section "## {_NAMES[role]}" is missing', span, level=level, profile=profile)


def _missing_own(checked: Checked) -> Iterator[Finding]:
    """What a team's own list of sections asks for, at any level; another name with the same role is the section too."""
    keys = {section.key for section in checked.sections}
    headings = checked.document.dialect.headings
    roles = {role for section in checked.sections if (role := headings.role(section.key))}
    for name in checked.settings.required_sections:
        if words(name) not in keys and headings.role(words(name)) not in roles:
            yield Finding(f'section "{name}" is missing, expected by the configuration', end_of(checked))


def end_of(checked: Checked) -> Span:
    """The last line with text: the place of what is missing."""
    last = len(checked.lines)
    while last > 1 and not checked.lines[last - 1].strip():
        last -= 1
    return checked.document.source.line_span(last)


@rule("RB302", "section-order", Level.WARNING, Profile.CONTRIBUTE)
def section_order(checked: Checked) -> Iterator[Finding]:
    """Checks the order of the sections. Root Cause Analysis may be directly before or directly after Solutions.

    With the same order in every runbook, readers know where to scroll.
    """
    present = [(role, sections[0]) for role, sections in _found(checked).items()]
    present.sort(key=lambda item: item[1].span)
    order = _order(checked)
    ranks = [order.index(role) for role, _ in present]
    in_place = in_order(ranks)
    for index, (_, section) in enumerate(present):
        if index not in in_place:
            too_late = [rank for rank in ranks[:index] if rank > ranks[index]]
            other = max(too_late) if too_late else min(ranks[index + 1 :])
            where = "after" if too_late else "before"
            expected = "before" if too_late else "after"
            message = f'section "{section.title}" is {where} "{_NAMES[order[other]]}", expected {expected} it'
            yield Finding(message, heading_span(section), _in_order(checked))


def _order(checked: Checked) -> tuple[str, ...]:
    """The order of the sections: Root Cause Analysis is directly before Solutions or directly after it."""
    sections = _found(checked)
    analysis, solutions = (sections.get(role) for role in ("root-cause-analysis", "solutions"))
    if not analysis or not solutions or analysis[0].span < solutions[0].span:
        return _ORDER
    rest = [role for role in _ORDER if role != "root-cause-analysis"]
    place = rest.index("solutions") + 1
    return (*rest[:place], "root-cause-analysis", *rest[place:])


def _in_order(checked: Checked) -> Fix | None:
    """Put all sections of the format in order, unless one occurs twice."""
    by_role = _found(checked)
    if any(len(sections) > 1 for sections in by_role.values()):
        return None
    ordered = [by_role[role][0] for role in _order(checked) if role in by_role]
    return Fix("put the sections in order", reorder_sections(checked, ordered), safe=False)


@rule("RB303", "duplicate-section", Level.ERROR, Profile.INGEST)
def duplicate_section(checked: Checked) -> Iterator[Finding]:
    """Checks that no section occurs twice.

    Some readers and programs use the first section and others the last, so that a part of the text is ignored.
    """
    for sections in _found(checked).values():
        for again in sections[1:]:
            related = Related("first one", checked.document.path, heading_span(sections[0]))
            yield Finding(f'duplicate section "{again.title}"', heading_span(again), related=(related,))


@rule("RB304", "wrong-heading-level", Level.ERROR, Profile.INGEST)
def wrong_heading_level(checked: Checked) -> Iterator[Finding]:
    """Checks that the sections of the format are at heading level 2.

    At a deeper level a section becomes part of the section above.
    """
    by_role = _found(checked)
    for section in checked.sections:
        role = SECTIONS.role(section.key)
        heading = section.heading
        if not role or not heading or heading.level in (2, 0) or role in by_role or _is_part(checked, section):
            continue
        line = checked.lines[heading.span.line - 1]
        marks = re.match(r" {0,3}(#+)", line)
        fix = None
        if marks:
            start = marks.start(1) + 1
            edit = Edit(Span(heading.span.line, start, heading.span.line, marks.end(1) + 1), "##")
            fix = Fix("use level 2", (edit,), safe=False)
        yield Finding(f'section "{section.title}" is at level {heading.level}, expected level 2', heading.span, fix)


def _is_part(checked: Checked, section: OutlineSection) -> bool:
    """Whether a heading names a part of the section it is in (`### Solution` below Solutions)."""
    for outer in checked.sections:
        if outer is not section and outer.level >= 2 and any(part is section for part in walk(outer.children)):
            role = SECTIONS.role(outer.key)
            if role is not None and role != SECTIONS.role(section.key):
                return words(section.title) not in {names[0] for _, names in SECTIONS.rows}
            return role is not None
    return False


def _near_misses(checked: Checked) -> dict[str, tuple[OutlineSection, str]]:
    """Level 2 headings that are nearly the name of a missing section, by role."""
    missing = {names[0]: role for role, names in SECTIONS.rows if role not in _found(checked) and role != "license"}
    near_misses: dict[str, tuple[OutlineSection, str]] = {}
    for section in checked.sections:
        if section.level == 2 and not SECTIONS.role(section.key) and missing:
            name = nearest(section.key, missing)
            if name:
                near_misses.setdefault(missing[name], (section, name))
    return near_misses


@rule("RB305", "section-name", Level.ERROR, Profile.INGEST)
def section_name(checked: Checked) -> Iterator[Finding]:
    """Checks for headings that are nearly the name of a missing section.

    A misspelled heading is a missing section that looks as if it were present.
    """
    for section, name in _near_misses(checked).values():
        span = heading_span(section)
        title_span = checked.document.source.find(section.title, span.line)
        fix = (
            Fix(f'rename it to "{name.title()}"', (Edit(title_span, name.title()),), safe=False) if title_span else None
        )
        yield Finding(f'section is "{section.title}", expected "{name.title()}"', span, fix)


@rule("RB306", "empty-section", Level.ERROR, Profile.INGEST)
def empty_section(checked: Checked) -> Iterator[Finding]:
    """Checks that every section has content.

    Readers open a section because of its heading and lose time when it is empty.
    """
    for section in checked.sections:
        contents = [block for block in section.blocks if not isinstance(block, Html | ThematicBreak)]
        if section.level != 2 and SECTIONS.role(section.key) and not _is_part(checked, section):
            continue  # what belongs to it hangs below another section (RB304)
        if any(map(_is_endless, section.blocks)):
            continue
        if section.heading and section.level > 1 and not contents and not section.children and section.title:
            yield Finding(f'section "{section.title}" is empty', section.heading.span)


@rule("RB309", "missing-purpose", Level.WARNING, Profile.CURATED)
def missing_purpose(checked: Checked) -> Iterator[Finding]:
    """Checks for a line `> **Purpose**: …` below the first heading.

    One line about the purpose lets the reader leave at once if this is the wrong runbook.
    """
    if not checked.document.runbook.purpose:
        heading = next((section.heading for section in checked.sections if section.level == 1), None)
        span = heading.span if heading else START
        yield Finding('line "> **Purpose**: …" is missing below the first heading', span)


@rule("RB310", "unexpected-section", Level.INFO, Profile.CURATED, options=("vocabulary.sections",))
def unexpected_section(checked: Checked) -> Iterator[Finding]:
    """Checks for sections of level 2 that are not part of the format.

    Other sections are allowed, but an unknown name may be a misspelled one.
    """
    near = {id(section) for section, _ in _near_misses(checked).values()}
    allowed = {words(name) for name in checked.settings.sections}
    for section in checked.sections:
        if (
            section.level == 2
            and not SECTIONS.role(section.key)
            and id(section) not in near
            and section.key not in allowed
        ):
            yield Finding(f'section "{section.title}" is not part of the format', heading_span(section))


def _hidden(checked: Checked) -> dict[str, tuple[str, Span]]:
    """Section headings inside HTML comments, by role."""
    headings: dict[str, tuple[str, Span]] = {}
    for block in blocks_within(checked.document.blocks):
        if isinstance(block, Html) and block.text.lstrip().startswith("<!--"):
            for offset, line in enumerate(block.text.split("\n")):
                match = re.match(r"\s*(?:<!--\s*)?##\s+(\S.*?)(?:(?<!\s)\s++)?(?:-->\s*)?$", line)
                role = SECTIONS.role(words(match[1])) if match else None
                if match and role:
                    headings.setdefault(role, (match[1], checked.document.source.line_span(block.span.line + offset)))
    return headings


@rule("RB311", "section-hidden-in-comment", Level.ERROR, Profile.INGEST)
def section_hidden_in_comment(checked: Checked) -> Iterator[Finding]:
    """Checks for required sections that are inside an HTML comment.

    Only the author sees them. On the rendered page the section is missing.
    """
    present = _found(checked)
    endless = next((block.span for block in blocks_within(checked.document.blocks) if _is_endless(block)), None)
    for role, (name, span) in _hidden(checked).items():
        if role not in present and not (endless and endless.contains_line(span.line)):  # RB313 says it all
            yield Finding(f'section "{name}" is inside a comment, readers will not see it', span)


@rule("RB312", "unclosed-fence", Level.ERROR, Profile.INGEST)
def unclosed_fence(checked: Checked) -> Iterator[Finding]:
    """Checks that every code fence is closed. The fix closes it where a heading or label of the format shows that
    the code has ended.

    Without a closing line, all following text is read as code, up to the next fence or the end of the file.
    """
    for fence in _unclosed(checked):
        line = checked.lines[fence.span.line - 1]
        opening = re.search(r"`{3,}|~{3,}", line)
        marks, column = (opening[0], opening.start() + 1) if opening else ("```", 1)
        span = Span(fence.span.line, column, fence.span.line, column + len(marks))
        closing = line[: column - 1] + marks
        fix = _closed_before_text(checked, fence, closing)
        if fix is None and not fence.closed:
            last = end_of(checked)
            place = Span(last.end_line, last.end_column, last.end_line, last.end_column)
            fix = Fix("close it at the end", (Edit(place, f"\n{closing}"),), safe=True)
        yield Finding(f"code fence is never closed, expected a line {marks}", span, fix)


def _closed_before_text(checked: Checked, fence: Fence, closing: str) -> Fix | None:
    """Close a fence behind its code, where a label or a heading of the format shows that the code has ended."""
    for line in range(fence.span.line + 1, fence.span.end_line + 1):
        match = _TEXT_AGAIN.match(checked.lines[line - 1])
        if match and (not match["title"] or SECTIONS.role(words(match["title"])) or _PART.match(match["title"])):
            above = range(line, fence.span.line + 1, -1)
            place = next((n for n in above if checked.lines[n - 2].strip() not in ("", "---")), line)
            end = "\r\n" if "\r\n" in checked.document.source.text else "\n"
            return Fix("close it here", (Edit(Span(place, 1, place, 1), closing + end),), safe=True)
    return None


def _unclosed(checked: Checked) -> Iterator[Fence]:
    """Fences without an end, and those that end only with the fence after them: another one opens inside."""
    for block in blocks_within(checked.document.blocks):
        if isinstance(block, Fence) and block.fenced:
            opening = re.search(r"`{3,}|~{3,}", checked.lines[block.span.line - 1])
            inner = re.compile(rf"^[ \t]*{opening[0]}+[A-Za-z]", re.MULTILINE) if opening else None
            if not block.closed or (inner and block.language != "markdown" and inner.search(block.code)):
                yield block


def _swallowed(checked: Checked) -> Iterator[str | None]:
    """The roles of section headings inside fences that lack their end: RB312 is the more precise message."""
    for fence in _unclosed(checked):
        for line in fence.code.split("\n"):
            if line.startswith("## "):
                yield SECTIONS.role(words(line))


def _is_endless(block: Block) -> bool:
    return isinstance(block, Html) and block.text.lstrip().startswith("<!--") and "-->" not in block.text


@rule("RB313", "unclosed-comment", Level.ERROR, Profile.INGEST)
def unclosed_comment(checked: Checked) -> Iterator[Finding]:
    """Checks that every HTML comment is closed.

    Without `-->` the rest of the file is part of the comment.
    """
    for block in blocks_within(checked.document.blocks):
        if _is_endless(block):
            span = Span(block.span.line, block.span.column, block.span.line, block.span.column + 4)
            yield Finding('comment is never closed, expected "-->"', span)


RULES: tuple[Rule, ...] = (
    missing_section,
    section_order,
    duplicate_section,
    wrong_heading_level,
    section_name,
    empty_section,
    missing_purpose,
    unexpected_section,
    section_hidden_in_comment,
    unclosed_fence,
    unclosed_comment,
)
