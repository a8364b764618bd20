"""Shell text to complete commands: what a reader would paste in one go.

A loop, a here document or a line with continuation is one command, and so is a line that contains several commands: its
last one may look at `$?`. Comments are left out. tree-sitter's grammar decides where a command ends, so no bash is
needed and a system without one can still list and check.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from faultmaven_kb.fences.placeholders import mask_placeholders
from faultmaven_kb.fences.shell import unreadable

__all__ = ["ShellCommand", "split_commands", "split_console"]


class ShellCommand(NamedTuple):
    """A complete command and the line of the text it starts on (from 0)."""

    text: str
    line: int


def split_commands(text: str) -> tuple[ShellCommand, ...] | None:
    """The complete commands of a shell text, None when it is not valid shell or too much of it to be read."""
    if unreadable(text) is not None:
        return None
    root = _parser().parse(mask_placeholders(text).encode("utf-8")).root_node
    if root.has_error:
        return None
    lines = text.split("\n")
    ranges = (part for first, last in _merged(root, lines) for part in _apart(lines, first, last))
    return tuple(ShellCommand("\n".join(lines[first:last]), first) for first, last in ranges)


def _apart(lines: list[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """A range in parts where a comment line is between two: the grammar joins some pipelines across comments."""
    for number in range(first + 1, last - 1):
        parts = lines[first:number], lines[number + 1 : last]
        if lines[number].startswith("#") and all(_complete("\n".join(part)) for part in parts):
            yield first, number
            yield from _apart(lines, number + 1, last)
            return
    yield first, last


def _complete(text: str) -> bool:
    return "<<" not in text and not text.rstrip().endswith(("\\", "|", "&&")) and split_commands(text) is not None


def _merged(root: Node, lines: list[str]) -> Iterator[tuple[int, int]]:
    """Line ranges of the commands, those that share a line joined; the end is exclusive."""
    pending: tuple[int, int] | None = None
    for node in root.children:
        if node.type == "comment" or not node.is_named:
            continue
        last = node.end_point[0] + (1 if node.end_point[1] else 0)
        if pending and node.start_point[0] < pending[1]:
            pending = (pending[0], max(last, pending[1]))
            continue
        if pending:
            yield pending
        pending = (node.start_point[0], max(last, node.start_point[0] + 1))
    if pending:
        yield pending


def split_console(text: str) -> tuple[ShellCommand, ...] | None:
    """The commands of a transcript: lines after a `$ ` prompt, with their `> ` continuations."""
    commands: list[ShellCommand] = []
    for number, line in enumerate(text.split("\n")):
        if line.startswith("$ "):
            commands.append(ShellCommand(line[2:], number))
        elif line.startswith("> ") and commands:
            commands[-1] = ShellCommand(f"{commands[-1].text}\n{line[2:]}", commands[-1].line)
    return None if any(split_commands(command.text) is None for command in commands) else tuple(commands)


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))
