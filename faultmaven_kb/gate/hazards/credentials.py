"""Credentials in a text: the forms that providers give out, private keys, and assignments to words that mean a secret.

A value is judged as a whole: `<password>`, `$PASSWORD`, `****`, `changeme` are examples, `Sup3r-S3cret` is not, and
`AKIA…EXAMPLE` is the provider's own example. A name behind `secret:` or `token:` is usually the name of an object, so
there the value must look random; behind `password` any literal word counts.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Credential", "credentials_in", "is_example", "private_keys_in"]


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential from index `start` to `end`; `kind` says what it is, never what it reads."""

    kind: str
    start: int
    end: int


_PROVIDERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("AWS access key", re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])")),
    ("GitHub token", re.compile(r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})")),
    ("GitLab token", re.compile(r"(?<![A-Za-z0-9])gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,}")),
    ("Slack token", re.compile(r"(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("Slack webhook", re.compile(r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,}")),
    ("Google API key", re.compile(r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}")),
    ("Stripe key", re.compile(r"(?<![A-Za-z0-9])[rs]k_live_[A-Za-z0-9]{16,}")),
    ("npm token", re.compile(r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}")),
    ("PyPI token", re.compile(r"(?<![A-Za-z0-9])pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{20,}")),
    ("SendGrid key", re.compile(r"(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}")),
    ("Vault token", re.compile(r"(?<![A-Za-z0-9])hvs\.[A-Za-z0-9_-]{20,}")),
    ("DigitalOcean token", re.compile(r"(?<![A-Za-z0-9])do[oprt]_v1_[a-f0-9]{40,}")),
    ("OpenAI key", re.compile(r"(?<![A-Za-z0-9])sk-(?:proj-)?[A-Za-z0-9_-]{32,}")),
    ("Azure storage key", re.compile(r"AccountKey=(?P<value>[A-Za-z0-9+/]{60,}={0,2})")),
    ("JSON web token", re.compile(r"(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
)
_ANY_PROVIDER = re.compile(
    r"A(?:KIA|SIA|ROA|IDA)[A-Z0-9]|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt)-|xox[abeoprs]-|hooks\.slack|AIza|k_live_|npm_|"
    r"pypi-|SG\.|hvs\.|do[oprt]_v1_|sk-|AccountKey=|eyJ"
)
_ANY_WORD = re.compile(
    r"pass|pwd|auth|secret|token|key|credential|curl|redis-cli|mysql|mariadb|identified|login|rabbitmq|mongo|cqlsh|nodetool|"
    r"influx|sqlcmd|bcp|ipmitool|ldap|add_user|http",
    re.IGNORECASE,
)
_URL = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s:/@'\"<>`$]*:(?P<value>[^\s/@'\"`]+)@[\w<\[{$]", re.IGNORECASE)
_VALUE = r"(?P<quote>[\"'])?(?P<value>(?(quote)[^\"'\n]+|[^\s\"'`,;|&()\[\]]+))"
_PASSWORD = re.compile(
    r"(?<![A-Za-z0-9_.-])(?:[A-Za-z0-9_.-]*[_.-])?(?:password|passwd|passphrase|pgpassword|redisauth|requirepass|masterauth|"
    r"mysql_pwd|pwd|pass)[\"']?(?:\s*[:=](?:[ \t]*\n[ \t]+|[ \t]*)|(?<=requirepass)\s+|(?<=masterauth)\s+)" + _VALUE,
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"(?<![A-Za-z0-9_.-])(?:[A-Za-z0-9_.-]*[_.-])?(?:secret|token|api[_-]?key|apikey|access[_-]?key(?:[_-]id)?|secret[_-]?key|"
    r"auth[_-]?key|client[_-]?secret|secret[_-]?access[_-]?key|private[_-]?token|credentials?)[\"']?\s*[:=]\s*"
    + _VALUE,
    re.IGNORECASE,
)
_HEADER = re.compile(r"authorization:\s*(?:bearer|basic|token)\s+(?P<value>[A-Za-z0-9+/=._~-]{8,})", re.IGNORECASE)
_OPTIONS: tuple[re.Pattern[str], ...] = (
    re.compile(r"\bcurl\b[^\n|;]{0,300}?\s(?:-u|--user)[ =][\"']?[\w.@-]+:(?P<value>[^\s\"']+)"),
    re.compile(r"\bredis-cli\b[^\n|;]{0,300}?\s(?:-a|--pass)[ =][\"']?(?P<value>[^\s\"']+)"),
    re.compile(
        r"\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;]{0,300}?\s-p(?P<value>[^\s\"'-][^\s\"']*|'[^']+'|\"[^\"]+\")"
    ),
    re.compile(r"\bsshpass\b[^\n|;]{0,300}?\s-p[ ]?[\"']?(?P<value>[^\s\"']+)"),
    re.compile(
        r"\b(?:docker|podman|nerdctl|buildah|skopeo|crane|oras|helm registry|az(?: acr)?|oc|cf|argocd|ibmcloud) login\b"
        r"[^\n|;]{0,300}?\s-p[ =]?[\"']?(?P<value>[^\s\"']+)"
    ),
    re.compile(
        r"\b(?:rabbitmqadmin|mongo(?:sh|dump|restore|export|import)?|cqlsh|nodetool)\b[^\n|;]{0,300}?\s-pw? "
        r"[\"']?(?P<value>[^\s\"']+)"
    ),
    re.compile(r"\b(?:sqlcmd|bcp|ipmitool)\b[^\n|;]{0,300}?\s-P ?[\"']?(?P<value>[^\s\"']+)"),
    re.compile(r"\bldap(?:search|modify|add|delete|passwd|whoami)\b[^\n|;]{0,300}?\s-w ?[\"']?(?P<value>[^\s\"']+)"),
    re.compile(r"\bhttps? [^\n|;]{0,300}?(?:-a|--auth)[ =][\"']?[\w.@-]+:(?P<value>[^\s\"']+)"),
    re.compile(
        r"\brabbitmqctl\b[^\n|;]{0,200}?\s(?:add_user|change_password|authenticate_user) +\S+ +"
        r"[\"']?(?P<value>[^\s\"']+)"
    ),
    re.compile(
        r"^(?![^\n]*\b(?:psql|pg_\w+|createuser|createdb|mysql\w*|mariadb[\w-]*)\b)[^\n]*?\s--(?!no-)(?:[a-z]+-){0,2}"
        r"(?:password|passwd|passphrase|pass|pwd) +[\"']?(?P<value>[^\s\"']+)",
        re.MULTILINE,
    ),  # to the clients of PostgreSQL and MySQL a value after a space is the name of a database
    re.compile(r"\bIDENTIFIED (?:WITH \S+ )?BY\s+'(?P<value>[^'\n]+)'", re.IGNORECASE),
    re.compile(r"\b(?:ENCRYPTED )?PASSWORD\s+'(?P<value>[^'\n]+)'", re.IGNORECASE),
)
_TOLD = re.compile(
    r"\b(?:password|passwd|passphrase|passwort|kennwort)\b"
    r"(?:(?: [\w`-]+){0,6}? (?:is|was|ist|lautet):? *(?=[`\"'])| *[:=] *)[`\"'*]{0,3}(?P<value>[^\s`\"'*|,;)]{8,60})",
    re.IGNORECASE,
)
"""A sentence that tells a password: behind "is" in quotes or code, behind a colon also without."""
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|>)*(?!\s|\\n|>)"
    r"(?:[A-Za-z-]++: [^\n]*+\s++)*(?![A-Za-z-]++: )"
    r"(?P<body>[A-Za-z0-9+/=]{10,})"
)
_EXAMPLE = re.compile(
    r"<.*|\{\{.*|\$.*|%.*%|%[sdqv].*|\[.*|\(.*|\*+|\.+|…+|[xX•#_-]+|.*\*{3}(?s:.*)|.*(?:\.{3}|…)(?s:.*)|"
    r"(?:your|my|the|some|new|old|a)?[_-]?(?:user|db|app|root|admin|super|redis|postgres|mysql|api|access|strong|secure|initial)?"
    r"[_-]?(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|key|credentials?|value|auth)(?:[_-]?here)?\d?|"
    r"change[_-]?(?:me|it|this)\d?|replace[_-]?(?:me|this|with.*)|redacted|hidden|masked|removed|"
    r"example.*|.*[_-]example|.*EXAMPLE(?:KEY)?|"
    r"sample|dummy|fake|placeholder|none|null|nil|true|false|yes|no|on|off|required|optional|empty|unset|todo|tbd|"
    r"foobared|foobar|foo|bar|test|testing|string|str|int|file|env|vault|prompt|md5|scram-sha-256|trust|peer|"
    r"your[_-].*|my-.*|insert[_-].*|get[_-].*|os\.(?:environ|getenv).*|process\.env.*|/[\w./-]+|@[\w./-]+|\d{1,3}|valueFrom:?|"
    r"\|[-+]?|>[-+]?|&\w+|!\w+.*",
    re.IGNORECASE,
)
_SCREAMING = re.compile(r"[A-Z]+(?:_[A-Z]+)+")


def is_example(value: str) -> bool:
    """Whether a whole value is a placeholder, a variable, a mask or an obvious example."""
    value = value.strip().strip("\"'")
    if not value or value == "AKIAIOSFODNN7EXAMPLE" or len(set(value)) <= 2:
        return True
    return bool(_EXAMPLE.fullmatch(value) or _SCREAMING.fullmatch(value))


def credentials_in(text: str, *, is_code: bool) -> Iterator[Credential]:
    """The credentials in a text; assignments are looked for in code only, where they are not part of a sentence. A
    sentence itself may tell a password."""
    spans: list[tuple[int, int]] = []
    for credential in _candidates(text, is_code):
        if not any(start < credential.end and credential.start < end for start, end in spans):
            spans.append((credential.start, credential.end))
            yield credential


def _candidates(text: str, is_code: bool) -> Iterator[Credential]:
    for kind, pattern in _PROVIDERS if _ANY_PROVIDER.search(text) else ():
        for match in pattern.finditer(text):
            start, end = match.span("value") if "value" in pattern.groupindex else match.span()
            if not is_example(text[start:end]) and not re.search(r"(?i)example|x{6}|0{8}", text[start:end]):
                yield Credential(kind, start, end)
    for match in _URL.finditer(text) if "://" in text else ():
        if not is_example(match["value"]):
            yield Credential("password in a URL", *match.span("value"))
    if _ANY_WORD.search(text):
        yield from _assigned(text) if is_code else _told(text)


def _told(text: str) -> Iterator[Credential]:
    """The passwords that a sentence tells."""
    for match in _TOLD.finditer(text):
        if _looks_chosen(match["value"].rstrip(".:")) and not is_example(match["value"]):
            yield Credential("password", *match.span("value"))


def _assigned(text: str) -> Iterator[Credential]:
    """The values behind options and words that mean a secret."""
    for pattern in (_HEADER, *_OPTIONS, _PASSWORD):
        for match in pattern.finditer(text):
            if not is_example(match["value"]) and not _is_reference(text, match):
                yield Credential("password" if pattern is not _HEADER else "authorization", *match.span("value"))
    for match in _SECRET.finditer(text):
        if _looks_random(match["value"]) and not is_example(match["value"]) and not _is_reference(text, match):
            yield Credential("secret", *match.span("value"))


def _is_reference(text: str, match: re.Match[str]) -> bool:
    """Whether the value is a call, a type, a path or the name of a setting instead of a literal."""
    value, after = match["value"], text[match.end() : match.end() + 1]
    if after == "(" or value.endswith(("(", ":", "{")) or "=" in value[:1] or value.startswith(("~", "-", "\\")):
        return True
    quoted = bool(match.groupdict().get("quote"))
    return not quoted and bool(re.fullmatch(r"[A-Za-z_]+(?:\.[A-Za-z_]+)+|[A-Za-z_]\w*\[.*", value))


def _looks_chosen(value: str) -> bool:
    """Whether a value is what people choose for a password, and no word of a sentence (`Base64-encoded`) or path."""
    kinds = sum(bool(re.search(kind, value)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w./:<>=()\[\]{}-]"))
    is_word = re.fullmatch(r"[A-Za-z]+\d*(?:-[a-z]+)+|[\w.-]*[/(\[{<=].*", value)
    return not is_word and (kinds >= 3 or _looks_random(value))


def _looks_random(value: str) -> bool:
    """Whether a value is not a word: long, with digits and letters, and many different characters."""
    if len(value) < 12 or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    words = re.fullmatch(r"[a-z0-9]+(?:[-.][a-z0-9]+)+", value)
    return bits > 3.0 and not (words and max(map(len, re.split(r"[-.]", value))) < 12)


def private_keys_in(text: str) -> Iterator[Credential]:
    """Private keys with their contents; the bare header is how people search for one."""
    for match in _PRIVATE_KEY.finditer(text):
        yield Credential("private key", match.start(), match.end())
