"""Which commands destroy: a readable table, a row for each family, matched on parsed commands and not on text.

What no row knows is read by its verb: `rbd rm`, `mysqladmin drop`, `--delete` mean the same in any program that obeys.
A row contains the programs, a pattern for the words behind them, what it does, and whether *data* is lost (a stopped
service comes back by itself being started, a dropped table does not). Read-only and simulated forms are no harm, nor is
the removal of what a runbook made itself or of temporary files. Restarts and reloads are left out: they are the usual
cure, and a rule that fires on each of them is switched off.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, takewhile

from faultmaven_kb.fences.placeholders import mask_placeholders
from faultmaven_kb.fences.shell_commands import ShellCommand
from faultmaven_kb.fences.snippets import Snippet
from faultmaven_kb.fences.sql import Statement, undone_in
from faultmaven_kb.gate.hazards.consoles import MONGO, console_harms, redis_harm
from faultmaven_kb.gate.hazards.harm import Harm

__all__ = ["created_names", "harms_in", "is_simulated"]

_MADE = re.compile(
    r"(?:(?<![0-9&>])>{1,2}\s*|\btee (?:-a )?|\s-o (?=[\w.-]*[./])|--output[= ](?=[\w.-]*[./])|"
    r"\btouch |\bmktemp (?:-d )?|\bfallocate .{0,100}? |"
    r"\bkubectl (?:run|debug|create (?:job|configmap|namespace|ns|secret \w+)) |"
    r"\b(?:run|create)\b[^\n]{0,200}? --name[= ]|"
    r"\bCREATE (?:TEMP(?:ORARY)? |UNLOGGED )?(?:TABLE|DATABASE|INDEX CONCURRENTLY|INDEX|VIEW) (?:IF NOT EXISTS )?)"
    r"[\"']?(?P<name>[./<>-]{0,40}+\w[\w./<>-]*)",
    re.IGNORECASE,
)
_MADE_TEMPORARY = re.compile(r"\b(?P<variable>[A-Za-z_]\w*)=[\"']?(?:\$\(|`)mktemp\b")
"""A variable that holds the name of a temporary file or folder."""

_Row = tuple[str, re.Pattern[str], str, bool]


def _row(programs: str, words: str, what: str, *, loses_data: bool = False) -> _Row:
    return programs, re.compile(words), what, loses_data


_COMMANDS: tuple[_Row, ...] = (
    # file system
    _row("find", r".*\s-delete\b", "deletes files", loses_data=True),
    _row("shred unlink srm", r"", "deletes files", loses_data=True),
    _row("truncate", r".*(?:-s ?|--size[= ])0\b", "empties files", loses_data=True),
    _row("rsync", r".*--delete", "deletes files at the target", loses_data=True),
    _row("journalctl", r".*--vacuum-", "deletes logs"),
    _row("crontab", r"(?:.* )?-r\b", "deletes the crontab", loses_data=True),
    _row("userdel groupdel deluser", r"", "deletes an account"),
    _row("cp", r"(?:-\S+ )*/dev/null\b", "empties a file", loses_data=True),
    _row("mv", r".* /dev/null$", "deletes files", loses_data=True),
    # disks
    _row("dd", r".*\bof=(?!/dev/null|/tmp/)", "overwrites its target", loses_data=True),
    _row("mkfs mke2fs mkswap blkdiscard lvremove vgremove pvremove lvreduce", r"", "destroys data", loses_data=True),
    _row("wipefs", r".*(?:-\w*a|--all)\b", "destroys the file system", loses_data=True),
    _row("sgdisk", r".*(?:-Z|--zap|-o\b)", "destroys the partition table", loses_data=True),
    _row("parted", r".*\b(?:rm|mklabel|mktable)\b", "destroys partitions", loses_data=True),
    _row("zpool zfs", r"(?:destroy|rollback)\b", "destroys data", loses_data=True),
    _row("xfs_repair", r".*-L\b", "throws the journal away", loses_data=True),
    _row("mdadm", r".*--(?:zero-superblock|stop|remove)\b", "takes a disk out of the array"),
    # kubernetes
    _row(
        "kubectl oc",
        r".*?\bdelete (?:.* )?(?:pvc|pv|persistentvolume\w*|ns|namespaces?|project|sts|statefulsets?|crds?|"
        r"customresourcedefinitions?|secrets?|configmaps?|cm|-f|-k|--all)\b",
        "deletes objects and what depends on them",
        loses_data=True,
    ),
    _row("kubectl oc", r"(?:-\S+ (?:\S+ )?)*delete\b", "deletes objects"),
    _row("kubectl oc", r"(?:-\S+ (?:\S+ )?)*(?:adm )?drain\b", "evicts all pods of a node"),
    _row("kubectl oc", r".*\breplace\b.*--force\b", "deletes and recreates objects"),
    _row("kubectl oc", r".*\bscale\b.*--replicas[= ]0\b", "stops every pod"),
    _row("kubectl oc", r".*\btaint\b.*:NoExecute(?!-)", "evicts pods"),
    _row("kubectl oc", r".*\bapply\b.*--prune\b", "deletes objects"),
    _row(
        "kubectl oc",
        r".*\bpatch\b.*finalizers[\"']?\s*:\s*(?:null|\[\s*\])",
        "deletes without the clean-up of the finalizers",
        loses_data=True,
    ),
    _row("nodetool", r"(?:-\S+ \S+ )*clearsnapshot\b", "deletes snapshots", loses_data=True),
    _row("helm", r"(?:-\S+ (?:\S+ )?)*(?:uninstall|delete|del)\b", "removes a release"),
    _row("kubeadm", r"reset\b", "takes the node out of the cluster", loses_data=True),
    _row("etcdctl", r".*?\b(?:del|member remove)\b", "deletes from etcd", loses_data=True),
    # containers
    _row(
        "docker podman nerdctl",
        r"(?:.*? )??volume (?:rm|prune)\b|(?>(?:.*? )??system prune).*--volumes\b",
        "deletes volumes",
        loses_data=True,
    ),
    _row("docker podman nerdctl", r"(?:container |image |network |system |builder )?prune\b", "deletes what is unused"),
    _row("docker podman nerdctl", r"(?:container )?(?:rm|kill|stop)\b", "stops or removes containers"),
    _row("docker", r"(?:stack|service|config|secret) rm\b|swarm leave\b", "removes services or their settings"),
    _row("docker podman nerdctl", r"(?:rmi|image rm|network rm)\b", "deletes images or networks"),
    _row("docker podman", r"compose (?>(?:.*? )??down\b).* (?:-v|--volumes)\b", "deletes volumes", loses_data=True),
    _row("docker podman", r"compose (?:.* )?(?:down|rm|kill|stop)\b", "stops containers"),
    _row(
        "docker-compose podman-compose",
        r"(?>(?:.*? )??down\b).* (?:-v|--volumes)\b",
        "deletes volumes",
        loses_data=True,
    ),
    _row("docker-compose podman-compose", r"(?:.* )?(?:down|rm|kill|stop)\b", "stops containers"),
    _row("crictl", r"(?:rm|rmi|rmp|stop|stopp)\b", "stops or removes containers or images"),
    _row("ctr", r"(?:.* )?(?:rm|remove|delete|del|kill)\b", "removes containers or images"),
    # systemd and processes
    _row("systemctl", r"(?:-\S+ )*(?:stop|disable|mask|kill|isolate|poweroff|halt|reboot)\b", "stops a service"),
    _row("service rc-service", r"\S+ stop\b", "stops a service"),
    _row(
        "kill pkill killall",
        r"(?!(?:.* )?-(?:l|L|0|1|3|HUP|SIGHUP|USR[12]|SIGUSR[12]|QUIT|CONT|s (?:0|HUP|USR[12]|QUIT))\b)",
        "ends processes",
    ),
    _row("fuser", r".*-\w*k", "ends processes"),
    _row("reboot shutdown halt poweroff", r"(?!-c\b)", "stops the machine"),
    _row("init telinit", r"[06]\b", "stops the machine"),
    _row("nginx", r"-s (?:stop|quit)\b", "stops the service"),
    _row("pg_ctl pg_ctlcluster", r".*\bstop\b", "stops the server"),
    _row("pg_resetwal", r"", "throws the write-ahead log away", loses_data=True),
    _row("dropdb dropuser", r"", "drops a database or a role", loses_data=True),
    _row("rabbitmqctl", r"(?:.* )?(?:stop|stop_app|shutdown)\b", "stops the broker"),
    _row(
        "rabbitmqctl",
        r"(?:.* )?(?:reset|force_reset|purge_queue|delete_\w+)\b",
        "deletes queues or state",
        loses_data=True,
    ),
    _row("vault", r"(?:-\S+ )*secrets disable\b", "deletes the secrets of an engine", loses_data=True),
    _row("vault", r"(?:-\S+ )*(?:auth disable|(?:lease|token) revoke)\b", "revokes what is in use"),
    _row(
        "consul vault etcdctl etcdutl",
        r"(?:-\S+ )*(?:operator raft )?snapshot restore\b",
        "replaces the data by older data",
        loses_data=True,
    ),
    _row("pg_restore", r".*(?:\s-\w*c\b|--clean\b)", "drops objects before they are restored", loses_data=True),
    _row("mongorestore", r".*--drop\b", "drops collections before they are restored", loses_data=True),
    _row("kafka-delete-records kafka-delete-records.sh", r"", "deletes records", loses_data=True),
    _row(
        "kafka-configs kafka-configs.sh",
        r".*\bretention\.(?:ms=\d{1,5}|bytes=\d{1,6})\b",
        "empties a topic",
        loses_data=True,
    ),
    _row(
        "kafka-consumer-groups kafka-consumer-groups.sh",
        r"(?=.*--reset-offsets).*--execute",
        "moves the offsets",
        loses_data=True,
    ),
    _row("kafka-topics kafka-topics.sh", r".*--delete\b", "deletes topics", loses_data=True),
    _row("mongosh mongo", rf".*{MONGO}", "deletes data", loses_data=True),
    _row(
        "python python3 perl ruby node php",
        r".*(?:\brmtree\b|\bos\.(?:remove|unlink|rmdir|removedirs)\b|\bunlink\b|\brm_rf?\b|\brm(?:dir)?Sync\b|unlinkSync)",
        "deletes files",
        loses_data=True,
    ),
    _row(
        "influx hive beeline trino presto snowsql duckdb bq vsql",
        r".*\b(?i:drop (?:table|database|schema|measurement|series|shard|view)|truncate table|delete from)\b",
        "drops data",
        loses_data=True,
    ),
    # packages
    _row("apt apt-get aptitude", r"(?:-\S+ )*(?:remove|purge|autoremove|autopurge)\b", "removes packages"),
    _row("yum dnf zypper", r"(?:-\S+ )*(?:remove|erase|autoremove|rm)\b", "removes packages"),
    _row("dpkg", r".*(?:-r|-P|--purge|--remove)\b", "removes packages"),
    _row("rpm", r"(?:-e|--erase)\b", "removes packages"),
    _row("apk snap brew pip pip3 npm", r"(?:-\S+ )*(?:del|remove|uninstall)\b", "removes packages"),
    _row("zkCli.sh zookeeper-shell.sh zkCli", r"(?:.* )?(?:deleteall|delete|rmr)\b", "deletes nodes", loses_data=True),
    # network
    _row("iptables ip6tables", r".*(?:-F|--flush|-X|-P \w+ (?:DROP|REJECT))\b", "changes what gets through"),
    _row("nft", r"(?:flush|delete|destroy)\b", "deletes firewall rules"),
    _row("ufw", r"(?:--force )?(?:reset|disable)\b", "takes the firewall down"),
    _row(
        "ip",
        r"(?:-\S+ )*(?:link set .*\bdown|link del(?:ete)?\b|(?:route|addr|address|neigh|rule) (?:flush|del|delete))\b",
        "cuts connections",
    ),
    _row("ifdown", r"", "cuts connections"),
    _row("ifconfig", r"\S+ down\b", "cuts connections"),
    _row("nmcli", r".*\b(?:down|delete|disconnect|off)\b", "cuts connections"),
    _row("conntrack", r".*(?:-F|-D|--flush|--delete)\b", "cuts connections"),
    _row(
        "curl", r".*(?:(?:-X ?|--request[= ])DELETE\b|/_delete_by_query\b)", "deletes through an API", loses_data=True
    ),
    _row("curl", r".*\baccept_data_loss[\"']?\s*:\s*true", "gives a shard's data up", loses_data=True),
    _row("http https xh", r"(?:-\S+ )*DELETE\b", "deletes through an API", loses_data=True),
    _row("wget", r".*--method[= ]DELETE\b", "deletes through an API", loses_data=True),
    # tasks of frameworks
    _row(
        "rails rake php python python3 npx prisma",
        r"(?:\S+ ){0,4}?(?:db:(?:drop|reset|wipe|purge|schema:load)|migrate:(?:fresh|reset|refresh)|"
        r"manage\.py (?:flush|reset_db)|migrate reset)\b",
        "empties the database",
        loses_data=True,
    ),
    _row("flyway liquibase", r".*\b(?:clean|drop-?all)\b", "empties the database", loses_data=True),
    # cloud
    _row("aws", r".*\b(?:terminate-instances|delete-[\w-]+|s3 r[mb])\b", "deletes resources", loses_data=True),
    _row("aws", r".*\bs3 sync\b.*--delete\b", "deletes objects", loses_data=True),
    _row("aws", r".*\bstop-[\w-]+", "stops resources"),
    _row("gcloud", r".*\bdelete\b", "deletes resources", loses_data=True),
    _row("gcloud", r".*\b(?:stop|reset)\b", "stops resources"),
    _row("gsutil", r"(?:-\S+ )*r[mb]\b", "deletes objects", loses_data=True),
    _row("az doctl eksctl", r".*\b(?:delete|purge)\b", "deletes resources", loses_data=True),
    _row("az", r".*\b(?:deallocate|stop)\b", "stops resources"),
    _row(
        "terraform tofu pulumi",
        r"(?:-\S+ )*(?:destroy|apply .*-(?:destroy|replace))\b",
        "destroys infrastructure",
        loses_data=True,
    ),
    _row("terraform tofu", r"(?:-\S+ )*state rm\b", "forgets resources"),
    # git
    _row(
        "git",
        r"(?>.*?\bpush\b).*(?:--force(?!-with-lease)\b|\s-f\b|--delete\b|--mirror\b|\s:\w)",
        "rewrites or deletes branches",
    ),
    _row("git", r"(?>.*?\breset\b).*--hard\b", "throws local changes away"),
    _row("git", r"(?:.* )?(?:checkout (?:\S+ )?-- |restore (?!.*--staged))", "throws local changes away"),
    _row("git", r".*\bclean\b.*-\w*f", "deletes files"),
    _row("git", r".*\bbranch\b.*\s-D\b", "deletes a branch"),
    _row("git", r".*\b(?:stash (?:drop|clear)|filter-branch|filter-repo)\b", "throws commits away"),
)
_SQL: tuple[tuple[re.Pattern[str], str, bool], ...] = (
    (re.compile(r"drop (?:table|database|schema|tablespace|column|user|role)\b", re.IGNORECASE), "drops data", True),
    (re.compile(r"drop\b", re.IGNORECASE), "drops an object", False),
    (re.compile(r"truncate\b", re.IGNORECASE), "empties tables", True),
    (
        re.compile(r"delete\s+(?:[\w.]+\s+)?from\b|with\b.*\bdelete\s+from\b", re.IGNORECASE | re.DOTALL),
        "deletes rows",
        True,
    ),
    (re.compile(r"update\b(?!.*\bwhere\b)", re.IGNORECASE | re.DOTALL), "changes every row", True),
    (
        re.compile(
            r"alter\s+table\b.*(?:\b(?:drop|clear)\s+(?:detached\s+)?(?:column|part|partition)|\bdelete\s+where)\b",
            re.IGNORECASE | re.DOTALL,
        ),
        "drops data",
        True,
    ),
    (re.compile(r".*\bpg_drop_replication_slot\s*\(", re.IGNORECASE | re.DOTALL), "drops a replication slot", False),
    (re.compile(r".*\bpg_terminate_backend\s*\(", re.IGNORECASE | re.DOTALL), "ends sessions", False),
    (re.compile(r"kill\b", re.IGNORECASE), "ends sessions", False),
    (
        re.compile(r"purge\b|reset\s+(?:master|slave|replica)\b", re.IGNORECASE),
        "deletes logs of the replication",
        False,
    ),
    (re.compile(r"shutdown\b", re.IGNORECASE), "stops the server", False),
)
_VERB = re.compile(
    r"(?:\w+-)?(?:delete|del|destroy|purge|remove|rm|drop|wipe|erase|zap|prune|terminate|truncate|forget|lost|labelclear|"
    r"luksFormat)(?:-\w+){0,3}|--(?:delete|destroy|purge|remove|prune|wipe|erase)(?:-\w+){0,3}"
)
_VERB_WORDS = 4
"""A verb is among the first words that are not options: behind them are the names of things."""
_READS = frozenset("get list ls show info describe status stat stats inspect view search help explain plan".split())
"""Verbs behind which another one is a name."""
_TALKERS = frozenset(
    "echo printf cat grep egrep fgrep zgrep rg awk sed jq yq tr cut sort tee head tail less more man ls test [ read "
    "export wget make ansible ansible-playbook kubectl oc helm git docker podman nerdctl crictl ctr docker-compose "
    "podman-compose systemctl service apt apt-get aptitude yum dnf zypper apk brew npm pip pip3 rpm dpkg snap psql "
    "mysql sqlite3 redis-cli mongosh mongo python python3 perl ruby node java find cd cp mv ln mkdir chmod chown ip "
    "nmcli sudo doas su runuser env nohup nice ionice timeout time watch xargs parallel ssh sh bash zsh chroot nsenter "
    "setsid strace exec type which whereis whatis apropos alias history info busybox eval command".split()
)
"""Programs whose words are texts, files or other commands, and those whose verbs the table knows better."""
_SIMULATED = re.compile(r"\s(?:--dry-?run(?!=(?:none|false))(?:=\w+)?|--simulate|--just-print|--whatif|--check)\b")
_NEVER_SIMULATED = frozenset("rm dd shred truncate unlink find kill mkfs wipefs dropdb echo".split())
"""Programs that know no dry run, whatever a word of theirs says."""
_TEMPORARY = re.compile(r"(?:/tmp/|/var/tmp/|/dev/shm/|/run/user/|\$\{?(?:TMP|TEMP|tmp|temp)|\$\(mktemp)")
_CACHE = re.compile(r"cache|/tmp\b|\.log\b|/log/|\.tmp\b|\.pid\b|\.sock\b|\.lock\b")


def is_simulated(command: ShellCommand) -> bool:
    """Whether a command only says what it would do."""
    options = takewhile(lambda word: word != "--", command.arguments)
    if command.name not in _NEVER_SIMULATED and _SIMULATED.search(f" {' '.join(options)}"):
        return True
    short = {"apt-get": "-s", "apt": "-s", "rsync": "-n", "make": "-n", "git": "-n"}.get(command.name)
    return short is not None and any(
        re.fullmatch(rf"-[a-zA-Z]*{short[1]}[a-zA-Z]*", word) for word in command.arguments
    )


@lru_cache(maxsize=8)
def created_names(code: str) -> frozenset[str]:
    """The names of files and objects that the commands of a runbook create themselves."""
    names = {match["name"] for match in _MADE.finditer(mask_placeholders(code))}
    for match in _MADE_TEMPORARY.finditer(code):
        names |= {f"${match['variable']}", f"${{{match['variable']}}}"}
    return frozenset(name for name in names if not name.startswith("/dev/") and name.strip("x"))


def harms_in(snippet: Snippet, own_names: frozenset[str]) -> tuple[Harm, ...]:
    """The destructive commands of a block in order; `own_names` are the names of what the runbook creates itself."""
    harms = [*_shell_harms(snippet, own_names), *_query_harms(snippet, own_names), *console_harms(snippet)]
    first: dict[int, Harm] = {}
    for harm in sorted(harms, key=lambda harm: (harm.start, harm.end, not harm.loses_data)):
        first.setdefault(harm.start, harm)
    return tuple(first.values())


def _shell_harms(snippet: Snippet, own_names: frozenset[str]) -> Iterator[Harm]:
    if not snippet.is_commands:
        return
    for command in snippet.script.commands:
        if command.truncates:
            if not _is_temporary(command.truncates) and "/dev/" not in command.truncates:
                yield Harm("empties a file", command.start, command.end, loses_data=True)
        elif command.words and not is_simulated(command):
            harm = _harm(command, own_names)
            if harm:
                yield Harm(harm[0], command.words[0].start, command.end, harm[1])


def _harm(command: ShellCommand, own_names: frozenset[str]) -> tuple[str, bool] | None:
    name, words = command.name, " ".join(command.arguments)
    if any(argument in own_names or argument == "--help" for argument in command.arguments):
        return None
    if name == "rm":
        return _removal(command)
    if name == "redis-cli":
        return redis_harm(command)
    for _, pattern, what, loses_data in _rows_of("mkfs" if name.startswith("mkfs.") else name):
        if pattern.match(words):
            return what, loses_data
    if name not in _TALKERS and _says_delete(command.arguments):
        return "deletes what it names", True
    return None


def _says_delete(arguments: tuple[str, ...]) -> bool:
    """Whether a command of a program that the table lacks deletes something, by its verb or by an option."""
    words = takewhile(lambda word: word not in _READS, (word for word in arguments if not word.startswith("-")))
    options = [word for word in arguments if word.startswith("--")]
    return any(_VERB.fullmatch(word) for word in (*islice(words, _VERB_WORDS), *options))


@lru_cache(maxsize=512)
def _rows_of(program: str) -> tuple[_Row, ...]:
    return tuple(row for row in _COMMANDS if program in row[0].split())


def _is_temporary(path: str) -> bool:
    """Whether a path is below a temporary folder and does not climb out of it."""
    return _TEMPORARY.match(path) is not None and "/.." not in path


def _removal(command: ShellCommand) -> tuple[str, bool] | None:
    targets = [word for word in command.arguments if not word.startswith("-")]
    if targets and all(_is_temporary(target) for target in targets):
        return None
    recursive = any(re.fullmatch(r"-\w*[rR]\w*|--recursive", word) for word in command.arguments)
    return "deletes files", recursive and not all(_CACHE.search(target) for target in targets)


def _query_harms(snippet: Snippet, own_names: frozenset[str]) -> Iterator[Harm]:
    for language, statements in snippet.sessions:
        undone = undone_in(statements, language)
        for index, query in enumerate(statements):
            harm = _query_harm(query, own_names) if index not in undone else None
            if harm:
                yield Harm(harm[0], query.start, query.start + len(query.bare), harm[1])


def _query_harm(query: Statement, own_names: frozenset[str]) -> tuple[str, bool] | None:
    if any(word in own_names for word in re.findall(r"\w+", query.bare)):
        return None
    for pattern, what, loses_data in _SQL:
        if pattern.match(query.bare):
            return what, loses_data
    return None
