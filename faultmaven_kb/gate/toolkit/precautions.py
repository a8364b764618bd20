"""What stands near a command to keep its reader from harm: a warning, a backup, a dry run, a reason.

A mark or the word "warning" counts wherever it stands above the command; a sentence about consequences ("clients are
disconnected") only right above it or in a comment of the block, because such words are everywhere in a runbook. On the
card only what belongs to the quick fix counts: symptoms speak of losses too. The text that opens the section around
counts where it carries a mark. Inline code is left out of the search.
"""

import re

from faultmaven_kb.fences.snippets import Snippet
from faultmaven_kb.gate.hazards.destructive import Harm
from faultmaven_kb.gate.toolkit.rule_model import Checked

__all__ = ["explains", "has_backup", "is_graceful", "is_guarded", "is_warned"]

_MARK = re.compile(
    r"⚠|🚨|❗|🛑|☠|\[!(?:WARNING|CAUTION|DANGER|IMPORTANT)\]|\b(?:warning|caution|cautious|danger(?:ous)?|attention|"
    r"careful|carefully|destructive|irreversibl[ey]|data loss)\b",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"\b(?:undone|undo|no way back|los(?:e|es|ing|t)|permanent(?:ly)?|destroys|wipes|erases|irrecoverabl[ey]|"
    r"interrupt(?:s|ed|ion)?|downtime|outage|unavailable|disconnects|disrupts|disruption|disruptive|"
    r"at your own risk|never|(?:do not|don['’]t|must not)|make sure|be sure|double[- ]check|risk(?:s|y)?|"
    r"(?:will|is|are|gets?|all) (?:be )?(?:deleted|removed|gone|killed|terminated|stopped|dropped|evicted|emptied|"
    r"overwritten))\b",
    re.IGNORECASE,
)
_SAFEGUARD_TEXT = re.compile(
    r"\b(?:back(?:ed)?[- ]?ups?|snapshots?|dry[- ]?run|restore point|copy (?:of|it|them))\b", re.IGNORECASE
)
_SAFEGUARD_COMMAND = re.compile(
    r"--dry-?run|--simulate|\b(?:pg_dump|pg_dumpall|pg_basebackup|mysqldump|mongodump|BGSAVE|SAVE|velero|snapshot|"
    r"backup)\b|-o ?(?:yaml|json)\b[^\n]*>|\bcp (?:-\w+ )*\S+ \S+|\btar -?\w*c|\bterraform plan\b|"
    r"\bgit (?:stash|tag|branch) [^-\s]|\brsync\b|iptables-save|"
    r"CREATE TABLE \S+ AS|\bSELECT\b[^;]*\bINTO\b|\\copy|\bCOPY\b",
)
_NO_LOSS = re.compile(
    r"\b(?:re-?creat|rebuil[dt]|regenerat|re-?generat|fetche[sd] again|download(?:s|ed)? again|re-?download|"
    r"nothing is lost|no data|dump|export|cop(?:y|ied|ies)|restor|roll(?:ed)? ?back|\bsaved?\b)",
    re.IGNORECASE,
)
_FORCE_WHY = re.compile(
    r"\bforc(?:e|ed|es|ing|ibly|eful)|SIGKILL|(?<!\S)`?(?:kill )?-(?:9|KILL)\b|\bgrace|immediate(?:ly)?\b|at once|"
    r"cannot be caught|without (?:waiting|asking|confirmation)|confirmation|\bskips?\b|\bstuck\b|\bhangs?\b|"
    r"last resort|does not (?:respond|stop|end|react)|ignores?\b|still (?:running|there)|unresponsive|\bhung\b",
    re.IGNORECASE,
)
_PERMISSION_WHY = re.compile(
    r"\b(?:777|666|world|everyone|permissions?|certificates?|tls|ssl|insecure|verif\w*|privileged?|host key|"
    r"self-signed|trust\w*)\b",
    re.IGNORECASE,
)
_CODE_SPAN = re.compile(r"`[^`\n]*`")


def _comments(snippet: Snippet, index: int) -> str:
    """The comments of a block up to the line of an index."""
    stop = snippet.code.find("\n", index)
    above = snippet.code[: stop if stop >= 0 else None]
    return "\n".join(match[1] for match in re.finditer(r"(?:^|\s)(?:#|--(?= )|//)\s*(.*)", above))


def _above(snippet: Snippet) -> tuple[str, ...]:
    """The prose above a block; on the card only what belongs to the quick fix."""
    texts = snippet.above
    if snippet.role == "quick-reference-card":
        fixes = [index for index, text in enumerate(texts) if re.search(r"\bfix\b", text[:40], re.IGNORECASE)]
        texts = texts[fixes[-1] :] if fixes else texts[-1:]
    return tuple(_CODE_SPAN.sub("", text) for text in texts)


def is_warned(snippet: Snippet, harm: Harm) -> bool:
    """Whether a warning stands above a command."""
    texts, comments = _above(snippet), _comments(snippet, harm.start)
    if any(_MARK.search(_CODE_SPAN.sub("", text)) for text in (*snippet.outer, *texts, comments)):
        return True
    return any(_CONSEQUENCE.search(text) for text in (*texts[-2:], comments))


def is_guarded(snippet: Snippet, harm: Harm) -> bool:
    """Whether a backup or a dry run stands above a command: in the text near it, or among the commands before."""
    texts = (*_above(snippet)[-3:], _comments(snippet, harm.start))
    commands = [fence.code for fence in snippet.before] + [snippet.code[: harm.start]]
    return any(_SAFEGUARD_TEXT.search(text) for text in texts) or any(map(_SAFEGUARD_COMMAND.search, commands))


def has_backup(checked: Checked, snippet: Snippet, harm: Harm) -> bool:
    """Whether the section speaks of a backup, a dry run or a way back anywhere before a command."""
    last = snippet.span(harm.start, harm.start).line
    above = "\n".join(checked.lines[snippet.section.span.line - 1 : last - 1])
    return any(pattern.search(above) for pattern in (_SAFEGUARD_TEXT, _SAFEGUARD_COMMAND, _NO_LOSS)) or any(
        pattern.search(snippet.code[: harm.start]) for pattern in (_SAFEGUARD_TEXT, _SAFEGUARD_COMMAND)
    )


def is_graceful(snippet: Snippet, harm: Harm) -> bool:
    """Whether sessions or processes are asked to end, below a warning that is marked as one."""
    asked = harm.what.startswith("ends ") and not re.search(
        r"-(?:9|KILL|SIGKILL)\b", snippet.code[harm.start : harm.end]
    )
    return asked and any(_MARK.search(text) for text in _above(snippet))


def explains(snippet: Snippet, index: int, *, force: bool) -> bool:
    """Whether the text above an index says why force is used, or warns of the permission that is given away."""
    if force:
        return any(_FORCE_WHY.search(text) for text in (*snippet.outer, *snippet.above, _comments(snippet, index)))
    texts = (*_above(snippet), _comments(snippet, index))
    return any(_PERMISSION_WHY.search(text) and (_MARK.search(text) or _CONSEQUENCE.search(text)) for text in texts)
