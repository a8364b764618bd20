"""`fmkb site`: a knowledge base as a static site, built into a folder or shown while one writes."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.text.characters.terminal_text import printable

if TYPE_CHECKING:
    from faultmaven_kb.knowledge_base import KnowledgeBase
    from faultmaven_kb.site.pages import Source

__all__ = ["command"]

_PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
_TITLE = click.option("--title", default="Runbooks", show_default=True, help="The name of the site.")
_SOURCE = click.option(
    "--source-url",
    default="",
    metavar="URL",
    help="The address of a line of a runbook's file, with {path} and {line} in it.",
)


@click.group("site", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Make a static site of a knowledge base: search, browse, read under stress. Needs the extra [site].

    \b
    Examples:
      fmkb site build runbooks -o public
      fmkb site serve runbooks
    """


@command.command("build")
@_PATHS
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@_TITLE
@_SOURCE
def build(paths: tuple[Path, ...], output: Path, title: str, source_url: str) -> None:
    """Write the site of the runbooks at PATHS, or of the built-in ones, into a folder.

    \b
    Examples:
      fmkb site build runbooks -o public
      fmkb site build -o public --title "Shop runbooks"
      fmkb site build runbooks -o public --source-url "https://git.example.com/ops/blob/main/runbooks/{path}#L{line}"

    The pages work from any web server, below any path, and from a disk without a server. They load nothing from
    elsewhere. A folder that contains other files is refused; in an earlier site only changed files are written.
    """
    from faultmaven_kb.site.building import build_site  # noqa: PLC0415 - a help page needs no runbook

    source = _source(paths, source_url)
    kb = _load(paths)
    count = build_site(kb, output, title=title, source=source)
    runbooks = counted(len(kb), "runbook")
    click.echo(f"{printable(str(output / 'index.html'))}: {runbooks}, {count} files")


@command.command("serve")
@_PATHS
@click.option("--port", type=click.IntRange(0, 65_535), default=8_750, show_default=True, help="0 takes a free one.")
@_TITLE
@_SOURCE
def serve(paths: tuple[Path, ...], port: int, title: str, source_url: str) -> None:
    """Show the site of the runbooks at PATHS on this machine; pages load again when a runbook changes.

    \b
    Examples:
      fmkb site serve runbooks
      fmkb site serve runbooks --port 0

    Only this machine can see it. Ctrl+C ends it.
    """
    from faultmaven_kb.reading.files import find_states  # noqa: PLC0415 - a help page needs no runbook
    from faultmaven_kb.site.building import site_files  # noqa: PLC0415
    from faultmaven_kb.site.preview import Preview  # noqa: PLC0415

    source = _source(paths, source_url)
    watched = [str(path) for path in paths]

    def make_files() -> dict[str, bytes]:
        try:
            return site_files(_load(paths), title=title, source=source)
        except click.UsageError as error:  # the folder is empty for now
            raise ConfigurationError(error.message) from None

    preview = Preview(
        make_files,
        lambda: find_states(watched),
        port=port,
        say=lambda text: click.echo(f"fmkb: {printable(text)}", err=True),
    )
    click.echo(f"{preview.url} shows the site; Ctrl+C ends it")
    try:
        preview.run()
    except KeyboardInterrupt:
        click.echo()


def _load(paths: tuple[Path, ...]) -> "KnowledgeBase":
    from faultmaven_kb.cli.shared.common import load  # noqa: PLC0415

    return load(paths)


def _source(paths: tuple[Path, ...], url: str) -> "Source":
    from faultmaven_kb.knowledge_base import builtin_path  # noqa: PLC0415
    from faultmaven_kb.site.pages import Source  # noqa: PLC0415

    if url and not url.lower().startswith(("https://", "http://")):
        raise click.UsageError(f'the source URL is "{printable(url)}", expected https://… with {{path}} and {{line}}')

    folders = [path if path.is_dir() else path.parent for path in paths] or [builtin_path()]
    try:
        root = os.path.commonpath([folder.resolve() for folder in folders])
    except ValueError:  # on two drives of Windows
        root = ""
    return Source(root, url)
