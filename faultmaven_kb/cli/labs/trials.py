"""`fmkb lab run` and `fmkb lab mutate`: many trials, their results and proofs."""

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from faultmaven_kb.cli.labs.room import (
    LabRoom,
    heartbeat,
    lab_options,
    say,
    state_folder,
)
from faultmaven_kb.disk.folders import write_below, write_output
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.declarations.declaration import DEFAULT_SET, Diagnosis, SolutionProof
from faultmaven_kb.labs.declarations.plan import LoadedLab, parts_of, planned
from faultmaven_kb.labs.machines.images import (
    Image,
    installed_versions,
)
from faultmaven_kb.labs.machines.machine import obstacle
from faultmaven_kb.labs.proving.mutation import MUTATION_KINDS, judge, mutants
from faultmaven_kb.labs.proving.phases import Trial
from faultmaven_kb.labs.proving.proof_making import make_proof, unproven_since
from faultmaven_kb.labs.proving.runner import Job, jobs_for, run_jobs
from faultmaven_kb.labs.proving.transcript import failure_lines, to_junit, to_transcript, trial_values
from faultmaven_kb.proofs.proof import proof_text, read_proofs
from faultmaven_kb.text.characters.terminal_text import json_text, printable

__all__ = ["mutate", "run"]


@click.command("run", short_help="Prove runbooks in throw-away machines.")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@lab_options
@click.option(
    "--set", "sets", multiple=True, help="The labs of this set; may be given more than once. [default: default]"
)
@click.option("--image", "chosen", multiple=True, help="Only on this image; may be given more than once.")
@click.option("--repeat", type=click.IntRange(1, 100), default=1, show_default=True, help="Prove this many times.")
@click.option("--jobs", "-j", type=click.IntRange(1, 32), default=4, show_default=True, help="Machines at a time.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep a transcript of each run in this folder.")
@click.option("--changed", is_flag=True, help="Only where runbook, declaration or image changed since the proof.")
@click.option("--dry-run", is_flag=True, help="Print what would be run, in order. Does not need root.")
@click.option("--save", is_flag=True, help="Write the proofs to results/ when everything is proven.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the results as JSON to this file.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write the results as JUnit XML to this file.")
@click.pass_context
def run(ctx: click.Context, /, ids: tuple[str, ...], runbooks: Path | None, labs: Path, **options: Any) -> None:
    """Prove the runbooks ID (default: all of the default set): each solution on each image in a fresh machine.

    Commands of the runbook and of the lab are executed, so run it for reviewed content only: the machines are isolated,
    but they share the kernel. Needs root, systemd-container and mmdebstrap.

    Exit code: 0 when everything is proven, 1 otherwise, 2 when labs cannot run here.
    """
    room = LabRoom(labs, runbooks)
    if ids and options["sets"]:
        raise click.UsageError("expected runbooks or --set, not both: a runbook that is named runs whatever its set is")
    loaded = room.valid(room.chosen(ids, sets=options["sets"] or (DEFAULT_SET,)), trial=not options["save"])
    if loaded is None:
        ctx.exit(1)
    if options["changed"]:
        proofs = read_proofs(labs / "results")
        reasons = {lab.id: unproven_since(proofs.get(lab.id), lab, room.images) for lab in loaded}
        loaded = tuple(lab for lab in loaded if reasons[lab.id])
        for lab in loaded:
            say(f"{lab.id}: {reasons[lab.id]}")
        if not loaded:
            say("nothing has changed since the proofs")
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
    """Make the trials; in a log, which is not a terminal, with a sign of life twice a minute."""
    with heartbeat() as heart:

        def over(job: Job, trial: Trial) -> None:
            heart.ended(job.name)
            ended(job, trial)

        return run_jobs(
            jobs,
            state=state_folder(),
            workers=workers,
            say=say,
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
            write_below(keep, {f"{name}.md": to_transcript(trial).encode()})

    return ended


def _dry_run(jobs: tuple[Job, ...]) -> None:
    for job in jobs:
        click.echo(printable(job.name))
        parts: tuple[Diagnosis | SolutionProof, ...] = (*job.case.diagnosis, *parts_of(job.solution))
        for part in parts:
            for command in planned(job.loaded, part):
                where = f" on {command.on}" if command.on else ""
                click.echo(
                    printable(f"  {job.loaded.document.path}:{command.command.line}: {command.command.id}{where}")
                )


@click.command("mutate", short_help="Does a lab notice wrong and harmful commands?")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@lab_options
@click.option("--image", "chosen", multiple=True, help="Only on this image. [default: the first one of each lab]")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(MUTATION_KINDS), help="Only this kind of change.")
@click.option("--jobs", "-j", type=click.IntRange(1, 32), default=4, show_default=True, help="Machines at a time.")
@click.pass_context
def mutate(ctx: click.Context, /, ids: tuple[str, ...], runbooks: Path | None, labs: Path, **options: Any) -> None:
    """Change one command of the solutions of the runbooks ID at a time and check that the proof fails.

    Each command is left out, made unrunnable, and made harmful where there is a way: a condition dropped, a rule set
    flushed, a mode widened, a setting not kept, no copy made first, a delete in place of emptying, everything destroyed
    before it. Exit code: 0 when every harmful change is noticed, 1 otherwise.
    """
    room = LabRoom(labs, runbooks)
    loaded = room.valid(room.chosen(ids))
    if loaded is None:
        ctx.exit(1)
    chosen = options["chosen"]
    jobs = tuple(
        job
        for loaded_lab in loaded
        for job in jobs_for([loaded_lab], room.images, chosen=chosen or loaded_lab.lab.images[:1])
    )
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
        write_output(options["json_file"], (json_text(values, indent=2) + "\n").encode())
    if options["junit"]:
        write_output(options["junit"], to_junit(trials).encode())


def _save(loaded: tuple[LoadedLab, ...], trials: tuple[Trial, ...], room: LabRoom) -> None:
    folder = room.folder / "results"
    folder.mkdir(exist_ok=True)
    for lab in loaded:
        versions = {name: _versions(room.images[name], lab.lab.packages) for name in lab.lab.images}
        proof = make_proof(lab, trials, images=room.images, versions=versions, today=datetime.date.today())
        if proof:
            file = folder / f"{lab.id}.json"
            write_output(file, proof_text(proof).encode())
            click.echo(printable(f'{file}: verified_by: "{proof.summary}"'))


def _versions(image: Image, packages: tuple[str, ...]) -> dict[str, str]:
    return installed_versions(image.tree(state_folder()), packages)
