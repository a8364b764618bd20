"""Which kind of text the language of a fence announces: one set for each kind, for every room that reads fences."""

__all__ = ["CONSOLE", "OUTPUT", "PROMPTED", "QUERY", "SHELL", "SQL", "TYPED"]

SHELL = frozenset({"bash", "sh", "shell", "zsh", "ksh", "dash"})
"""Languages of a fence that a shell runs as it is."""
PROMPTED = frozenset({"console", "shell-session", "shellsession", "sh-session", "bash-session", "terminal"})
"""Languages of a session: commands behind prompts, with their output."""
TYPED = SHELL | PROMPTED
"""Languages of what a reader types into a shell."""
SQL = frozenset({"sql", "postgresql", "postgres", "pgsql", "psql", "mysql", "mariadb", "plsql", "plpgsql", "tsql"})
QUERY = SQL | frozenset(
    "promql logql traceql kql kusto spl splunk cql cypher influxql redis mongo mongodb mongosh http graphql".split()
)
"""Languages of a question that is put to a store or a service."""
CONSOLE = QUERY | frozenset("azurecli azurepowershell bat batch cli cmd powershell ps1 pwsh".split())
"""Languages of what a reader types into anything that is no shell of Unix."""
OUTPUT = frozenset({"text", "txt", "plain", "plaintext", "output", "log", "logs", "none", "diff"})
