"""`fmkb export skills`: one Agent Skill for each runbook."""

from pathlib import Path

import click

from faultmaven_kb.cli.shared.common import kb_option, load
from faultmaven_kb.export.skills import catalog, skills_of, zipped
from faultmaven_kb.text.terminal_text import printable

__all__ = ["command"]


@click.command("skills")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--zip", "as_zip", is_flag=True, help="Write one zip for each skill, with SKILL.md at its root.")
@click.option("--catalog", "with_catalog", is_flag=True, help="Write catalog.json as well.")
@click.option("--link-base", default="", help="What stands before the links in catalog.json.")
@kb_option
def command(folder: Path, as_zip: bool, with_catalog: bool, link_base: str, kb_paths: tuple[Path, ...]) -> None:
    """Write each runbook as FOLDER/NAME/SKILL.md, the form that coding agents load.

    \b
    Examples:
      fmkb export skills .agents/skills
      fmkb export skills dist --zip --catalog
    """
    skills = skills_of(load(kb_paths))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for skill in skills:
            if as_zip:
                (folder / f"{skill.name}.zip").write_bytes(zipped(skill))
            else:
                (folder / skill.name).mkdir(exist_ok=True)
                (folder / skill.name / "SKILL.md").write_text(skill.text, encoding="utf-8", newline="\n")
        if with_catalog:
            (folder / "catalog.json").write_text(catalog(skills, base=link_base), encoding="utf-8", newline="\n")
    except OSError as error:
        raise click.UsageError(f"cannot write {error.filename or folder}: {error.strerror}") from None
    click.echo(f"wrote {len(skills)} skill{'' if len(skills) == 1 else 's'} to {printable(str(folder))}")
