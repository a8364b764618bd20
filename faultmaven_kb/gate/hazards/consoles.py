"""What destroys in the consoles of Redis, MongoDB and HTTP, in PowerShell and the command prompt: matched on text."""

import re
from collections.abc import Iterator

from faultmaven_kb.fences.shell_commands import ShellCommand
from faultmaven_kb.fences.snippets import Snippet
from faultmaven_kb.gate.hazards.harm import Harm

__all__ = ["MONGO", "console_harms", "redis_harm"]

MONGO = r"\.(?:dropDatabase|drop|deleteMany|deleteOne|findOneAndDelete|remove)\("
"""Calls that delete, as a pattern."""

_REDIS = re.compile(
    r"(?P<data>eval(?:sha)?\b.{0,1000}?\bp?call\(\s*[\"'](?:flushall|flushdb|del|unlink)|flushall|flushdb|del|unlink|xtrim|ltrim|swapdb)\b|"
    r"(?:shutdown|client kill|cluster (?:reset|forget|delslots)|script (?:flush|kill)|debug (?:segfault|sleep))\b",
    re.IGNORECASE | re.DOTALL,
)
_MONGO_LANGUAGES = ("javascript", "js", "mongo", "mongodb", "mongosh")
_MONGO_CALL = re.compile(rf"^[ \t]*db\b[^\n;]{{0,200}}?{MONGO}[^\n]*", re.MULTILINE)
_WINDOWS_LANGUAGES = ("powershell", "pwsh", "ps1", "ps", "posh", "cmd", "bat", "batch", "batchfile", "dos")
_WINDOWS = re.compile(
    r"(?:^|[|;&{(])[ \t]*(?:PS [^>\n]{0,80}> ?|[A-Z]:[^>\n]{0,80}> ?)?(?P<call>"
    r"(?P<stops>(?:Stop|Disable|Restart)-(?:Service|Process|Computer|VM|Az\w+|Website|WebAppPool|ScheduledTask)|"
    r"taskkill|net stop|sc stop|shutdown)|"
    r"Remove-(?!TypeData|Variable|Alias|PSSession|Job|Event|Module)\w+|Clear-(?:Content|Disk|Item|RecycleBin|EventLog)|"
    r"Format-Volume|Initialize-Disk|(?:del|erase|rd|rmdir|ri|rm)[ \t]+(?=\S)|format[ \t]+[A-Z]:|diskpart)\b[^\n|;]*",
    re.IGNORECASE | re.MULTILINE,
)
"""Calls of PowerShell and of the command prompt that delete or stop something."""
_API_LANGUAGES = ("http", "rest", "elasticsearch", "opensearch", "kibana", "es")
_API_CALL = re.compile(r"^[ \t]*(?:DELETE[ \t]+\S|POST[ \t]+\S*_delete_by_query\b)[^\n]*", re.MULTILINE)
_WHAT_IF = re.compile(r"-WhatIf\b(?!:\$false)|/\?", re.IGNORECASE)
_REDIS_OPTION = re.compile(r"-[hpanusitrdUX]|--(?:user|pass|cacert|cert|key|sni|eval|rps)")


def console_harms(snippet: Snippet) -> Iterator[Harm]:
    """The destructive commands of a block for one of these consoles, none of another block."""
    if snippet.language == "redis":
        yield from _redis_harms(snippet)
    elif snippet.language in _MONGO_LANGUAGES:
        yield from _mongo_harms(snippet)
    elif snippet.language in _WINDOWS_LANGUAGES:
        yield from _windows_harms(snippet)
    elif snippet.language in _API_LANGUAGES:
        for match in _API_CALL.finditer(snippet.code):
            yield Harm("deletes through an API", match.start(), match.end(), loses_data=True)


def redis_harm(command: ShellCommand) -> tuple[str, bool] | None:
    """What a call of `redis-cli` destroys, by its words or by what it reads, and whether data is lost."""
    texts = (_without_options(command.arguments), *command.stdin.split("\n"))
    return next((harm for text in texts if (harm := _redis(text))), None)


def _without_options(arguments: tuple[str, ...]) -> str:
    """The words of a Redis command behind the client's options."""
    index = 0
    while index < len(arguments) and arguments[index].startswith("-"):
        index += 2 if _REDIS_OPTION.fullmatch(arguments[index]) else 1
    return " ".join(arguments[index:])


def _redis(words: str) -> tuple[str, bool] | None:
    match = _REDIS.match(words)
    if match is None:
        return None
    return ("deletes keys", True) if match["data"] else ("stops the server or its clients", False)


def _redis_harms(snippet: Snippet) -> Iterator[Harm]:
    index = 0
    for line in snippet.code.split("\n"):
        text = re.sub(r"^\s*(?:[\w.:-]+(?:\[\d+\])?> )?", "", line)
        harm = _redis(text)
        if harm:
            yield Harm(harm[0], index + len(line) - len(text), index + len(line.rstrip()), harm[1])
        index += len(line) + 1


def _mongo_harms(snippet: Snippet) -> Iterator[Harm]:
    for match in _MONGO_CALL.finditer(snippet.code):
        yield Harm("deletes data", match.start(), match.end(), loses_data=True)


def _windows_harms(snippet: Snippet) -> Iterator[Harm]:
    for match in _WINDOWS.finditer(snippet.code):
        if not _WHAT_IF.search(match[0]):
            what, loses_data = ("stops what it names", False) if match["stops"] else ("deletes what it names", True)
            yield Harm(what, match.start("call"), match.end(), loses_data)
