"""`fmkb lab`: prove runbooks by letting their own commands repair a broken real server."""

from pathlib import Path
from typing import Any

import click

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.labs.machines import audit_file, image_commands, shell
from faultmaven_kb.cli.labs.room import LabRoom, lab_options, print_found, runbooks_beside
from faultmaven_kb.cli.labs.trials import mutate, run
from faultmaven_kb.cli.shared.common import echo_json
from faultmaven_kb.disk.folders import create_below
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.labs.declarations.draft import drafted
from faultmaven_kb.labs.proving.proof_making import unproven_since
from faultmaven_kb.proofs.proof import read_proofs
from faultmaven_kb.reading.files import find_runbooks
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["command"]


@click.group("lab")
def command() -> None:
    """Prove runbooks: break a real server in a throw-away machine, run the runbook's own commands, check the recovery.

    \b
    Examples:
      fmkb lab list
      fmkb lab lint
      sudo fmkb lab run redis-out-of-memory
      sudo fmkb lab run redis-out-of-memory --image trixie --repeat 5
      sudo fmkb lab run --set kubernetes
      sudo fmkb lab audit runbooks/redis/redis-out-of-memory.md
    """


for _each in (run, mutate, audit_file, image_commands, shell):
    command.add_command(_each)


@command.command("lint", short_help="Check labs without running them.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@lab_options
@click.pass_context
def _lint(ctx: click.Context, ids: tuple[str, ...], runbooks: Path | None, labs: Path) -> None:
    """Check the labs of the runbooks ID (default: all) against their runbooks. Does not need root and runs nothing."""
    room = LabRoom(labs, runbooks)
    diagnostics = tuple(diagnostic for file in room.chosen(ids) for diagnostic in room.diagnostics(file))
    print_found(diagnostics)
    click.echo(f"{counted(len(room.chosen(ids)), 'lab')} checked, {counted(len(diagnostics), 'finding')}", err=True)
    ctx.exit(1 if diagnostics else 0)


@command.command("list", short_help="List the labs and their proofs.")
@lab_options
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def _list(runbooks: Path | None, labs: Path, as_json: bool) -> None:
    """List the labs with their sets and what they prove, and whether the proof still belongs to the runbook's text."""
    room = LabRoom(labs, runbooks)
    proofs = read_proofs(labs / "results")
    rows: list[dict[str, Any]] = []
    for file in room.files:
        loaded = room.loaded(file)
        if loaded is None:
            rows.append({"id": file.path, "state": "declaration has errors"})
            continue
        proof = proofs.get(loaded.id)
        reason = unproven_since(proof, loaded, room.images)
        count = sum(len(case.solutions) for case in loaded.lab.cases)
        rows.append(
            {
                "id": loaded.id,
                "set": loaded.lab.set,
                "cases": len(loaded.lab.cases),
                "solutions": count,
                "images": list(loaded.lab.images),
                "proven": proof is not None and not reason,
                "state": reason or (proof.summary if proof else ""),
            }
        )
    if as_json:
        echo_json(rows)
    else:
        for row in rows:
            cells = (str(row.get(key, "")) for key in ("id", "set", "cases", "solutions", "state"))
            click.echo("\t".join(map(printable, cells)))


@command.command("new", short_help="Draft the declaration of a lab from its runbook.")
@click.argument("name", metavar="ID")
@lab_options
def _new(name: str, runbooks: Path | None, labs: Path) -> None:
    """Write labs/TECHNOLOGY/ID.lab.yaml for the runbook ID: its symptoms, steps, solutions and placeholders in place.

    Parts that only the author knows are marked TODO; `fmkb lab lint ID` says what is missing.
    """
    place = runbooks or runbooks_beside(labs)
    path = next((path for path in find_runbooks([place]) if path.stem == name), None)
    document = read_document(path, aliases=team_headings((path,)))[0] if path else None
    if document is None:
        raise click.UsageError(f'no runbook in {place} has the id "{printable(name)}"')
    technology = document.runbook.metadata.technology or "other"
    text = drafted(document.runbook, document.source, technology=technology)
    file = create_below(labs, f"{path.parent.name}/{name}.lab.yaml" if path else f"{name}.lab.yaml", text.encode())
    click.echo(printable(str(file)))
