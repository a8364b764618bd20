"""Addresses and names that belong to somebody's network, and those that documentation may use.

Allowed are the ranges and names reserved for examples (RFC 5737, 3849, 2606, 6761), private and special addresses, the
public resolvers that everybody tests with, and Kubernetes' own `cluster.local`. A number with four parts behind
"version" or a name and a slash is a version, so are those that a comma or "and" adds to it, and so is one of small
parts that nothing calls an address.
"""

import ipaddress
import re
from collections.abc import Iterator

from faultmaven_kb.fences.shell_commands import ShellCommand, Word

__all__ = ["production_in", "sensitive_in"]

_IPV4 = re.compile(r"(?<![\w.-])(?<![\w.)\]]/)(?P<ip>(?:\d{1,3}\.){3}\d{1,3})(?![\w-]|\.\w)")
_IPV6 = re.compile(r"(?<![\w:.])(?P<ip>2[0-9a-f]{3}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{0,4})(?![\w:])", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:versions?|releases?|(?<![\w-])(?:v|ver\.?)|"
    r"\b(?:fix|patch|introduc|resolv|affect|deprecat)ed (?:in|by|from|since))[ :=\"']*$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[\s,]*(?:and|or|to|through|until|up to|–|-)?\s*", re.IGNORECASE)
"""What is between the versions of a list."""
_SOFTWARE = re.compile(
    r"(?<![\w-])(?:since|before|until|client|server|driver|agent|plugin|image|upgraded? (?:to|from))[ :]*$",
    re.IGNORECASE,
)
_NETWORK = re.compile(
    r"(?:\b(?:ip|addr|address|hosts?|hostname|node|peer|gateway|dns|nameserver|resolver|ping|ssh|curl|dig|nc|telnet|"
    r"traceroute|route|listen|bind)\b[^\w\n]{0,8}|//|@)$",
    re.IGNORECASE,
)
_PORT = re.compile(r"[:/]\d|;$")
"""A port, a mask, or the end of a directive (`server 192.0.2.1;`)."""
_RESOLVERS = frozenset(
    "8.8.8.8 8.8.4.4 1.1.1.1 1.0.0.1 9.9.9.9 149.112.112.112 208.67.222.222 208.67.220.220 168.63.129.16 "
    "2001:4860:4860::8888 2001:4860:4860::8844 2606:4700:4700::1111 2606:4700:4700::1001 2620:fe::fe".split()
)
_MAIL = re.compile(
    r"(?<![\w.+:/@<-])[A-Za-z0-9][\w.+-]*@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?P<top>[A-Za-z]{2,12}))(?![\w@:-])"
)
_HOST = re.compile(
    r"(?<![\w.$%{-])(?<!(?<!/)/)(?P<host>(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?:internal|corp|intranet|lan|local|private))"
    r"(?![\w-]|\.\w|/\w+\.py)"
)
_CORPORATE = re.compile(
    r"(?<![\w.$%{-])(?<!(?<!/)/)(?P<host>(?:[a-z0-9-]+\.){1,10}(?:corp|internal|intranet|intra)\.(?:[a-z0-9-]+\.){0,6}[a-z]{2,10})(?![\w-]|\.\w)"
)
_EXAMPLE_HOST = re.compile(
    r"(?:.*\.)?(?:example(?:\.(?:com|org|net|edu))?|[\w-]+\.(?:example|invalid|test|localhost)|example\.[a-z]+|your-?\w*\.\w+|"
    r"cluster\.local|docker\.internal|google\.internal|compute\.internal|ec2\.internal|svc\.local|localhost\.local)",
    re.IGNORECASE,
)
_UNIT = frozenset("service socket timer target mount slice scope local path device".split())
_FILE = frozenset(
    "rc jail local setup filter action user custom nsswitch fail2ban env config settings override main master".split()
)
_PUBLIC_MAIL = frozenset(("git@github.com", "git@gitlab.com", "git@bitbucket.org"))
_PRODUCTION = re.compile(r"(?:^|[-._@/])(?:prod|prd|production)(?=$|[-._:/0-9])", re.IGNORECASE)
_NAMED = (
    "-n",
    "--namespace",
    "-h",
    "--host",
    "-H",
    "--hostname",
    "--context",
    "--cluster",
    "--server",
    "-s",
    "-d",
    "--dbname",
    "-l",
)


def sensitive_in(line: str) -> Iterator[tuple[str, int, int]]:
    """What a line should not tell, with its place: public addresses, internal names, mail addresses."""
    if "." in line:
        versions_end = -1
        for match in _IPV4.finditer(line):
            before, after = line[max(match.start() - 40, 0) : match.start()], line[match.end() : match.end() + 2]
            is_joined = versions_end >= 0 and _JOINED.fullmatch(line, versions_end, match.start()) is not None
            if _VERSION.search(before) or (is_joined and not _PORT.match(after)):
                versions_end = match.end()
            elif not _is_version(match["ip"], before, after) and _is_public(match["ip"]):
                yield f'public address "{match["ip"]}", expected one of 192.0.2.0/24', *match.span("ip")
        yield from _hosts(line)
    if "::" in line or line.count(":") > 3:
        for match in _IPV6.finditer(line):
            if _is_public(match["ip"]):
                yield f'public address "{match["ip"]}", expected one of 2001:db8::/32', *match.span("ip")


def _is_version(number: str, before: str, after: str) -> bool:
    """Whether four numbers are a version: they are small behind a word for software, or all but one have one digit
    (1.1.0.2, 12.1.0.2), and neither a word of networks nor a port, a mask or the end of a directive says otherwise."""
    parts = number.split(".")
    small = all(len(part) == 1 or int(part) < 32 for part in parts)
    tiny = small and sum(len(part) == 1 for part in parts) >= 3
    is_network = bool(_NETWORK.search(before) or _PORT.match(after))
    return bool(((small and _SOFTWARE.search(before)) or tiny) and not is_network)


def _hosts(line: str) -> Iterator[tuple[str, int, int]]:
    mails: list[tuple[int, int]] = []
    for match in _MAIL.finditer(line) if "@" in line else ():
        host, top = match["host"], match["top"].lower()
        if not _EXAMPLE_HOST.fullmatch(host) and top not in _UNIT and match[0] not in _PUBLIC_MAIL:
            mails.append(match.span())
            yield f'mail address or login "{match[0]}", expected one at example.com', *match.span()
    seen: set[int] = set()
    for pattern in (_HOST, _CORPORATE):
        for match in pattern.finditer(line):
            inside = any(start <= match.start() < end for start, end in mails)
            if match.start() not in seen and not inside and _is_internal(match["host"]):
                seen.add(match.start())
                yield f'internal name "{match["host"]}", expected one below example.com', *match.span("host")


def _is_public(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_global and not address.is_multicast and text.lower() not in _RESOLVERS


def _is_internal(host: str) -> bool:
    labels = host.lower().split(".")
    if _EXAMPLE_HOST.fullmatch(host) or "cluster" in labels[-2:-1] or labels[0] in ("com", "org", "io", "net"):
        return False
    if labels[-1] in ("local", "private", "lan") and len(labels) == 2:
        return bool(re.search(r"\d|-", labels[0])) and labels[0] not in _FILE
    return True


def production_in(command: ShellCommand) -> Iterator[tuple[Word, str]]:
    """The words of a command that name something in production: a namespace, a host, a context."""
    for index, word in enumerate(command.words[1:], 1):
        flag, equals, value = word.text.partition("=")
        named = command.words[index - 1].text in _NAMED
        name = value if equals and flag in _NAMED else word.text if named or not equals else ""
        if word.text.startswith("-") and not equals:
            continue
        is_host = "://" in name or "@" in name or re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?", name) is not None
        is_dashed = re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", name) is not None
        is_file = re.search(r"\.(?:ya?ml|json|conf|log|sql|txt|env|tf|tfvars|sh|py)$|[<$]", name)
        is_name = named or (equals and flag in _NAMED) or is_host or is_dashed
        if _PRODUCTION.search(name) and is_name and not is_file:
            yield word, name
