"""Commands that run another one: what is behind a wrapper, and the texts that another shell is given to read."""

import re
from collections.abc import Iterator

from faultmaven_kb.fences.shell_commands import ShellCommand, Word

__all__ = ["behind_wrapper", "handed_on"]

_SHELLS = ("sh", "bash", "zsh", "dash", "ksh", "ash")
_WRAPPERS: tuple[tuple[str, str], ...] = (
    ("sudo", "ugpChrtT"),
    ("doas", "uC"),
    ("env", "uSC"),
    ("nohup", ""),
    ("time", ""),
    ("nice", "n"),
    ("ionice", "cn"),
    ("timeout", "sk"),
    ("watch", "n"),
    ("exec", "a"),
    ("command", ""),
    ("xargs", "InPLdsE"),
    ("chroot", ""),
    ("stdbuf", "ioe"),
    ("setsid", ""),
    ("runuser", "ug"),
    ("parallel", "jINaLn"),
    ("busybox", ""),
)
"""Programs that run the command behind them, and their options that take a word."""

_SKIPPED = {"timeout": 1, "chroot": 1}


def behind_wrapper(command: ShellCommand) -> tuple[Word, ...]:
    """The words of the command that a wrapper runs (`sudo`, `ssh host`, `find -exec`, `kubectl exec … --`), or none."""
    words, name = command.words, command.name
    options = dict(_WRAPPERS).get(name)
    if options is not None:
        index = 1
        if name == "command" and len(words) > 1 and words[1].text in ("-v", "-V"):
            return ()  # only says where the program is
        while index < len(words) and (words[index].text.startswith("-") or _is_assignment(name, words[index].text)):
            takes = len(words[index].text) == 2 and words[index].text[1] in options
            index += 2 if takes else 1
        return words[index + _SKIPPED.get(name, 0) :]
    texts = [word.text for word in words]
    if name == "ssh":
        remote = words[_behind_options(texts, 1, _SSH_VALUES) + 1 :]
        return remote if len(remote) > 1 else ()
    if name == "find" and (flag := next((f for f in ("-exec", "-execdir", "-ok") if f in texts), "")):
        return words[texts.index(flag) + 1 :]
    if name in ("kubectl", "oc", "docker", "podman", "crictl", "nsenter", "docker-compose", "machinectl"):
        return _in_container(name, words, texts)
    return ()


_SUBSTITUTED = re.compile(r"<\((?:echo|printf) ([^\n]{1,400})\)")
_SSH_VALUES = frozenset(f"-{letter}" for letter in "BbcDEeFIiJLlmOopQRSWw")
"""Options of ssh that take a word."""
_RUN_FLAGS = frozenset(
    "-d -i -t -it -ti -P --rm --detach --interactive --tty --init --privileged --read-only --no-healthcheck".split()
)
"""Options of `docker run` that take no word."""


def _behind_options(texts: list[str], index: int, with_value: frozenset[str]) -> int:
    while index < len(texts) and texts[index].startswith("-"):
        index += 2 if texts[index] in with_value else 1
    return index


def _in_container(name: str, words: tuple[Word, ...], texts: list[str]) -> tuple[Word, ...]:
    if "--" in texts:
        return words[texts.index("--") + 1 :]
    if texts[1:2] == ["run"] and name in ("docker", "podman"):
        values = frozenset(text for text in texts if "=" not in text) - _RUN_FLAGS
        return words[_behind_options(texts, 2, values) + 1 :]
    if "exec" not in texts[:3] or name in ("kubectl", "oc"):
        return ()
    index = texts.index("exec") + 1
    while index < len(words) and texts[index].startswith("-"):
        index += 2 if texts[index] in ("-u", "--user", "-w", "--workdir", "-e", "--env") else 1
    return words[index + 1 :]


def _is_assignment(name: str, text: str) -> bool:
    return name in ("env", "sudo") and bool(re.match(r"[A-Za-z_]\w*=", text))


def handed_on(command: ShellCommand) -> Iterator[tuple[str, int]]:
    """Texts that another shell will read: `sh -c "…"`, `ssh host "…"`, a heredoc of a shell."""
    words = command.words
    quoted = [(word.text, word.start + (word.end - word.start > len(word.text))) for word in words]
    if command.name in (*_SHELLS, "su"):
        for index, word in enumerate(words[1:-1], 1):
            if re.fullmatch(r"-[a-z]*c|--command", word.text):
                yield quoted[index + 1]
        for text, start in quoted[1:]:
            if printed := _SUBSTITUTED.match(text):
                yield printed[1], start + printed.start(1)
    elif command.name == "ssh" and len(words) > 2:
        yield quoted[-1]
    elif command.name in ("eval", "alias"):
        for text, start in quoted[1:]:
            name = re.match(r"[\w-]+=" if command.name == "alias" else "", text)
            skipped = name.end() if name else 0
            yield text[skipped:], start + skipped
    if command.stdin and command.name in (*_SHELLS, "ssh"):
        yield command.stdin, command.stdin_start
