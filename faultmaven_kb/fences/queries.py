"""The SQL statements of a code block: those of a SQL fence, and those that a shell command hands to a client.

`psql -c "…"`, `mysql -e '…'`, `sqlite3 file '…'` and heredocs are found; a statement that the shell puts together from
pieces is not changed, because nobody knows what it will be.
"""

import re
from collections.abc import Iterator

from faultmaven_kb.fences.shell_commands import ShellCommand
from faultmaven_kb.fences.sql import Statement, statements_in

__all__ = ["queries_of"]

_CLIENTS: dict[str, tuple[str, ...]] = {
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"),
    "mariadb": ("-e", "--execute"),
    "clickhouse-client": ("-q", "--query"),
    "sqlcmd": ("-Q", "-q"),
    "cqlsh": ("-e", "--execute"),
    "cockroach": ("-e", "--execute"),
    "sqlite3": (),
}
_SHELL_VARIABLE = re.compile(r"\$\{\w[^}]{0,200}\}|\$[A-Za-z_]\w*")


def queries_of(command: ShellCommand) -> Iterator[Statement]:
    """The statements that a command hands to a database client."""
    flags = _CLIENTS.get(command.name)
    if flags is None:
        return
    texts = [(word.text, word.start, word.end) for word in command.words]
    for index, (text, start, end) in enumerate(texts[1:], 1):
        quoted = end - start == len(text) + 2
        if (
            texts[index - 1][0] in flags
            or re.fullmatch(r"-[A-Za-z]*[cqe]", texts[index - 1][0])
            or (not flags and index > 1 and " " in text)
        ):
            yield from _moved(text, start + quoted)
        elif flags and text.startswith(tuple(flag + "=" for flag in flags if flag.startswith("--"))):
            name, _, value = text.partition("=")
            yield from _moved(value, start + len(name) + 2)
    if command.stdin:
        yield from _moved(command.stdin, command.stdin_start)


def _moved(text: str, start: int) -> Iterator[Statement]:
    if "$(" in text or "`" in text.replace("\\`", ""):
        return
    text = re.sub(r"\\(?=[\"$`])", " ", text)
    text = _SHELL_VARIABLE.sub(lambda match: "x" * len(match[0]), text)
    for statement in statements_in(text):
        yield Statement(statement.text, statement.bare, statement.start + start)
