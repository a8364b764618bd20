"""The steps and solutions of a section, for every dialect that has no labels of its own for them.

A part that holds a command or has a heading of its own becomes one: three fences read as three steps, two
headings as two solutions. Of a numbered list each item is one, with what follows it up to the next number, because
many authors do not indent the command that belongs to an item.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise, takewhile
from typing import TypeVar

from faultmaven_kb.dialects.drawn.outputs import Example, shown_in, without_shown
from faultmaven_kb.dialects.headings import label_means
from faultmaven_kb.dialects.pieces.announcements import introduced, is_described, says_of
from faultmaven_kb.dialects.pieces.branches import is_branch
from faultmaven_kb.dialects.pieces.enumerations import heading_number, heading_words
from faultmaven_kb.dialects.pieces.furniture import LINK, is_furniture, without_furniture
from faultmaven_kb.dialects.pieces.parts import (
    all_commands,
    item_text,
    items_in,
    notes_in,
    read_instructions,
    text_of,
)
from faultmaven_kb.dialects.pieces.statements import facts_among, is_statement
from faultmaven_kb.model.runbook import Instruction, Passage, Solution, Step
from faultmaven_kb.source import Span
from faultmaven_kb.text.fenced import fence
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.markdown import Block, Fence, Html, ListBlock, ListItem, Paragraph, Quote, Table, ThematicBreak
from faultmaven_kb.text.outline import OutlineSection, blocks_below, walk, words

__all__ = [
    "in_order",
    "numbered",
    "one_solution",
    "one_step",
    "short_title",
    "solutions_in",
    "steps_in",
]

_Counted = TypeVar("_Counted", Step, Solution)
_JOINS = frozenset({"and", "or", "then", "and then", "oder", "und"})
_FEWEST_ITEMS = 2
_UNTITLED = "Run the command"
_FEW_WORDS = 4
_TITLE_LENGTH = 90
_TAIL = 200
_WRAPPED = 55
_OPENS = re.compile(r"[-*+>|]|\d{1,3}[.)]|\[[ xX]\]")
"""How a line begins that does not go on with the one above it."""
_TELLINGS = frozenset({"causes", "impact", "meaning", "symptoms"})
_NAME_ONLY = re.compile(r"`[^`\s]{1,80}`\W?")
"""An item that only names something."""
_ITEM_MARK = re.compile(r"^(?:(?:\d{1,3}\.|[-*])\s+)?(?:\[[ xX]\]\s+)?")
_SENTENCE_END = re.compile(r"(?<=[^.\s][.!?])\s+|(?<!\s)\s++[-–—]\s+|:\s+")


def numbered(parts: tuple[_Counted, ...]) -> tuple[_Counted, ...]:
    """Steps or solutions of several sections, each of which counts from one or not at all, counted through."""
    numbers = [part.number for part in parts if part.number is not None]
    if len(numbers) == len(parts) and all(first < second for first, second in pairwise(numbers)):
        return parts
    return tuple(part.model_copy(update={"number": number}) for number, part in enumerate(parts, 1))


def in_order(parts: tuple[_Counted, ...]) -> tuple[_Counted, ...]:
    """Steps or solutions in the order of the page, whatever found them."""
    return tuple(sorted(parts, key=lambda part: (part.span.line, part.span.column)))


def steps_in(section: OutlineSection, *, listed: bool = True) -> tuple[Step, ...]:
    """The diagnostic steps of a section: one for each heading below it, one for each item or fence of its own text.

    Lists that are not `listed` only explain something.
    """
    blocks = tuple(block for block in section.blocks if not isinstance(block, Html) and not is_furniture(block))
    title = heading_words(section.title)  # its number counts the parts of the page
    own = (_listed_steps(blocks) if listed else []) or _own_titles(
        [(one_step(title, run), run) for run in _runs(blocks)]
    )
    steps = own
    for part in walk(section.children):
        if part.blocks or not part.children:
            step = one_step(part.title, part.blocks, part.span)
            if steps and _only_prints(part, step):
                steps[-1] = _with_output(steps[-1], step)
            else:
                steps.append(step)
    return tuple(step.model_copy(update={"number": step.number or n}) for n, step in enumerate(steps, 1))


def _only_prints(section: OutlineSection, step: Step) -> bool:
    """Whether a heading holds nothing but what the command above it prints, and at most words about it."""
    said = all(isinstance(block, Fence | Paragraph) for block in section.blocks)
    return said and bool(step.expected_output) and not step.commands and step.number is None


def _with_output(step: Step, printed: Step) -> Step:
    output = "\n\n".join(text for text in (step.expected_output, printed.expected_output) if text)
    passage = Passage(label=printed.title, text=printed.what_to_check or printed.expected_output, span=printed.span)
    return step.model_copy(update={"expected_output": output, "passages": (*step.passages, passage)})


def _listed_steps(blocks: tuple[Block, ...]) -> list[Step]:
    """A step for each item where lists say what to do; prose above them is kept by the first step.

    Beside commands between the items only a numbered list does.
    """
    items = list(_items_with_what_follows(blocks))
    between = any(isinstance(block, Fence) for block in blocks)
    if len(items) < _FEWEST_ITEMS or (between and any(item.number is None for item, _ in items)):
        return []
    if all(_NAME_ONLY.fullmatch(item_text(item)) and not all_commands(item.blocks) for item, _ in items):
        return []
    leading, items = _without_tellings(items)
    steps = [
        one_step(
            short_title(item_text(item)) or short_title(text_of(following)) or _UNTITLED,
            item.blocks + following,
            _from_to(item.span, following[-1].span) if following else item.span,
            counted=False,
        )
        for item, following in items
    ]
    beside = (*without_furniture(_before_lists(blocks)), *leading)
    if beside:
        passage = Passage(text=text_of(beside), span=beside[0].span)
        shown = tuple(shown_in(beside))
        commands = all_commands(without_shown(beside, shown)) + steps[0].commands
        passages = (passage, *(_output(printed) for printed in shown))
        notes = notes_in(beside) + steps[0].notes
        steps[0] = steps[0].model_copy(update={"passages": passages, "notes": notes, "commands": commands})
    return steps


def _without_tellings(
    items: list[tuple[ListItem, tuple[Block, ...]]],
) -> tuple[tuple[Block, ...], list[tuple[ListItem, tuple[Block, ...]]]]:
    """The points above all others that only state facts, and the items that say what to do.

    An item that tells something ("Common causes: …") and a point that states a fact belong to the item above.
    """
    facts = {item.span for item, _ in items if item.number is None and is_statement(item)}
    facts = facts if len(facts) < len(items) else set()
    actions: list[tuple[ListItem, tuple[Block, ...]]] = []
    leading: tuple[Block, ...] = ()
    for item, following in items:
        name, colon, _ = item_text(item).partition(":")
        tells = colon and actions and label_means(words(name)) in _TELLINGS
        if not tells and item.span not in facts:
            actions.append((item, following))
        elif actions:
            above, below = actions[-1]
            actions[-1] = (above, (*below, *item.blocks, *following))
        else:
            leading += (*item.blocks, *following)
    return leading, actions


def _items_with_what_follows(blocks: tuple[Block, ...]) -> Iterator[tuple[ListItem, tuple[Block, ...]]]:
    """Each item of the lists among the blocks, the last of a list with what comes between it and the next list."""
    waiting: ListItem | None = None
    following: list[Block] = []
    above: Paragraph | None = None
    for block in blocks[len(_before_lists(blocks)) :]:
        described = above is not None and says_of(above)
        above = block if isinstance(block, Paragraph) else None
        if isinstance(block, ListBlock) and not described and not is_furniture(block) and not _links_only(block):
            if waiting:
                yield waiting, tuple(following)
            for item in block.items[:-1]:
                yield item, ()
            waiting, following = block.items[-1], []
        elif waiting and not isinstance(block, ThematicBreak | Html):
            following.append(block)
    if waiting:
        yield waiting, tuple(following)


def _before_lists(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks above the lists of steps; above a numbered one, points are what to know before."""
    lists = [
        i
        for i, block in enumerate(blocks)
        if isinstance(block, ListBlock) and not (is_furniture(block) or _links_only(block) or is_described(blocks, i))
    ]
    numbered_ones = [i for i in lists if _is_numbered(blocks[i])]
    first = numbered_ones[0] if numbered_ones else lists[0] if lists else len(blocks)
    return blocks[:first]


def _is_numbered(block: Block) -> bool:
    return isinstance(block, ListBlock) and block.ordered and len(block.items) >= _FEWEST_ITEMS


def _from_to(first: Span, last: Span) -> Span:
    return Span(first.line, first.column, last.end_line, last.end_column)


def short_title(text: str) -> str:
    """The first sentence of a text, without marks, at most a line long."""
    first = _ITEM_MARK.sub("", plain(_first_line(text)))
    first = _SENTENCE_END.split(first, maxsplit=1)[0]
    if first.count("(") > first.count(")"):  # cut inside of brackets
        first = first[: first.rindex("(")] or first
    first = first.rstrip(" .:;")
    return first if len(first) <= _TITLE_LENGTH else first[:_TITLE_LENGTH].rsplit(" ", 1)[0] + " …"


def _first_line(text: str) -> str:
    """The first line of a text; one as long as a page is wide goes on in the next."""
    first, _, below = text.partition("\n")
    if len(first) < _WRAPPED or first.endswith(("  ", "\\", ":", ">")):
        return first
    following = below.partition("\n")[0].strip()
    return first if not following or _OPENS.match(following) else f"{first} {following}"


def _runs(blocks: tuple[Block, ...]) -> Iterator[tuple[Block, ...]]:
    """Blocks cut after each command: the words above a command belong to it, and what it prints as well.

    Words behind the last command, which have none of their own, are about it.
    """
    runs: list[list[Block]] = [[]]
    shown = {printed.span for printed in shown_in(blocks)}
    for index, block in enumerate(blocks):
        if isinstance(block, ThematicBreak):
            continue
        runs[-1].append(block)
        if not isinstance(block, Fence) or not _has_command(runs[-1], shown):
            continue
        if not _goes_on(blocks, index) and not _shows_next(blocks, index, shown) and not _is_joined(blocks, index + 1):
            runs.append([])
    if len(runs) > _FEWEST_ITEMS - 1 and not all_commands(without_shown(tuple(runs[-1]), shown_in(runs[-1]))):
        last = runs.pop()
        runs[-1].extend(last)
    return (tuple(run) for run in runs if run)


def _has_command(run: list[Block], shown: AbstractSet[Span]) -> bool:
    """Whether a fence of a run is no output; an output above all commands belongs to the first."""
    return any(isinstance(block, Fence) and block.span not in shown for block in run)


def _goes_on(blocks: tuple[Block, ...], index: int) -> bool:
    """Whether the next fence is of the same session, whose commands share its place."""
    following = blocks[index + 1] if index + 1 < len(blocks) else None
    return isinstance(following, Fence) and following.span == blocks[index].span


def _is_joined(blocks: tuple[Block, ...], index: int) -> bool:
    """Whether a word alone joins the next fence to the one above it: "and", "or"."""
    words_between = blocks[index] if index + 1 < len(blocks) else None
    return isinstance(words_between, Paragraph) and words_between.text.strip(" .:*_").casefold() in _JOINS


def _shows_next(blocks: tuple[Block, ...], index: int, shown: AbstractSet[Span]) -> bool:
    """Whether the next fence shows what the commands above it print."""
    following = next((block for block in blocks[index + 1 :] if isinstance(block, Fence)), None)
    return following is not None and following.span in shown


def _own_titles(steps: list[tuple[Step, tuple[Block, ...]]]) -> list[Step]:
    """Several commands below one heading are called after the words above each."""
    titles = {step.title for step, _ in steps}
    if len(titles) == len(steps) and "" not in titles:
        return [step for step, _ in steps]
    return [step.model_copy(update={"title": _announced(run) or step.title or _UNTITLED}) for step, run in steps]


def _announced(run: tuple[Block, ...]) -> str:
    """The title that the words above a command give it: a last paragraph that ends with a colon, else the first."""
    above = list(takewhile(lambda block: not isinstance(block, Fence), run))
    paragraphs = [block for block in above if isinstance(block, Paragraph)]
    if paragraphs and paragraphs[-1].text.rstrip(" *_").endswith((":", "：")):
        return short_title(_last_sentence(paragraphs[-1].text))
    return short_title(paragraphs[0].text if paragraphs else text_of(above))


def _last_sentence(text: str) -> str:
    return " ".join(text[-_TAIL:].split()).rpartition(". ")[2]


def one_step(title: str, blocks: tuple[Block, ...], span: Span | None = None, *, counted: bool = True) -> Step:
    """A step of some blocks; the title's number is the step's unless it is not `counted`."""
    number, title = heading_number(title) if counted else (None, title)
    first, last = (blocks[0].span, blocks[-1].span) if blocks else (span, span)
    assert first is not None and last is not None
    shown = tuple(shown_in(blocks, title))
    examples = tuple(_output(fence) for fence in shown if isinstance(fence, Example))
    printed = (fence.code for fence in shown if not isinstance(fence, Example))
    return Step(
        number=number,
        title=title,
        what_to_check=text_of(blocks),
        commands=all_commands(without_shown(blocks, shown)),
        expected_output="\n".join(printed).strip("\n"),
        notes=notes_in(blocks),
        passages=examples,
        span=span or _from_to(first, last),
    )


def solutions_in(section: OutlineSection) -> tuple[Solution, ...]:
    """The solutions of a section: one for each heading right below it, else the section itself."""
    own = tuple(block for block in section.blocks if not isinstance(block, ThematicBreak))
    solutions = [one_solution(child.title, blocks_below(child), child.span) for child in section.children]
    if all_commands(own) or (not solutions and _says_what_to_do(own)):
        solutions.insert(0, one_solution(heading_words(section.title), own, section.span))
    elif own and solutions:
        passage = Passage(text=text_of(own), span=own[0].span)
        solutions[0] = solutions[0].model_copy(update={"passages": (passage, *solutions[0].passages)})
    return tuple(s.model_copy(update={"number": s.number or n}) for n, s in enumerate(solutions, 1))


def _says_what_to_do(blocks: tuple[Block, ...]) -> bool:
    """Whether there is more than comments and lists of links among the blocks."""
    return bool(text_of(block for block in blocks if not _mostly_links(block)))


def _mostly_links(block: Block) -> bool:
    """Whether a list is links, or a paragraph a link with a word or two ("[Response plan](…) for the desk")."""
    if isinstance(block, ListBlock):
        return _links_only(block)
    if not isinstance(block, Paragraph) or not block.text.lstrip().startswith("["):
        return False
    return len(LINK.sub(" ", block.text).split()) < _FEW_WORDS


def one_solution(title: str, blocks: tuple[Block, ...], span: Span) -> Solution:
    """A solution of some blocks: the items of its lists are the instructions, the prose beside them a passage."""
    title = title.rstrip(" :：") or title
    number, title = heading_number(title)[0], heading_words(title)
    shown = tuple(shown_in(blocks))
    facts = tuple(facts_among(blocks))
    prose = (*(block for block in blocks if isinstance(block, Paragraph | Quote | Table)), *facts)
    blocks = without_shown(blocks, shown)
    passages = [Passage(text=text_of(prose), span=prose[0].span)] if prose else []
    passages += [_output(printed) for printed in shown]
    return Solution(
        number=number,
        title=title,
        when_to_use=title if is_branch(title) else "",
        instructions=tuple(_instructions(blocks)),
        commands=all_commands(blocks),
        notes=notes_in(blocks),
        passages=tuple(passages),
        span=span,
    )


def _output(shown: Fence) -> Passage:
    """What is printed, or an example, as text."""
    if isinstance(shown, Example):
        return Passage(label="Example", text=fence(shown.code, shown.language), span=shown.span)
    return Passage(label="Output", text=fence(shown.code, "text"), span=shown.span)


def _instructions(blocks: tuple[Block, ...]) -> Iterator[Instruction]:
    """One instruction for each item of the lists that say what to do: no causes, and nothing but links."""
    listed = tuple(block for block, about in introduced(blocks) if not about and not _links_only(block))
    facts = {item.span for block in facts_among(blocks) for item in block.items}
    for instruction, item in zip(read_instructions(listed), items_in(listed), strict=True):
        if item.span not in facts:
            yield instruction.model_copy(update={"commands": all_commands(item.blocks)})


def _links_only(block: ListBlock) -> bool:
    texts = [item_text(item) for item in block.items]
    return all(LINK.fullmatch(text) for text in texts)
