"""`fmkb export json`: the parsed runbooks for a front end, and the TypeScript types of what it gets."""

from pathlib import Path

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.shared.common import kb_option, load
from faultmaven_kb.disk.folders import write_below
from faultmaven_kb.export.json_files import to_json, to_json_files
from faultmaven_kb.export.typescript import to_typescript
from faultmaven_kb.model.schemas import schema
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.command("json")
@click.option(
    "--split", type=click.Path(file_okay=False, path_type=Path), help="Write one file for each runbook to this folder."
)
@click.option("--indent", type=click.IntRange(0, 8), help="Spaces of indentation. Default: all on one line.")
@click.option("--types", "types", is_flag=True, help="Print the TypeScript types instead.")
@kb_option
def command(split: Path | None, indent: int | None, types: bool, kb_paths: tuple[Path, ...]) -> None:
    """Print the runbooks as one JSON list, each valid against `fmkb schema runbook`.

    \b
    Examples:
      fmkb export json > runbooks.json
      fmkb export json --split public/runbooks
      fmkb export json --types > runbook.d.ts
    """
    if types:
        click.echo(to_typescript(schema("runbook")), nl=False)
        return
    base = load(kb_paths)
    if split is None:
        click.echo(to_json(base, indent=indent), nl=False)
        return
    files = to_json_files(base, indent=indent)
    write_below(split, {name: text.encode() for name, text in files.items()})
    click.echo(f"wrote {counted(len(files), 'file')} to {printable(str(split))}")
