"""Sessions: what is typed behind prompts, and what is printed below it, apart.

Authors paste a terminal as it was. Only what stands behind a prompt, what goes on with it, and a plain command right
below one is typed; the rest was printed and is no command.
"""

import re
from dataclasses import replace

from faultmaven_kb.dialects.pieces.consoles import prompt_length, prompted_language
from faultmaven_kb.dialects.pieces.typed import is_typed_line
from faultmaven_kb.source import Span
from faultmaven_kb.text.languages import OUTPUT, PROMPTED, SHELL, SQL
from faultmaven_kb.text.markdown import Fence

__all__ = ["typed_and_printed"]

_MAY_BE = SHELL | PROMPTED | SQL | OUTPUT | {"", "redis", "mongodb", "mongo", "mongosh", "powershell", "ps1"}
_SIGN = re.compile(r"[ \t]{0,8}(?:\([\w.-]{1,40}\) )?[$%❯➜] +(?=\S)")
_ROOT = re.compile(r"[ \t]{0,8}[#>] +(?=\S)")
"""Prompts only where the fence says that it is a session; a comment or a quote elsewhere."""
_GOES_ON = re.compile(r"[ \t]{0,20}(?:->|>|\w{1,30}[-'\"(][#>])[ \t]+\S")
"""Prompts of further lines of a command: such a session is left whole."""
_HERE = re.compile(r"<<-?[ \t]*[\"']?(?P<end>\w{1,40})")
_GAP = re.compile(r"\S {2,}\S|\t")


def typed_and_printed(fence: Fence) -> tuple[Fence, ...]:
    """A session as a fence for each command, all at its place, and one of what is printed; another fence as it is."""
    if fence.language not in _MAY_BE or not _may_have_prompts(fence):
        return (fence,)
    lines = fence.code.split("\n")
    root = fence.language in PROMPTED and not any(_SIGN.match(line) for line in lines)
    lengths = [_length(line, root=root) for line in lines]
    if not any(lengths) or any(map(_GOES_ON.match, lines)):
        return (fence,)
    commands, typed = _typed(lines, lengths)
    printed = [number for number, line in enumerate(lines) if number not in typed and line.strip()]
    if not commands or not printed:
        return (fence,)
    fences = [replace(fence, language=language, code=f"{code}\n") for code, language in commands]
    text = "\n".join(lines[number] for number in range(printed[0], printed[-1] + 1) if number not in typed)
    place = fence.span.line + printed[0] + fence.fenced
    span = Span(place, fence.span.column, fence.span.end_line, fence.span.end_column)
    return (*fences, Fence("stdout", "", f"{text}\n", span))


def _may_have_prompts(fence: Fence) -> bool:
    code = fence.code
    return "$ " in code or "> " in code or "# " in code or "% " in code or "❯ " in code or "➜ " in code


def _typed(lines: list[str], lengths: list[int]) -> tuple[list[tuple[str, str]], set[int]]:
    """The commands with their languages, and the numbers of the lines that nobody printed, comments included."""
    commands: list[tuple[str, str]] = []
    typed: set[int] = set()
    language, until = "bash", ""
    goes_on, follows = False, True
    for number, (line, length) in enumerate(zip(lines, lengths, strict=True)):
        if until or goes_on:
            goes_on = not until and line.rstrip().endswith("\\")
            until = "" if line.strip() == until else until
            commands[-1] = (f"{commands[-1][0]}\n{line}", language)
        elif length:
            code, follows = line[length:].rstrip(), True
            language = "bash" if _SIGN.match(line) or _ROOT.match(line) else prompted_language(line)
            here = _HERE.search(code) if language == "bash" else None
            until, goes_on = here["end"] if here else "", code.endswith("\\")
            commands.append((code, language))
        elif follows and commands and _is_plain(line):
            commands.append((line.strip(), language))
        elif not (line.startswith("#") and (follows or (number + 1 < len(lines) and lengths[number + 1]))):
            follows = not line.strip()
            continue
        typed.add(number)
    return commands, typed


def _length(line: str, *, root: bool) -> int:
    """How many characters the prompt of a line has, 0 for none; `#` is one where what is behind it is typed."""
    sign = _SIGN.match(line) or _ROOT.match(line)
    if sign and (root or _SIGN.match(line) or (line.lstrip()[0] == "#" and is_typed_line(line[sign.end() :]))):
        return sign.end()
    return prompt_length(line)


def _is_plain(line: str) -> bool:
    """Whether a line below a command is one more, typed without a prompt; a row of a table is none."""
    return is_typed_line(line) and _GAP.search(line.strip()) is None
