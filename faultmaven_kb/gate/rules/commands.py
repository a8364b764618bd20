"""RB6xx: fences and the commands in them. A command that fails when it is pasted costs the minutes it should save."""

import itertools
import re
from collections.abc import Iterator

from faultmaven_kb.diagnostics import Edit, Fix, Level, Related, suggestion
from faultmaven_kb.fences import data_syntax, languages, shell
from faultmaven_kb.fences.placeholders import PLACEHOLDER, mask_placeholders
from faultmaven_kb.fences.snippets import Snippet
from faultmaven_kb.fences.sql import error_in
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.text.languages import PROMPTED, SHELL, SQL

__all__ = ["RULES"]

_TYPOGRAPHIC = re.compile("[“”„‟‘’‚‛–—−‐‑]")
_PLAIN = dict.fromkeys("“”„‟", '"') | dict.fromkeys("‘’‚‛", "'") | dict.fromkeys("−‐‑–", "-") | {"—": "--"}
_ONE_DASH = ("find", "java", "openssl", "terraform", "ffmpeg", "nft", "tc", "go", "convert", "ip", "aide", "gcc")
_SQL_COMMENT = re.compile(r"--|/\*|^[^\S\n]*+#", re.MULTILINE)
_DOLLAR = re.compile(r"^([ \t]*)\$ (?=\S)")
_CLIENT_PROMPT = re.compile(r"^([ \t]*)(?:mysql|MariaDB [^>\n]*|sqlite|\w+[=-][#>])>? (?=\S)")
_MOST_SIGNS = 200  # chosen: a reader needs no more, and each is an edit
_TESTS = ("test", "[", "[[", "expr", "let", "((")
_PARSED_SHELLS = SHELL - {"zsh"}


@rule("RB601", "fence-without-language", Level.WARNING, Profile.CONTRIBUTE)
def fence_without_language(checked: Checked) -> Iterator[Finding]:
    """Checks that every code fence names its language.

    The language tells readers whether to paste a block, and tools how to check it.
    """
    for snippet in checked.snippets:
        if snippet.fence.fenced and not snippet.fence.info and snippet.fence.closed:
            language = languages.guess(snippet.code) or "text"
            place = snippet.language_span
            fix = Fix(f"name it {language}", (Edit(place, language),), safe=False)
            yield Finding("code fence names no language", snippet.opening, fix)


@rule("RB602", "unknown-language", Level.WARNING, Profile.CONTRIBUTE, options=("vocabulary.languages",))
def unknown_language(checked: Checked) -> Iterator[Finding]:
    """Checks that the language of a code fence is known.

    A block with a misspelled language is neither highlighted nor checked.
    """
    ours = {name.lower() for name in checked.settings.languages}
    for snippet in checked.snippets:
        if snippet.language and snippet.language not in ours and not languages.is_known(snippet.language):
            usual = languages.usual_language(snippet.language)
            span = snippet.language_span
            fix = Fix(f"use {usual}", (Edit(span, usual),), safe=False) if usual else None
            yield Finding(f'language "{snippet.language}" is not known{suggestion(usual)}', span, fix)


@rule("RB603", "shell-syntax", Level.ERROR, Profile.CONTRIBUTE)
def shell_syntax(checked: Checked) -> Iterator[Finding]:
    """Checks that a POSIX shell or bash can parse the commands.

    Otherwise the reader finds the syntax error in the middle of an incident.
    """
    for snippet in checked.snippets:
        if snippet.language not in _PARSED_SHELLS and snippet.language not in PROMPTED:
            continue
        error = snippet.script.error
        if error is not None and snippet.fence.closed and not _other_language(snippet):
            line = snippet.code[error:].split("\n", 1)[0].rstrip()
            span = snippet.span(error, error + max(len(line), 1))
            yield Finding(f'shell cannot parse this from "{line[:40]}" on', span)
        elif snippet.script.unread is not None:  # the rules about commands see none of the block
            line = snippet.code[snippet.script.unread :].split("\n", 1)[0]
            what = (
                f"a line of more than {shell.LONGEST:,} characters, expected lines"
                if len(line) > shell.LONGEST
                else f"a block with too many of the signs {shell.SIGNS} for its length, expected smaller ones"
            )
            yield Finding(f"{what} that a reader and the rules can read", snippet.line_span(snippet.script.unread))


@rule("RB604", "command-without-comment", Level.INFO, Profile.CURATED)
def command_without_comment(checked: Checked) -> Iterator[Finding]:
    """Checks that every block of commands or SQL has a comment.

    A comment that says what a command does lets the reader decide before running it.
    """
    for snippet in checked.snippets:
        if snippet.language in SHELL:
            script = snippet.script
            if script.commands and not script.comments:
                span = snippet.line_span(script.commands[0].start)
                yield Finding("no comment says what this command does", span)
        elif snippet.language in SQL and snippet.code.strip() and not _SQL_COMMENT.search(snippet.code):
            index = len(snippet.code) - len(snippet.code.lstrip())
            yield Finding("no comment says what this query does", snippet.line_span(index))


@rule("RB605", "typographic-character-in-command", Level.ERROR, Profile.INGEST)
def typographic_character_in_command(checked: Checked) -> Iterator[Finding]:
    """Checks for typographic quotes and dashes outside of strings in commands and SQL.

    A shell does not treat curly quotes as quotes or long dashes as hyphens. The pasted command fails although it
    looks right.
    """
    for snippet in checked.snippets:
        if not _TYPOGRAPHIC.search(snippet.code):
            continue
        if snippet.is_commands:
            script = snippet.script
            for match in itertools.islice(_TYPOGRAPHIC.finditer(mask_placeholders(script.code)), _MOST_SIGNS):
                if not script.is_quoted(match.start()):
                    yield _typographic(snippet, match)
        elif snippet.language in SQL:
            bare = list(" " * len(snippet.code))
            for query in snippet.queries:
                bare[query.start : query.start + len(query.bare)] = query.bare
            for match in itertools.islice(_TYPOGRAPHIC.finditer("".join(bare)), _MOST_SIGNS):
                yield _typographic(snippet, match)


def _typographic(snippet: Snippet, match: re.Match[str]) -> Finding:
    sign, start = match[0], match.start()
    plain = _dash(snippet.code, start) if sign in "–—" else _PLAIN[sign]
    span = snippet.span(start, match.end())
    fix = Fix(f"use {plain!r}", (Edit(span, plain),), safe=True)
    return Finding(f'typographic character "{sign}" (U+{ord(sign):04X}) in a command, expected {plain!r}', span, fix)


def _dash(code: str, index: int) -> str:
    """What a long dash was before a word processor took it: two hyphens before a long option, else one."""
    before, after = code[index - 1 : index], re.match(r"[A-Za-z-]*", code[index + 1 :])
    word = after[0] if after else ""
    neighbours = before in ("-", "–", "—") or code[index + 1 : index + 2] in ("-", "–", "—")
    program = code[code.rfind("\n", 0, index) + 1 : index].split()[:2]
    single = any(name in _ONE_DASH for name in program)
    return "--" if before in ("", " ", "\n") and len(word) > 1 and not neighbours and not single else "-"


@rule("RB606", "prompt-prefix", Level.WARNING, Profile.CURATED)
def prompt_prefix(checked: Checked) -> Iterator[Finding]:
    """Checks for prompts such as `$` or `mysql>` before commands. A session with prompts and output belongs in a
    `console` fence.

    A prompt that is copied along with the command makes it fail.
    """
    for snippet in checked.snippets:
        pattern = _DOLLAR if snippet.language in SHELL else _CLIENT_PROMPT if snippet.language in SQL else None
        if pattern is None:
            continue
        rows = [(row, pattern.match(line)) for row, line in enumerate(snippet.code.split("\n"))]
        session = snippet.language in SHELL and _is_session(snippet.code)
        for row, match in rows:
            if match:
                begin = sum(len(line) + 1 for line in snippet.code.split("\n")[:row])
                span = snippet.span(begin + match.end(1), begin + match.end())
                fix = Fix("remove the prompt", (Edit(span, ""),), safe=True)
                if session:
                    fix = Fix("call it console", (Edit(snippet.language_span, "console"),), safe=True)
                yield Finding(f'prompt "{match[0].strip()}" before a command, expected the command alone', span, fix)


def _is_session(code: str) -> bool:
    """Whether output is between the commands: a line behind a prompt's that is neither comment nor program."""
    lines = code.split("\n")
    for before, line in itertools.pairwise(lines):
        if _DOLLAR.match(before) and not before.rstrip().endswith("\\") and line.strip():
            word = line.split()[0]
            if not _DOLLAR.match(line) and word[0] != "#" and not languages.is_program(word):
                return True
    return False


@rule("RB607", "sql-syntax", Level.ERROR, Profile.CURATED)
def sql_syntax(checked: Checked) -> Iterator[Finding]:
    """Checks that SQL parses, in the dialect of the runbook's technology.

    Otherwise the reader finds the syntax error in the middle of an incident.
    """
    technology = str(checked.value("technology") or "").lower()
    for snippet in checked.snippets:
        if not (snippet.is_commands or snippet.language in SQL) or _other_language(snippet):
            continue
        for query in snippet.queries:
            error = error_in(query, technology)
            if error:
                yield Finding(f"sql: {error.message}", snippet.span(error.start, error.end))


@rule("RB608", "snippet-syntax", Level.WARNING, Profile.CONTRIBUTE)
def snippet_syntax(checked: Checked) -> Iterator[Finding]:
    """Checks that snippets of YAML, JSON and TOML parse.

    Configuration that does not parse stops the service it is meant to repair.
    """
    for snippet in checked.snippets:
        if snippet.language in data_syntax.LANGUAGES and not _other_language(snippet):
            error = data_syntax.error_in(snippet.code, snippet.language)
            if error:
                message, index = error
                yield Finding(f"{snippet.language} does not parse: {message}", snippet.span(index, index + 1))


@rule("RB609", "fence-language-mismatch", Level.WARNING, Profile.CONTRIBUTE)
def fence_language_mismatch(checked: Checked) -> Iterator[Finding]:
    """Checks that the content of a fence is in the language that the fence names.

    Configuration in a fence called bash gets pasted into a shell.
    """
    for snippet in checked.snippets:
        other = _other_language(snippet)
        if other:
            span = snippet.language_span
            fix = Fix(f"call it {other}", (Edit(span, other),), safe=False)
            yield Finding(f'code is {other}, but the fence says "{snippet.language}"', span, fix)
        elif snippet.language in SHELL and (place := _setting(snippet)) is not None:
            related = (Related("this line", checked.document.path, snippet.line_span(place)),)
            message = f'the code contains a configuration line, but the fence says "{snippet.language}"'
            yield Finding(message, snippet.language_span, related=related)


def _other_language(snippet: Snippet) -> str:
    """The language that a block is in without doubt, when it is not the one it claims."""
    claimed = snippet.language
    allowed: tuple[str, ...]
    if claimed in SHELL:
        allowed = ("sql", "json", "yaml", "python", "go", "nginx", "ini")
    elif claimed in SQL:
        allowed = ("bash", "python", "yaml", "json")
    elif claimed in ("yaml", "yml", "python", "json"):
        allowed = ("bash", "sql", "go")
    else:
        return ""
    return snippet.guessed_language if snippet.guessed_language in allowed else ""


def _setting(snippet: Snippet) -> int | None:
    """Where a line `name = value` is, which a shell takes for a program and its words."""
    for command in snippet.script.commands:
        if len(command.words) > 2 and command.words[1].text == "=" and command.name not in _TESTS:
            return command.start
    return None


@rule("RB610", "unquoted-placeholder", Level.INFO, Profile.CURATED)
def unquoted_placeholder(checked: Checked) -> Iterator[Finding]:
    """Checks that placeholders such as `<name>` are quoted in shell commands.

    Without quotes the shell reads from a file called `name`. In quotes an unfilled placeholder does no harm.
    """
    for snippet in checked.snippets:
        if not snippet.is_commands or "<" not in snippet.code:
            continue
        script, seen = snippet.script, set()
        for match in PLACEHOLDER.finditer(script.code):
            if match[0][0] == "<" and match[0] not in seen and not script.is_quoted(match.start()):
                seen.add(match[0])
                span = snippet.span(match.start(), match.end())
                yield Finding(f'placeholder "{match[0]}" is not quoted, expected "{match[0]}" in quotes', span)


RULES: tuple[Rule, ...] = (
    fence_without_language,
    unknown_language,
    shell_syntax,
    command_without_comment,
    typographic_character_in_command,
    prompt_prefix,
    sql_syntax,
    snippet_syntax,
    fence_language_mismatch,
    unquoted_placeholder,
)
