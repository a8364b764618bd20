"""Sessions: what is typed behind prompts, and what is printed below it, apart.

Authors paste a terminal as it was. Only what stands behind a prompt, what goes on with it, and a plain command right
below one is typed; the rest was printed and is no command. A prompt is never a part of the command behind it. Prompts
differ from host to host, so one is also known by what stands behind it: a word that ends with `#`, `$`, `%` or `>`, and
a command. A statement of SQL goes on to its semicolon, whatever prompts its further lines have.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from faultmaven_kb.dialects.pieces.consoles import prompt_length, prompted_language
from faultmaven_kb.dialects.pieces.typed import is_prose, is_typed_line
from faultmaven_kb.source import Span
from faultmaven_kb.text.languages import OUTPUT, PROMPTED, SHELL, SQL
from faultmaven_kb.text.markdown import Fence

__all__ = ["typed_and_printed"]

_MAY_BE = (
    SHELL
    | PROMPTED
    | SQL
    | OUTPUT
    | {"", "redis", "mongodb", "mongo", "mongosh", "powershell", "ps1", "cmd", "bat", "batch"}
)
_SIGN = re.compile(r"[ \t]{0,8}(?:\([\w.-]{1,40}\) )?[$%❯➜] +(?=\S)")
_SIGNED = re.compile(rf"^{_SIGN.pattern}", re.MULTILINE)
_ROOT = re.compile(r"[ \t]{0,8}[#>] +(?=\S)")
"""Prompts only where the fence says that it is a session; a comment or a quote elsewhere."""
_HOST = re.compile(r"(?P<host>\w[\w.:@~/-]{0,60}[#$%>]) +(?=\S)")
"""What may be the prompt of a host: it is one where a command stands behind it."""
_HOSTS = re.compile(rf"^{_HOST.pattern}", re.MULTILINE)
_GOES_ON = re.compile(r"[ \t]{0,20}(?:(?:->|[\"'`]?>)[ \t]|\w{1,30}[-'\"(][#>][ \t]?)")
"""Prompts of further lines of a command."""
_ENDS = (";", "\\g", "\\G")
"""The end of a statement."""
_ONE_LINE = re.compile(r"\\|(?:use|exit|quit|help|source|connect)\b", re.IGNORECASE)
"""Commands of the client itself, which need no semicolon."""
_ROW = re.compile(r"[ \t]{0,8}(?:[+|]|-{3,}|\*{5,}|\(\d+ rows?\)|ERROR|Query OK)")
"""How a line begins that a client prints."""
_HERE = re.compile(r"<<-?[ \t]*[\"']?(?P<end>\w{1,40})")
_LONGEST_COMMAND = 5  # chosen: blanks in a command behind a prompt without any output
_GAP = re.compile(r"\S {2,}\S|\t")


class _Typed(NamedTuple):
    """What is typed at once, its language, and the numbers of its lines."""

    code: str
    language: str
    lines: range


def typed_and_printed(fence: Fence) -> tuple[Fence, ...]:
    """A session as fences of what is typed, all at its place, and one of what is printed; another fence as it is.

    Where nothing is printed, what is typed in one language is one fence.
    """
    if fence.language not in _MAY_BE or not _may_have_prompts(fence):
        return (fence,)
    lines = fence.code.split("\n")
    signed = _SIGNED.search(fence.code) is not None
    hosts = _hosts(lines) if _HOSTS.search(fence.code) else frozenset()
    root = not signed and (fence.language in PROMPTED or (fence.language == "" and _is_of_roots(lines)))
    lengths = [_length(line, hosts, root=root) for line in lines]
    if not any(lengths) or (fence.language not in PROMPTED and not signed and _comments_out(lines, lengths)):
        return (fence,)
    commands = list(_commands(lines, lengths))
    typed = {number for command in commands for number in command.lines} | set(_comments(lines, lengths, commands))
    printed = [number for number, line in enumerate(lines) if number not in typed and line.strip()]
    if not printed:  # what stands behind `#` alone may be a comment
        commented = all(lines[command.lines.start].lstrip().startswith("#") for command in commands)
        return (fence,) if commented and not root else tuple(_unprompted(fence, lines, commands))
    fences = [replace(fence, language=command.language, code=f"{command.code}\n") for command in commands]
    text = "\n".join(lines[number] for number in range(printed[0], printed[-1] + 1) if number not in typed)
    place = fence.span.line + printed[0] + fence.fenced
    span = Span(place, fence.span.column, fence.span.end_line, fence.span.end_column)
    return (*fences, Fence("stdout", "", f"{text}\n", span))


def _is_of_roots(lines: list[str]) -> bool:
    """Whether every line is a command behind `#`: comments alone would be nothing to type, and say it in a sentence."""
    behind = [line[2:] for line in lines if line.strip()]
    return all(line.startswith("# ") for line in lines if line.strip()) and not any(map(_is_comment, behind))


def _is_comment(text: str) -> bool:
    return not text[:1].islower() or is_prose(text) or text.count(" ") > _LONGEST_COMMAND or ": " in text


def _may_have_prompts(fence: Fence) -> bool:
    code = fence.code
    if ":\\" in code and ">" in code:
        return True
    return "$ " in code or "> " in code or "# " in code or "% " in code or "❯ " in code or "➜ " in code


def _hosts(lines: list[str]) -> frozenset[str]:
    """The words at the start of lines that are prompts, because a command stands behind one of them."""
    matches = (match for line in lines if (match := _HOST.match(line)) and is_typed_line(line[match.end() :]))
    return frozenset(match["host"] for match in matches)


def _comments_out(lines: list[str], lengths: list[int]) -> bool:
    """Whether all prompts are `#` beside lines that are typed without one: a script with commands that are left out."""
    roots = [line.lstrip().startswith("#") for line, length in zip(lines, lengths, strict=True) if length]
    left_out = {line[n:].partition(" ")[0] for line, n in zip(lines, lengths, strict=True) if n}
    plain = [line for line, n in zip(lines, lengths, strict=True) if not n and line]
    return all(roots) and any(is_typed_line(line) or line.partition(" ")[0] in left_out for line in plain)


def _length(line: str, hosts: frozenset[str], *, root: bool) -> int:
    """How many characters the prompt of a line has, 0 for none; `#` is one where what is behind it is typed."""
    sign = _SIGN.match(line)
    if sign:
        return sign.end()
    sign = _ROOT.match(line)
    if sign and (root or (line.lstrip()[0] == "#" and is_typed_line(line[sign.end() :]))):
        return sign.end()
    host = _HOST.match(line) if hosts else None
    if host and host["host"] in hosts:
        return host.end()
    if line[:1] not in (" ", "\t"):
        return prompt_length(line)
    bare = line.lstrip()
    length = prompt_length(bare)
    return length + len(line) - len(bare) if length else 0


def _commands(lines: list[str], lengths: list[int]) -> Iterator[_Typed]:
    """What is typed, in order: behind a prompt with the lines that go on with it, or plainly right below a command."""
    number, follows = 0, False
    while number < len(lines):
        line, length = lines[number], lengths[number]
        if length:
            shell = _SIGN.match(line) or _ROOT.match(line)
            language = "bash" if shell else prompted_language(line.lstrip())
            end = _statement_end(lines, lengths, number) if language == "sql" else _shell_end(lines, lengths, number)
            yield _Typed(_joined(lines, length, number, end), language, range(number, end))
            number, follows = end, True
        elif follows and _is_plain(line):
            yield _Typed(line.strip(), "bash", range(number, number + 1))
            number += 1
        else:
            follows = (follows and line.startswith("#")) or (number > 0 and not line.strip())
            number += 1


def _joined(lines: list[str], length: int, number: int, end: int) -> str:
    """A command without the prompts of its lines."""
    rest = lines[number + 1 : end]
    if rest and _GOES_ON.match(rest[0]):
        rest = [line[match.end() :] if (match := _GOES_ON.match(line)) else line for line in rest]
    return "\n".join([lines[number][length:].rstrip(), *rest])


def _statement_end(lines: list[str], lengths: list[int], number: int) -> int:
    """The number of the line below a statement, which goes on to a semicolon before the next prompt."""
    first = lines[number][lengths[number] :].strip()
    if not _ends(first) and not _ONE_LINE.match(first):
        for end in range(number + 1, len(lines)):
            if lengths[end] or _ROW.match(lines[end]):
                break
            if _ends(lines[end]):
                return end + 1
    return number + 1


def _ends(line: str) -> bool:
    """Whether a statement ends with a line, a comment behind it left out."""
    return line.partition(" --")[0].rstrip().endswith(_ENDS)


def _shell_end(lines: list[str], lengths: list[int], number: int) -> int:
    """The number of the line below a command: behind a backslash, a here-document or a prompt of further lines."""
    here = _HERE.search(lines[number], lengths[number])
    end = number + 1
    if here:
        closing = here["end"]
        return next((last + 1 for last in range(end, len(lines)) if lines[last].strip() == closing), len(lines))
    while end < len(lines) and (lines[end - 1].rstrip().endswith("\\") or (not lengths[end] and _goes_on(lines[end]))):
        end += 1
    return end


def _goes_on(line: str) -> bool:
    return line.startswith("> ") and len(line) > len("> ")


def _comments(lines: list[str], lengths: list[int], commands: list[_Typed]) -> Iterator[int]:
    """The numbers of the comments beside commands, which nobody printed."""
    below = {0, *(command.lines.stop for command in commands)}
    for number, line in enumerate(lines):
        if line.startswith("#") and (number in below or (number + 1 < len(lines) and lengths[number + 1])):
            below.add(number + 1)
            yield number


def _unprompted(fence: Fence, lines: list[str], commands: list[_Typed]) -> Iterator[Fence]:
    """The fences of a session that shows nothing printed: one for what is typed in a language on end."""
    begin, language, texts = 0, commands[0].language, list[str]()
    for command in commands:
        if command.language != language:
            yield replace(fence, language=language, code=_text(texts))
            language, texts = command.language, []
        texts += [*lines[begin : command.lines.start], command.code]
        begin = command.lines.stop
    yield replace(fence, language=language, code=_text([*texts, *lines[begin:]]))


def _text(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n") + "\n"


def _is_plain(line: str) -> bool:
    """Whether a line below a command is one more, typed without a prompt; a row of a table is none."""
    return is_typed_line(line) and _GAP.search(line.strip()) is None
