"""`fmkb lab image`, `shell` and `audit`: the machines themselves, and what goes on in one."""

from pathlib import Path
from typing import Any

import click

from faultmaven_kb.cli.labs.room import LabRoom, heartbeat, lab_options, say, state_folder
from faultmaven_kb.cli.shared.common import echo_json
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.labs.declarations.declaration import DEFAULT_SET
from faultmaven_kb.labs.machines.builds import remove_folder
from faultmaven_kb.labs.machines.images import (
    ensure_image,
    ensure_images,
    unused_folders,
)
from faultmaven_kb.labs.machines.leftovers import sweep
from faultmaven_kb.labs.machines.machine import Machine, obstacle
from faultmaven_kb.labs.machines.session import USER
from faultmaven_kb.labs.proving.audit import audit
from faultmaven_kb.proofs.extraction import extract
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines

__all__ = ["audit_file", "image_commands", "shell"]


@click.command("audit", short_help="Run each fence of any runbook and report.")
@click.argument("file", type=click.Path(path_type=Path))
@lab_options
@click.option("--image", "name", help="The image to run on. [default: the first one of its lab, else bookworm]")
@click.option("--timeout", type=click.FloatRange(1, 300), default=15, show_default=True, help="Seconds for a command.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def audit_file(
    ctx: click.Context, file: Path, runbooks: Path | None, labs: Path, name: str | None, timeout: float, as_json: bool
) -> None:
    """Run each shell fence of the runbook FILE in a separate machine and report the results.

    If the runbook has a lab, the machine is broken first and the lab's values replace the placeholders. Run it for
    content that you have read. Exit code: 0 when every command succeeded, 1 otherwise.
    """
    room = LabRoom(labs, runbooks)
    if name:
        room.image(name)
    document = read_document(file, aliases=team_headings((file,)))[0]
    if document is None:
        raise click.UsageError(f"{file} contains no runbook")
    lab = next((entry.lab for entry in room.files if entry.lab and entry.lab.runbook == document.runbook.id), None)
    image = room.image(name or (lab.images[0] if lab else "bookworm"))
    fences = extract(document.runbook, document.source, clients=lab.clients if lab else {})
    reason = obstacle()
    if reason:
        raise ConfigurationError(reason)
    sweep(state_folder() / "machines")
    tree = ensure_image(image, state_folder(), say=say)
    results = audit(fences, tree=tree, state=state_folder(), lab=lab, sandbox=image.sandbox, timeout=timeout, say=say)
    if as_json:
        fields = ("id", "line", "text", "verdict", "detail", "output")
        echo_json([{field: getattr(entry, field) for field in fields} for entry in results])
    else:
        for entry in results:
            detail = f": {entry.detail}" if entry.detail else ""
            click.echo(printable(f"{file}:{entry.line}: {entry.verdict} {entry.id}{detail}"))
    ctx.exit(0 if all(entry.verdict == "ok" for entry in results) else 1)


@click.group("image", short_help="Make, list and remove the trees that machines start from.")
def image_commands() -> None:
    """Make, list and remove the trees that machines start from. They are below /var/lib/fmkb-labs (FMKB_LABS_DIR)."""


@image_commands.command("build", short_help="Make images now.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@lab_options
def _image_build(names: tuple[str, ...], runbooks: Path | None, labs: Path) -> None:
    """Make the images NAME (default: all of the default set's labs) and those below them, where they do not exist."""
    room = LabRoom(labs, runbooks)
    default = (name for file in room.chosen((), sets=(DEFAULT_SET,)) if file.lab for name in file.lab.images)
    images = [room.image(name) for name in dict.fromkeys(names or default)]
    reason = obstacle()
    if reason:
        raise ConfigurationError(reason)
    with heartbeat():
        for name, tree in ensure_images(images, state_folder(), say=say).items():
            click.echo(f"{printable(name)}\t{printable(str(tree[0]))}")


@image_commands.command("list", short_help="List the images.")
@lab_options
def _image_list(runbooks: Path | None, labs: Path) -> None:
    """List the images with the image below each, whether they exist, and the labs that start from them."""
    room = LabRoom(labs, runbooks)
    for name, image in room.images.items():
        users = [file.lab.runbook for file in room.files if file.lab and name in file.lab.images]
        there = "exists" if image.folder(state_folder()).is_dir() else "not made yet"
        cells = (name, image.base.name if image.base else "", there, " ".join(users))
        click.echo("\t".join(map(printable, cells)))


@image_commands.command("prune", short_help="Remove images that no recipe asks for.")
@lab_options
@click.option("--dry-run", is_flag=True, help="Print what would be removed.")
def _image_prune(runbooks: Path | None, labs: Path, dry_run: bool) -> None:
    """Remove trees and builds that no recipe of images.yaml needs any more. No lab may be running."""
    room = LabRoom(labs, runbooks)
    for folder in unused_folders(room.images.values(), state_folder()):
        click.echo(printable(str(folder)))
        if not dry_run:
            remove_folder(folder)


@click.command("shell", short_help="Enter a machine of a lab.")
@click.argument("name", metavar="ID|IMAGE")
@lab_options
@click.option("--image", "chosen", help="The image. [default: the lab's first one]")
@click.option("--case", type=click.IntRange(1), default=1, show_default=True, help="Number of the fault.")
@click.option("--healthy", is_flag=True, help="Do not break the machine.")
@click.option("--root", is_flag=True, help="As root instead of the user that runs the commands.")
@click.pass_context
def shell(ctx: click.Context, /, name: str, runbooks: Path | None, labs: Path, **options: Any) -> None:
    """Enter a machine of the lab ID, set up and broken, or a plain one of an IMAGE. It is removed when you leave."""
    room = LabRoom(labs, runbooks)
    file = next((lab_file for lab_file in room.files if lab_file.lab and lab_file.lab.runbook == name), None)
    lab = file.lab if file else None
    image = room.image(options["chosen"] or (lab.images[0] if lab else name))
    if lab and options["case"] > len(lab.cases):
        raise click.UsageError(f"{name} has {len(lab.cases)} cases, expected --case 1 to {len(lab.cases)}")
    scripts = (
        [] if lab is None else [lab.setup, *([] if options["healthy"] else [lab.cases[options["case"] - 1].break_])]
    )
    tree = ensure_image(image, state_folder(), say=say)
    size, memory, inodes = (lab.size, lab.memory, lab.inodes) if lab else ("512m", "1g", 0)
    with Machine(tree, state_folder(), size=size, memory=memory, inodes=inodes, sandbox=image.sandbox) as machine:
        for script in scripts:
            output = machine.run(f"set -e -o pipefail\n{script}", timeout=120)
            if output.code != 0:
                click.echo(printable_lines(output.text), err=True)
                say("the lab's script failed; the machine is in the state it left")
        ctx.exit(machine.enter("root" if options["root"] else USER))
