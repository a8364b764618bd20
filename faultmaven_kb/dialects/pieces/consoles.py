"""What is typed into something that is not a shell: calls of HTTP, statements and queries, and other consoles.

A call or a query in a sentence may only be mentioned ("`GET /orders` answers 500"), so each form says how sure it is:
some are typed wherever they stand (`GET _cat/indices`, `SHOW PROCESSLIST`), the others where the words before them ask
for it ("run", "query").
"""

import re

__all__ = [
    "console_language",
    "is_console_line",
    "is_statement",
    "prompt_length",
    "prompted_language",
    "queried_language",
    "selects_lines",
]

_METHOD = r"(?:GET|HEAD|POST|PUT|PATCH|DELETE)"
_SEARCH_ENGINE = re.compile(rf"{_METHOD} (?:[^\s/?]{{1,80}}/|/){{0,6}}_[a-z]\w*(?:[/?.{{\s]|$)")
"""A call of Elasticsearch or OpenSearch, whose own paths have a part that begins with an underscore."""
_CALL = re.compile(rf"{_METHOD} (?:https?://|/)?[\w.<>{{}}$*~%:@?&=,+-]{{0,80}}[/\w*>?=}}]\S{{0,300}}(?:\s*\{{|$)")
_SQL_SURE = re.compile(
    r"show\s(?:(?:full|global|session|open|all|engine|create|slave|replica|master|binary|extended)\s)?"
    r"(?:processlist|variables|status|engines?|innodb|databases|tables|grants|indexes|index|hosts|locks|logs|pools|"
    r"clients|servers|stats|table|columns|max_connections|\w+_\w+)\b[^`;]{0,200}|"
    r"select\s[\w.]{1,60}\([^`;]{0,300}\)[^`;]{0,200}|"
    r"explain\s(?:analyze\s|\(|select\s)[^`;]{1,300}|"
    r"alter\s(?:system|table|database|role|user|index)\s\S[^`;]{0,200}\s(?:set|reset|add|drop|owner|rename|modify)\b"
    r"[^`;]{0,300}|"
    r"(?:delete\sfrom|insert\sinto)\s\S{1,80}\s[^`;]{1,300}|update\s\S{1,80}\sset\s[^`;]{1,300}|"
    r"(?:create|drop|reindex)\s(?:unique\s)?(?:index|table|database)\s(?:concurrently\s|if\s)[^`;]{1,300}|"
    r"kill\s(?:query\s|connection\s)?[\d<]\S{0,40}|"
    r"(?:start|stop|reset|change)\s(?:slave|replica|master)\b[^`;]{0,300}|"
    r"vacuum\s(?:\(|full\s|analyze\s|verbose\s|freeze\s)[^`;]{1,200}",
    re.IGNORECASE,
)
_SQL_FIRST = re.compile(
    r"--|/\*|(?:alter|analyze|begin|call|commit|create|delete|describe|do|drop|explain|flush|grant|insert|kill|lock|optimize|"
    r"reindex|reset|revoke|rollback|select|set|show|start|stop|system|truncate|update|use|vacuum|with)\b",
    re.IGNORECASE,
)
_PROMPT = re.compile(
    r"(?:\[?[\w.-]{1,40}@[^\n$#>]{1,80}[$#>%]|(?:mysql|sqlite|redis|mongo|mongos|cqlsh|ksql|test|admin|local)>|"
    r"MariaDB \[[^\]\n]{0,40}\]>|\w{1,30}=[#>]|(?:\d{1,3}\.){3}\d{1,3}:\d{2,5}>|PS [A-Z]:[^>\n]{0,120}>|"
    r"[A-Za-z]:\\[^>\n]{0,120}>|\w{4,20} :\)) ?(?=\S)"
)
_LANGUAGES = (
    *(("PS ", "powershell"), (":\\", "cmd"), ("redis>", "redis"), ("mongo", "mongosh")),
    *((sign, "sql") for sign in ("mysql>", "MariaDB", "sqlite>", "=#", "=>", ":)")),
)
"""Parts of prompts, and what is typed behind them."""
_SQL_END = re.compile(r"(?:\\G|;)?\s*\Z", re.IGNORECASE)
_REDIS = re.compile(
    r"(?:ACL (?:LIST|GETUSER|LOG|WHOAMI)|CLIENT (?:LIST|KILL|INFO|PAUSE|UNPAUSE)|CLUSTER [A-Z]{3,}|"
    r"CONFIG (?:GET|SET|REWRITE|RESETSTAT)|DEBUG [A-Z]{3,}|INFO [a-z]+|LATENCY [A-Z]{3,}|"
    r"MEMORY (?:DOCTOR|STATS|USAGE|PURGE)|SLOWLOG (?:GET|LEN|RESET)|SCRIPT KILL|"
    r"REPLICAOF \S+|SENTINEL \S+|PSUBSCRIBE \S+|SCAN \d+)(?: [^`\n]{1,200})?"
)
_MONGO = re.compile(r"(?:db|rs|sh)\.[\w.$]{1,80}\([^`\n]{0,400}\)(?:\.\w{1,40}\([^`\n]{0,200}\))?;?")
_VERBS = (
    "Add|Clear|Connect|Disable|Disconnect|Enable|Export|Find|Format|Get|Import|Install|Invoke|Measure|Mount|Move|New|"
    "Register|Remove|Repair|Reset|Resolve|Restart|Resume|Save|Set|Start|Stop|Suspend|Test|Unblock|Uninstall|Update|Wait"
)
_POWERSHELL = re.compile(rf"(?:\$\w{{1,40}} = )?(?:{_VERBS})-[A-Z][A-Za-z]{{2,60}}(?:\s[^`\n]{{1,400}})?")
_PSQL = re.compile(r"\\(?:d[a-zA-Z]{0,4}[+S]?|l|c|x|i|conninfo|timing|watch|gexec)\+?(?: \S[^`\n]{0,80})?")
_FUNCTION = re.compile(
    r"(?:abs|avg|avg_over_time|bottomk|changes|count|count_over_time|delta|deriv|histogram_quantile|increase|irate|"
    r"label_replace|max|max_over_time|min|min_over_time|predict_linear|quantile|rate|sort|sort_desc|sum|sum_over_time|"
    r"time|topk)\s?(?:by|without)?\s?\("
)
_SELECTED = re.compile(r"[a-z_:][\w:]{0,80}(?:\{[^`{}\n]{0,300}\}|\[\d{1,4}[smhdw])|\{\w{1,40}\s?=~?\s?\"")
_LINES = re.compile(r"\{\w{1,40}\s?[=!]~?\s?\"[^{}\n]{0,300}\}\s?(?:\|[=~]?|![=~])\s")
_COMPARED = re.compile(r"[a-z:][a-z0-9:]{0,40}_[\w:]{1,80}(?: (?:[=!<>]=|[<>]) -?[\d.]{1,20})?")
_TABLE_PIPE = re.compile(r"\w{2,60}\s\| (?:where|summarize|project|extend|take|top|order|join|count|render)\b")


def console_language(code: str, *, told: bool) -> str:
    """The language of what is typed into a console, empty for other code.

    `told` is that the words around it ask for it; without them only forms that nobody merely mentions are typed.
    """
    if _SEARCH_ENGINE.match(code) or (told and _CALL.match(code)):
        return "http"
    match = _SQL_SURE.match(code)
    if match and _SQL_END.match(code, match.end()):
        return "sql"
    if _MONGO.fullmatch(code) and (" " in code or told):
        return "mongosh"
    if _POWERSHELL.fullmatch(code) and (" " in code or told):
        return "powershell"
    if _REDIS.fullmatch(code):
        return "redis"
    return "psql" if told and _PSQL.fullmatch(code) else ""


def queried_language(code: str) -> str:
    """The language of a query that one is told to make: a table with its pipe, a selection of metrics or logs."""
    if _TABLE_PIPE.match(code):
        return "kusto"
    if code.startswith("{"):
        return "logql" if _SELECTED.match(code) else ""
    return "promql" if _FUNCTION.match(code) or _SELECTED.match(code) or _COMPARED.fullmatch(code) else ""


def selects_lines(code: str) -> bool:
    """Whether code selects lines of logs and filters them, which nobody merely mentions."""
    return _LINES.match(code) is not None


def prompt_length(line: str) -> int:
    """How many characters the prompt of a shell on a host, or of a console, has at the start of a line; 0 for none."""
    match = _PROMPT.match(line)
    return match.end() if match else 0


def prompted_language(line: str) -> str:
    """The language of what is typed behind the prompt of a line."""
    prompt = line[: prompt_length(line)]
    return next((language for sign, language in _LANGUAGES if sign in prompt), "bash")


def is_statement(line: str) -> bool:
    """Whether a line of SQL begins a statement, which no row of a result does."""
    return _SQL_FIRST.match(line.strip()) is not None


def is_console_line(line: str) -> bool:
    """Whether a line of a fence is a call or a command of a console, whatever the fence calls its language."""
    return _CALL.match(line) is not None or bool(console_language(line, told=False))
