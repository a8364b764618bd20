"""Does a lab notice when a runbook is wrong? Its solutions' commands are left out, made unrunnable and made harmful.

A command that cannot be run must always turn the proof red, and so must a harmful change (`harm`), unless the lab says
why it does no harm. Leaving a command out must do so for at least one command of each solution; commands that only show
something survive, which is listed and is not a fault. One machine per mutation, so this is for the day a lab is written
and for nights, not for each commit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from faultmaven_kb.labs.declarations.plan import planned
from faultmaven_kb.labs.proving.harm import HARM_KINDS, Harm, destruction, harms
from faultmaven_kb.labs.proving.phases import Mutation, Trial
from faultmaven_kb.labs.proving.runner import Job

__all__ = ["MUTATION_KINDS", "MutationResult", "judge", "mutants"]

MUTATION_KINDS = ("remove", "break", *HARM_KINDS)
"""What can be done to a command."""


@dataclass(frozen=True, slots=True)
class MutationResult:
    """What became of the mutants: faults of the lab, and commands whose absence changed nothing."""

    killed: int
    total: int
    faults: tuple[str, ...]
    not_needed: tuple[str, ...]


def mutants(jobs: Iterable[Job], *, kinds: tuple[str, ...] = MUTATION_KINDS) -> tuple[Job, ...]:
    """The jobs with one command of the solution changed, for each change of these kinds."""
    return tuple(
        replace(job, mutation=mutation) for job in jobs for mutation in _mutations(job) if mutation.kind in kinds
    )


def _mutations(job: Job) -> Iterator[Mutation]:
    destroyed: Harm | None = None
    for run in planned(job.loaded, job.solution):
        name, text = run.command.id, run.command.text
        yield Mutation(name, "remove", None)
        yield Mutation(name, "break", f"fmkb-lab-no-such-command {text.split(maxsplit=1)[0]}")
        for harm in harms(text):
            yield Mutation(name, harm.kind, harm.text)
        if destroyed is None:
            destroyed = destruction(text)
            if destroyed:
                yield Mutation(name, destroyed.kind, destroyed.text)


def judge(results: Iterable[tuple[Job, Trial]]) -> MutationResult:
    """The verdict over the mutants' trials."""
    faults: list[str] = []
    not_needed: list[str] = []
    needed: set[tuple[str, ...]] = set()
    solutions: dict[tuple[str, ...], str] = {}
    killed = total = 0
    for job, trial in results:
        mutation = job.mutation
        assert mutation is not None
        key = (job.loaded.id, job.image.name, job.case.name, job.solution.label)
        solution = f"{job.loaded.id} {job.image.name} {job.case.name}: {job.solution.label}"
        name = f"{solution}: {mutation.id}"
        harmless = f"{mutation.kind} {mutation.id}" in job.solution.harmless
        total += 1
        killed += not trial.proven
        if mutation.kind == "remove":
            solutions[key] = solution
            needed.update({key} if not trial.proven else ())
            not_needed += [name] if trial.proven else []
        elif mutation.kind == "break" and trial.proven:
            faults.append(f"{name} cannot be run and the proof stays green")
        elif mutation.kind != "break" and trial.proven and not harmless:
            faults.append(f'{name}: the harmful change "{mutation.kind}" stays green: {_shown(mutation)}')
        elif mutation.kind != "break" and not trial.proven and harmless:
            faults.append(f'{name}: "{mutation.kind}" is called harmless and turns the proof red')
    idle = [name for key, name in solutions.items() if key not in needed]
    faults += [f"{name}: leaving out any single command changes nothing" for name in idle]
    return MutationResult(killed, total, tuple(faults), tuple(not_needed))


def _shown(mutation: Mutation) -> str:
    return "the command is left out" if mutation.text is None else " ".join(mutation.text.split())[:200]
