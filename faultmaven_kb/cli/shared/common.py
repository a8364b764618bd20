"""What commands share: the knowledge base option, filters, and JSON output."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from faultmaven_kb.cli.shared.options import options
from faultmaven_kb.cli.shared.surroundings import cache_folder
from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.model.vocabularies import SEVERITIES, STATUSES
from faultmaven_kb.reading.files import find_other_markup, other_markup
from faultmaven_kb.text.characters.terminal_text import json_text, printable

if TYPE_CHECKING:
    from faultmaven_kb.knowledge_base import KnowledgeBase
    from faultmaven_kb.model.runbook import Runbook
    from faultmaven_kb.storage.kept import Cache

__all__ = [
    "SEVERITY_STYLES",
    "cache_folder_in_force",
    "cache_in_force",
    "copy_options",
    "echo_json",
    "filter_options",
    "kb_option",
    "load",
    "runbook_argument",
    "runbook_at",
    "runbook_named",
    "technology_named",
]

SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "green"}

_NO_CACHE = "faultmaven_kb.no_cache"
_MOST_OPTIONS = 8  # chosen: two lines of a terminal
_MARKDOWN = (".md", ".markdown")

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _remember_no_cache(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[_NO_CACHE] = value


kb_option = options(
    click.option(
        "--no-cache",
        is_flag=True,
        expose_value=False,
        envvar="FMKB_NO_CACHE",
        show_envvar=True,
        callback=_remember_no_cache,
        help="Read every runbook again and keep nothing in the cache folder.",
    ),
    click.option(
        "--kb",
        "kb_paths",
        multiple=True,
        type=click.Path(path_type=Path),
        envvar="FMKB_PATH",
        show_envvar=True,
        help="File or folder of runbooks, or a file that `fmkb build` made; may be given more than once. "
        "Default: the built-in runbooks.",
    ),
)
"""The option that chooses the knowledge base."""


def cache_in_force() -> "Cache | None":
    """The cache in the user's folder; None where the current command uses no cache."""
    from faultmaven_kb.storage.kept import Cache  # noqa: PLC0415 - completing a word needs no numpy

    folder = cache_folder_in_force()
    return Cache(folder) if folder else None


def cache_folder_in_force() -> Path | None:
    """The user's cache folder; None where the current command uses no cache."""
    context = click.get_current_context(silent=True)
    return None if context and context.meta.get(_NO_CACHE) else cache_folder()


copy_options = options(
    click.option(
        "--set",
        "pairs",
        multiple=True,
        metavar="NAME=VALUE",
        help="Fill in a placeholder everywhere; may be given more than once.",
    ),
    click.option(
        "--copy", "block", type=click.IntRange(1), help="Print one numbered block of commands and nothing else."
    ),
)
"""The options that print one block of commands, with its placeholders filled in."""


filter_options = options(
    click.option("--status", type=click.Choice(STATUSES), help="Only runbooks with this status."),
    click.option("--tag", help="Only runbooks with this tag."),
    click.option("--severity", type=click.Choice(SEVERITIES), help="Only runbooks of this severity."),
    click.option("--technology", "-t", help="Only runbooks of this technology."),
)
"""The options that narrow a knowledge base."""


def load(paths: tuple[Path, ...]) -> "KnowledgeBase":
    """The knowledge base at the paths, or the built-in one. Says on standard error what could not be read."""
    from faultmaven_kb.knowledge_base import KnowledgeBase  # noqa: PLC0415 - completing a word needs no runbook

    cache = cache_in_force()
    kb = KnowledgeBase.load(*paths, cache=cache) if paths else KnowledgeBase.builtin(cache=cache)
    for diagnostic in {diagnostic.path: diagnostic for diagnostic in kb.unread}.values():
        click.echo(f"fmkb: {printable(diagnostic.path)}: {printable(diagnostic.message)}", err=True)
    if others := [*find_other_markup(path for path in paths if path.is_dir())]:
        message = other_markup(others[0].name)
        more = f" ({len(others) - 1} more like it are not read either)" if len(others) > 1 else ""
        click.echo(f"fmkb: {printable(str(others[0]))}: {message}{more}", err=True)
    if not len(kb):
        where = ", ".join(str(path) for path in paths) or "the package"
        raise click.UsageError(f"no runbook found in {where}")
    return kb


def runbook_named(kb: "KnowledgeBase", runbook_id: str) -> "Runbook":
    """The runbook with an id or a unique short form; a mistake is a usage error that names the nearest id."""
    candidates = kb.ids_named(runbook_id)
    if len(candidates) > 1:
        options = ", ".join(printable(candidate) for candidate in candidates[:_MOST_OPTIONS])
        more = f" and {len(candidates) - _MOST_OPTIONS} more" if len(candidates) > _MOST_OPTIONS else ""
        raise click.UsageError(
            f'"{printable(runbook_id)}" is {len(candidates)} runbooks, expected one of {options}{more}'
        )
    if not candidates:
        hint = did_you_mean(runbook_id, kb.ids) or "; `fmkb list` shows them all"
        raise click.UsageError(f'no runbook has the id "{printable(runbook_id)}"{hint}')
    return kb[candidates[0]]


def runbook_at(name: str, paths: tuple[Path, ...]) -> "Runbook":
    """The runbook in a file, or the one with an id in the base at the paths; a mistake is a usage error.

    A file is read as a whole; `page.md#anchor` is one runbook of a page.
    """
    file, _, anchor = name.partition("#")
    if (other := other_markup(file)) and Path(file).is_file():
        raise click.UsageError(f"{printable(file)}: {other}")
    if not file.lower().endswith(_MARKDOWN) or not Path(file).is_file():
        return runbook_named(load(paths), name)
    from faultmaven_kb.gate.configuration.headings import team_headings  # noqa: PLC0415
    from faultmaven_kb.reading.reader import parse_runbook  # noqa: PLC0415 - completing a word needs no parser

    result = parse_runbook(Path(file), aliases=team_headings((file,)))
    if result.runbook is None:
        raise click.UsageError(f"{printable(file)}: {printable(result.diagnostics[0].message)}")
    if not anchor:
        return result.runbook
    for runbook in result.runbooks:
        if runbook.id.endswith(f"#{anchor}"):
            return runbook
    raise click.UsageError(f'{printable(file)} has no runbook at "#{printable(anchor)}"')


def technology_named(kb: "KnowledgeBase", technology: str | None) -> str | None:
    """The technology, if any runbook has it; otherwise a usage error that names the nearest one."""
    known = kb.technologies if technology is not None else ()
    if technology is not None and technology.casefold() not in (name.casefold() for name in known):
        hint = did_you_mean(technology, known) or f"; there are {', '.join(known)}" if known else ""
        raise click.UsageError(f'no runbook has the technology "{printable(technology)}"{hint}')
    return technology


def _complete_id(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from faultmaven_kb.cli.shared.completing import ids_at_once  # noqa: PLC0415 - only for those who press tab

    paths = ctx.params.get("kb_paths") or ()
    named = None if ctx.meta.get(_NO_CACHE) else ids_at_once(paths, incomplete)
    if named is None:
        kb = load(paths)
        named = [(name, kb[name].title) for name in kb.ids if name.startswith(incomplete)]
    return [CompletionItem(name, help=title or None) for name, title in named]


def runbook_argument(command: _Command) -> _Command:
    """The argument that names a runbook, completed by the shell."""
    return click.argument("runbook_id", metavar="ID|FILE", shell_complete=_complete_id)(command)


def echo_json(value: object) -> None:
    """Print a value as JSON: two spaces of indentation, letters as they are."""
    click.echo(json_text(value, indent=2))
