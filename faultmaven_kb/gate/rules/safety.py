"""RB7xx: what can do harm. Credentials, destructive commands without any warning, and doors left open.

A command counts, a word does not: what is in prose, in inline code, in a comment or in an argument of `echo` is not a
command. A warning is near when it is above the command in the same item, or in the same section outside of the other
items, or in a comment of the block.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from faultmaven_kb.diagnostics import Level
from faultmaven_kb.dialects.faultmaven import SOLUTION
from faultmaven_kb.fences.shell_commands import Script, ShellCommand
from faultmaven_kb.fences.snippets import Snippet
from faultmaven_kb.gate.hazards.credentials import Credential, credentials_in, private_keys_in
from faultmaven_kb.gate.hazards.hosts import production_in, sensitive_in
from faultmaven_kb.gate.toolkit.parts import by_role, section_of
from faultmaven_kb.gate.toolkit.precautions import (
    explains,
    has_backup,
    is_graceful,
    is_guarded,
    is_warned,
)
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import code_spans
from faultmaven_kb.text.languages import SHELL
from faultmaven_kb.text.outline import walk

__all__ = ["RULES"]

_LOOPBACK = re.compile(r"localhost|127\.0\.0\.1|\[::1\]|\$\(hostname|0\.0\.0\.0")
_PRIVILEGE = re.compile(
    r"\b(?:sudo|root|admin\w*|superuser|cluster-admin|privileges?|permissions?|rights|access to the (?:host|node))\b",
    re.IGNORECASE,
)
_MOST_ROWS = 500  # chosen: above these a head is not looked for
_SHELLS = ("sh", "bash", "zsh", "dash", "ksh")


def _credentials(checked: Checked) -> Iterator[tuple[Credential, Span]]:
    """Credentials in code, in inline code and in prose, each with its place."""
    code_lines: set[int] = set()
    for snippet in checked.snippets:
        code_lines.update(range(snippet.fence.span.line, snippet.fence.span.end_line + 1))
        for credential in credentials_in(snippet.code, is_code=True):
            yield credential, snippet.span(credential.start, credential.end)
    for number, line in enumerate(checked.lines, 1):
        if number in code_lines:
            continue
        places = [(credential, credential.start) for credential in credentials_in(line, is_code=False)]
        for span in code_spans(line) if "`" in line else ():
            inner = credentials_in(line[span.code_start : span.code_end], is_code=True)
            places += [(credential, credential.start + span.code_start) for credential in inner]
        for credential, start in {start: (credential, start) for credential, start in reversed(places)}.values():
            yield credential, Span(number, start + 1, number, start + 1 + credential.end - credential.start)


@rule("RB701", "hardcoded-credential", Level.ERROR, Profile.INGEST, options=("allow-credential-suppression",))
def hardcoded_credential(checked: Checked) -> Iterator[Finding]:
    """Checks for passwords, tokens and keys in code, inline code and prose. Placeholders and well-known example
    values are not reported.

    A runbook has many readers and its history is permanent, so a credential that was committed has to be changed.
    """
    for credential, span in _credentials(checked):
        yield Finding(f"{credential.kind} in plain text, expected a <placeholder>", span)


@rule("RB702", "private-key", Level.ERROR, Profile.INGEST, options=("allow-credential-suppression",))
def private_key(checked: Checked) -> Iterator[Finding]:
    """Checks for private keys.

    A private key that was committed is no longer private.
    """
    source = checked.document.source
    for key in private_keys_in(source.text):
        end = source.text.find("-----", key.start + 11) + 5
        yield Finding("private key in plain text, expected none", source.span(key.start, max(end, key.start + 1)))


_MOST = 200
"""Commands of one kind whose surroundings are looked at; the next one is reported, so that none hides behind them."""


def _too_many(place: Span) -> Finding:
    return Finding(f"more than {_MOST} such commands, expected a runbook whose every command can be judged", place)


@rule("RB703", "destructive-without-warning", Level.ERROR, Profile.CONTRIBUTE)
def destructive_without_warning(checked: Checked) -> Iterator[Finding]:
    """Checks that a warning, a backup or a dry run comes before every command that destroys something.

    Readers who paste such a command must know beforehand what will be lost.
    """
    for number, (snippet, harm) in enumerate(checked.harms):
        place = _first_line(snippet, harm.start, harm.end)
        if number == _MOST:
            yield _too_many(place)
            return
        if not is_warned(snippet, harm) and not is_guarded(snippet, harm):
            yield Finding(f"this {harm.what}, expected a warning, a backup or a dry run above it", place)


def _first_line(snippet: Snippet, start: int, end: int) -> Span:
    line_end = snippet.code.find("\n", start)
    return snippet.span(start, min(end, line_end) if line_end >= 0 else end)


@rule("RB704", "force-without-explanation", Level.WARNING, Profile.CURATED)
def force_without_explanation(checked: Checked) -> Iterator[Finding]:
    """Checks that options such as `-9` or `--force` are explained.

    Force skips confirmations and clean shutdowns. The reader should know which ones, and why that is necessary.
    """
    forced = (
        (snippet, command.words[flag])
        for snippet in checked.snippets
        for command in _commands(snippet)
        if (flag := _force(command)) is not None
    )
    for number, (snippet, word) in enumerate(forced):
        place = snippet.span(word.start, word.end)
        if number == _MOST:
            yield _too_many(place)
            return
        if not explains(snippet, word.start, force=True):
            yield Finding(f'"{word.text}" is not explained, expected why force is needed', place)


def _force(command: ShellCommand) -> int | None:
    """The index of the word that forces."""
    name = command.name
    for index, word in enumerate(command.words[1:], 1):
        text = word.text
        if text in ("--force", "--force-yes", "--grace-period=0", "--force=true"):
            return index
        if text == "--grace-period" and command.words[index + 1 : index + 2] and command.words[index + 1].text == "0":
            return index
        if name in ("kill", "pkill", "killall") and re.fullmatch(
            r"-(?:9|KILL|SIGKILL)|--signal=(?:9|KILL|SIGKILL)", text
        ):
            return index
        if (
            name in ("kill", "pkill", "killall")
            and text in ("9", "KILL", "SIGKILL")
            and command.words[index - 1].text in ("-s", "--signal")
        ):
            return index
        if text == "-f" and (
            (name == "git" and "push" in command.arguments)
            or name == "umount"
            or (name == "docker" and command.arguments[0] in ("rm", "rmi"))
        ):
            return index
    return None


def _commands(snippet: Snippet) -> tuple[ShellCommand, ...]:
    """The innermost commands of a block, each once."""
    if not snippet.is_commands:
        return ()
    commands = snippet.script.commands
    inner = {word.start for command in commands for word in command.words[:1]}
    return tuple(
        command for command in commands if command.words and not any(word.start in inner for word in command.words[1:])
    )


@rule("RB705", "destructive-without-backup", Level.WARNING, Profile.CURATED)
def destructive_without_backup(checked: Checked) -> Iterator[Finding]:
    """Checks that a backup or a dry run comes before every command that deletes data for good.

    A warning does not bring data back, a backup does.
    """
    for snippet, harm in checked.harms[:_MOST]:
        if harm.loses_data and not has_backup(checked, snippet, harm):
            message = f"this {harm.what} for good, expected a backup or a dry run before it"
            yield Finding(message, _first_line(snippet, harm.start, harm.end))


@rule("RB706", "destructive-in-quick-fix", Level.WARNING, Profile.CURATED)
def destructive_in_quick_fix(checked: Checked) -> Iterator[Finding]:
    """Checks that the quick fix contains no destructive commands.

    The card is read under stress. Destructive commands belong in a solution, where there is room for a warning.
    """
    for snippet, harm in checked.harms[:_MOST]:
        if snippet.role == "quick-reference-card" and not is_graceful(snippet, harm):
            message = f"this {harm.what}, expected a quick fix that destroys nothing"
            yield Finding(message, _first_line(snippet, harm.start, harm.end))


@rule("RB707", "pipe-to-shell", Level.WARNING, Profile.CONTRIBUTE)
def pipe_to_shell(checked: Checked) -> Iterator[Finding]:
    """Checks for downloads that are piped into a shell.

    The script is run unread, and the server may send a different one tomorrow.
    """
    for snippet in checked.snippets:
        if not snippet.is_commands:
            continue
        script = snippet.script
        for command in script.commands:
            if command.name in ("curl", "wget") and _is_piped_to_shell(script, command):
                start, end = script.top(command)
                message = f"what {command.name} loads is run unread, expected to save it, read it and then run it"
                yield Finding(message, _first_line(snippet, start, end))


def _is_piped_to_shell(script: Script, command: ShellCommand) -> bool:
    start, end = script.top(command)
    behind = [other for other in script.commands if start <= other.start < end and other.start > command.start]
    if any(_reads_stdin(other) for other in behind):
        return True
    before = script.code[script.code.rfind("\n", 0, command.start) + 1 : command.start]
    return bool(
        re.search(
            r"\b(?:ba|z|da|k)?sh\s+(?:-c\s+[\"']?\$\(|<\()\s*(?:sudo )?$|\b(?:source|\.|eval)\s+[\"']?(?:<|\$)\(\s*$",
            before,
        )
    )


def _reads_stdin(command: ShellCommand) -> bool:
    return (
        command.name in _SHELLS
        and all(word.startswith("-") for word in command.arguments[:1])
        and "-c" not in command.arguments
    )


@rule("RB708", "insecure-permission", Level.WARNING, Profile.CONTRIBUTE)
def insecure_permission(checked: Checked) -> Iterator[Finding]:
    """Checks for options and settings that switch off protection, such as `chmod 777` or `curl -k`, without an
    explanation.

    Protection that was switched off for a repair is rarely switched on again.
    """
    doors = (
        (snippet, *door)
        for snippet in checked.snippets
        for door in (*_insecure_commands(snippet), *_insecure_settings(snippet))
    )
    for number, (snippet, what, start, end) in enumerate(doors):
        place = snippet.span(start, end)
        if number == _MOST:
            yield _too_many(place)
            return
        if not explains(snippet, start, force=False):
            yield Finding(f"{what}, expected the narrowest permission that works", place)


def _insecure_commands(snippet: Snippet) -> Iterator[tuple[str, int, int]]:
    for command in _commands(snippet):
        for word in command.words[1:]:
            what = _insecure(command, word.text)
            if what:
                yield what, word.start, word.end


def _insecure(command: ShellCommand, word: str) -> str:
    name = command.name
    if name == "chmod" and re.fullmatch(r"0?[67]?[0-7]?[67][67]|(?:a|ugo|o|\+)?[=+]?(?:rwx|rw|w)", word):
        open_to_all = re.fullmatch(r"0?[67][67][67]|(?:a|ugo|o)\+?=?(?:rwx|rw|w)", word)
        return f'"chmod {word}" lets everybody write' if open_to_all else ""
    if name == "curl" and re.fullmatch(r"--insecure|-[a-zA-Z]*k[a-zA-Z]*", word) and not _LOOPBACK.search(command.line):
        return f'"{word}" trusts any certificate'
    if name == "wget" and word == "--no-check-certificate" and not _LOOPBACK.search(command.line):
        return f'"{word}" trusts any certificate'
    if re.fullmatch(
        r"--insecure-skip-tls-verify(?:=true)?|http\.sslVerify=false",
        word,
    ):
        return f'"{word}" trusts any certificate'
    if name == "git" and word == "http.sslVerify" and command.arguments[-1:] == ("false",):
        return '"http.sslVerify false" trusts any certificate'
    if name == "setenforce" and word in ("0", "Permissive"):
        return f'"setenforce {word}" takes the protection of SELinux away'
    if word in {"StrictHostKeyChecking=no", "-oStrictHostKeyChecking=no"}:
        return f'"{word}" trusts any host'
    if name in ("docker", "podman", "kubectl", "nerdctl") and re.fullmatch(r"--privileged(?:=true)?", word):
        return f'"{word}" gives the container the host'
    return ""


_UNVERIFIED = (
    r"^[^#\n]*\b(?P<setting>(?:NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)=0|GIT_SSL_NO_VERIFY=(?:1|true))(?!\w)"
)


def _insecure_settings(snippet: Snippet) -> Iterator[tuple[str, int, int]]:
    patterns = {
        "python": r"\bverify\s*=\s*False\b",
        "yaml": r"^[ \t-]*(?P<setting>privileged: true|insecure_skip_verify: true|insecureSkipVerify: true)\b",
        "yml": r"^[ \t-]*(?P<setting>privileged: true|insecure_skip_verify: true|insecureSkipVerify: true)\b",
    }
    pattern = _UNVERIFIED if snippet.language in SHELL else patterns.get(snippet.language)
    for match in re.finditer(pattern, snippet.code, re.MULTILINE) if pattern else ():
        group = "setting" if "setting" in match.groupdict() else 0
        yield f'"{match[group]}" opens a door', match.start(group), match.end(group)


@rule("RB709", "privilege-undocumented", Level.INFO, Profile.CURATED)
def privilege_undocumented(checked: Checked) -> Iterator[Finding]:
    """Checks that the prerequisites mention privileges if a command needs `sudo`.

    Readers without root access should learn this from the prerequisites, not at the third command.
    """
    section = section_of(checked, "solutions")
    for solution in section.children if section else ():
        prerequisites = by_role(solution, SOLUTION).get("prerequisites")
        if prerequisites is None:
            continue
        lines = checked.lines[
            prerequisites.span.line - 1 : max([prerequisites.span.end_line, *_ends(prerequisites.blocks)])
        ]
        if _PRIVILEGE.search("\n".join(lines)):
            continue
        parts = tuple(walk((solution,)))
        place = next(
            (
                snippet.span(command.start, command.words[0].end)
                for snippet in checked.snippets
                if any(snippet.section is part for part in parts) and snippet.is_commands
                for command in snippet.script.commands
                if command.name in ("sudo", "doas")
            ),
            None,
        )
        if place:
            yield Finding('"sudo" is needed, but the prerequisites do not say so', place)


def _ends(blocks: tuple[object, ...]) -> list[int]:
    return [span.end_line for block in blocks if isinstance(span := getattr(block, "span", None), Span)]


@rule("RB710", "sensitive-host-or-ip", Level.WARNING, Profile.CONTRIBUTE, options=("vocabulary.hosts",))
def sensitive_host_or_ip(checked: Checked) -> Iterator[Finding]:
    """Checks for public IP addresses and internal host names.

    They help an attacker. Use the names and ranges reserved for documentation, such as example.com and
    192.0.2.0/24.
    """
    start = checked.document.source.position(checked.document.front_matter.end).line
    allowed = {host.lower() for host in checked.settings.hosts}
    for number, line in enumerate(checked.lines, 1):
        if number >= start:
            for message, begin, end in sensitive_in(line):
                if line[begin:end].lower() not in allowed and not _is_in_version_column(checked.lines, number, begin):
                    yield Finding(message, Span(number, begin + 1, number, end + 1))


def _is_in_version_column(lines: Sequence[str], number: int, index: int) -> bool:
    """Whether a place is in a column of a table whose head says that it has versions."""
    if "|" not in lines[number - 1]:
        return False
    rows = takewhile(lambda line: "|" in line, reversed(lines[max(number - _MOST_ROWS, 0) : number]))
    head = list(rows)[-1].split("|")
    column = lines[number - 1].count("|", 0, index)
    return column < len(head) and re.search(r"\b(?:versions?|releases?)\b", head[column], re.IGNORECASE) is not None


@rule("RB711", "production-literal", Level.INFO, Profile.CURATED)
def production_literal(checked: Checked) -> Iterator[Finding]:
    """Checks for commands that name a production system.

    If somebody pastes the command only to try it, it runs in production.
    """
    for snippet in checked.snippets:
        for command in _commands(snippet):
            for word, name in production_in(command):
                message = f'"{name}" looks like production, expected a <placeholder>'
                yield Finding(message, snippet.span(word.start, word.end))


RULES: tuple[Rule, ...] = (
    hardcoded_credential,
    private_key,
    destructive_without_warning,
    force_without_explanation,
    destructive_without_backup,
    destructive_in_quick_fix,
    pipe_to_shell,
    insecure_permission,
    privilege_undocumented,
    sensitive_host_or_ip,
    production_literal,
)
