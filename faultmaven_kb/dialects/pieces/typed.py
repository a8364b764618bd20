"""What a reader is to type: code spans and lines that begin with the name of a tool.

Nothing but the words decides, because prose has no language: a list of the tools that runbooks use, and a word such as
"run" before a code span. A line of its own needs more: "find the node" and "make sure" begin like commands.
"""

import re

from faultmaven_kb.model.runbook import Command
from faultmaven_kb.source import Span

__all__ = ["is_typed_line", "is_typed_prose", "typed_in"]

_CODE_SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")
_TYPE_THIS = re.compile(
    r"\b(?:run|running|execute|executing|type|enter|issue)(?: (?:the command|again))?:?\s*\Z", re.IGNORECASE
)
_NOT_THIS = re.compile(
    r"\b(?:never|don['’]t|do not|instead of|rather than|avoid|must not|should not|shouldn['’]t|not)\b[^.!?\n]{0,40}\Z",
    re.IGNORECASE,
)
_TOOLS = frozenset(
    "amtool ansible ansible-playbook apachectl apt apt-get arcconf argocd auditctl ausearch awk aws az barman base64 "
    "bash blkid borg brew btrfs buildah bun bundle calicoctl cargo cat cd cdk celery ceph cephadm certbot chage chmod "
    "choco chown chronyc cilium clickhouse-client cmctl cockroach composer consul consul-template cp cqlsh crictl "
    "crontab ctr curator curl cut dd deno df dig dmesg dmidecode dnf docker docker-compose docker-machine doctl "
    "dotnet dpkg du e2fsck echo eksctl env etcdctl etcdutl ethtool export exportfs fdisk find firewall-cmd fluent-bit "
    "flux free fsck fuser gcloud gdb getenforce getent gh git gitlab-ctl go gradle grep groupadd growpart gsutil "
    "gunzip gzip haproxy hcloud hdparm head helm heroku hostname hostnamectl htop id iftop influx iostat iotop ip "
    "ipmitool iptables istioctl java jcmd jmap journalctl jq jstack k9s kafka-configs kafka-configs.sh "
    "kafka-console-consumer kafka-consumer-groups kafka-consumer-groups.sh kafka-topics kafka-topics.sh kafkacat kcat "
    "kill killall kind kinit klist kops kubeadm kubectl kubectx kubens kustomize last ldapsearch linkerd linode-cli "
    "logcli logrotate ls lsblk lsns lsof lspci lsusb lvextend lvs make md5sum mdadm megacli mimirtool minikube mkdir "
    "mongo mongodump mongoexport mongoimport mongosh mongostat mount mpstat mtr mv mvn mysql mysqladmin mysqlcheck "
    "mysqldump nc ncdu nerdctl nethogs netstat nfsstat nft nginx nmap nmcli node nodetool nomad npm npx nsenter "
    "nslookup ntpdate ntpq nvme oc oci openssl packer parted passwd patronictl pct perf pg_basebackup pg_ctl "
    "pg_ctlcluster pg_dump pg_isready pg_resetwal pg_restore pgbackrest pgrep php pidstat ping pip pkill pm2 pnpm "
    "podman promtool ps psql pulumi pvesh pvs python python3 qm rabbitmq-diagnostics rabbitmq-queues rabbitmqadmin "
    "rabbitmqctl racadm rails rake rclone redis-cli redis-server repmgr resize2fs resolvectl restic restorecon rm "
    "rook rpm rsync ruby sam sar scp sed semanage sensors service setenforce sh sha256sum showmount skaffold skopeo "
    "smartctl smbclient sqlcmd sqlite3 ss ssh stern storcli strace su supervisorctl swapoff swapon sysctl sysdig "
    "systemctl systemd-analyze tail tar tc tcpdump tee telnet terraform terragrunt thanos timedatectl tofu top touch "
    "tr traceroute truncate ufw umount uname uniq unzip uptime useradd usermod valkey-cli vault velero vgextend vgs "
    "vmstat wal-g watch wg wg-quick wget xargs xfs_growfs xfs_repair yarn yq yum zcat zfs zpool".split()
)
_ENGLISH = frozenset(
    "bundle cat consul date echo export find free git go grep head helm host id kill make mount node ping service sort "
    "strace tail tee top touch vault velero watch last kind cut sensors sam barman perf hostname brew passwd".split()
)
"""Tools whose name begins a sentence as well."""
_ARGUMENT = re.compile(r"\s(?:-{1,2}[A-Za-z]|[/$<~\"'|]|\./|\S*[=/|])")
_STATEMENT = re.compile(
    r"(?:alter|analyze|call|checkpoint|create|delete|drop|explain|flush|grant|insert|kill|optimize|purge|reindex|reset|"
    r"revoke|select|set|show|start|stop|truncate|update|use|vacuum|with)\b[^;]{0,400};|select\s[^;]{1,200}\sfrom\s[^;]{1,200}",
    re.IGNORECASE,
)
"""A statement of SQL, which its semicolon tells from English."""
_WITH_OPTION = re.compile(r"[a-z][\w.-]{1,30}(?: [\w./-]{1,40}){0,3} --[a-z]")
"""A program of any name with a long option."""
_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]{0,40}=")
_BEFORE = 80
_TAG = re.compile(r"<[A-Za-z/!]")
_SCRIPT = re.compile(r"(?:\.{0,2}/)?(?:[\w.-]{1,60}/){0,8}[\w.-]{1,60}\.(?:sh|py|pl|rb|ps1|bash)")
_PROSE = re.compile(
    r"[.!?,;:]$|[.!?] [A-Z]|"
    r"\s(?:the|is|are|an|to|for|and|works?|should|not|if|it|that|this|your|needs|needed|has|was)\s|"
    r"\s(?:works|fails|failed|runs|hangs)$"
)
_QUOTED = re.compile(r"(?<![\w'’])'([a-z.][^'\n]{3,200})'(?![\w'’])")


def typed_in(text: str, span: Span) -> tuple[Command, ...]:
    """The code spans of a text that begin with a tool's name, and lines below a colon that are typed, each once."""
    codes: dict[str, str] = {}
    for match in _CODE_SPAN.finditer(text) if "`" in text else ():
        code = " ".join(match[1].split()) if "\n" in match[1] else match[1].strip()
        language = _language_of(code)
        if " " not in code and not (language and _is_all(match, text)):
            continue
        above = text[max(0, match.start() - _BEFORE) : match.start()]
        if (language or _TYPE_THIS.search(above)) and not _NOT_THIS.search(above):
            codes[code] = language or "bash"
    for match in _QUOTED.finditer(text) if "'" in text and "`" not in text else ():
        if is_typed_prose(match[1]):
            codes[match[1]] = "bash"
    if "\n" not in text and "`" not in text and is_typed_prose(text):
        codes[text.strip().removeprefix("$ ")] = "bash"
    if ":\n" in text:
        lines = text.split("\n")
        for index in range(1, len(lines)):
            if lines[index - 1].rstrip().endswith(":") and is_typed_prose(lines[index]):
                codes[lines[index].strip()] = "bash"
    return tuple(Command(language=language, code=f"{code}\n", span=span) for code, language in codes.items())


def _is_all(match: re.Match[str], text: str) -> bool:
    """Whether a code span is all that a text says, up to a full stop."""
    return match.start() == 0 and not text[match.end() :].strip(" .;,")


def _language_of(code: str) -> str:
    """The language of what is typed into a shell or a database, empty for any other code."""
    return "bash" if _is_tool(code) or _WITH_OPTION.match(code) else "sql" if _STATEMENT.fullmatch(code) else ""


def is_typed_line(line: str) -> bool:
    """Whether a whole line is what one types: behind a prompt, a script of one's own, or a tool with its arguments."""
    line = line.strip()
    if line.startswith(("$ ", "./")) or (" " in line and _SCRIPT.fullmatch(_first_word(line))):
        return True
    tool = _first_word(line)
    if tool not in _TOOLS or _PROSE.search(line):
        return False
    return _ARGUMENT.search(line) is not None or (" " in line and tool not in _ENGLISH)


def is_typed_prose(line: str) -> bool:
    """Whether a line of prose is typed: outside of code a page does not show `<pod>`, so a line with it is none."""
    return _TAG.search(line) is None and is_typed_line(line)


def _is_tool(code: str) -> bool:
    word = _first_word(code)
    return word in _TOOLS or _SCRIPT.fullmatch(word) is not None


def _first_word(code: str) -> str:
    """The tool of a line, without a prompt, `sudo` with its options and variables that are set for it."""
    found = code.removeprefix("$ ")
    if not found.startswith("sudo ") and not _ASSIGNMENT.match(found):
        return found.split(" ", 1)[0]
    typed = iter(found.removeprefix("sudo ").split(" "))
    for word in typed:
        if word in ("-u", "-g", "--user"):
            next(typed, None)
        elif not word.startswith("-") and not _ASSIGNMENT.match(word):
            return word
    return ""
