"""What keeps the reader of a command from harm: a warning, a backup, a dry run, a reason.

A warning says what the command costs. It is above the command, in the same solution or step (the introduction of all
solutions is not), and fits the harm: a sentence about an interruption does not warn of a deletion. Text with a mark or
the word "warning" counts anywhere above; a plain sentence counts only right above the command or in a comment of the
block, and only when it tells an effect ("this deletes every key"), not a state ("when the server is stopped"). On the
card only what belongs to the quick fix counts: symptoms mention losses too. Inline code is left out of the search, and
so is a sentence about another command (`helm upgrade` interrupts …) and the order itself: "remove the old index" tells
what to do and not what it costs.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from faultmaven_kb.fences.snippets import Snippet
from faultmaven_kb.gate.hazards.harm import Harm
from faultmaven_kb.gate.toolkit.rule_model import Checked

__all__ = ["explains", "has_backup", "is_graceful", "is_guarded", "is_warned"]

_MARK = re.compile(
    r"⚠|🚨|❗|🛑|☠|\[!(?:WARNING|CAUTION|DANGER|IMPORTANT)\]|\b(?:warning|caution|cautious|danger(?:ous)?|attention|"
    r"careful|carefully|destructive|irreversibl[ey]|data loss|warnung|achtung|vorsicht|avertissement|advertencia|"
    r"atención|cuidado|atenção|attenzione|waarschuwing|предупреждение|внимание)\b|警告|注意|경고|주의",
    re.IGNORECASE,
)
_LOSS = re.compile(
    r"\b(?:delet(?:es?|ed|ing|ion)|remov(?:es?|ed|ing|al)|los(?:es?|ing|t|s)|destroy(?:s|ed|ing)?|destructive|wip(?:es?|ed|ing)|"
    r"eras(?:es?|ed|ing)|drop(?:s|ped|ping)?|discard(?:s|ed|ing)?|overwrit(?:es?|ten|ing)|truncat(?:es?|ed|ing)|"
    r"empt(?:y|ies|ied|ying)|gone|vanish(?:es|ed)?|evict(?:s|ed|ion)?|purg(?:es?|ed|ing)|forgets?|"
    r"clears?|cleared|corrupt\w*|changes? (?:every|all)|"
    r"rewrites?|replaced?|replaces|irreversibl[ey]|irrecoverabl[ey]|unrecoverable|undone|undo|permanent(?:ly)?|"
    r"for good|(?:no|only) way back|throws?|thrown away|no longer|disappears?|skipped|cut off|given up|"
    r"damag(?:es?|ed|ing)|forgotten|logged out|go(?:es)? with (?:it|them)|"
    r"(?:can(?:not|['’]t)|can not|never|nothing(?: can)?|only\b[^.]{1,60}) (?:be )?"
    r"(?:restored?|recover(?:ed)?|br(?:ings?|ought) (?:\w+ )?back)|not (?:be )?(?:recoverable|restorable)|"
    r"verloren|gelöscht|löscht|überschrieben|überschreibt|vernichtet|entfernt|unwiderruflich|weg|"
    r"perdue?s?|supprimée?s?|supprime|efface(?:nt)?|effacée?s?|écrase|écrasée?s?|irréversible|"
    r"pierden?|perder[áa]n?|perdid[oa]s?|eliminad?[oa]?s?|eliminan|borr(?:a|an|ad[oa]s?)|"
    r"perdem|perdid[oa]s|apagad[oa]s?|cancellat[oiae]|pers[oiae]|perdono|verwijderd|gewist|"
    r"удал(?:яет|ит|ены|ена|ён|ен)\w*|потеря\w*|уничтож\w*)\b|削除|失われ|消え|消去|删除|刪除|丢失|遺失|清空|삭제|손실",
    re.IGNORECASE,
)
"""What is lost for good, in the languages in which admonitions are read."""
_INTERRUPTION = re.compile(
    r"\b(?:interrupt\w*|downtime|outage|unavailab\w*|unreachable|disconnect\w*|disrupt\w*|stop(?:s|ped|ping)?|kill(?:s|ed|ing)?|"
    r"terminat\w*|abort(?:s|ed|ing)?|cut(?:s|ting)?|clos(?:es|ed|ing)|ends?|ended|fail(?:s|ed|ing|over)?|refus\w*|reject\w*|"
    r"restart\w*|recreat\w*|re-creat\w*|reschedul\w*|reconnect\w*|reboot\w*|roll(?:s|ed)? back|rolled back|offline|"
    r"pauses?|paused|locks?|locked|lock(?:ed)? \w+ out|slow(?:s|er)?|errors?|500|503|502|missing|unprotected|exposed?|"
    r"open to|without (?:any |a |its )?(?:firewall|protection|filter\w*|rules?)|unfiltered|accepts everything|revok\w*|"
    r"removes? protection|pull(?:s|ed)? again|downloaded? again|re-?download\w*|"
    r"(?:is|are|goes|go|be) down|rebuil\w*|built (?:anew|again)|waits?|moves?|moved|risk\w*)\b",
    re.IGNORECASE,
)
"""What stops working for a while."""
_EFFECT = re.compile(
    r"(?:\b(?:this|it|that|these|they|which|will|would|may|can|command|statement|query|step|below|following|option|flag|"
    r"clients?|users?|sessions?|connections?|requests?|writes?|reads?|traffic|consumers?|pods?|jobs?|transactions?|data|"
    r"messages?|keys?|rows?|files?|everything|all|every|any|you|service|server|node|nobody|nothing|once|afterwards)\b"
    r"|^\W*(?:deletes|removes|drops|destroys|wipes|erases|overwrites|empties|truncates|discards|ends|stops|kills|closes|"
    r"terminates|interrupts|disconnects|evicts|replaces|restarts|resets|throws|cuts)\b)"
    r"|\b(?:(?:cannot|can't|can not) be (?:restored|recovered|brought back|undone)|not recoverable|"
    r"can't be undone|no undo|no way back|irreversible|for good|permanent(?:ly)?|"
    r"(?:do not|don['’]t|never|must not|only) (?:run|use|do|execute))\b",
    re.IGNORECASE,
)
"""A sentence that tells what a command does, not what the state was before."""
_LOST = (
    r"(?:lost|gone|deleted|removed|destroyed|wiped|erased|dropped|discarded|overwritten|truncated|emptied|evicted|purged|"
    r"forgotten|cleared|rewritten|replaced|thrown away|cut off|skipped|given up|logged out|rolled back)"
)
_COST = re.compile(
    r"\b(?<!can )(?<!may )(?<!should )(?<!must )(?<!could )(?<!to )(?:is|are|be|gets?|goes|go)\s+(?:\w+\s+){0,2}?"
    rf"{_LOST}\b|"
    r"\b(?:can|may|could) (?:be|get) lost\b|\b(?:los(?:es?|ing)|data loss)\b|"
    r"(?:^\W*|\b(?:this|it|that|which|command|statement|query|call|step|option|flag|script|reset|rollback|purge|drop|flush|"
    r"prune|deletion|removal|will|would|also|\w+ing)\b[^.,;:]{0,60}?\b)"
    r"(?:deletes|removes|drops|destroys|wipes|erases|overwrites|empties|truncates|discards|evicts|purges|forgets|clears|"
    r"rewrites|replaces|throws|skips|cuts)\b|"
    r"\b(?:will|would|also) (?:\w+ )?(?:delete|remove|drop|destroy|wipe|erase|overwrite|empty|truncate|discard|evict|"
    r"purge|forget|clear|rewrite|replace|vanish|disappear)\b|"
    r"\b(?:vanish(?:es)?|disappears?|go(?:es)? with (?:it|them))\b|"
    r"\b(?:(?:no|only) way back|no undo|for good|irreversibl[ey]|irrecoverabl[ey]|unrecoverable|permanently)\b|"
    r"\bnot (?:be )?(?:recoverable|restorable|undone)\b|"
    r"\b(?:can(?:not|['’]t)|can not|never (?:be|comes?|get)|nothing can|only\b[^.]{1,60}) (?:\w+ ){0,3}?"
    r"(?:undone|restored?|recover(?:ed)?|back)\b",
    re.IGNORECASE,
)
"""Something that will be lost, told in the present or the future."""
_NO_COST = re.compile(
    rf"\b(?:nothing|nobody|none|no (?:data|rows?|keys?|files?|records?|messages?))\b[^.;]{{0,40}}\b{_LOST}\b|"
    r"\b(?:deletes?|removes?|loses?|drops?|evicts?) (?:nothing|no)\b|"
    rf"\bnot (?:be )?(?:\w+ )?{_LOST}\b|\bno longer (?:needed|used|required|in use|referenced|wanted)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^\W*(?:after|as soon as|before|since|because)\b[^,;:]*[,;:]|"
    r"\b(?:if|when|whenever|once|unless|until)\b[^,;:]*(?:[,;:]|$)",
    re.IGNORECASE,
)
"""What is so before the command; what follows from it is behind the comma."""
_OTHER_LABEL = re.compile(
    r"^\W*(?:\d+\W+)?(?:when to use|when|use (?:this|it) (?:when|if)|prerequisites?|requirements?|expected|outcome|"
    r"what to check|what to look|look for|what this tells|how to check|time to|symptoms?|causes?|purpose|"
    r"common causes?|"
    r"verif\w+|if)\b",
    re.IGNORECASE,
)
"""Parts that describe a situation or a result; they warn only with a mark."""
_ADVICE = re.compile(
    r"\b(?:lose|lost|interrupt\w*|outage|at your own risk|never|do not|don['’]t|must not|make sure|be sure|"
    r"double[- ]check|risk(?:s|y)?)\b",
    re.IGNORECASE,
)
_SAFEGUARD_TEXT = re.compile(
    r"(?<!\bno )(?<!\bno recent )(?<!without )(?<!without a )(?<!is not a )"
    r"\b(?:back(?:ed)?[- ]?ups?|snapshots?|dry[- ]?run|restore point|copy (?:of|it|them))\b",
    re.IGNORECASE,
)
_SAFEGUARD_COMMAND = re.compile(
    r"\b(?:pg_dump|pg_dumpall|pg_basebackup|mysqldump|mongodump|BGSAVE|SAVE|velero|snapshot|"
    r"backup)\b|-o ?(?:yaml|json)\b[^\n]{0,200}>|"
    r"\bcp (?:-\w+ ){0,5}\S+ \S*(?:bak|back|\.old|\.orig|sav|rescue|copy|\$\(date)|"
    r"\btar -?\w*c|\bterraform plan\b|"
    r"\bgit (?:stash|tag|branch) [^-\s]|\brsync\b(?![^\n;&|]{0,80}\s(?:--dry-?run|-\w{0,9}n))|iptables-save|"
    r"\w (?:export|dump|save)\b[^\n;|]{0,200}(?<![2&])>(?! ?/dev/null)|"
    r"\betcdctl\b(?>[^\n;|]{0,200}?\bget\b)[^\n;|]{0,200}>|\bvault\b(?>[^\n;|]{0,80}?\b(?:get|read)\b)[^\n;|]{0,200}>|"
    r"\bnft\b(?>[^\n;|]{0,80}?\blist ruleset\b)[^\n;|]{0,80}>|"
    r"\bredis-cli\b[^\n;|]{0,200}--rdb\b|\bkafka-consumer-groups(?>[^\n;|]{0,200}?--describe\b)[^\n;|]{0,200}>|"
    r"CREATE TABLE \S+ AS|\bSELECT\b[^;]{0,400}\bINTO\b|\\copy|\bCOPY\b",
)
_DRY_RUN = re.compile(r"\s(?:--dry-?run(?!=none|=false)|--simulate)\b")
_FIND_DELETES = re.compile(r" -(?:delete\b|(?:exec|execdir|ok)\s+(?:sudo )?(?:rm|shred|unlink|truncate)\b).*")
_GIT_CLEAN_TRIED = re.compile(r"\bgit\b[^\n;|&]{0,80}\bclean\b[^\n;|&]{0,80}\s(?:-[a-zA-Z]*n|--dry-run)")
_DRY_OPTION = re.compile(r"--dry-?run")
_PART = re.compile(r"(?<!\\)\n|[;|&]+")
"""Where one command ends and the next begins; a line that goes on is one."""
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
_CODE_SPAN = re.compile(r"`([^`\n]*)`")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_BARE = (
    r"(?:delete|remove|destroy|wipe|erase|drop|discard|overwrite|truncate|empty|evict|purge|clear|replace|undo|throw|"
    r"stop|kill|end|move|cut)"
)
_ORDER = re.compile(rf"(?:(?<=^)|(?<=[,;:] )|(?<=and )|(?<=then )|(?<=or )|(?<=to )){_BARE}\b", re.IGNORECASE)
"""What the reader has to do, at the start of a sentence or after another order."""
_ONLY_NAMED = re.compile(
    r"\b(?:lists?|shows?|finds?|look up|counts?|check that no|no|old(?:er)?|delet\w+|remov\w+)\b[^.;:\n]{0,30}?"
    r"\b(?:backups?|snapshots?|copy of)\b",
    re.IGNORECASE,
)
"""A backup that is mentioned and not made."""
_BACKUP_STATE = re.compile(
    r"\b(?:backups?|snapshots?)\b(?: \w+)?? (?:jobs?\b|fail\w*|takes? place|runs?\b|hangs?\b|do(?:es)? not|did not|"
    r"(?:is|are|was|were) (?:broken|missing|corrupt\w*|damaged|(?:too )?old|stale|empty|disabled|off|not|no longer)\b)",
    re.IGNORECASE,
)
"""How backups are doing, which makes none."""
_OF_BACKUPS = re.compile(r"snapshot|backup|snap-|restic|borg|velero|rollback", re.IGNORECASE)


_REACH = 20_000
"""Characters above a command in which a precaution is sought: every command is compared with all of them."""


def _nearest(texts: Iterable[str]) -> list[str]:
    """The last of some texts above a command, as far as a precaution reaches."""
    near: list[str] = []
    left = _REACH
    for text in reversed(tuple(texts)):
        near.append(text[-left:])
        left -= len(text) + 1
        if left <= 0:
            break
    return near[::-1]


def _comments(snippet: Snippet, index: int) -> str:
    """The comments of a block up to the line of an index."""
    stop = snippet.code.find("\n", index)
    above = snippet.code[max(index - _REACH, 0) : stop if stop >= 0 else None]
    return "\n".join(match[1] for match in re.finditer(r"(?:^|\s)(?:#|--(?= )|//)\s*(.*)", above))


def _above(snippet: Snippet) -> tuple[str, ...]:
    """The prose above a block; on the card only what belongs to the quick fix."""
    texts = tuple(_nearest(snippet.above))
    if snippet.role == "quick-reference-card":
        fixes = [index for index, text in enumerate(texts) if re.search(r"\bfix\b", text[:40], re.IGNORECASE)]
        texts = texts[fixes[-1] :] if fixes else texts[-1:]
    return texts


def is_warned(snippet: Snippet, harm: Harm) -> bool:
    """Whether a warning about a command's own harm is above it."""
    command = snippet.code[harm.start : harm.end].lower()
    near = (*_above(snippet)[-2:], *_comments(snippet, harm.start).split("\n"))
    around = [_about(text, command) for text in (*_nearest(snippet.outer), *_above(snippet), *near)]
    return any(_MARK.search(text) and _tells(_without_orders(text), harm) for text in around) or any(
        _costs(sentence, harm) and not _OTHER_LABEL.match(sentence)
        for text in near
        for sentence in _SENTENCE.split(_about(text, command))
    )


def _costs(sentence: str, harm: Harm) -> bool:
    """Whether a sentence without a mark says what a command costs.

    What is lost for good must be told as what will happen: "the keys are corrupt", "the node was lost", "can be
    deleted" and "nothing is lost" say why one may go on, not what to fear.
    """
    if not harm.loses_data and _EFFECT.search(sentence) and _tells(_without_orders(sentence), harm):
        return True
    return _foretells_loss(sentence)


@lru_cache(maxsize=512)
def _foretells_loss(sentence: str) -> bool:
    """Whether a sentence tells a loss to come; kept, because all commands of a block have the same text above."""
    clauses = _CONDITION.sub(" ", sentence).split(";")
    return any(_COST.search(clause) and not _NO_COST.search(clause) for clause in clauses)


def _about(text: str, command: str) -> str:
    """A text without its inline code, and without the sentences that are about another command."""
    if "`" not in text:
        return text
    sentences = (sentence for sentence in _SENTENCE.split(text) if not _names_another(sentence, command))
    return _CODE_SPAN.sub("", " ".join(sentences))


def _names_another(sentence: str, command: str) -> bool:
    """Whether the subject of a sentence is a command of two words, and not this one."""
    match = _CODE_SPAN.search(sentence)
    if match is None or re.search(r"[^\W\d_]", sentence[: match.start()].rpartition(":")[2]):
        return False
    words = match[1].lower().split()[:2]
    return len(words) > 1 and not all(word in command for word in words)


def _without_orders(text: str) -> str:
    """A text without the verbs that tell the reader what to do."""
    return "\n".join(_ORDER.sub("", sentence.strip(" *_>\t\n")) for sentence in _SENTENCE.split(text))


def _tells(text: str, harm: Harm) -> bool:
    """Whether a text says what a command costs."""
    return bool(_LOSS.search(text) or (not harm.loses_data and _INTERRUPTION.search(text)))


def is_guarded(snippet: Snippet, harm: Harm) -> bool:
    """Whether a backup or a dry run is above a command: in the text near it, or among the commands before.

    Where the command deletes backups itself, a text that mentions them is not a precaution.
    """
    commands = _nearest((*(fence.code for fence in snippet.before), snippet.code[: harm.start]))
    if any(map(_SAFEGUARD_COMMAND.search, commands)) or _is_tried(commands, snippet.code[harm.start : harm.end]):
        return True
    if _OF_BACKUPS.search(snippet.code[harm.start : harm.end]):
        return False
    texts = (*_above(snippet)[-3:], _DRY_OPTION.sub("", _comments(snippet, harm.start)))
    return any(
        _SAFEGUARD_TEXT.search(_BACKUP_STATE.sub("", _ONLY_NAMED.sub("", _CODE_SPAN.sub("", text)))) for text in texts
    )


def _is_tried(commands: list[str], command: str) -> bool:
    """Whether a dry run of the same program is among the commands above it, or the list of what `find` would delete."""
    program = command.split(" ", 1)[0].rsplit("/", 1)[-1]
    if program == "find":
        found = re.escape(_FIND_DELETES.sub("", " ".join(command.split())))
        listing = re.compile(rf"(?:sudo )?{found}(?: -(?:print0?|ls|printf \S+))*(?: ?>.*)?")
        return any(listing.fullmatch(" ".join(part.split())) for text in commands for part in _PART.split(text))
    if program == "git" and re.match(r"\S+ (?:.* )?clean\b", command):
        return any(_GIT_CLEAN_TRIED.search(text) for text in commands)
    tried = (part for text in commands for part in _PART.split(text) if _DRY_RUN.search(part))
    return any(program in re.split(r"[\s/]+", part) for part in tried)


def has_backup(checked: Checked, snippet: Snippet, harm: Harm) -> bool:
    """Whether the section mentions a backup, a dry run or a way back anywhere before a command."""
    last = snippet.span(harm.start, harm.start).line
    above = "\n".join(_nearest(checked.lines[max(snippet.section.span.line - 1, last - 2_000) : last - 1]))
    if _is_tried([above], snippet.code[harm.start : harm.end]):
        return True
    return any(pattern.search(above) for pattern in (_SAFEGUARD_TEXT, _SAFEGUARD_COMMAND, _NO_LOSS)) or any(
        pattern.search(snippet.code[max(harm.start - _REACH, 0) : harm.start])
        for pattern in (_SAFEGUARD_TEXT, _SAFEGUARD_COMMAND)
    )


def is_graceful(snippet: Snippet, harm: Harm) -> bool:
    """Whether sessions or processes are asked to end, below a warning that is marked as one."""
    graceful = harm.what.startswith("ends ") and not re.search(
        r"-(?:9|KILL|SIGKILL)\b", snippet.code[harm.start : harm.end]
    )
    return graceful and any(_MARK.search(text) for text in _above(snippet))


def explains(snippet: Snippet, index: int, *, force: bool) -> bool:
    """Whether the text above an index says why force is used, or warns of the permission that is given away."""
    if force:
        around = _nearest((*snippet.outer, *snippet.above, _comments(snippet, index)))
        return any(_FORCE_WHY.search(text) for text in around)
    texts = (*_above(snippet), _comments(snippet, index))
    return any(_PERMISSION_WHY.search(text) and (_MARK.search(text) or _ADVICE.search(text)) for text in texts)
