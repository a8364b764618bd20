"""What a page holds outside of the parts that a heading names: procedures, questions with answers, tables, commands.

Most runbooks of the world have few of the usual headings or none. What they do have is a shape: headings with numbers
("## 1. Drain the node"), headings that ask ("## Why does it restart?"), a table with the columns symptom, cause and
fix, a numbered list, a command below a heading. Each shape is read into the part of a runbook that it plainly is; prose
alone is not.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace

from faultmaven_kb.dialects.alert_headings import HEADINGS, label_means
from faultmaven_kb.dialects.dialect import role_of
from faultmaven_kb.dialects.listing import one_solution, one_step, steps_in
from faultmaven_kb.dialects.pieces.branches import answer_of, is_branch
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.enumerations import heading_number
from faultmaven_kb.dialects.pieces.furniture import is_contents, without_furniture
from faultmaven_kb.dialects.pieces.outputs import shown_in, without_shown
from faultmaven_kb.dialects.pieces.parts import all_commands, item_text, text_of
from faultmaven_kb.model.runbook import Passage, Solution, Step
from faultmaven_kb.source import Span
from faultmaven_kb.text.languages import QUERY, TYPED
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, ListItem, Paragraph, fences_in
from faultmaven_kb.text.outline import OutlineSection, label_of, walk, words

__all__ = ["asks", "is_aside", "is_of_deeds", "is_of_looks", "looks", "loose_contents", "procedure_in", "without_spans"]

_FEWEST = 2
_SHELLS = TYPED | QUERY | {"", "powershell", "pwsh", "ps1", "cmd", "bat", "text"}
_STAGE = re.compile(r"\W{0,3}(?:part|phase|stage)\b", re.IGNORECASE)
_HOW_TO = re.compile(r"\W{0,3}how (?:to|do|can|should) (?!use\b|read\b|contribute\b)", re.IGNORECASE)
_TELLS_HOW = re.compile(
    r"\W{0,3}how (?:to|do|can) (?:i |we |you )?"
    r"(?:know|tell|recogni[sz]e|see|spot|find|check|identify|confirm|verify)\b",
    re.IGNORECASE,
)
_TELLS_WHAT = re.compile(r"\W{0,3}(?:what (?:is|are|happens)|why|how (?:it|this) works)\b", re.IGNORECASE)
_CHECKBOX = re.compile(r"\[[ xX]\]\s")
_CHOICE = re.compile(
    r"\W{0,3}(?:solution|option|fix|workaround|alternative|scenario|case|procedure|method|approach|plan|lösung|方案)\s*#?(?:\d{1,2}|[a-h])\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:\*\*|__)?\s*(?:Q\d{0,2}|Question|Frage|问|質問)\s*[:.：)]\s*(?P<question>[^\n]+)", re.IGNORECASE
)
_ANSWER = re.compile(r"^(?:\*\*|__)?\s*(?:A\d{0,2}|Answer|Antwort|答|回答)\s*[:.：)]\s*(?:\*\*|__)?\s*", re.IGNORECASE)
_FIXES = re.compile(
    r"(?:restart|reboot|fix|mitigate|remediate|recover|restore|repair|roll(?:ing)? ?back|scale|increase|raise|reduce|"
    r"free|clear|clean|delete|remove|purge|drain|cordon|evict|kill|terminate|reset|rotate|renew|replace|rebuild|"
    r"recreate|re-?deploy|re-?start|upgrade|patch|disable|enable|switch|fail ?over|promote|throttle|block|unblock|"
    r"apply|change|set|add|extend|resize|expand|move|stop|start|reload|flush|truncate|vacuum|force)(?:ing)?\b",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"\W{0,4}(?:analy[sz]|check|collect|compar|confirm|count|debug|determin|diagnos|does |examin|find|gather|get|"
    r"identify|inspect|investigat|is |are |list|look|measure|monitor|open |query|read|retriev|review|search|see|show|"
    r"test|troubleshoot|verify|view)",
    re.IGNORECASE,
)
_MEANS = re.compile(r"`[^`\n]{1,80}`\s{1,2}(?:[-–—]|means\b|is\b)|`?/[\w./-]{1,200}`?$")
_GOES = re.compile(
    r"\W{0,4}(?:access|ask|call|connect|contact|copy|create|edit|ensure|go to|install|launch|log ?in|make sure|"
    r"navigate|notify|pass|re-?run|retry|run|select|send|ssh|take|update|use|wait|write)\b",
    re.IGNORECASE,
)
_MENDINGS = frozenset(
    "recovery restart remediation rollback failover cleanup restore restoration repair fix workaround mitigation "
    "replacement reset reboot".split()
)
_ASIDE = frozenset("configuration architecture changelog glossary example examples appendix license history".split())
_NO_STEPS = frozenset(
    {"prerequisites", "resources", "escalation", "meaning", "impact", "symptoms", "causes", "prevention"}
)
_ASIDE_ROLES = frozenset({"prerequisites", "resources", "escalation"})


def procedure_in(outline: tuple[OutlineSection, ...]) -> tuple[OutlineSection, ...]:
    """The headings of one level that carry numbers and are the steps of a procedure; empty where there are none.

    Numbered headings that mostly name parts ("1. Symptoms", "2. Diagnosis") are parts.
    """
    numbered = [section for section in outline if section.heading and _is_step(section)]
    named = [section for section in numbered if role_of(section, HEADINGS)]
    if len(numbered) >= _FEWEST and 2 * len(named) < len(numbered):
        return tuple(section for section in numbered if role_of(section, HEADINGS) not in _NO_STEPS)
    for section in outline:
        found = () if section.level > 1 and role_of(section, HEADINGS) else procedure_in(section.children)
        if found:
            return found
    return ()


def _is_step(section: OutlineSection) -> bool:
    """Whether a heading is a numbered step; a stage that holds numbered steps of its own is none."""
    if heading_number(section.title)[0] is None:
        return False
    return not (_STAGE.match(section.title) and any(_is_numbered_list(block) for block in _all_blocks(section)))


def _is_numbered_list(block: Block) -> bool:
    return isinstance(block, ListBlock) and block.ordered and len(block.items) >= _FEWEST


def without_spans(sections: Iterable[OutlineSection], taken: AbstractSet[Span]) -> tuple[OutlineSection, ...]:
    """The sections without those at the places, and without what is below these."""
    return tuple(
        replace(section, children=without_spans(section.children, taken))
        for section in sections
        if section.span not in taken
    )


def loose_contents(outline: tuple[OutlineSection, ...], *, has_steps: bool, has_solutions: bool) -> Contents:
    """The steps and solutions in sections that no dialect has claimed.

    A heading about repairing is a solution where there is a diagnosis to go with it, else a step like the rest.
    """
    found = Contents()
    choices = [section for section in _outermost(outline) if _CHOICE.match(section.title) and _all_commands(section)]
    if len(choices) >= _FEWEST:
        found = Contents(solutions=_as_solution(tuple(choices)))
        outline = without_spans(outline, {section.span for section in choices})
    procedure = procedure_in(outline)
    if procedure:
        steps = tuple(step for section in procedure for step in _steps_of(section))
        mends = has_steps and not has_solutions and not choices
        read = Contents(solutions=_as_solution(procedure)) if mends else Contents(steps=steps)
        found = found.followed_by(read)
        outline = without_spans(outline, {section.span for section in procedure})
    for section, read in _under_telling_headings(outline):
        found = found.followed_by(read)
        outline = without_spans(outline, {section.span})
    sections = [section for section in walk(outline) if not is_aside(section) and not _tells_what(section)]
    for section in sections:
        answers, rest = _answers(section.blocks)
        found = found.followed_by(Contents(solutions=tuple(answers)))
        found = found.followed_by(_shown(replace(section, blocks=rest, children=()), sections, has_steps=has_steps))
    return found


def _under_telling_headings(outline: tuple[OutlineSection, ...]) -> list[tuple[OutlineSection, Contents]]:
    """What is under headings that ask, say how to or name a condition, in document order.

    Two of a kind are a form; one alone counts where it shows commands.
    """
    below = [section for section in _outermost(outline) if role_of(section, HEADINGS) is None]
    asked = [section for section in below if asks(section.title) or _says_how(section)]
    cases = [section for section in below if is_branch(section.title)]
    asked, cases = (
        each if len(each) >= _FEWEST else [section for section in each if _all_commands(section)]
        for each in (asked, cases)
    )
    found = [
        (section, Contents(steps=(_whole_step(section),)) if _TELLS_HOW.match(section.title) else _answered(section))
        for section in asked
    ]
    found += [
        (section, Contents(solutions=(one_solution(section.title, _all_blocks(section), section.span),)))
        for section in cases
    ]
    return sorted(found, key=lambda each: each[0].span)


def _outermost(outline: Iterable[OutlineSection]) -> Iterator[OutlineSection]:
    """The sections below the title, without those that are inside a question, a how-to or a condition."""
    for section in outline:
        if section.level > 1:
            yield section
            if asks(section.title) or is_branch(section.title) or _says_how(section):
                continue
        yield from _outermost(section.children)


def _says_how(section: OutlineSection) -> bool:
    """Whether a heading says how to do what is below it."""
    shows = any(_is_numbered_list(block) for block in section.blocks) or _all_commands(section)
    return _HOW_TO.match(section.title) is not None and shows


def _whole_step(section: OutlineSection) -> Step:
    return one_step(section.title, _all_blocks(section), section.span)


def _steps_of(section: OutlineSection) -> Iterator[Step]:
    """A numbered section as a step; one that only gathers procedures under headings as a step for each of these."""
    procedures = [child for child in section.children if any(_is_numbered_list(block) for block in child.blocks)]
    if len(procedures) < _FEWEST or section.blocks or len(procedures) < len(section.children):
        yield _whole_step(section)
        return
    for child in procedures:
        yield one_step(child.title, _all_blocks(child), child.span, counted=False)


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


def _answered(section: OutlineSection) -> Contents:
    """A question with its answer as a solution; one with "Yes" and "No" below it as a check and a solution for each."""
    question = _QUESTION.match(section.title)
    title = question["question"].strip(" *_") if question else section.title
    answers = [child for child in section.children if answer_of(child)]
    if not answers:
        solution = one_solution(title, _all_blocks(section), section.span)
        return Contents(solutions=(solution.model_copy(update={"when_to_use": title}),))
    rest = replace(section, children=tuple(child for child in section.children if child not in answers))
    step = one_step(title, _all_blocks(rest) or section.blocks, section.span)
    found = Contents()
    for child in answers:
        blocks = _all_blocks(child)
        if all_commands(blocks):
            solution = one_solution(f"{title} {child.title}", blocks, child.span)
            when = f"{title} – {child.title}"
            found = found.followed_by(Contents(solutions=(solution.model_copy(update={"when_to_use": when}),)))
        elif text := text_of(blocks):
            passages = (*step.passages, Passage(label=child.title, text=text, span=child.span))
            step = step.model_copy(update={"passages": passages})
    return replace(found, steps=(step,))


def is_aside(section: OutlineSection) -> bool:
    """Whether a section holds nothing to do: contents, prerequisites, references, an example."""
    role = role_of(section, HEADINGS) if section.level > 1 else None
    if role in _ASIDE_ROLES and not (role == "prerequisites" and _counts_commands(section)):
        return True
    return is_contents(section) or section.key in _ASIDE or section.key.rsplit(" ", 1)[-1] in ("output", "example")


def _tells_what(section: OutlineSection) -> bool:
    """Whether a section explains something ("What is at risk"), so that its list is nothing to do."""
    return section.level > 1 and _TELLS_WHAT.match(section.title) is not None and not _all_commands(section)


def _counts_commands(section: OutlineSection) -> bool:
    """Whether a numbered list of a section holds commands, which is a procedure under any name."""
    return any(_is_numbered_list(block) and any(fences_in((block,))) for block in section.blocks)


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
    """What a section shows to do: commands, a numbered list, or boxes to check."""
    blocks = tuple(_without_asides(without_furniture(section.blocks)))
    section = replace(section, blocks=blocks)
    typed = any(isinstance(block, Fence) and block.language not in _SHELLS for block in blocks)
    lists = [block for block in blocks if isinstance(block, ListBlock)]
    commands = [c for c in all_commands(without_shown(blocks, shown_in(blocks))) if c.language in _SHELLS]
    items = [item for block in lists for item in block.items]
    listed = [item for block in lists for item in block.items if block.ordered or _has_box(item)]
    deeds = [item for item in items if _is_deed(item)]
    if not listed and (2 * len(deeds) > len(items) or (commands and not _explain(items))):
        listed = items
    if not commands and (len(listed) < _FEWEST or typed):
        return Contents()
    if section.level > 1 and (_CHOICE.match(section.title) or _mends(section, sections, has_steps=has_steps)):
        return Contents(solutions=(one_solution(section.title, blocks, section.span),))
    return Contents(steps=steps_in(section, listed=bool(listed)))


def is_of_deeds(block: ListBlock) -> bool:
    """Whether most items of a list say what to do."""
    return 2 * sum(map(_is_deed, block.items)) > len(block.items)


def is_of_looks(block: ListBlock) -> bool:
    """Whether most items of a list say to look at something."""
    return 2 * sum(looks(item_text(item)) for item in block.items) > len(block.items)


def _explain(items: list[ListItem]) -> bool:
    """Whether the items say what some code means, or are only names: "`-ctime +1` - created over a day ago"."""
    texts = [item_text(item) for item in items]
    return 2 * sum(_MEANS.match(text) is not None for text in texts) > len(texts)


def _is_deed(item: ListItem) -> bool:
    """Whether an item says what to do, in words or as a command."""
    text = item_text(item)
    return bool(looks(text) or _FIXES.match(text) or _GOES.match(text) or all_commands(item.blocks))


def _has_box(item: ListItem) -> bool:
    first = item.blocks[0] if item.blocks else None
    return isinstance(first, Paragraph) and _CHECKBOX.match(first.text) is not None


def _without_asides(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks without the lists below a label of something that is not done here ("Prereqs:", "Notes")."""
    aside = False
    for block in blocks:
        if isinstance(block, Paragraph):
            label = label_of(block)
            first, _, below = (label[0] if label else block.text).partition("\n")
            aside = not below and label_means(words(first)) in _ASIDE_ROLES
            yield block
        else:
            if not (aside and isinstance(block, ListBlock)):
                yield block
            aside = False


def looks(text: str) -> bool:
    """Whether a heading or an item of a list says to look at something, not to change it."""
    return _LOOKS.match(text) is not None


def _mends(section: OutlineSection, sections: list[OutlineSection], *, has_steps: bool) -> bool:
    looked = has_steps or any(looks(other.title) for other in sections if other.level > 1)
    noun = section.key.rsplit(" ", 1)[-1] in _MENDINGS
    return looked and (noun or _FIXES.match(section.title) is not None)
