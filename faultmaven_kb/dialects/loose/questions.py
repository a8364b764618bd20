"""Questions with their answers: as headings, with "Yes" and "No" below, or in running text ("**Q:** …", "A: …")."""

import re
from dataclasses import replace

from faultmaven_kb.dialects.loose.listing import one_solution, one_step
from faultmaven_kb.dialects.pieces.branches import answer_of
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.dialects.pieces.parts import all_commands, text_of
from faultmaven_kb.model.runbook import Passage, Solution
from faultmaven_kb.source import Span
from faultmaven_kb.text.markdown import Block, Paragraph
from faultmaven_kb.text.outline import OutlineSection, blocks_with_headings

__all__ = ["answered", "answers_in", "asks"]

_QUESTION = re.compile(
    r"(?:\*\*|__)?\s*(?:Q\d{0,2}|(?:Question|Frage)(?: ?#?\d{1,2})?|问|質問)\s*[:.：)]\s*(?P<question>[^\n]+)",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"^(?:\*\*|__)?\s*(?:A\d{0,2}|Answer|Antwort|答|回答)\s*[:.：)]\s*(?:\*\*|__)?\s*", re.IGNORECASE)


def asks(text: str) -> bool:
    """Whether a heading or a paragraph is a question to be answered."""
    return text.rstrip(" *_").endswith(("?", "？")) or _QUESTION.match(text) is not None


def answered(section: OutlineSection) -> Contents:
    """A question with its answer as a solution; one with "Yes" and "No" below it as a check and a solution for each."""
    question = _QUESTION.match(section.title)
    title = question["question"].strip(" *_") if question else section.title
    answers = [child for child in section.children if answer_of(child)]
    if not answers:
        solution = one_solution(title, blocks_with_headings(section), section.span)
        return Contents(solutions=(solution.model_copy(update={"when_to_use": title}),))
    rest = replace(section, children=tuple(child for child in section.children if child not in answers))
    step = one_step(title, blocks_with_headings(rest) or section.blocks, section.span)
    contents = Contents()
    for child in answers:
        blocks = blocks_with_headings(child)
        if all_commands(blocks):
            solution = one_solution(f"{title} {child.title}", blocks, child.span)
            when = f"{title} – {child.title}"
            contents = contents.followed_by(Contents(solutions=(solution.model_copy(update={"when_to_use": when}),)))
        elif text := text_of(blocks):
            passages = (*step.passages, Passage(label=child.title, text=text, span=child.span))
            step = step.model_copy(update={"passages": passages})
    return replace(contents, steps=(step,))


def answers_in(blocks: tuple[Block, ...]) -> tuple[list[Solution], tuple[Block, ...]]:
    """Questions and answers in running text ("**Q:** …" and "A: …") as solutions, and the blocks that are none."""
    starts = [
        index for index, block in enumerate(blocks) if isinstance(block, Paragraph) and _QUESTION.match(block.text)
    ]
    if not starts:
        return [], blocks
    solutions = []
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
        solutions.append(solution.model_copy(update={"when_to_use": title}))
    return solutions, blocks[: starts[0]]
