"""`fmkb new`: a runbook to fill in."""

import datetime
import re
from pathlib import Path

import click

from faultmaven_kb.cli.shared.piped import standard_input
from faultmaven_kb.disk.folders import create_below
from faultmaven_kb.export.incident_note import draft_of_note
from faultmaven_kb.model.template import new_runbook
from faultmaven_kb.model.vocabularies import ID_PATTERN
from faultmaven_kb.text.characters.decoding import SIZE_LIMIT, read_bytes
from faultmaven_kb.text.characters.piped import decode_piped
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines

__all__ = ["command"]


@click.command("new")
@click.argument("runbook_id", metavar="ID")
@click.option("--technology", "-t", help="Technology and folder. Default: the first word of ID.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("runbooks"),
    show_default=True,
    help="Where runbooks live.",
)
@click.option(
    "--from",
    "note",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    metavar="NOTE",
    help="Draft it from an incident note: what was seen, what was done. - reads standard input.",
)
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it instead of writing a file.")
def command(runbook_id: str, technology: str | None, folder: Path, note: Path | None, to_stdout: bool) -> None:
    """Write FOLDER/TECHNOLOGY/ID.md with every section in place and TODO where your words belong.

    \b
    Examples:
      fmkb new redis-high-latency
      fmkb new k8s-pvc-pending --technology kubernetes
      fmkb new postgres-too-many-clients --from incident.md

    A note may be Markdown, a chat or a pasted terminal. What was seen becomes symptoms, commands that only look become
    diagnostic steps with their output, the other commands a solution.
    """
    if not re.fullmatch(ID_PATTERN, runbook_id):
        raise click.UsageError(
            f'id is "{runbook_id}", expected kebab-case technology-problem such as redis-high-latency'
        )
    technology = technology or runbook_id.split("-", 1)[0]
    if printable(technology) != technology:
        raise click.UsageError(f'technology is "{printable(technology)}", expected a word such as redis')
    today = datetime.date.today()
    if note is None:
        text = new_runbook(runbook_id, technology, today)
    else:
        text = draft_of_note(_text_of(note), runbook_id, technology, today=today).text
    if to_stdout:
        click.echo(printable_lines(text), nl=False)
        return
    file = create_below(folder, f"{technology}/{runbook_id}.md", text.encode())
    name = printable(str(file))
    click.echo(f"wrote {name}\nfill in each TODO, then run: fmkb validate {name}")


def _text_of(note: Path) -> str:
    """The text of an incident note, decoded like everything that is piped."""
    if str(note) == "-":
        text = standard_input()
    else:
        data = read_bytes(note)
        if len(data) > SIZE_LIMIT:
            raise click.UsageError(
                f"{printable(str(note))} is larger than {SIZE_LIMIT:,} bytes, keep what was seen and done"
            )
        text = decode_piped(data)
    if not text.strip():
        raise click.UsageError(f"{printable(str(note))} is empty, expected what was seen and what was done")
    return text
