"""The words by which a fence says what it holds, and the placeholders that its reader fills in."""

import re

__all__ = ["OUTPUT", "PLACEHOLDER", "PROMPTED", "SHELL", "SQL", "mask_placeholders"]

SHELL = frozenset({"bash", "sh", "shell", "zsh", "ksh", "dash"})
PROMPTED = frozenset({"console", "shell-session", "shellsession", "sh-session", "bash-session", "terminal"})
SQL = frozenset({"sql", "postgresql", "postgres", "pgsql", "psql", "mysql", "mariadb", "plsql", "plpgsql", "tsql"})
OUTPUT = frozenset({"text", "txt", "plain", "plaintext", "output", "log", "logs", "none", "diff"})
PLACEHOLDER = re.compile(
    r"(?<![<\w&])<(?=[A-Za-z])[^<>\n;&$\"`]{0,60}(?<=[\w.…)\]*])(?:(?<! \d)>|>(?=[\"'\s]|$))|(?<=\w)<[a-z][a-z0-9_-]*>"
    r"|<(?:\.{3}|…)>|\{\{[^{}\n]*\}\}"
)
"""`<pod-name>`, `<your password>`, `{{name}}`: what the reader fills in."""


def mask_placeholders(code: str) -> str:
    """The code with every placeholder replaced by a word of the same length."""
    return PLACEHOLDER.sub(lambda match: "x" * len(match[0]), code) if "<" in code or "{{" in code else code
