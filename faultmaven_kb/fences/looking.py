"""Whether commands only look at a system or may change it.

Known are the programs that only read, and of the others the subcommands that do; whatever is not known may change
something. Statements of SQL look when they begin like a question and call nothing that acts on a session or a server.
"""

import re
from collections.abc import Iterable

from faultmaven_kb.fences.queries import queries_of
from faultmaven_kb.fences.shell import SIGNS, commands_only, parse
from faultmaven_kb.fences.shell_commands import ShellCommand
from faultmaven_kb.fences.sql import Statement, statements_in
from faultmaven_kb.fences.wrappers import behind_wrapper, handed_on
from faultmaven_kb.text.languages import PROMPTED, SQL

__all__ = ["only_looks"]

_READERS = frozenset(
    "arp awk basename blkid cal cat column cut date df diff dig dirname dmesg dmidecode du echo egrep env fgrep file "
    "findmnt free getent getfacl grep groups head hexdump host hostname htop id iftop iostat iotop jcmd jps jq jstack "
    "jstat kcat klist last lastlog less lsattr lsblk lscpu lsmod lsns lsof lspci ls lsusb lvs md5sum more mpstat mtr "
    "ncdu netstat nethogs nfsstat nproc nslookup numastat od pg_controldata pg_isready pgrep pidof pidstat ping "
    "printenv printf prtstat ps pstree pvs pwd rabbitmq-diagnostics readlink realpath sar sha256sum showmount "
    "slabtop sleep smem sort ss stat strings tail test tcpdump top traceroute tracepath true type uname uniq uptime "
    "vgs vmstat w watch wc whereis which who whoami xxd yq zcat zgrep".split()
)
_ASKED: dict[str, frozenset[str]] = {
    "apt": frozenset({"list", "policy", "show"}),
    "aws": frozenset(),
    "chronyc": frozenset({"sources", "sourcestats", "tracking"}),
    "consul": frozenset({"info", "members"}),
    "crictl": frozenset({"images", "info", "inspect", "logs", "pods", "ps", "stats"}),
    "docker": frozenset({"events", "history", "images", "info", "inspect", "logs", "port", "ps", "stats", "top"}),
    "dpkg": frozenset({"-l", "-L", "-S", "-s"}),
    "etcdctl": frozenset({"endpoint", "get", "version"}),
    "getenforce": frozenset(),
    "git": frozenset({"blame", "diff", "log", "show", "status"}),
    "helm": frozenset({"get", "history", "list", "ls", "status"}),
    "ip": frozenset({"a", "addr", "address", "link", "neigh", "r", "route", "rule"}),
    "journalctl": frozenset(),
    "kubectl": frozenset(
        {
            "api-resources",
            "auth",
            "cluster-info",
            "describe",
            "diff",
            "events",
            "explain",
            "get",
            "logs",
            "top",
            "version",
        }
    ),
    "loginctl": frozenset({"list-sessions", "session-status", "user-status"}),
    "nginx": frozenset({"-T", "-V", "-t", "-v"}),
    "nodetool": frozenset({"info", "ring", "status", "tpstats"}),
    "openssl": frozenset({"crl", "s_client", "verify", "version", "x509"}),
    "podman": frozenset({"events", "images", "info", "inspect", "logs", "ps", "stats", "top"}),
    "promtool": frozenset({"check", "query"}),
    "rabbitmqctl": frozenset({"cluster_status", "environment", "report", "status"}),
    "redis-cli": frozenset({"dbsize", "exists", "get", "info", "lastsave", "llen", "ping", "role", "ttl", "type"}),
    "rpm": frozenset({"-q", "-qa", "-ql"}),
    "supervisorctl": frozenset({"status", "tail"}),
    "systemctl": frozenset(
        {
            "cat",
            "is-active",
            "is-enabled",
            "is-failed",
            "list-timers",
            "list-unit-files",
            "list-units",
            "show",
            "status",
        }
    ),
    "terraform": frozenset({"output", "plan", "show"}),
    "timedatectl": frozenset({"status", "show"}),
    "valkey-cli": frozenset({"dbsize", "exists", "get", "info", "lastsave", "llen", "ping", "role", "ttl", "type"}),
}
"""Programs that both look and change, with the words that look. Where one has none, two words or options decide."""
_ASKED_BY_TWO = frozenset(
    {
        ("argocd", "app get"), ("argocd", "app diff"),
        ("docker", "system df"), ("docker", "compose ps"), ("docker", "compose logs"),
        ("etcdctl", "alarm list"), ("etcdctl", "member list"),
        ("kubectl", "rollout status"), ("kubectl", "rollout history"), ("kubectl", "config get-contexts"),
        ("redis-cli", "client list"), ("redis-cli", "config get"), ("redis-cli", "memory stats"),
        ("redis-cli", "memory usage"), ("redis-cli", "slowlog get"), ("redis-cli", "cluster info"),
        ("valkey-cli", "client list"), ("valkey-cli", "config get"), ("valkey-cli", "memory stats"),
    }
)  # fmt: skip
_TAKES_VALUE = frozenset(
    "-n --namespace --context --kubeconfig -h --host -H -p --port -a --user -u --endpoints --server -f --file".split()
)
_CHANGES: dict[str, re.Pattern[str]] = {
    "awk": re.compile(r" -i |\bsystem\("),
    "curl": re.compile(r" (?:-X|--request)(?![ =]?GET\b)| -(?:d|F|T)| --(?:data|form|upload|json)"),
    "date": re.compile(r" (?:-s|--set)"),
    "dmesg": re.compile(r" (?:-[cC]\b|--clear)"),
    "find": re.compile(r" -(?:delete|exec|execdir|ok|fprint)"),
    "hostname": re.compile(r" [^-]"),
    "journalctl": re.compile(r" --(?:vacuum|rotate|flush|sync|relinquish)"),
    "sed": re.compile(r" (?:-[a-zA-Z]{0,8}i|--in-place)"),
    "wget": re.compile(r" --(?:post|method|body)"),
    "yq": re.compile(r" (?:-i|--in-?place)"),
}
"""What changes something in the words of programs that otherwise look."""
_CMDLETS = ("Format-", "Get-", "Group-", "Measure-", "Select-", "Sort-", "Test-", "Where-")
"""How the names of PowerShell's commands begin that change nothing."""
_MOST_SIGNS = 60
"""Signs of a command that is judged, chosen: nobody sees at a glance what a longer one does either."""
_QUESTION = re.compile(r"\s*(?:select|show|explain|describe|desc|table|values)\b", re.IGNORECASE)
_ACTS = re.compile(
    r"\binto\b|\bfor (?:update|share)\b|\banaly[sz]e\s+(?:insert|update|delete)\b|"
    r"\b(?:pg_(?:terminate|cancel|reload|rotate|promote|switch|drop|create|replication_slot_advance|advisory|stat_reset|"
    r"wal_replay)\w*|set_config|setval|nextval|lo_\w+|dblink\w*|get_lock|release_lock)\s*\(",
    re.IGNORECASE,
)


def only_looks(code: str, language: str = "bash") -> bool:
    """Whether no command of a text changes anything, as far as is known; False for a text without commands."""
    if language in SQL:
        return _questions(statements_in(code))
    if sum(map(code.count, SIGNS)) > _MOST_SIGNS:
        return False
    commands = parse(commands_only(code) if language in PROMPTED else code).commands
    return bool(commands) and all(map(_looks, commands))


def _questions(statements: Iterable[Statement]) -> bool:
    texts = [statement.bare for statement in statements if statement.bare.strip()]
    return bool(texts) and all(_QUESTION.match(text) and not _ACTS.search(text) for text in texts)


def _looks(command: ShellCommand) -> bool:
    name, arguments = command.name, command.arguments
    if command.truncates:
        return False
    if behind_wrapper(command) or any(handed_on(command)):
        return True  # what it runs is a command of its own
    queries = tuple(queries_of(command))
    if queries:
        return _questions(queries)
    changing = _CHANGES.get(name)
    if changing and changing.search(command.line):
        return False
    if name in _READERS or name.startswith(_CMDLETS) or (changing and name not in _ASKED):
        return True
    return name in _ASKED and _asks(name, arguments)


def _asks(name: str, arguments: tuple[str, ...]) -> bool:
    """Whether the first word that is neither an option nor what may be the value of one is a subcommand that looks."""
    subcommands = _ASKED[name]
    if not subcommands:
        return True
    before = ""
    for place, argument in enumerate(arguments):
        word = argument.lower() if name.endswith("-cli") else argument
        if before in _TAKES_VALUE and before not in subcommands:
            before = word
            continue
        if word in subcommands:
            return True
        two = f"{word} {arguments[place + 1].lower()}" if place + 1 < len(arguments) else ""
        if (name, two) in _ASKED_BY_TWO:
            return True
        if not word.startswith("-") and not (before.startswith("-") and "=" not in before):
            return False
        before = word
    return False
