"""`fmkb lab`: prove runbooks by letting their own commands mend a broken real server."""

import datetime
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from faultmaven_kb.cli.shared.common import echo_json
from faultmaven_kb.diagnostics import Diagnostic, Level, did_you_mean
from faultmaven_kb.errors import ConfigurationError, UnknownRunbookError
from faultmaven_kb.knowledge_base import builtin_path
from faultmaven_kb.labs.declarations.check import check_lab
from faultmaven_kb.labs.declarations.declaration import DEFAULT_SET, Diagnosis, LabFile, SolutionProof
from faultmaven_kb.labs.declarations.draft import drafted
from faultmaven_kb.labs.declarations.plan import LoadedLab, load_lab, parts_of, planned, read_labs
from faultmaven_kb.labs.machines.builds import remove_folder
from faultmaven_kb.labs.machines.images import (
    Image,
    ensure_image,
    ensure_images,
    installed_versions,
    read_images,
    unused_folders,
)
from faultmaven_kb.labs.machines.leftovers import sweep
from faultmaven_kb.labs.machines.machine import Machine, obstacle
from faultmaven_kb.labs.machines.session import USER
from faultmaven_kb.labs.proving.audit import audit
from faultmaven_kb.labs.proving.heartbeat import Heartbeat
from faultmaven_kb.labs.proving.mutation import MUTATION_KINDS, judge, mutants
from faultmaven_kb.labs.proving.phases import Trial
from faultmaven_kb.labs.proving.proof_making import make_proof, unproven_since
from faultmaven_kb.labs.proving.runner import Job, jobs_for, run_jobs
from faultmaven_kb.labs.proving.transcript import failure_lines, to_junit, to_transcript, trial_values
from faultmaven_kb.proofs.extraction import extract
from faultmaven_kb.proofs.proof import proof_text, read_proofs
from faultmaven_kb.reading.files import find_runbooks
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.text.terminal_text import printable

__all__ = ["command"]

_HEARTBEAT = 30.0
_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group("lab")
def command() -> None:
    """Prove runbooks: break a real server in a throw-away machine, run the runbook's own commands, see the recovery.

    \b
    Examples:
      fmkb lab list
      fmkb lab lint
      sudo fmkb lab run redis-out-of-memory
      sudo fmkb lab run redis-out-of-memory --image trixie --repeat 5
      sudo fmkb lab run --set kubernetes
      sudo fmkb lab audit runbooks/redis/redis-out-of-memory.md
    """


def _options(command: _Command) -> _Command:
    for option in (
        click.option(
            "--runbooks",
            type=click.Path(path_type=Path),
            help="Folder of the runbooks. Default: runbooks/ beside the labs, else the built-in ones.",
        ),
        click.option(
            "--labs",
            type=click.Path(path_type=Path),
            default=Path("labs"),
            show_default=True,
            help="Folder of the declarations, with images.yaml and results/.",
        ),
    ):
        command = option(command)
    return command


class _Labs:
    """The folder of the labs, read: declarations, images, and where the runbooks are."""

    def __init__(self, folder: Path, runbooks: Path | None) -> None:
        self.folder = folder
        self.files = read_labs([folder])
        if not self.files:
            raise click.UsageError(f"no *.lab.yaml found in {folder}")
        self.images = read_images(folder / "images.yaml")
        place = runbooks or _runbooks_beside(folder)
        click.echo(printable(f"labs in {folder.resolve()}, runbooks in {place.resolve()}"), err=True)
        self.paths = {path.stem: path for path in find_runbooks([place])}
        self.runbooks: Mapping[str, Path] = self.paths

    def loaded(self, file: LabFile) -> LoadedLab | None:
        """The lab of a valid declaration whose runbook exists."""
        try:
            return load_lab(file, self.runbooks) if file.lab else None
        except UnknownRunbookError:
            return None

    def diagnostics(self, file: LabFile) -> tuple[Diagnostic, ...]:
        """All that is wrong with a declaration."""
        if file.lab is None:
            return file.diagnostics
        loaded = self.loaded(file)
        if loaded is None:
            hint = did_you_mean(file.lab.runbook, self.runbooks)
            message = f'no runbook has the id "{file.lab.runbook}"{hint}'
            return (Diagnostic("LB102", "unknown-runbook", Level.ERROR, message, file.path, file.span("runbook")),)
        return check_lab(loaded, images=self.images)

    def valid(self, files: tuple[LabFile, ...], *, trial: bool = False) -> tuple[LoadedLab, ...] | None:
        """The labs of the declarations, None after printing what is wrong with one of them.

        For a `trial`, which makes no proof, fences that are neither run nor skipped are printed and are no obstacle.
        """
        found = tuple(each for file in files for each in self.diagnostics(file))
        if found:
            _print(found)
        if any(each.code != "LB109" or not trial for each in found):
            click.echo("not proven: the declaration or the runbook has faults", err=True)
            return None
        return tuple(each for file in files if (each := self.loaded(file)))

    def image(self, name: str) -> Image:
        """The image of this name; a name that does not exist is a wrong call."""
        if name not in self.images:
            raise click.UsageError(f'no image is called "{name}", expected one of {", ".join(self.images)}')
        return self.images[name]

    def chosen(self, ids: tuple[str, ...], *, sets: tuple[str, ...] = ()) -> tuple[LabFile, ...]:
        """The declarations of these runbooks, those of these sets when none is named, all when no set is named."""
        known = {file.lab.runbook if file.lab else Path(file.path).name.split(".")[0]: file for file in self.files}
        for each in ids:
            if each not in known:
                hint = did_you_mean(each, known) or "; `fmkb lab list` shows them all"
                raise click.UsageError(f'no lab is for "{printable(each)}"{hint}')
        if ids:
            return tuple(known[each] for each in ids)
        names = {_set_of(file) for file in self.files}
        for each in sets:
            if each not in names:
                expected = ", ".join(sorted(names))
                hint = did_you_mean(each, names)
                raise click.UsageError(
                    f'no lab belongs to the set "{printable(each)}", expected one of {expected}{hint}'
                )
        return tuple(file for file in self.files if not sets or _set_of(file) in sets)


def _runbooks_beside(labs: Path) -> Path:
    """The folder `runbooks` beside that of the labs, where there is one, else the built-in runbooks.

    Raises `ConfigurationError` when the installed package holds another text of one of them: what is proven and what
    the other commands show would be two things.
    """
    beside, installed = labs.resolve().parent / "runbooks", builtin_path()
    if not beside.is_dir():
        return installed
    for path in find_runbooks([beside]):
        copy = installed / path.relative_to(beside)
        if copy.resolve() != path and copy.is_file() and copy.read_bytes() != path.read_bytes():
            raise ConfigurationError(
                f"{path} differs from the installed copy {copy}; "
                f"run `pip install --editable .` in {beside.parent}, or name the folder with --runbooks"
            )
    return beside


def _set_of(file: LabFile) -> str:
    """The set of a lab; a declaration with errors is in the default one, so that somebody hears of it."""
    return file.lab.set if file.lab else DEFAULT_SET


def _state() -> Path:
    return Path(os.environ.get("FMKB_LABS_DIR", "/var/lib/fmkb-labs"))


def _say(text: str) -> None:
    click.echo(printable(text), err=True)


def _print(found: tuple[Diagnostic, ...]) -> None:
    for each in found:
        place = f"{each.path}:{each.span.line}:{each.span.column}"
        click.echo(printable(f"{place}: {each.level}[{each.code}] {each.message}"))


@command.command("lint", short_help="Check labs without running them.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@_options
@click.pass_context
def _lint(ctx: click.Context, ids: tuple[str, ...], runbooks: Path | None, labs: Path) -> None:
    """Check the labs of the runbooks ID (default: all) against their runbooks. Needs no root and runs nothing."""
    room = _Labs(labs, runbooks)
    found = tuple(each for file in room.chosen(ids) for each in room.diagnostics(file))
    _print(found)
    click.echo(f"{len(room.chosen(ids))} labs checked, {len(found)} findings", err=True)
    ctx.exit(1 if found else 0)


@command.command("list", short_help="List the labs and their proofs.")
@_options
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def _list(runbooks: Path | None, labs: Path, as_json: bool) -> None:
    """List the labs with their sets and what they prove, and whether the proof still belongs to the runbook's text."""
    room = _Labs(labs, runbooks)
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
            click.echo(
                printable("\t".join(str(row.get(key, "")) for key in ("id", "set", "cases", "solutions", "state")))
            )


@command.command("run", short_help="Prove runbooks in throw-away machines.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@_options
@click.option(
    "--set", "sets", multiple=True, help="The labs of this set; may be given more than once. [default: default]"
)
@click.option("--image", "chosen", multiple=True, help="Only on this image; may be given more than once.")
@click.option("--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Prove this many times.")
@click.option("--jobs", "-j", type=click.IntRange(1, 32), default=4, show_default=True, help="Machines at a time.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep a transcript of each run in this folder.")
@click.option("--changed", is_flag=True, help="Only where runbook, declaration or image changed since the proof.")
@click.option("--dry-run", is_flag=True, help="Print what would be run, in order. Needs no root.")
@click.option("--save", is_flag=True, help="Write the proofs to results/ when everything is proven.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the results as JSON to this file.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write the results as JUnit XML to this file.")
@click.pass_context
def _run(ctx: click.Context, /, ids: tuple[str, ...], runbooks: Path | None, labs: Path, **options: Any) -> None:
    """Prove the runbooks ID (default: all of the default set): each solution on each image in a fresh machine.

    Commands of the runbook and of the lab are executed, so run it for reviewed content only: the machines are isolated,
    but they share the kernel. Needs root, systemd-container and mmdebstrap.

    Exit code: 0 when everything is proven, 1 otherwise, 2 when labs cannot run here.
    """
    room = _Labs(labs, runbooks)
    if ids and options["sets"]:
        raise click.UsageError("expected runbooks or --set, not both: a runbook that is named runs whatever its set is")
    loaded = room.valid(room.chosen(ids, sets=options["sets"] or (DEFAULT_SET,)), trial=not options["save"])
    if loaded is None:
        ctx.exit(1)
    if options["changed"]:
        proofs = read_proofs(labs / "results")
        reasons = {each.id: unproven_since(proofs.get(each.id), each, room.images) for each in loaded}
        loaded = tuple(each for each in loaded if reasons[each.id])
        for each in loaded:
            _say(f"{each.id}: {reasons[each.id]}")
        if not loaded:
            _say("nothing has changed since the proofs")
            return
    jobs = jobs_for(loaded, room.images, chosen=options["chosen"], repeat=options["repeat"])
    if not jobs:
        raise click.UsageError(f"none of these labs is for the image {', '.join(options['chosen'])}")
    if options["dry_run"]:
        _dry_run(jobs)
        return
    reason = obstacle()
    if reason:
        raise ConfigurationError(f"{reason}; `fmkb lab lint` and `fmkb lab run --dry-run` work everywhere")
    trials = _trials(jobs, options["jobs"], _progress(len(jobs), options["keep"]))
    _write(trials, options)
    if options["save"]:
        _save(loaded, trials, room)
    ctx.exit(0 if all(trial.proven for trial in trials) else 1)


def _trials(jobs: tuple[Job, ...], workers: int, ended: Callable[[Job, Trial], None]) -> tuple[Trial, ...]:
    """Make the trials; in a log, which is no terminal, with a sign of life twice a minute."""
    with Heartbeat(_say, seconds=0 if sys.stderr.isatty() else _HEARTBEAT) as heart:

        def over(job: Job, trial: Trial) -> None:
            heart.ended(job.name)
            ended(job, trial)

        return run_jobs(
            jobs,
            state=_state(),
            workers=workers,
            say=_say,
            started=lambda job: heart.started(job.name),
            ended=over,
        )


def _progress(total: int, keep: Path | None) -> Callable[[Job, Trial], None]:
    count = 0

    def ended(job: Job, trial: Trial) -> None:
        nonlocal count
        count += 1
        verdict = "proven" if trial.proven else "NOT PROVEN"
        click.echo(printable(f"[{count}/{total}] {verdict} {job.name} ({trial.seconds:.1f} s)"))
        for line in failure_lines(trial):
            click.echo(f"    {line}")
        if keep:
            name = "".join(letter if letter.isalnum() else "-" for letter in job.name)
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{name}.md").write_text(to_transcript(trial), encoding="utf-8")

    return ended


def _dry_run(jobs: tuple[Job, ...]) -> None:
    for job in jobs:
        click.echo(printable(job.name))
        parts: tuple[Diagnosis | SolutionProof, ...] = (*job.case.diagnosis, *parts_of(job.solution))
        for part in parts:
            for each in planned(job.loaded, part):
                where = f" on {each.on}" if each.on else ""
                click.echo(printable(f"  {job.loaded.document.path}:{each.command.line}: {each.command.id}{where}"))


@command.command("mutate", short_help="Does a lab notice wrong and harmful commands?")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@_options
@click.option("--image", "chosen", multiple=True, help="Only on this image. [default: the first one of each lab]")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(MUTATION_KINDS), help="Only this kind of change.")
@click.option("--jobs", "-j", type=click.IntRange(1, 32), default=4, show_default=True, help="Machines at a time.")
@click.pass_context
def _mutate(ctx: click.Context, /, ids: tuple[str, ...], runbooks: Path | None, labs: Path, **options: Any) -> None:
    """Change one command of the solutions of the runbooks ID at a time and look whether the proof turns red.

    Each command is left out, made unrunnable, and made harmful where there is a way: a condition dropped, a rule set
    flushed, a mode widened, a setting not kept, no copy made first, a delete in place of emptying, everything destroyed
    before it. Exit code: 0 when every harmful change is noticed, 1 otherwise.
    """
    room = _Labs(labs, runbooks)
    loaded = room.valid(room.chosen(ids))
    if loaded is None:
        ctx.exit(1)
    chosen = options["chosen"]
    jobs = tuple(job for each in loaded for job in jobs_for([each], room.images, chosen=chosen or each.lab.images[:1]))
    changed = mutants(jobs, kinds=options["kinds"] or MUTATION_KINDS)
    count = 0

    def ended(job: Job, trial: Trial) -> None:
        nonlocal count
        count += 1
        verdict = f"noticed ({trial.failed.name})" if trial.failed else "survived"
        click.echo(printable(f"[{count}/{len(changed)}] {verdict} {job.name} ({trial.seconds:.1f} s)"))

    trials = _trials(changed, options["jobs"], ended)
    result = judge(zip(changed, trials, strict=True))
    click.echo(f"{result.killed} of {result.total} changes turned the proof red")
    for name in result.not_needed:
        click.echo(printable(f"not needed: {name}"))
    for fault in result.faults:
        click.echo(printable(f"fault: {fault}"))
    ctx.exit(1 if result.faults else 0)


def _write(trials: tuple[Trial, ...], options: Mapping[str, Any]) -> None:
    if options["json_file"]:
        values = {"trials": [trial_values(trial) for trial in trials]}
        options["json_file"].write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if options["junit"]:
        options["junit"].write_text(to_junit(trials), encoding="utf-8")


def _save(loaded: tuple[LoadedLab, ...], trials: tuple[Trial, ...], room: _Labs) -> None:
    folder = room.folder / "results"
    folder.mkdir(exist_ok=True)
    for each in loaded:
        versions = {name: _versions(room.images[name], each.lab.packages) for name in each.lab.images}
        proof = make_proof(each, trials, images=room.images, versions=versions, today=datetime.date.today())
        if proof:
            file = folder / f"{each.id}.json"
            file.write_text(proof_text(proof), encoding="utf-8", newline="\n")
            click.echo(f'{file}: verified_by: "{proof.summary}"')


def _versions(image: Image, packages: tuple[str, ...]) -> dict[str, str]:
    return installed_versions(image.tree(_state()), packages)


@command.command("audit", short_help="Run each fence of any runbook and report.")
@click.argument("file", type=click.Path(path_type=Path))
@_options
@click.option("--image", "name", help="The image to run on. [default: the first one of its lab, else bookworm]")
@click.option("--timeout", type=click.FloatRange(1, 300), default=15, show_default=True, help="Seconds for a command.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def _audit(
    ctx: click.Context, file: Path, runbooks: Path | None, labs: Path, name: str | None, timeout: float, as_json: bool
) -> None:
    """Run each shell fence of the runbook FILE in a machine of its own and report what came of it.

    If the runbook has a lab, the machine is broken first and the lab's values stand in for placeholders. Run it for
    content that you have read. Exit code: 0 when every command succeeded, 1 otherwise.
    """
    room = _Labs(labs, runbooks)
    if name:
        room.image(name)
    document = read_document(file)[0]
    if document is None:
        raise click.UsageError(f"{file} holds no runbook")
    lab = next((each.lab for each in room.files if each.lab and each.lab.runbook == document.runbook.id), None)
    image = room.image(name or (lab.images[0] if lab else "bookworm"))
    fences = extract(document.runbook, document.source, clients=lab.clients if lab else {})
    reason = obstacle()
    if reason:
        raise ConfigurationError(reason)
    sweep(_state() / "machines")
    tree = ensure_image(image, _state(), say=_say)
    found = audit(fences, tree=tree, state=_state(), lab=lab, sandbox=image.sandbox, timeout=timeout, say=_say)
    if as_json:
        fields = ("id", "line", "text", "verdict", "detail", "output")
        echo_json([{field: getattr(each, field) for field in fields} for each in found])
    else:
        for each in found:
            detail = f": {each.detail}" if each.detail else ""
            click.echo(printable(f"{file}:{each.line}: {each.verdict} {each.id}{detail}"))
    ctx.exit(0 if all(each.verdict == "ok" for each in found) else 1)


@command.group("image", short_help="Make, list and remove the trees that machines start from.")
def _image() -> None:
    """Make, list and remove the trees that machines start from. They are below /var/lib/fmkb-labs (FMKB_LABS_DIR)."""


@_image.command("build", short_help="Make images now.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_options
def _image_build(names: tuple[str, ...], runbooks: Path | None, labs: Path) -> None:
    """Make the images NAME (default: all of the default set's labs) and those below them, where they do not exist."""
    room = _Labs(labs, runbooks)
    default = (name for file in room.chosen((), sets=(DEFAULT_SET,)) if file.lab for name in file.lab.images)
    wanted = [room.image(name) for name in dict.fromkeys(names or default)]
    reason = obstacle()
    if reason:
        raise ConfigurationError(reason)
    with Heartbeat(_say, seconds=0 if sys.stderr.isatty() else _HEARTBEAT):
        for name, tree in ensure_images(wanted, _state(), say=_say).items():
            click.echo(printable(f"{name}\t{tree[0]}"))


@_image.command("list", short_help="List the images.")
@_options
def _image_list(runbooks: Path | None, labs: Path) -> None:
    """List the images with what they lie over, whether they exist, and the labs that start from them."""
    room = _Labs(labs, runbooks)
    for name, image in room.images.items():
        users = [file.lab.runbook for file in room.files if file.lab and name in file.lab.images]
        there = "exists" if image.folder(_state()).is_dir() else "not made yet"
        click.echo(printable("\t".join((name, image.base.name if image.base else "", there, " ".join(users)))))


@_image.command("prune", short_help="Remove images that no recipe asks for.")
@_options
@click.option("--dry-run", is_flag=True, help="Print what would be removed.")
def _image_prune(runbooks: Path | None, labs: Path, dry_run: bool) -> None:
    """Remove trees and builds that no recipe of images.yaml asks for any more. No lab may run meanwhile."""
    room = _Labs(labs, runbooks)
    for folder in unused_folders(room.images.values(), _state()):
        click.echo(printable(str(folder)))
        if not dry_run:
            remove_folder(folder)


@command.command("new", short_help="Draft the declaration of a lab from its runbook.")
@click.argument("name", metavar="ID")
@_options
def _new(name: str, runbooks: Path | None, labs: Path) -> None:
    """Write labs/TECHNOLOGY/ID.lab.yaml for the runbook ID: its symptoms, steps, solutions and placeholders in place.

    What only its author knows is marked with TODO; `fmkb lab lint ID` says what is missing.
    """
    place = runbooks or _runbooks_beside(labs)
    path = next((path for path in find_runbooks([place]) if path.stem == name), None)
    document = read_document(path)[0] if path else None
    if document is None:
        raise click.UsageError(f'no runbook in {place} has the id "{printable(name)}"')
    technology = document.runbook.metadata.technology or "other"
    file = labs / path.parent.name / f"{name}.lab.yaml" if path else labs / f"{name}.lab.yaml"
    if file.exists():
        raise click.UsageError(f"{file} exists already")
    file.parent.mkdir(parents=True, exist_ok=True)
    text = drafted(document.runbook, document.source, technology=technology)
    file.write_text(text, encoding="utf-8", newline="\n")
    click.echo(printable(str(file)))


@command.command("shell", short_help="Enter a machine of a lab.")
@click.argument("name", metavar="ID|IMAGE")
@_options
@click.option("--image", "chosen", help="The image. [default: the lab's first one]")
@click.option("--case", type=click.IntRange(1), default=1, show_default=True, help="Number of the fault.")
@click.option("--healthy", is_flag=True, help="Do not break the machine.")
@click.option("--root", is_flag=True, help="As root instead of the reader's user.")
@click.pass_context
def _shell(ctx: click.Context, /, name: str, runbooks: Path | None, labs: Path, **options: Any) -> None:
    """Enter a machine of the lab ID, set up and broken, or a plain one of an IMAGE. It vanishes when you leave."""
    room = _Labs(labs, runbooks)
    file = next((each for each in room.files if each.lab and each.lab.runbook == name), None)
    lab = file.lab if file else None
    image = room.image(options["chosen"] or (lab.images[0] if lab else name))
    if lab and options["case"] > len(lab.cases):
        raise click.UsageError(f"{name} has {len(lab.cases)} cases, expected --case 1 to {len(lab.cases)}")
    scripts = (
        [] if lab is None else [lab.setup, *([] if options["healthy"] else [lab.cases[options["case"] - 1].break_])]
    )
    tree = ensure_image(image, _state(), say=_say)
    size, memory, inodes = (lab.size, lab.memory, lab.inodes) if lab else ("512m", "1g", 0)
    with Machine(tree, _state(), size=size, memory=memory, inodes=inodes, sandbox=image.sandbox) as machine:
        for script in scripts:
            output = machine.run(f"set -e -o pipefail\n{script}", timeout=120)
            if output.code != 0:
                click.echo(printable(output.text), err=True)
                _say("the lab's script failed; the machine is as it left it")
        ctx.exit(machine.enter("root" if options["root"] else USER))
