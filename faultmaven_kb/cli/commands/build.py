"""`fmkb build`: runbooks as one file that opens at once."""

import os
from pathlib import Path

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.shared.surroundings import progress_bar
from faultmaven_kb.disk.folders import refuse_links
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.command("build")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The file to write: NAME.fmkb.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=lambda: os.cpu_count() or 1,
    show_default="one for each processor",
    help="How many processes read the runbooks.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when the file is out of date.")
@click.pass_context
def command(ctx: click.Context, paths: tuple[Path, ...], output: Path, jobs: int, check: bool) -> None:
    """Write the runbooks at PATHS into one file: models, texts and search index.

    \b
    Examples:
      fmkb build runbooks -o base.fmkb
      fmkb search --kb base.fmkb "too many clients already"

    The file opens immediately, whatever its size, and can be given in place of a folder of runbooks. An existing file
    is brought up to date: only runbooks that have changed are read again, and no reader ever sees half of it.
    """
    from faultmaven_kb.gate.configuration.headings import team_headings  # noqa: PLC0415
    from faultmaven_kb.knowledge_base import KnowledgeBase, is_built  # noqa: PLC0415 - a help page needs no runbook
    from faultmaven_kb.storage.building import is_built_from  # noqa: PLC0415

    if not is_built(output):
        raise click.UsageError(f'the output is "{printable(output.name)}", expected a name that ends in .fmkb')
    if check:
        current = is_built_from(output, paths, team_headings(paths))
        click.echo(f"{printable(str(output))} is {'up to date' if current else 'out of date'}")
        ctx.exit(0 if current else 1)
    refuse_links(output.parent)
    with progress_bar("reading") as progress:
        kb = KnowledgeBase.build(*paths, to=output, jobs=jobs, progress=progress)
    for diagnostic in {diagnostic.path: diagnostic for diagnostic in kb.unread}.values():
        click.echo(f"fmkb: {printable(diagnostic.path)}: {printable(diagnostic.message)}", err=True)
    size = output.stat().st_size
    click.echo(f"{printable(str(output))}: {counted(len(kb), 'runbook')}, {size / 1e6:.1f} MB")
    ctx.exit(0 if len(kb) else 1)
