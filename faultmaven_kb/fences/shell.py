"""Shell commands in a code block: parsed once with tree-sitter, so that quotes, comments and continuations are known.

`parse` yields the simple commands of a text with their words and places, looked through `sudo`, `ssh host`,
`sh -c "…"`, `xargs`, `find -exec`, `kubectl exec … --` and the like; `syntax_error` is where it does not parse.
Characters outside ASCII are masked as well, so that the parser's bytes are our code points. In a `console` block only
the lines behind a prompt are commands; everything else is blanked, so that an index stays an index.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from faultmaven_kb.fences.placeholders import mask_placeholders
from faultmaven_kb.fences.shell_commands import Script, ShellCommand, Word
from faultmaven_kb.fences.wrappers import behind_wrapper, handed_on

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

__all__ = ["LONGEST", "MOST_SIGNS", "SIGNS", "commands_only", "parse", "statements", "unreadable"]

LONGEST = 2_000  # chosen
"""Characters of a line that is read."""
SIGNS = "|()<;`&="
# The parser takes time that grows with the signs it can make no sense of times the characters around them; with so many
# signs and this product the worst mixtures that were found take about a tenth of a second
# (`python -m benchmarks.hostile --only dense-bash`).
MOST_SIGNS = 800  # as above
_MOST_WORK = 5_000_000  # as above
_MOST = 100_000  # chosen: bounds the work
_MOST_REPEATED = 1_000_000  # chosen: some milliseconds
"""For the place of an error, parts of a text are parsed again, until the squares of their lengths add up to this."""

_PROMPT = re.compile(r"[ \t]*(?:\([\w.-]+\) ?)?(?:\[?[\w.-]+@[\w.-]+[^$#%\n]{0,60})?[$#%❯][ \t]+(?=\S)")
_OMITTED = re.compile(r"^\[[A-Za-z][A-Za-z ,.]*\]$", re.MULTILINE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_OPAQUE = frozenset({"comment", "raw_string", "string", "heredoc_body", "ansi_c_string"})
_JOINED = frozenset({"pipeline", "list", "negated_command"})
_CLOSING = frozenset({"done", "fi", "esac", "then", "elif", "else"})


@lru_cache(maxsize=1)
def _parser() -> "Parser":
    import tree_sitter_bash  # noqa: PLC0415 - documents without commands need no parser
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))


def commands_only(code: str) -> str:
    """A session's text with prompts and output blanked."""
    lines: list[str] = []
    goes_on = follows = False
    for line in code.split("\n"):
        prompt = _PROMPT.match(line)
        if goes_on or (follows and line.lstrip().startswith("> ")):
            shown = re.sub(r"^(\s*)> ", r"\1  ", line)
        elif prompt:
            shown = " " * prompt.end() + line[prompt.end() :]
        else:
            shown = " " * len(line)
        follows = bool(shown.strip())
        goes_on = shown.rstrip().endswith("\\")
        lines.append(shown)
    return "\n".join(lines)


def parse(code: str) -> Script:
    """The commands, comments and errors of a shell text; none of one that is too long or too dense to be read."""
    unread = unreadable(code)
    if unread is not None:
        return Script(code, (), (), (), (), None, unread)
    masked = _masked(code)
    root = _parser().parse(masked.encode()).root_node
    reader = _Reader(code)
    reader.read(root)
    commands = sorted(reader.commands, key=lambda command: (command.start, -command.end))
    commands = _fed(commands, reader)
    stray = next((command.start for command in commands if command.words and command.words[0].text in _CLOSING), None)
    error = _error(masked, root) if root.has_error else stray
    unwrapped = tuple(inner for command in commands for inner in _unwrap(command, 4))
    return Script(code, unwrapped, tuple(reader.comments), tuple(reader.opaque), tuple(reader.pipelines), error)


def statements(code: str) -> tuple[tuple[int, int], ...]:
    """Where each statement of a shell text begins and ends, heredocs included; none where it cannot be read."""
    if unreadable(code) is not None:
        return ()
    root = _parser().parse(_masked(code).encode()).root_node
    if root.has_error:
        return ()
    return tuple((node.start_byte, node.end_byte) for node in root.children if node.is_named and node.type != "comment")


def unreadable(code: str) -> int | None:
    """Where the first line begins that is too long, or the text that is or has too many signs."""
    index = 0
    for line in code.split("\n"):
        if len(line) > LONGEST:
            return index
        index += len(line) + 1
    signs = sum(map(code.count, SIGNS))
    return 0 if len(code) > _MOST or signs > MOST_SIGNS or signs * len(code) > _MOST_WORK else None


def _masked(code: str) -> str:
    """The text with what the grammar does not understand masked, every index the same and every letter one byte."""
    masked = _NOT_ASCII.sub("x", mask_placeholders(code)).replace("<>", ">>")  # opens for both, unknown to the grammar
    return _OMITTED.sub(lambda match: "x" * len(match[0]), masked)


class _Reader:
    """Walks the syntax tree once."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.commands: list[ShellCommand] = []
        self.comments: list[Word] = []
        self.opaque: list[tuple[int, int]] = []
        self.pipelines: list[tuple[int, int]] = []
        self.fed: dict[int, tuple[str, int]] = {}

    def read(self, root: "Node") -> None:
        """What the tree holds. Each node's children are asked for once, and nobody's parent: both cost a walk."""
        pending = [(root, False)]
        while pending:
            node, redirected = pending.pop()
            kind, children = node.type, node.children
            if kind in _OPAQUE:
                self.opaque.append((node.start_byte, node.end_byte))
                if kind == "comment":
                    self.comments.append(self.word(node))
            elif kind == "pipeline":
                self.pipelines.append((node.start_byte, node.end_byte))
            elif kind == "redirected_statement":
                self.redirected(node)
            elif kind == "command" and not redirected:  # else it was read with its redirection
                self.commands.append(self.command(node))
            if kind == "redirected_statement":
                body = node.child_by_field_name("body")
                pending += [(child, child == body) for child in children]
            else:
                last = redirected and kind in _JOINED
                pending += [(child, last and place == len(children)) for place, child in enumerate(children, 1)]

    def word(self, node: "Node") -> Word:
        text = self.code[node.start_byte : node.end_byte]
        if node.type in ("string", "raw_string"):
            text = text[1:-1]
        elif node.type != "comment":
            text = re.sub(r"[\"']|\\(?=.)|\\\n", "", text)
        return Word(text, node.start_byte, node.end_byte)

    def command(self, node: "Node") -> ShellCommand:
        words = [
            self.word(child)
            for child in node.children
            if child.type
            not in ("variable_assignment", "file_redirect", "heredoc_redirect", "herestring_redirect", "\n")
        ]
        redirect = next((child for child in node.children if child.type == "herestring_redirect"), None)
        if redirect is None:
            return ShellCommand(tuple(words), node.start_byte, node.end_byte)
        text = self.word(redirect.children[-1])
        return ShellCommand(tuple(words), node.start_byte, node.end_byte, text.text, text.start + 1)

    def redirected(self, node: "Node") -> None:
        body = node.child_by_field_name("body")
        last = _last_command(body) if body is not None else None
        command = self.command(last) if last is not None else ShellCommand((), node.start_byte, node.end_byte)
        stdin, start, truncates = command.stdin, command.stdin_start, ""
        for child in node.children:
            if child.type == "heredoc_redirect":
                bodies = [part for part in child.children if part.type == "heredoc_body"]
                for part in bodies:
                    stdin, start = self.code[part.start_byte : part.end_byte], part.start_byte
                for part in child.children:  # `cat <<EOF | sh`: the grammar puts the rest of the line in here
                    if part.type == "pipeline" and stdin:
                        self.fed |= {node.start_byte: (stdin, start) for node in part.children if node.is_named}
            elif child.type == "herestring_redirect":
                word = self.word(child.children[-1])
                stdin, start = word.text, word.start + 1
            elif child.type == "file_redirect" and child.children and child.children[0].type == ">":
                empty = body is None or command.line in (":", "true", "cat /dev/null", "echo -n")
                target = child.child_by_field_name("destination")
                truncates = self.word(target).text if empty and target is not None else ""
        if last is not None or truncates:
            self.commands.append(ShellCommand(command.words, command.start, command.end, stdin, start, truncates))


def _last_command(node: "Node") -> "Node | None":
    while node.type in _JOINED and node.children:
        node = node.children[-1]
    return node if node.type == "command" else None


def _fed(commands: list[ShellCommand], reader: _Reader) -> list[ShellCommand]:
    """The commands, each behind a pipe with the text that the one before it prints: `echo "rm -rf /x" | sh`."""
    piped: list[ShellCommand] = []
    pipelines = sorted(reader.pipelines, reverse=True)
    end = 0  # of the pipelines that have begun, the last end
    for command in commands:
        text, start = reader.fed.get(command.start, ("", 0))
        while piped and pipelines and pipelines[-1][0] <= piped[-1].start:
            end = max(end, pipelines.pop()[1])
        if piped and not text and piped[-1].start < command.start < end:
            text, start = _printed(piped[-1])
        piped.append(replace(command, stdin=text, stdin_start=start) if text and not command.stdin else command)
    return piped


def _printed(command: ShellCommand) -> tuple[str, int]:
    """What a command is sure to print and where that is in the code: words of `echo`, a here-document of `cat`."""
    if command.name == "cat":
        return command.stdin, command.stdin_start
    words = command.words[1:] if command.name in ("echo", "printf") else ()
    texts = [word for word in words if not re.fullmatch(r"-[neE]+", word.text)]
    if not texts:
        return "", 0
    quoted = texts[0].end - texts[0].start > len(texts[0].text)
    return " ".join(word.text for word in texts), texts[0].start + quoted


def _unwrap(command: ShellCommand, depth: int) -> Iterator[ShellCommand]:
    """The command that is really run: without `sudo` and the like, and what it hands to another shell."""
    yield command
    if not command.words or depth == 0:
        return
    inner = behind_wrapper(command)
    if inner:
        yield from _unwrap(
            ShellCommand(inner, command.start, command.end, command.stdin, command.stdin_start), depth - 1
        )
        return
    for text, start in handed_on(command):
        if any(mark in text for mark in " \n;|&"):
            for nested in parse(text).commands:
                words = tuple(Word(word.text, word.start + start, word.end + start) for word in nested.words)
                moved = ShellCommand(words, nested.start + start, nested.end + start)
                yield from _unwrap(moved, depth - 1)


def _error(code: str, root: "Node") -> int:
    """The index of a syntax error: within the first statement that no further line completes.

    Each further line parses the statement again; where that is too much, none is expected to complete it.
    """
    lines = code.split("\n")
    begin = work = 0
    while begin < len(lines):
        end = begin + 1
        while end <= len(lines):
            statement = "\n".join(lines[begin:end])
            work += len(statement) ** 2
            if work <= _MOST_REPEATED and not _broken(statement):
                break
            end = end + 1 if work <= _MOST_REPEATED else len(lines) + 1
        if end > len(lines):
            break
        begin = end
    offset = sum(len(line) + 1 for line in lines[:begin])
    rest = "\n".join(lines[begin:])
    rest_root = _parser().parse(rest.encode()).root_node if begin else root
    return min(offset + _first_error(rest, rest_root), max(len(code) - 1, 0))


def _broken(code: str) -> bool:
    return _parser().parse(code.encode()).root_node.has_error


def _first_error(code: str, root: "Node") -> int:
    """The first place in a broken statement that the parser could not use; a quote that stays open is that place."""
    first = code.split("\n", 1)[0]
    quote = _open_quote(first)
    if quote is not None:
        return quote
    pending, places = [root], []
    while pending:
        node = pending.pop()
        if node.is_missing or node.type == "ERROR":
            places.append(node.start_byte)
        pending += [child for child in node.children if child.has_error or child.is_missing]
    place = min(places, default=0)
    return place if place <= len(first) else len(first) - len(first.lstrip())


def _open_quote(line: str) -> int | None:
    """Where a quote opens that the line does not close."""
    opened: int | None = None
    index = 0
    while index < len(line):
        sign = line[index]
        if sign == "\\" and (opened is None or line[opened] == '"'):
            index += 1
        elif opened is not None:
            opened = None if sign == line[opened] else opened
        elif sign in "\"'":
            opened = index
        elif sign == "#" and (index == 0 or line[index - 1].isspace()):
            break
        index += 1
    return opened
