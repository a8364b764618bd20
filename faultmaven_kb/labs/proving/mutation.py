"""Does a lab notice when a runbook is wrong? Each command of its solutions is left out and is made unrunnable.

A command that cannot be run must always turn the proof red. Leaving one out must do so for at least one command of each
solution; commands that only show something survive, which is listed and is no fault. One machine per mutation, so this
is for the day a lab is written and for nights, not for each commit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from faultmaven_kb.labs.declarations.plan import planned
from faultmaven_kb.labs.proving.phases import Mutation, Trial
from faultmaven_kb.labs.proving.runner import Job

__all__ = ["MutationResult", "judge", "mutants"]


@dataclass(frozen=True, slots=True)
class MutationResult:
    """What became of the mutants: faults of the lab, and commands whose absence changed nothing."""

    killed: int
    total: int
    faults: tuple[str, ...]
    not_needed: tuple[str, ...]


def mutants(jobs: Iterable[Job]) -> tuple[Job, ...]:
    """The jobs with one command changed, two for each command of a solution."""
    return tuple(
        replace(job, mutation=Mutation(each.command.id, kind))
        for job in jobs
        for each in planned(job.loaded, job.solution)
        for kind in ("remove", "break")
    )


def judge(results: Iterable[tuple[Job, Trial]]) -> MutationResult:
    """The verdict over the mutants' trials."""
    faults, not_needed, needed, solutions = [], [], set(), {}
    killed = total = 0
    for job, trial in results:
        assert job.mutation is not None
        key = (job.loaded.id, job.image.name, job.case.name, job.solution.label)
        solutions[key] = f"{job.loaded.id} {job.image.name} {job.case.name}: {job.solution.label}"
        total += 1
        killed += not trial.proven
        name = f"{solutions[key]}: {job.mutation.id}"
        if job.mutation.kind == "break" and trial.proven:
            faults.append(f"{name} cannot be run and the proof stays green")
        elif job.mutation.kind == "remove" and trial.proven:
            not_needed.append(name)
        elif job.mutation.kind == "remove":
            needed.add(key)
    idle = [name for key, name in solutions.items() if key not in needed]
    faults += [f"{name}: leaving out any single command changes nothing" for name in idle]
    return MutationResult(killed, total, tuple(faults), tuple(not_needed))
