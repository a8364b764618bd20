"""The words of operations that mean the same: what people type, what software prints, what runbooks say.

Each line is a group; its members are words or phrases, written as people write them. A question that holds one member
is searched for the others too, with less weight, so that a word itself always counts more than its synonym. Only
meanings that hold across technologies belong here; the jargon of one runbook goes to its `aliases`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from faultmaven_kb.search.terms import terms_of

__all__ = ["GROUPS", "Expansion", "expansions", "words_of"]

GROUPS: tuple[tuple[str, ...], ...] = (
    ("oom", "out of memory", "oomkilled", "137", "ran out of ram", "memory exhausted", "runs out of memory"),
    ("memory", "ram", "heap"),
    ("k8s", "kubernetes"),
    ("postgres", "postgresql", "pg", "psql"),
    ("mysql", "mariadb"),
    ("mongo", "mongodb"),
    ("elastic", "elasticsearch"),
    ("rabbit", "rabbitmq"),
    ("argo", "argocd"),
    ("wal", "write ahead log", "pg_wal"),
    ("lookup", "look up", "looked up", "looking up", "resolution", "resolve", "dns"),
    ("enospc", "no space left", "disk full", "out of disk", "ran out of disk", "full disk", "no space", "disk is full"),
    ("disk", "storage", "volume", "filesystem", "drive", "hard drive", "partition"),
    (
        "econnrefused",
        "connection refused",
        "cannot connect",
        "can't connect",
        "refuses connections",
        "can't talk",
        "cannot talk",
        "cannot reach",
        "refused connection",
        "not accepting connections",
    ),
    ("etimedout", "connection timed out", "timeout", "timed out", "times out", "time out"),
    ("eai_again", "temporary failure in name resolution", "cannot resolve", "name resolution"),
    ("emfile", "too many open files", "file descriptors", "ulimit", "nofile"),
    ("eacces", "permission denied", "access denied", "forbidden", "not authorized"),
    ("unauthorized", "401", "authentication", "login failed", "credentials"),
    ("cert", "certificate", "certs"),
    ("expired", "out of date", "no longer valid", "expires"),
    ("bad gateway", "502"),
    ("gateway timeout", "504"),
    ("service unavailable", "503"),
    ("too many requests", "429", "rate limit", "throttling", "throttled", "rate exceeded"),
    ("payload too large", "413", "upload too big", "entity too large"),
    (
        "crashloop",
        "crashloopbackoff",
        "crash loop",
        "keeps restarting",
        "keeps crashing",
        "restart loop",
        "restarting constantly",
        "keeps dying",
        "restarts all the time",
        "constantly restarting",
    ),
    ("imagepullbackoff", "errimagepull", "pull image", "image pull", "download image", "download the image"),
    (
        "slow",
        "latency",
        "slowness",
        "takes ages",
        "takes long",
        "crawl",
        "crawls",
        "sluggish",
        "takes forever",
        "laggy",
    ),
    ("hang", "hangs", "stuck", "blocked", "frozen", "freezes"),
    ("unreachable", "cannot reach", "can't reach", "not reachable", "no route"),
    ("node", "worker node", "worker", "minion"),
    ("not ready", "notready", "unready", "dropped out"),
    ("pending", "unschedulable", "cannot be scheduled", "cannot place", "not scheduled"),
    ("evicted", "eviction", "evicts"),
    ("terminating", "cannot be deleted", "won't delete"),
    ("rollout", "deployment", "deploy"),
    ("hpa", "horizontal pod autoscaler", "autoscaler", "autoscaling"),
    ("pvc", "persistentvolumeclaim", "persistent volume claim"),
    ("pv", "persistentvolume", "persistent volume"),
    ("cm", "configmap"),
    ("svc", "service"),
    ("ns", "namespace"),
    ("sts", "statefulset"),
    ("ds", "daemonset"),
    ("apiserver", "api server", "kube-apiserver", "control plane"),
    ("readiness", "liveness", "probe", "health check", "healthcheck"),
    ("quota", "resource quota", "exceeded quota"),
    ("replica", "standby", "slave", "secondary", "follower"),
    ("primary", "master", "leader"),
    ("lag", "behind", "delay", "delayed"),
    ("deadlock", "wait for each other", "waiting for each other"),
    (
        "connection pool",
        "too many clients",
        "too many connections",
        "connections exhausted",
        "max_connections",
        "connection slots",
        "no connections left",
        "out of connections",
    ),
    ("lock", "locks", "locked"),
    ("bloat", "dead tuples", "vacuum", "dead rows"),
    ("ntp", "chrony", "time synchronization", "clock", "clock skew", "time drift"),
    ("cpu", "processor", "load average"),
    ("packet loss", "dropped packets", "packets dropped", "lost packets"),
    ("firewall", "iptables", "nftables", "security group"),
    ("lb", "load balancer", "elb", "alb"),
    ("db", "database"),
    ("config", "configuration", "settings"),
    ("reload", "reloading", "pick up", "picked up"),
    ("replicas", "instances", "members"),
    ("gc", "garbage collection"),
    ("upload", "request body", "request entity"),
    ("website", "web site", "page", "site"),
    ("corrupt", "damaged", "corruption"),
    ("missing", "not found", "no such", "absent", "disappeared"),
    ("failed", "failure", "failing", "error", "errors"),
    ("filling up", "running out", "almost full", "nearly full", "almost out", "run out"),
    ("segfault", "segmentation fault", "sigsegv"),
    ("sigkill", "signal 9", "killed"),
    ("repeated too quickly", "start limit", "start-limit-hit"),
    ("throughput", "rate"),
    ("drop", "drops", "dropped", "dropping"),
    ("down", "unavailable", "offline", "dead", "not running"),
    ("misscheduled", "not supposed to run"),
    ("inconsistent", "out of sync", "different", "mismatch", "does not match", "not matched"),
    ("crash", "crashes", "crashed", "crashing", "dies", "died", "falls over", "falling over", "fell over"),
    ("restart", "restarts", "restarted", "relaunch", "relaunched", "reboot", "rebooted"),
    ("nameserver", "name server", "dns server", "resolver"),
    ("registry", "container registry", "docker hub", "private repository"),
    ("seq scan", "sequential scan", "full table scan", "table scan", "full scan"),
    ("mtu", "fragmentation", "large packets", "big packets"),
    ("upstream", "backend", "app server", "application server"),
    ("key value store", "key-value store", "redis"),
    ("backlog", "queue"),
    ("approve", "approval", "approved", "csr", "certificate signing request"),
)

_SEPARATORS = str.maketrans(dict.fromkeys('"`,;:!?()[]{}<>=|/\\', " ") | {"'": "", "’": ""})


def words_of(text: str) -> list[str]:
    """The words of a text as synonyms are looked up: lower case, cut at spaces and marks, ends trimmed."""
    return [trimmed for word in text.lower().translate(_SEPARATORS).split() if (trimmed := word.strip(".-_"))]


def _table() -> dict[str, list[tuple[tuple[str, ...], int]]]:
    table: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for number, group in enumerate(GROUPS):
        for member in group:
            words = tuple(words_of(member))
            table.setdefault(words[0], []).append((words, number))
    return table


_BY_FIRST_WORD = _table()
_MEMBER_TERMS = tuple(tuple(frozenset(terms_of(member)) for member in group) for group in GROUPS)


class Expansion(NamedTuple):
    """A group that a question holds a member of: the terms of that member, and those of every other member."""

    said: frozenset[str]
    others: tuple[frozenset[str], ...]


def expansions(words: Sequence[str]) -> Iterator[Expansion]:
    """The groups that words hold a member of, each once, in the order of the words."""
    seen: set[int] = set()
    for position, word in enumerate(words):
        for member, number in _BY_FIRST_WORD.get(word, ()):
            if number not in seen and tuple(words[position : position + len(member)]) == member:
                seen.add(number)
                said = frozenset(terms_of(" ".join(member)))
                yield Expansion(said, tuple(terms for terms in _MEMBER_TERMS[number] if not terms <= said))
