"""Harmful changes of a command: what a careless hand would type in its place. A lab that stays green misses damage.

Each kind is a row of a table: the words it looks for and what they become. `where` drops the condition of a statement
or of a search, `flush` empties a whole rule set in place of one rule, `widen` opens a mode for everybody, `forget`
leaves out what keeps a setting, `unsaved` the copy that is made first, `delete` removes what is only to be emptied or
added to, and `destroy` wipes the data or cuts every session before the command. Texts keep the runbook's placeholders;
what a change does shows in a throw-away machine and nowhere else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["HARM_KINDS", "Harm", "destruction", "harms"]


@dataclass(frozen=True, slots=True)
class Harm:
    """A harmful change: its kind and the text that replaces the command, None when it is left out."""

    kind: str
    text: str | None


_END = r"[^\n;&|]*"
_KUBECTL = r"\bkubectl (?![^|]{0,400}--(?:dry-run|list)\b)"  # what only shows does no harm
_WORKLOAD = r"(?:deployment|statefulset|daemonset)"
_NAME = r"(?:\"[^\"\n]{0,200}\"|[^\s\"-][^\s\"]{0,200})"
_REPLACED: tuple[tuple[str, "re.Pattern[str]", str], ...] = tuple(
    (kind, re.compile(pattern), replacement)
    for kind, pattern, replacement in (
        ("where", r"--pattern (?:'[^'\n]*'|\S+)", "--pattern '*'"),
        ("where", r"\bCLIENT KILL ID \S+", "CLIENT KILL TYPE normal"),
        ("where", r"(\bdocker \w+ prune\b[^\n;&|]{0,60}) --filter \S+", r"\1"),
        ("where", r"(\bdocker (?:restart|stop|kill)) (?:'[^'\n]*'|[^\s;&|'-]+)", r"\1 $(sudo docker ps -q)"),
        ("where", r"(\bdocker update [^\n;&|]{1,100}) (?:'[^'\n]*'|[^\s;&|'-]+)$", r"\1 $(sudo docker ps -aq)"),
        ("where", r"(\bset_policy (?:'[^'\n]*'|\S+)) (?:'[^'\n]*'|\S+)", r"\1 '.*'"),
        (
            "where",
            rf"({_KUBECTL}(?:set (?:image|env|resources|serviceaccount)|scale) {_WORKLOAD})/{_NAME}",
            r"\1 --all",
        ),
        ("where", rf"({_KUBECTL}rollout (?:restart|undo) {_WORKLOAD})/{_NAME}", r"\1"),
        ("where", rf"({_KUBECTL}delete [a-z]+) {_NAME}", r"\1 --all"),
        ("flush", rf"\bnft (?:-\S+ ){{0,5}}(?:add|delete|insert|replace) {_END}", "nft flush ruleset"),
        ("flush", rf"\b(ip6?tables) -[DIAR] {_END}", r"\1 -F"),
        ("widen", r"\bchmod (-R )?(?:[0-7]{3,4}|[ugoa]*[-+=][rwxXst]+)", r"chmod \g<1>a+rwX"),
        ("widen", r"\b(?:chown|chgrp) (-R )?\S+ ", r"chmod \g<1>a+rwX "),
        ("widen", r"\bumask 0?[0-7]{2,3}\b", "umask 000"),
        ("widen", r"\binstall ((?:-[a-ln-z]\S* )*)-m ?[0-7]{3,4}", r"install \g<1>-m 0777"),
        ("widen", r"(\bmode ?= ?)0?[0-7]{3}\b", r"\g<1>0666"),
        ("forget", r" ?&& ?(?:sudo )?redis-cli [^\n;&|]{0,300}CONFIG REWRITE", ""),
        ("forget", r"\bsystemctl enable (?:-q |--quiet )?--now\b", "systemctl start"),
        ("forget", rf" ?&& ?(?:sudo )?systemctl enable {_END}", ""),
        ("forget", r"\bSET PERSIST\b", "SET GLOBAL"),
        ("unsaved", r"\b(?:sudo )?\b(?:cp|tail|head|pg_dump|mysqldump) [^\n;&|]{0,150}&& ?", ""),
        ("delete", r"\btruncate (?:-s|--size[ =]) ?0 ", "rm -f "),
        ("delete", r"(?:^|(?<=[;&|'\"]))( ?): ?> ?", r"\g<1>rm -f "),
        ("delete", r"\bLTRIM (\S+) \S+ \S+", r"DEL \1"),
        ("delete", r"\bpurge_queue\b", "delete_queue"),
        ("delete", r"\bTRUNCATE(?: TABLE)?\b", "DROP TABLE"),
        ("delete", r"\btee (?:-a|--append)\b", "tee"),
    )
)
_LEFT_OUT = (
    (
        "forget",
        re.compile(
            r"^(?:sudo )?(?:redis-cli [^&|;\n]*CONFIG REWRITE|systemctl enable (?!.*--now)|netfilter-persistent save)"
        ),
    ),
    (
        "unsaved",
        re.compile(r"--rdb\b|\bpg_dump|\bmysqldump|\bsnapshot save\b|\bcp (?:-\S+ ){0,5}\S+ \S*(?:bak|before|orig)"),
    ),
)
_FIND = re.compile(r"\bfind ")
_FIND_TESTS = re.compile(r" !? ?-(?:[mca]time|[mca]min|newer|i?name|size|user) (?:'[^'\n]*'|\S+)")
_CHANGES = re.compile(r"\b(?:DELETE|UPDATE|KILL|pg_terminate_backend|pg_cancel_backend)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_AFTER_WHERE = re.compile(r"(?:GROUP|ORDER|LIMIT|RETURNING|FOR)\b", re.IGNORECASE)
_EVERY_SESSION = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
_END_POSTGRES = (
    f'(cd / && sudo -u postgres psql -qXAtc "SELECT pg_terminate_backend(pid) FROM pg_stat_activity'  # noqa: S608
    f' WHERE {_EVERY_SESSION}") > /dev/null'
)
_END_MYSQL = (
    "sudo mysql -NBe \"SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist"
    " WHERE id <> CONNECTION_ID() AND user NOT IN ('system user', 'event_scheduler')\" | sudo mysql --force"
)
_REMOVE_DOCKER = (
    "sudo docker ps -aq | xargs -r sudo docker rm --force > /dev/null;"
    " sudo docker volume ls -q | xargs -r sudo docker volume rm --force > /dev/null"
)
_PURGE_RABBITMQ = "sudo rabbitmqctl -q list_queues name | tail -n +2 | xargs -rn 1 sudo rabbitmqctl purge_queue"
_DESTROYED = (
    (re.compile(r"\bredis-cli\b"), "redis-cli FLUSHALL > /dev/null"),
    (re.compile(r"\bpsql\b"), _END_POSTGRES),
    (re.compile(r"\b(?:mysql|mariadb)(?:admin)?\b"), _END_MYSQL),
    (re.compile(r"\brabbitmqctl\b"), _PURGE_RABBITMQ),
    (re.compile(r"\betcdctl\b"), "ETCDCTL_API=3 etcdctl del '' --prefix > /dev/null"),
    (re.compile(r"\bnft\b"), "sudo nft flush ruleset"),
    (re.compile(r"\bdocker \w"), _REMOVE_DOCKER),
)

HARM_KINDS = ("where", "flush", "widen", "forget", "unsaved", "delete", "destroy")
"""The kinds of harmful changes, in the order of the documentation."""


def harms(text: str) -> tuple[Harm, ...]:
    """The harmful changes of one command, without `destroy`, which is one for a whole solution."""
    changes = [Harm("where", changed) for changed in _without_condition(text)]
    if _FIND.search(text) and _FIND_TESTS.search(text):
        changes.append(Harm("where", _FIND_TESTS.sub("", text)))
    changes += [Harm(kind, pattern.sub(replacement, text)) for kind, pattern, replacement in _REPLACED]
    changes += [Harm(kind, None) for kind, pattern in _LEFT_OUT if pattern.search(text)]
    return tuple(dict.fromkeys(change for change in changes if change.text != text))


def destruction(text: str) -> Harm | None:
    """The command with its server's data or sessions destroyed before it, None for tools that are not known."""
    for pattern, harm in _DESTROYED:
        if pattern.search(text):
            return Harm("destroy", f"{harm}\n{text}")
    return None


def _without_condition(text: str) -> Iterator[str]:
    """The command with the condition of each changing SQL statement dropped, or widened to every session."""
    if not _CHANGES.search(text):
        return
    for match in _WHERE.finditer(text):
        end = _end_of_condition(text, match.end(), quote=_open_quote(text[: match.start()]))
        every = f"WHERE {_EVERY_SESSION}" if "pg_stat_activity" in text else ""
        yield f"{text[: match.start()]}{every}{text[end:]}"


def _open_quote(text: str) -> str:
    """The shell's quote that is open at the end of a text, empty for none; a here-document has none."""
    if "<<'" in text:
        return ""
    quote, index = "", 0
    while index < len(text):
        letter = text[index]
        if letter == "\\" and quote != "'":
            index += 1
        elif not quote and letter in "'\"":
            quote = letter
        elif letter == quote:
            quote = ""
        index += 1
    return quote


def _end_of_condition(text: str, start: int, *, quote: str) -> int:
    """Where a condition ends: at the end of the statement, of the shell's quotes, or before the next clause."""
    depth, inside, index = 0, False, start
    while index < len(text):
        letter = text[index]
        if letter == quote:
            return index
        if letter == "'":
            inside = not inside
        elif not inside and letter == "(":
            depth += 1
        elif not inside and letter == ")":
            depth -= 1
        if not inside and (depth < 0 or (letter == ";" and depth == 0)):
            return index
        if not inside and depth == 0 and text[index - 1].isspace() and _AFTER_WHERE.match(text, index):
            return index
        index += 1
    return len(text)
