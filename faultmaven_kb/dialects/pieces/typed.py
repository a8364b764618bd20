"""What a reader is to type: code spans and lines that begin with the name of a tool.

Nothing but the words decides, because prose has no language: a list of the tools that runbooks use, and a word such as
"run" before a code span. A line of its own needs more: "find the node" and "make sure" begin like commands.
"""

import re
from collections.abc import Iterator

from faultmaven_kb.dialects.pieces.consoles import (
    console_language,
    is_console_line,
    prompt_length,
    queried_language,
    selects_lines,
)
from faultmaven_kb.model.runbook import Command
from faultmaven_kb.source import Span

__all__ = ["is_called", "is_prose", "is_typed_line", "is_typed_prose", "typed_in", "typed_language"]

_CODE_SPAN = re.compile(r"(?<!`)(?P<marks>`|```)(?P<code>[^`\n]{1,2000}(?:\n[^`\n]{1,2000})?)(?P=marks)(?!`)")
_TYPE_THIS = re.compile(
    r"\b(?:run|running|execute|executing|type|try|enter|issue)(?: (?:the command|again))?:?\s*\Z", re.IGNORECASE
)
_CALL_THIS = re.compile(
    r"\b(?:call|calling|check|checking|graph|hit|inspect|invoke|issue|issuing|look at|query|querying|search for|send|"
    r"sending|submit|use|using|verify|via|with|run|running|execute|executing)"
    r"(?: (?:an?|the|this|it|of|in|on|to|by|with|for|and|request|query|command|call|output|result|results|console|"
    r"expression|metric|statement|API|PromQL|LogQL|SQL|Prometheus|Grafana|Loki|Kibana|Elasticsearch|shell)){0,4}:?\s*\Z",
    re.IGNORECASE,
)
"""Words that ask for a call or a query."""
_QUERY_LABEL = re.compile(
    r"\b(?:check|expression|explore|kibana|kql|logql|loki|metric|metrics|prometheus|promql|query|sql|traceql)"
    r"\W{0,4}[:：]\W{0,4}\Z",
    re.IGNORECASE,
)
"""A label that names a query, or the store that is asked."""
_ASKS = re.compile(
    r"\b(?:graph|inspect|metric|plot|promql|prometheus|quer(?:y|ies|ying))\b[^.,;\n]{0,40}\Z", re.IGNORECASE
)
"""Words right before the name of a metric without which it is only mentioned."""
_NAMED = re.compile(r"[\w:]+")
_JOINS = re.compile(r"\s*(?:,|and|or|, and)\s*")
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
    "vmstat wal-g watch wg wg-quick wget xargs xfs_growfs xfs_repair yarn yq yum zcat zfs zpool "
    "airflow apk argo at azcopy bats bbr bosh cf cosign createdb credhub dbt dropdb drush fab firebase fly flyctl "
    "getfacl gpg grype incus k3d k3s kubeseal loginctl lxc mariadb mariadb-dump mc microk8s mix mkfs.ext4 mysqlbinlog "
    "nats netlify nix nohup odo openstack pacman pg_controldata pipenv poetry pt-online-schema-change pvcreate "
    "railway reindexdb rke2 rosa s3cmd sbt scontrol screen setfacl sinfo slcli sops source spark-submit squeue "
    "ssh-keygen ssh-keyscan supabase systemd-run talosctl tkn tmux trivy unset uv uvx vacuumdb vercel virsh wipefs wp "
    "wrangler zypper".split()
)
_ENGLISH = frozenset(
    "bundle cat consul date echo export find free git go grep head helm host id kill make mount node ping service sort "
    "strace tail tee top touch vault velero watch last kind cut sensors sam barman perf hostname brew passwd at cf fly "
    "argo mix mc nats nix railway screen source poetry".split()
)
"""Tools whose name begins a sentence as well."""
_ARGUMENT = re.compile(r"\s(?:-{1,2}[A-Za-z]|[A-Z]{2,20}[-_][A-Z]|[/$<~\"'|]|\./|\S*[=/|])")
_STATEMENT = re.compile(
    r"(?:alter|analyze|call|checkpoint|create|delete|drop|explain|flush|grant|insert|kill|optimize|purge|reindex|reset|"
    r"revoke|rollback|select|set|show|start|stop|truncate|update|use|vacuum|with)\b[^;]{0,400};|"
    r"select\s[^;]{1,200}\sfrom\s[^;]{1,200}",
    re.IGNORECASE,
)
"""A statement of SQL, which its semicolon tells from English."""
_WITH_OPTION = re.compile(r"[a-z][\w.-]{0,30}(?: [\w./:-]{1,40}){0,3} -(?:-[a-z]|[A-Za-z](?: |\Z)|[a-z]{2,20} )")
"""A program of any name with an option."""
_SUBCOMMAND = re.compile(
    r"(?P<name>[a-z][\w.-]{1,30}) (?P<deed>[a-z][a-z-]{1,20})(?P<rest>(?: [\w./:=@,{}<>$-]{1,60}){0,4})"
)
_PROGRAM_NAME = re.compile(r"[\w.-]{2,30}(?:ctl|adm|admin|cli|cmd|mgr|tool)")
"""How programs are called that have many deeds; with more behind it any word is one."""
_DEEDS = frozenset(
    "apply backup check clean cleanup config configure create deploy describe destroy disable down drain dump enable "
    "exec export flush get health import info init inspect join kill list logs ls migrate pause ping promote ps purge "
    "rebalance reload remove repair resume rm rollback rotate run scale set show start stats status stop sync test top "
    "unlock up update upgrade validate verify version".split()
)
"""Second words of commands with which a program of any name is called."""
_NO_PROGRAMS = frozenset(
    "a all an any application cluster container database disk error exit health http job message network node not "
    "pod process queue response return server service state task the user".split()
)
"""First words of messages and of values ("exit status 1")."""
_RUN_THE = re.compile(
    r"\b(?:run|running|execute|executing|use|using|issue|issuing|invoke|type|enter|with|via|through)"
    r"(?: (?:the|this))?(?: following)?\s*\Z",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?<!error)(?<!expected)(?<!output)(?<!result)(?<!message)(?<!log)(?<!logs)(?<!returns)(?<!shows)(?<!like)"
    r"(?<!example)(?<!value)(?<!format)(?<!default)(?<!path)(?<!file)[:：]\s?\Z",
    re.IGNORECASE,
)
"""The end of words that say what the code behind them is for, and not what is printed."""
_COMMAND = re.compile(r"\s+(?:shell |CLI |console )?(?:command|query|statement)\b", re.IGNORECASE)
"""How code that one is told to run is called behind it."""
_MENTIONED = re.compile(
    r"\b(?:when|while) (?:(?:you|we) )?(?:execute|executing|run|running|use|using)(?: the)?\s*\Z|"
    r"\bif (?:you )?(?:notice|observe|see)(?: that)?\s*\Z|"
    r"\b(?:calls|executes|falls back (?:on|to)|invokes|performs|runs|triggers|uses|wraps)(?: the)?\s*\Z",
    re.IGNORECASE,
)
"""Words before code that says when something is seen, not what to do."""
_TOLD_OF = re.compile(
    r"\s(?:command |output )?"
    r"(?:does not|fails|hangs|lists|prints|reports|returns|says|shows|slow|takes|times out|was)\b"
)
"""Words behind the bare name of a command that say what it did; a deed before it makes it something to type."""
_DEED = re.compile(r"\b(?:check|confirm|ensure|make sure|run|see|use|validate|verify|until|if|when)\b", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]{0,40}=")
_BEFORE = 80
_WRAPPED = 55  # chosen: prose is broken behind more characters
_MARKED = re.compile(r"[`\\]")
"""Signs that a page shows differently from how they are written."""
_LEFT_OUT = (" ...", " …")
"""The end of code that only shows how commands begin."""
_VERSION = re.compile(r"\s[<>]=?\s?\d+\.")
_TAG = re.compile(r"<[A-Za-z/!]")
_SCRIPT = re.compile(r"(?:\.{0,2}[/\\])?(?:[\w.-]{1,60}[/\\]){0,8}[\w.-]{1,60}\.(?:sh|py|pl|rb|ps1|bash)")
_PROGRAM = re.compile(
    r"(?:~|\.{1,2})?/?(?:[\w.-]{1,60}/){0,8}(?:s?bin|scripts?|tools)/(?:[\w.-]{1,60}/){0,3}[\w.-]{1,60}"
)
"""A program by its path, in a folder that holds programs."""
_NAME = re.compile(r"[a-z][\w.-]{1,40}\s")
_PROSE = re.compile(
    r"[.!?,;:]$|[.!?] [A-Z]|"
    r"\s(?:the|is|are|an|to|for|and|works?|should|not|if|it|that|this|your|needs|needed|has|was)\s|"
    r"\s(?:works|fails|failed|runs|hangs)$"
)
_QUOTED = re.compile(r"(?<![\w'’])'([a-z.][^'\n]{3,200})'(?![\w'’])")


def typed_in(text: str, span: Span) -> tuple[Command, ...]:
    """The code spans of a text that begin with a tool's name, and lines below a colon that are typed, each once."""
    codes: dict[str, str] = {}
    asked = -1  # where the last query ends
    for match in _CODE_SPAN.finditer(text) if "`" in text else ():
        code = match["code"]
        code = " ".join(code.split()) if "\n" in code else code.strip()
        above = text[max(0, match.start() - _BEFORE) : match.start()]
        whole = _is_all(match, text)
        announced = _is_announced(match, text, above)
        goes_on = 0 <= asked <= match.start() and _JOINS.fullmatch(text, asked, match.start()) is not None
        language = _language_of(code) or _of_console(code, "query " if goes_on else above, whole=whole)
        asked = match.end() if language == "promql" else -1
        whole_call = whole or (_CALLED.search(above) is not None and _ends(match, text))
        language = language or ("bash" if whole_call and _is_call(code) else "")
        if code.endswith(_LEFT_OUT) or (
            " " not in code and not _is_one_word(code, language, whole=whole, announced=announced)
        ):
            continue
        bare = language == "bash" and code.count(" ") <= 1 and _ARGUMENT.search(code) is None
        told = bare and _TOLD_OF.match(text, match.end()) is not None and not _DEED.search(above)
        if (language or announced) and not (told or _NOT_THIS.search(above) or _MENTIONED.search(above)):
            codes[code] = language or "bash"
    for match in _QUOTED.finditer(text) if "'" in text and "`" not in text else ():
        if is_typed_prose(match[1]):
            codes[match[1]] = "bash"
    if "\n" not in text and "`" not in text and is_typed_prose(text):
        codes[text.strip().removeprefix("$ ")] = "bash"
    if "\n" in text:
        codes |= dict.fromkeys(_typed_lines(text.split("\n")), "bash")
    return tuple(Command(language=language, code=f"{code}\n", span=span) for code, language in codes.items())


def _typed_lines(lines: list[str]) -> Iterator[str]:
    """The lines of a paragraph that are typed: below a colon, a short line or another command, for prose is wrapped."""
    typed = False
    for above, line in zip(("", *lines), lines, strict=False):
        ends = typed or len(above) < _WRAPPED or above.rstrip().endswith(":")
        typed = ends and not _MARKED.search(line) and is_typed_prose(line)
        if typed:
            yield line.strip()


def _is_announced(match: re.Match[str], text: str, above: str) -> bool:
    """Whether one is told to type a code span: by the words around it, or by the marks of a fence on its one line."""
    if match["marks"] == "```":
        return text[: match.start()].rpartition("\n")[2].strip() == "" and text[match.end() :][:1] in ("", "\n")
    if _TYPE_THIS.search(above):
        return True
    return _COMMAND.match(text, match.end()) is not None and _RUN_THE.search(above) is not None


def _is_all(match: re.Match[str], text: str) -> bool:
    """Whether a code span is all that a text says, up to a full stop."""
    return match.start() == 0 and not text[match.end() :].strip(" .;,")


def _ends(match: re.Match[str], text: str) -> bool:
    """Whether a text ends with a code span, or a sentence does."""
    below = text[match.end() :]
    return not below.strip(" .;,") or below.startswith((". ", ".\n"))


def _is_one_word(code: str, language: str, *, whole: bool, announced: bool) -> bool:
    """Whether one word is typed: a tool or a script here that is all a text says, or a script that one is told to run.

    The path of a script alone only names it.
    """
    if _SCRIPT.fullmatch(code):
        return announced or (whole and code.startswith("./"))
    return bool(language) and (whole or language not in ("bash", "sql") or code.endswith(";"))


def _of_console(code: str, above: str, *, whole: bool) -> str:
    """The language of what is typed into something that is not a shell, as the words above say."""
    told = whole or _CALL_THIS.search(above) is not None or _QUERY_LABEL.search(above) is not None
    if code.startswith("{") and not whole and selects_lines(code):
        return "logql"
    if _NAMED.fullmatch(code) and not _ASKS.search(above):
        told = False
    return console_language(code, told=told) or (queried_language(code) if told and not whole else "")


def _is_call(code: str) -> bool:
    """Whether code that is all a text says is a program with its arguments, whatever its name; no message of one."""
    if _NAME.match(code) is None or ": " in code or _PROSE.search(code):
        return False
    return _ARGUMENT.search(code) is not None or is_called(code)


def is_called(code: str) -> bool:
    """Whether code is a program of any name with a deed or an option: `railctl show track`."""
    if _PROSE.search(code):
        return False
    match = _SUBCOMMAND.fullmatch(code)
    if match is None:
        return _WITH_OPTION.match(code) is not None
    if match["deed"] in _DEEDS:
        return match["name"] not in _NO_PROGRAMS
    return match["rest"] != "" and _PROGRAM_NAME.fullmatch(match["name"]) is not None


def _language_of(code: str) -> str:
    """The language of what is typed into a shell or a database, empty for any other code."""
    if _is_tool(code) or _WITH_OPTION.match(code) or (code.startswith("sudo ") and _first_word(code)):
        return "bash"
    return "sql" if _STATEMENT.fullmatch(code) else ""


def typed_language(code: str) -> str:
    """The language of code that one is told to type."""
    return _language_of(code) or console_language(code, told=True) or "bash"


def is_prose(line: str) -> bool:
    """Whether a line has the marks or the words of a sentence."""
    return _PROSE.search(line) is not None


def is_typed_line(line: str) -> bool:
    """Whether a whole line is what one types: behind a prompt, a script of one's own, or a tool with its arguments."""
    line = line.strip()
    if line.startswith("sudo ") and not _PROSE.search(line):
        return True
    if line.startswith(("$ ", "./")) or (" " in line and _SCRIPT.fullmatch(_first_word(line))):
        return True
    if prompt_length(line) or is_console_line(line):
        return True
    tool = _first_word(line)
    if tool not in _TOOLS or _PROSE.search(line):
        return False
    return _ARGUMENT.search(line) is not None or (" " in line and tool not in _ENGLISH)


def is_typed_prose(line: str) -> bool:
    """Whether a line of prose is typed: outside of code a page does not show `<pod>`, so a line with it is none."""
    return _TAG.search(line) is None and _VERSION.search(line) is None and is_typed_line(line)


def _is_tool(code: str) -> bool:
    word = _first_word(code)
    return (
        word in _TOOLS or _SCRIPT.fullmatch(word) is not None or (" " in code and _PROGRAM.fullmatch(word) is not None)
    )


def _first_word(code: str) -> str:
    """The tool of a line, without a prompt, `sudo` with its options and variables that are set for it."""
    command = code.removeprefix("$ ")
    if not command.startswith("sudo ") and not _ASSIGNMENT.match(command):
        return command.split(" ", 1)[0]
    typed = iter(command.removeprefix("sudo ").split(" "))
    for word in typed:
        if word in ("-u", "-g", "--user"):
            next(typed, None)
        elif not word.startswith("-") and not _ASSIGNMENT.match(word):
            return word
    return ""
