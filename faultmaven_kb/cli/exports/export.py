"""`fmkb export`: the table of consumers; each is a command in its own module, imported when it is called."""

import click

from faultmaven_kb.cli.shared.lazy_group import LazyGroup

__all__ = ["command"]

_CONSUMERS = {
    "chunks": ("exports.chunks", "Pieces of runbooks as JSON lines, for vector stores."),
    "skills": ("exports.skills", "One Agent Skill (SKILL.md) for each runbook."),
    "json": ("exports.json", "Parsed runbooks as JSON, for front ends."),
    "chroma": ("exports.chroma", "Keep a Chroma collection equal to the runbooks."),
}


@click.group("export", cls=LazyGroup, modules=_CONSUMERS)
def command() -> None:
    """Write the runbooks in the form another tool reads."""
