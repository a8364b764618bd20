"""SQL in code blocks and in `psql -c "…"`: cut into statements, and the place where one does not parse.

Client commands (`\\x`, `DELIMITER`), prompts and comments are blanked and placeholders masked first, each by as many
characters, so that an index stays an index. Only the four statements that every dialect writes alike are parsed,
and an error counts only when the technology's dialect and the general one agree: administration commands differ too
much for a verdict. sqlglot takes a tenth of a second to import, so it is loaded at the first SELECT.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.fences.placeholders import mask_placeholders

__all__ = ["SqlError", "Statement", "error_in", "statements_in", "undone_in"]

_DIALECTS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "sqlserver": "tsql",
    "mssql": "tsql",
    "clickhouse": "clickhouse",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "redshift": "redshift",
    "trino": "trino",
    "presto": "presto",
}
_OTHER_GRAMMARS = frozenset({"cassandra", "scylladb", "influxdb", "elasticsearch", "opensearch", "couchbase", "neo4j"})
"""Servers whose query language looks like SQL and is not."""
_KEYWORDS = frozenset(
    "abort alter analyze and attach backup begin binlog cache call case change check checkpoint clear clone "
    "close cluster comment commit copy create cross dbcc deallocate declare delete delimiter desc describe "
    "detach discard do drop else end exchange exec execute exit explain fetch flush for from get go grant "
    "group handler having help if import inner insert install into join kill left limit list listen load lock "
    "loop merge move notify on optimize or order outer pragma prepare print purge put quit reassign refresh "
    "reindex release remove rename repair replace reset restore return revoke right rollback savepoint "
    "security select set show shutdown source start stop system table then truncate undrop uninstall union "
    "unlisten unlock update use vacuum values when where while with xa".split()
)
_PARSED = ("select", "with", "insert", "update", "delete")
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<dollar>\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))"
    r"|(?P<string>[eEnN]?'(?:[^'\\]|''|\\.)*(?:'|\Z))"
    r"|(?P<quoted>\"(?:[^\"]|\"\")*(?:\"|\Z)|`[^`]*(?:`|\Z))|(?P<end>;|\\[A-Za-z]+[^\n;]*)",
    re.DOTALL,
)
_CLIENT_LINE = re.compile(
    r"^[ \t]*(?:\\(?![gG]\b).*|(?:delimiter|use)\b[^;\n]*;?|go[ \t]*|/[ \t]*|@@?\S+|#.*)$", re.MULTILINE | re.IGNORECASE
)
_PROMPT = re.compile(r"^[ \t]*(?:mysql|MariaDB[^>\n]*|\w+[=-][#>]|sqlite|SQL)>?(?<![ \t])[ \t]++(?=\S)", re.MULTILINE)
_VARIABLE = re.compile(r"\$\{\w+\}|%\(\w+\)s|(?<![:\w]):(?=['\"A-Za-z_])|\$(?=\d)|%(?=[sd(])|@(?=\w)")
"""`:name`, `$1`, `%s`, `@x`: what a client or a program fills in."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its text without comments, the same with the contents of literals blanked, where it begins."""

    text: str
    bare: str
    start: int

    @property
    def keyword(self) -> str:
        """Its first word in lower case."""
        match = re.match(r"[A-Za-z_]+", self.bare)
        return match[0].lower() if match else ""


@dataclass(frozen=True, slots=True)
class SqlError:
    """What does not parse, from index `start` to `end` of the code."""

    message: str
    start: int
    end: int


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def statements_in(code: str) -> tuple[Statement, ...]:
    """The statements of a text in order, without client commands."""
    return tuple(_statements(_PROMPT.sub(_blank, _CLIENT_LINE.sub(_blank, mask_placeholders(code)))))


def _statements(code: str) -> Iterator[Statement]:
    texts: list[str] = []
    bares: list[str] = []
    begin = done = 0
    for match in [*_TOKEN.finditer(code), None]:
        plain = code[done : match.start() if match else len(code)]
        texts.append(plain)
        bares.append(plain)
        if match is None or match["end"]:
            bare = "".join(bares)
            lead = len(bare) - len(bare.lstrip())
            if bare.strip():
                yield Statement("".join(texts)[lead:].rstrip(), bare[lead:].rstrip(), begin + lead)
            texts, bares, begin = [], [], match.end() if match else len(code)
        else:
            texts.append(_blank(match) if match["comment"] else match[0])
            bares.append(_without_contents(match))
        done = match.end() if match else len(code)


def _without_contents(match: re.Match[str]) -> str:
    """A token with its contents blanked; names in quotes keep theirs."""
    if match["comment"]:
        return _blank(match)
    if match["quoted"] or len(match[0]) < 2:
        return match[0]
    return "'" + re.sub(r"[^\n]", " ", match[0][1:-1]) + "'"


_DDL = frozenset(
    "alter analyze create drop grant install lock optimize rename repair revoke truncate uninstall".split()
)
"""Statements that commit at once in MySQL and Oracle, with what is open before them."""
_IMPLICIT = frozenset({"mysql", "mariadb", "plsql", "sql"})
"""Languages and clients where they do, and the one that may be any."""
_OUTSIDE = re.compile(
    r"(?:create|drop|alter)\s+(?:database|tablespace|system)\b|vacuum\b|reindex\s+database\b|\w+\s[^;]*\bconcurrently\b",
    re.IGNORECASE,
)
"""Statements that no transaction takes."""
_BEGINS = re.compile(
    r"(?:begin(?:\s+(?:work|tran\w*|isolation\b.*|read\b.*))?|start\s+transaction\b.*)\Z", re.IGNORECASE | re.DOTALL
)
_BACK_TO = re.compile(r"rollback\s+(?:work\s+|transaction\s+)?to\s+(?:savepoint\s+)?(?P<name>\w+)", re.IGNORECASE)


def undone_in(statements: tuple[Statement, ...], language: str) -> frozenset[int]:
    """The indexes of the statements of one session that a later `ROLLBACK` of the same transaction takes back.

    What is done outside of a transaction stays, and so does what is committed: by `COMMIT`, or by a statement that
    commits by itself, as definitions do in MySQL and Oracle (`language` is that of the fence, or the client's name).
    """
    undone: set[int] = set()
    pending: list[int] | None = None
    savepoints: dict[str, int] = {}
    for index, statement in enumerate(statements):
        keyword, back = statement.keyword, _BACK_TO.match(statement.bare)
        if _BEGINS.match(statement.bare):
            pending, savepoints = [], {}
        elif pending is None:
            continue
        elif back:
            position = savepoints.get(back["name"].lower(), len(pending))
            undone.update(pending[position:])
            del pending[position:]
        elif keyword in ("rollback", "abort"):
            undone.update(pending)
            pending = None
        elif keyword in ("commit", "end") or (keyword in _DDL and language in _IMPLICIT):
            pending = None
        elif keyword == "savepoint":
            savepoints[statement.bare.split()[-1].lower()] = len(pending)
        elif not _OUTSIDE.match(statement.bare):
            pending.append(index)
    return frozenset(undone)


def error_in(statement: Statement, technology: str) -> SqlError | None:
    """Where a statement does not parse; None where it does, or where that cannot be decided."""
    keyword = statement.keyword
    if keyword and keyword not in _KEYWORDS:
        hint = did_you_mean(keyword, ("select", "insert", "update", "delete", "create", "alter", "vacuum", "explain"))
        if hint and " " in statement.bare:
            word = statement.text[: len(keyword)]
            return SqlError(f'"{word}" begins no SQL statement{hint}', statement.start, statement.start + len(keyword))
        return None
    if _is_fragment(statement.bare):
        return None
    quote = _open_quote(statement.text)
    if quote is not None:
        place = statement.start + quote
        return SqlError(f"{statement.text[quote]} is never closed", place, place + 1)
    if keyword not in _PARSED or technology in _OTHER_GRAMMARS:
        return None
    text = _VARIABLE.sub(lambda match: " " if len(match[0]) == 1 else "x" * len(match[0]), statement.text)
    return _agreed(statement, text, _DIALECTS.get(technology, ""))


def _agreed(statement: Statement, text: str, dialect: str) -> SqlError | None:
    """The error in the technology's dialect when no other usual dialect takes the statement."""
    error = _parse_error(text, dialect)
    others = [other for other in ("", "postgres", "mysql") if other != dialect]
    if error is None or any(_parse_error(text, other) is None for other in others):
        return None
    word, start, end = error
    message = '"(" is not closed' if statement.bare.count("(") > statement.bare.count(")") else "does not parse"
    return SqlError(
        f'{message} near "{word}"' if word else message, statement.start + start, statement.start + max(end, start + 1)
    )


def _is_fragment(bare: str) -> bool:
    return "..." in bare or "…" in bare


@lru_cache(maxsize=256)
def _parse_error(text: str, dialect: str) -> tuple[str, int, int] | None:
    """The word at which sqlglot gives up a statement, and where. Its message changes with the version."""
    import sqlglot  # noqa: PLC0415 - most documents contain no SQL
    from sqlglot.errors import ParseError, TokenError  # noqa: PLC0415

    logger = logging.getLogger("sqlglot")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    try:
        sqlglot.parse(text, read=dialect or None)
    except ParseError as error:
        return _located(text, error.errors[0]) if error.errors else ("", 0, len(text))
    except TokenError:
        return ("", 0, len(text))
    except RecursionError:
        return None
    return None


def _located(text: str, details: dict[str, Any]) -> tuple[str, int, int]:
    line, column = int(details.get("line") or 1), int(details.get("col") or 1)
    word = str(details.get("highlight") or "")
    offset = sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column
    start = max(offset - len(word), 0)
    return word, start, offset


def _open_quote(text: str) -> int | None:
    """Where a quote opens that the statement does not close."""
    for match in _TOKEN.finditer(text):
        token = match["string"] or match["quoted"]
        start = match.start() + (1 if token and token[0] in "eEnN" else 0)
        if token and (match.end() - start < 2 or text[match.end() - 1] != text[start]):
            return start
    return None
