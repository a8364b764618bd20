"""`fmkb schema`: the published JSON Schemas."""

import click

from faultmaven_kb.model.schemas import SCHEMAS, schema_text

__all__ = ["command"]


@click.command("schema")
@click.argument("name", type=click.Choice(list(SCHEMAS)), default="runbook")
def command(name: str) -> None:
    """Print the JSON Schema of a parsed runbook or of the front matter.

    \b
    Examples:
      fmkb schema > runbook.schema.json
      fmkb schema frontmatter
    """
    click.echo(schema_text(name), nl=False)
