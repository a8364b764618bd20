"""What language a code block is in: the names fences may carry, and a guess from the text.

A guess is made only where the first lines leave no doubt; "" means that the language is unknown. Names come from
Pygments, which already travels with rich, and from a list of names that renderers know and Pygments does not.
"""

import json
import re
from functools import lru_cache

from faultmaven_kb.diagnostics import nearest
from faultmaven_kb.text.languages import PROMPTED, SHELL, SQL

__all__ = [
    "COMMANDS",
    "guess",
    "is_known",
    "is_only_comments",
    "is_program",
    "usual_language",
]

COMMANDS = SHELL | PROMPTED | SQL | {"redis"}
"""Languages of a block that a reader runs."""

_COMMENTS = ("#", "--", "//", ";")

_USUAL = (
    "bash sh shell zsh console text sql yaml yml json ini conf toml nginx python go javascript typescript java "
    "xml html http powershell dockerfile hcl terraform promql log output diff markdown redis lua ruby php perl "
    "c cpp rust csv properties systemd apache css makefile plaintext txt"
).split()
_ALSO = frozenset(
    "mermaid promql logql traceql kql kusto spl cypher rego bicep jsonc json5 jsonl ndjson env dotenv cron "
    "crontab systemd haproxy varnish vcl caddyfile plaintext plain txt output log logs none shell-session "
    "sh-session terminal conf config cfg properties redis mongodb mongosh cql flux influxql plantuml dot math tf "
    "hocon jq awk sed regex graphql ebnf apacheconf iptables nftables pgsql psql tsql plsql plpgsql mariadb "
    "svg pcre hosts syslog ldif asciinema vim gitignore openssl prometheus alertmanager helm jinja jinja2 "
    "gotemplate go-template gotmpl logfmt prom redis-cli mysqlsh ssh-config sshconfig fluentd unit service "
    "sysctl fstab resolv gitconfig editorconfig dotenv shellscript kubernetes k8s ansible sls dns zone "
    "snippet ascii".split()
)
_PROGRAMS = frozenset(
    "sudo kubectl helm docker podman crictl ctr systemctl journalctl service psql pg_dump pg_restore pg_ctl "
    "mysql mysqldump redis-cli mongosh curl wget ls cat grep egrep awk sed find xargs tail head less ps top "
    "htop kill pkill killall df du free vmstat iostat netstat ss lsof dig nslookup host ping traceroute mtr "
    "tcpdump nc openssl ssh scp rsync cp mv rm mkdir chmod chown tar gzip apt apt-get yum dnf apk brew pip "
    "pip3 npm git terraform aws gcloud az ip ifconfig iptables nft mount umount fsck mkfs lsblk blkid dmesg "
    "sysctl uptime uname hostname echo printf export cd etcdctl nginx haproxy rabbitmqctl kafka-topics.sh "
    "istioctl oc kubeadm crontab date sort uniq wc tee truncate fuser strace jq yq watch resolvectl ethtool "
    "nmcli ufw firewall-cmd sleep timeout env source stat".split()
)
_SQL = re.compile(
    r"(?:SELECT\b[\s\S]*\bFROM\b|SELECT\b[^\n]*;|INSERT INTO\b|UPDATE \S+ SET\b|DELETE FROM\b|"
    r"CREATE (?:TABLE|INDEX|USER|ROLE|UNIQUE|DATABASE|EXTENSION|VIEW)\b|"
    r"ALTER (?:TABLE|SYSTEM|DATABASE|ROLE|USER|INDEX)\b|DROP (?:TABLE|INDEX|DATABASE)\b|EXPLAIN\b|VACUUM\b|"
    r"SHOW \w+;?\s*$|WITH \w+ AS \(|TRUNCATE\b|GRANT\b|REINDEX\b|ANALYZE\b)",
)
_SQL_ANY = re.compile(_SQL.pattern, re.IGNORECASE)
_GO = re.compile(r"(?:package \w+$|func (?:\([^()]*+\) )?\w+\(.*\{$|import \($|\w+(?:, \w+)* := .+)", re.MULTILINE)
_PYTHON = re.compile(
    r"(?:from [\w.]+ import \w|import [\w.]+(?: as \w+)?$|def \w+\(.*\)[^)\n]*:$|class \w.*:$|"
    r"@\w[\w.]*$|with .+ as \w+:$)"
)
_YAML = re.compile(r"(?:- )?[A-Za-z_][\w./-]*:(?: \S.*)?$|---$")
_SETTING = re.compile(r"[A-Za-z_][\w.-]*[ \t]+=[ \t]+\S")
_HEADER = re.compile(r"\[[A-Za-z][\w ./:-]*\]$")
_SHELL_START = re.compile(r"(?:for \w+ in |while |if \[|[A-Z_][A-Z0-9_]*=\S|set -|\$\(|\[\[ )")
_NGINX = re.compile(r"(?:server|location|upstream|http|events)\b[^;]*\{$")


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    from pygments.lexers import get_all_lexers  # noqa: PLC0415 - only for a name that is not one of the usual

    return frozenset(alias.lower() for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


def is_known(language: str) -> bool:
    """Whether a renderer may know the name of a fence's language."""
    return language in _USUAL or language in _ALSO or language in _names()


def usual_language(language: str) -> str | None:
    """The usual language that a misspelled name means, None where none is near."""
    return nearest(language, _USUAL)


def is_only_comments(code: str, language: str) -> bool:
    """Whether a block contains nothing to run: no text, or comments alone. In a session `#` is the prompt of root."""
    if language in SQL:
        code = _without_block_comments(code)
    lines = [line.strip() for line in code.split("\n") if line.strip()]
    return not lines or (language not in PROMPTED and all(line.startswith(_COMMENTS) for line in lines))


def _without_block_comments(code: str) -> str:
    pieces, done = [], 0
    while (start := code.find("/*", done)) >= 0 and (end := code.find("*/", start + 2)) >= 0:
        pieces.append(code[done:start])
        done = end + 2
    return "".join((*pieces, code[done:]))


def is_program(word: str) -> bool:
    """Whether a word is a program that runbooks call."""
    return word.rsplit("/", 1)[-1] in _PROGRAMS or word.startswith("./") or word.endswith(".sh")


def guess(code: str) -> str:
    """The language of a code block, empty where the first lines leave a doubt."""
    if _is_json(code):
        return "json"
    lines = [line for line in code.split("\n") if line.strip()]
    statements = [line for line in lines if not re.match(r"\s*(?:#|//|--|;)", line)]
    if not statements:
        return "bash" if lines and lines[0].startswith("#!") else ""
    first = statements[0].strip()
    word = first.split(maxsplit=1)[0]
    if _SHELL_START.match(first):
        return "bash"
    if is_program(word) and not (word.islower() and _PYTHON.match(first)):
        return "bash"
    for language, pattern in (("python", _PYTHON), ("go", _GO), ("nginx", _NGINX), ("ini", _HEADER)):
        if pattern.match(first):
            return language
    if _SQL.match("\n".join(statements).strip()):
        return "sql"
    if _SQL_ANY.match("\n".join(statements).strip()) and first.split()[0].lower() in (
        "select",
        "insert",
        "delete",
        "update",
    ):
        return "sql" if code.rstrip().endswith(";") else ""
    sentence = len(statements) == 1 and len(first.split()) > 2
    if (
        _YAML.match(first)
        and not sentence
        and not first.endswith("::")
        and all(_is_yaml_line(line) for line in statements)
    ):
        return "yaml"
    return "ini" if all(_SETTING.match(line) for line in statements) else ""


def _is_yaml_line(line: str) -> bool:
    return line[0] in " \t-" or bool(_YAML.match(line)) or line.startswith("...")


def _is_json(code: str) -> bool:
    if code.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(code)
    except (ValueError, RecursionError):
        return False
    return True
