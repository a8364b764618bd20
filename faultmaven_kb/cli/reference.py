"""The page `docs/reference/command-line.md`, written from the commands themselves so that the two cannot differ.

Run `python -m faultmaven_kb.cli.reference > docs/reference/command-line.md` after changing a command; a test compares.
"""

from collections.abc import Iterator
from inspect import cleandoc

import click

from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.text.inline import table_cell

__all__ = ["reference_page"]

_HEAD = """\
# The command line

Exit codes of every command: 0 clean or found, 1 findings or nothing found, 2 wrong usage or configuration, 3 internal
error. Colours appear on a terminal only.

`--kb PATH` chooses the knowledge base and may be given more than once; without it `FMKB_PATH` does (several paths are
separated as in `PATH`); without either the built-in runbooks are used. Parsed runbooks and results are kept in the
user's cache folder, or in `FMKB_CACHE_DIR`.

This page is made from the commands; `fmkb COMMAND --help` says the same.
"""


def reference_page() -> str:
    """The whole page as Markdown."""
    context = click.Context(fmkb, info_name="fmkb", terminal_width=120, max_content_width=120)
    return "\n".join([_HEAD, *_sections(fmkb, context)]).rstrip("\n") + "\n"


def _sections(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        yield from _section(command, inner)
        if isinstance(command, click.Group):
            yield from _sections(command, inner)


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"## `{context.command_path}`\n\n```text\n{usage}\n```\n"
    for paragraph in cleandoc(command.help or "").split("\n\n"):
        if "\b" in paragraph:
            lines = paragraph.replace("\b\n", "").split("\n")
            yield f"{lines[0]}\n\n```bash\n" + "\n".join(line.strip() for line in lines[1:] if line.strip()) + "\n```\n"
        else:
            yield " ".join(paragraph.split()) + "\n"
    rows = [row for parameter in command.params if (row := _row(parameter, context))]
    if rows:
        yield "\n".join(["| option | meaning |", "|---|---|", *rows]) + "\n"


def _row(parameter: click.Parameter, context: click.Context) -> str | None:
    record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
    if record is None:
        return None
    option, meaning = map(table_cell, record)
    return f"| `{option}` | {meaning} |"


if __name__ == "__main__":
    print(reference_page(), end="")  # noqa: T201
