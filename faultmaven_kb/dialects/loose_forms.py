"""What a page holds outside of the parts that a heading names: procedures, questions with answers, tables, commands.

Most runbooks of the world have few of the usual headings or none. What they do have is a shape: headings with numbers
("## 1. Drain the node"), headings that ask ("## Why does it restart?"), a table with the columns symptom, cause and
fix, a numbered list, a command below a heading. Each shape is read into the part of a runbook that it plainly is; prose
alone is not.
"""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from faultmaven_kb.dialects.alert_headings import HEADINGS
from faultmaven_kb.dialects.contents import Contents
from faultmaven_kb.dialects.dialect import Document, Vocabulary, role_of
from faultmaven_kb.dialects.furniture import is_contents, without_furniture
from faultmaven_kb.dialects.listing import one_solution, one_step, short_title, steps_in
from faultmaven_kb.dialects.parts import all_commands, typed_in
from faultmaven_kb.model.runbook import Cause, Instruction, Solution, Step, Symptom
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import literals, plain
from faultmaven_kb.text.languages import SQL, TYPED
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Paragraph, Table, TableRow
from faultmaven_kb.text.outline import OutlineSection, walk, words

__all__ = ["asks", "fix_tables", "loose_contents", "procedure_in", "without_spans"]

_FEWEST = 2
_SHELLS = TYPED | SQL | {"", "powershell", "ps1", "promql", "text"}
_NUMBER = re.compile(
    r"\W{0,3}(?:(?:step|phase|schritt|étape|paso|passo|шаг|ステップ|手順|步骤)\s*#?\d{1,2}\b|\d{1,2}\s*[.):：、–—-](?!\d)|"
    r"第\s*[\d一二三四五六七八九十]{1,3}\s*步)",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\W{0,3}(?:solution|option|fix|workaround|alternative|scenario|case|lösung|方案)\s*#?(?:\d{1,2}|[a-h])\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:\*\*|__)?\s*(?:Q\d{0,2}|Question|Frage|问|質問)\s*[:.：)]\s*(?P<question>[^\n]+)", re.IGNORECASE
)
_ANSWER = re.compile(r"^(?:\*\*|__)?\s*(?:A\d{0,2}|Answer|Antwort|答|回答)\s*[:.：)]\s*(?:\*\*|__)?\s*", re.IGNORECASE)
_WHOLE_BOLD = re.compile(r"(?:\*\*|__)(?P<title>[^*_\n]+)(?:\*\*|__):?")
_FIXES = re.compile(
    r"(?:restart|reboot|fix|mitigate|remediate|recover|restore|repair|roll(?:ing)? ?back|scale|increase|raise|reduce|"
    r"free|clear|clean|delete|remove|purge|drain|cordon|evict|kill|terminate|reset|rotate|renew|replace|rebuild|"
    r"recreate|re-?deploy|re-?start|upgrade|patch|disable|enable|switch|fail ?over|promote|throttle|block|unblock|"
    r"apply|change|set|add|extend|resize|expand|move|stop|start|reload|flush|truncate|vacuum|force)(?:ing)?\b",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"(?:check|verify|inspect|look|confirm|identify|find|investigat|determin|examin|list|get|view|see|is |are |does |"
    r"diagnos|review|test|monitor|measure|query|collect|gather|debug|troubleshoot|show)",
    re.IGNORECASE,
)
_ASIDE = frozenset(
    "prerequisites prerequisite requirements access permissions configuration architecture changelog glossary example "
    "examples appendix license history".split()
)
_COLUMNS = Vocabulary(
    ("symptoms", tuple("symptom, symptoms, error, errors, error message, problem, issue, alert, message".split(", "))),
    (
        "symptoms",
        tuple("what you see, observation, sign, if you see, if, when, condition, scenario, status".split(", ")),
    ),
    ("symptoms", ("code", "exit code", "error code")),
    (
        "causes",
        tuple("cause, causes, reason, why, likely cause, possible cause, root cause, probable cause".split(", ")),
    ),
    ("mitigation", tuple("fix, fixes, solution, solutions, action, actions, resolution, remedy, then".split(", "))),
    ("mitigation", tuple("what to do, do this, response, how to fix, workaround, recommended action".split(", "))),
    ("diagnosis", tuple("check, checks, how to check, verify, command, how to confirm, what to check".split(", "))),
)


def procedure_in(outline: tuple[OutlineSection, ...]) -> tuple[OutlineSection, ...]:
    """The headings of one level that carry numbers and are the steps of a procedure; empty where there are none.

    Numbered headings that mostly name parts ("1. Symptoms", "2. Diagnosis") are parts.
    """
    numbered = [section for section in outline if section.heading and _NUMBER.match(section.title)]
    named = [section for section in numbered if role_of(section, HEADINGS)]
    if len(numbered) >= _FEWEST and 2 * len(named) < len(numbered):
        return tuple(numbered)
    for section in outline:
        found = () if section.level > 1 and role_of(section, HEADINGS) else procedure_in(section.children)
        if found:
            return found
    return ()


def without_spans(sections: Iterable[OutlineSection], taken: AbstractSet[Span]) -> tuple[OutlineSection, ...]:
    """The sections without those at the places, and without what is below these."""
    return tuple(
        replace(section, children=without_spans(section.children, taken))
        for section in sections
        if section.span not in taken
    )


def fix_tables(document: Document) -> tuple[Document, Contents]:
    """The document without its tables of symptoms and fixes, and what they say."""
    found = Contents()

    def rest(section: OutlineSection) -> OutlineSection:
        nonlocal found
        kept: list[Block] = []
        for block in section.blocks:
            columns = _columns(block) if isinstance(block, Table) else ()
            if columns and isinstance(block, Table):
                for row in block.rows[1:]:
                    found = found.followed_by(_row(row, columns))
            else:
                kept.append(block)
        return replace(section, blocks=tuple(kept), children=tuple(rest(child) for child in section.children))

    outline = tuple(rest(section) for section in document.outline)
    if not (found.solutions or found.steps):
        return document, Contents()
    return Document(document.source, document.front_matter, outline), found


def _columns(table: Table) -> tuple[str | None, ...]:
    """The role of each column of a table that says what to do about what is seen; empty for any other table."""
    roles = tuple(_COLUMNS.role(words(cell)) or HEADINGS.role(words(cell)) for cell in table.rows[0].cells)
    roles = tuple("symptoms" if role == "meaning" else role for role in roles)
    sees, helps = {"symptoms", "causes"} & set(roles), {"mitigation", "diagnosis"} & set(roles)
    return roles if sees and helps and len(table.rows) > 1 else ()


def _row(row: TableRow, columns: tuple[str | None, ...]) -> Contents:
    cells: dict[str, str] = {}
    for role, cell in zip(columns, row.cells, strict=False):
        if role and cell.strip():
            cells[role] = f"{cells[role]}; {cell}" if role in cells else cell
    symptom, cause, fix, check = (cells.get(role, "") for role in ("symptoms", "causes", "mitigation", "diagnosis"))
    title = plain(symptom or cause)
    found = Contents()
    if symptom:
        found = replace(found, symptoms=(Symptom(text=symptom, literals=literals(symptom), span=row.span),))
    if cause:
        found = replace(found, causes=(Cause(name=plain(cause), span=row.span),))
    if check:
        step = Step(title=title or plain(check), what_to_check=check, commands=typed_in(check, row.span), span=row.span)
        found = replace(found, steps=(step,))
    if fix:
        commands = typed_in(fix, row.span)
        instruction = Instruction(text=fix, commands=commands, span=row.span)
        when = "; ".join(part for part in (symptom, cause) if part)
        solution = Solution(
            title=title or plain(fix), when_to_use=when, instructions=(instruction,), commands=commands, span=row.span
        )
        found = replace(found, solutions=(solution,))
    return found


def loose_contents(outline: tuple[OutlineSection, ...], *, has_steps: bool, has_solutions: bool) -> Contents:
    """The steps and solutions in sections that no dialect has claimed.

    A heading that speaks of mending is a solution where there is a diagnosis to go with it, else a step like the rest.
    """
    found = Contents()
    procedure = procedure_in(outline)
    if procedure:
        steps = tuple(_whole_step(section) for section in procedure)
        found = (
            Contents(solutions=_as_solution(procedure)) if has_steps and not has_solutions else Contents(steps=steps)
        )
        outline = without_spans(outline, {section.span for section in procedure})
    asked = [section for section in walk(outline) if section.level > 1 and _asks(section)]
    for section in asked if len(asked) >= _FEWEST else [section for section in asked if _all_commands(section)]:
        found = found.followed_by(Contents(solutions=(_answered(section),)))
        outline = without_spans(outline, {section.span})
    sections = [section for section in walk(outline) if not _is_aside(section)]
    for section in sections:
        answers, rest = _answers(section.blocks)
        bold = _bold_headings(rest)
        if len(bold) >= _FEWEST:
            steps = tuple(one_step(title, blocks) for title, blocks in bold)
            found = found.followed_by(Contents(solutions=tuple(answers), steps=steps))
            continue
        found = found.followed_by(Contents(solutions=tuple(answers)))
        found = found.followed_by(_shown(replace(section, blocks=rest, children=()), sections, has_steps=has_steps))
    return found


def _bold_headings(blocks: tuple[Block, ...]) -> list[tuple[str, tuple[Block, ...]]]:
    """The numbered paragraphs in bold that an author has in the place of headings, each with the blocks below it."""
    found: list[tuple[str, list[Block]]] = []
    for block in blocks:
        title = _WHOLE_BOLD.fullmatch(block.text.strip()) if isinstance(block, Paragraph) else None
        if title and _NUMBER.match(title["title"]):
            found.append((title["title"], [block]))
        elif found:
            found[-1][1].append(block)
    return [(title, tuple(inner)) for title, inner in found]


def _whole_step(section: OutlineSection) -> Step:
    return one_step(section.title, _all_blocks(section), section.span)


def _as_solution(procedure: tuple[OutlineSection, ...]) -> tuple[Solution, ...]:
    return tuple(one_solution(section.title, _all_blocks(section), section.span) for section in procedure)


def _all_blocks(section: OutlineSection) -> tuple[Block, ...]:
    """The blocks of a section and of those below it, whose headings are kept as labels."""
    found = list(section.blocks)
    for part in walk(section.children):
        if part.heading:
            found.append(Paragraph(f"**{part.title}:**", part.heading.span))
        found.extend(part.blocks)
    return tuple(found)


def _all_commands(section: OutlineSection) -> bool:
    return bool(all_commands(_all_blocks(section)))


def asks(text: str) -> bool:
    """Whether a heading or a paragraph is a question to be answered."""
    return text.rstrip(" *_").endswith(("?", "？")) or _QUESTION.match(text) is not None


def _asks(section: OutlineSection) -> bool:
    return role_of(section, HEADINGS) is None and asks(section.title)


def _answered(section: OutlineSection) -> Solution:
    question = _QUESTION.match(section.title)
    title = question["question"].strip(" *_") if question else section.title
    solution = one_solution(title, _all_blocks(section), section.span)
    return solution.model_copy(update={"when_to_use": title})


def _is_aside(section: OutlineSection) -> bool:
    return is_contents(section) or section.key in _ASIDE or section.key.rsplit(" ", 1)[-1] in ("output", "example")


def _answers(blocks: tuple[Block, ...]) -> tuple[list[Solution], tuple[Block, ...]]:
    """Questions and answers in running text ("**Q:** …" and "A: …") as solutions, and the blocks that are none."""
    starts = [
        index for index, block in enumerate(blocks) if isinstance(block, Paragraph) and _QUESTION.match(block.text)
    ]
    if not starts:
        return [], blocks
    found = []
    for begin, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        first = blocks[begin]
        assert isinstance(first, Paragraph)
        question, _, below = first.text.partition("\n")
        match = _QUESTION.match(question)
        title = match["question"].replace("**", "").replace("__", "").strip() if match else question
        answer = [Paragraph(below, first.span)] if below.strip() else []
        answer = [replace(block, text=_ANSWER.sub("", block.text)) for block in answer]
        rest = [
            replace(block, text=_ANSWER.sub("", block.text)) if isinstance(block, Paragraph) else block
            for block in blocks[begin + 1 : end]
        ]
        last = blocks[end - 1].span
        span = Span(first.span.line, first.span.column, last.end_line, last.end_column)
        solution = one_solution(title, (*answer, *rest), span)
        found.append(solution.model_copy(update={"when_to_use": title}))
    return found, blocks[: starts[0]]


def _shown(section: OutlineSection, sections: list[OutlineSection], *, has_steps: bool) -> Contents:
    """What a section shows to do: commands, or a numbered list."""
    blocks = without_furniture(section.blocks)
    section = replace(section, blocks=blocks)
    typed = any(isinstance(block, Fence) and block.language not in _SHELLS for block in blocks)
    numbered = sum(len(block.items) for block in blocks if isinstance(block, ListBlock) and block.ordered)
    commands = [c for c in all_commands(blocks) if c.language in _SHELLS]
    if not commands and (numbered < _FEWEST or typed):
        return Contents()
    if section.level > 1 and (_CHOICE.match(section.title) or _mends(section, sections, has_steps=has_steps)):
        return Contents(solutions=(one_solution(section.title, blocks, section.span),))
    return Contents(steps=_with_own_titles(steps_in(section)))


def _with_own_titles(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Several commands below one heading are called after the words above each."""
    if len({step.title for step in steps}) == len(steps):
        return steps
    return tuple(step.model_copy(update={"title": short_title(step.what_to_check) or step.title}) for step in steps)


def _mends(section: OutlineSection, sections: list[OutlineSection], *, has_steps: bool) -> bool:
    looks = has_steps or any(_LOOKS.match(other.title) for other in sections if other.level > 1)
    return looks and _FIXES.match(section.title) is not None
