"""`fmkb export skills`: one Agent Skill for each runbook."""

from pathlib import Path

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.shared.common import kb_option, load
from faultmaven_kb.disk.folders import write_below
from faultmaven_kb.export.skills import catalog, skills_of, zipped
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.command("skills")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--zip", "as_zip", is_flag=True, help="Write one zip for each skill, with SKILL.md at its root.")
@click.option("--catalog", "with_catalog", is_flag=True, help="Write catalog.json as well.")
@click.option("--link-base", default="", help="The beginning of the links in catalog.json.")
@kb_option
def command(folder: Path, as_zip: bool, with_catalog: bool, link_base: str, kb_paths: tuple[Path, ...]) -> None:
    """Write each runbook as FOLDER/NAME/SKILL.md, the form that coding agents load.

    \b
    Examples:
      fmkb export skills .agents/skills
      fmkb export skills dist --zip --catalog
    """
    skills = skills_of(load(kb_paths))
    files = {
        f"{skill.name}.zip" if as_zip else f"{skill.name}/SKILL.md": zipped(skill) if as_zip else skill.text.encode()
        for skill in skills
    }
    if with_catalog:
        files["catalog.json"] = catalog(skills, base=link_base).encode()
    write_below(folder, files)
    click.echo(f"wrote {counted(len(skills), 'skill')} to {printable(str(folder))}")
