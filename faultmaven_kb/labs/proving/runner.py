"""Many trials: every solution of every lab on every image, several machines at a time, repeated if asked.

The results are in the order of the labs, whatever order they end in. An interrupt closes the machines that run and
is passed on; what an earlier, killed run left behind is cleaned up first.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.brief import counted
from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.declarations.declaration import Case, SolutionProof
from faultmaven_kb.labs.declarations.plan import LoadedLab
from faultmaven_kb.labs.machines.images import Image, Tree, ensure_images
from faultmaven_kb.labs.machines.leftovers import sweep
from faultmaven_kb.labs.machines.machine import Machine, obstacle
from faultmaven_kb.labs.machines.sandboxes import lacking
from faultmaven_kb.labs.proving.phases import Mutation, Trial, prove

__all__ = ["Job", "jobs_for", "run_jobs"]


@dataclass(frozen=True)
class Job:
    """One trial that is to be made."""

    loaded: LoadedLab
    case: Case
    solution: SolutionProof
    image: Image
    repeat: int = 1
    mutation: Mutation | None = None

    @property
    def name(self) -> str:
        """What people read while it runs."""
        again = f" #{self.repeat}" if self.repeat > 1 else ""
        change = f" {self.mutation.kind} {self.mutation.id}" if self.mutation else ""
        return f"{self.loaded.id} {self.image.name} {self.case.name}: {self.solution.label}{change}{again}"


def jobs_for(
    labs: Iterable[LoadedLab], images: Mapping[str, Image], *, chosen: tuple[str, ...] = (), repeat: int = 1
) -> tuple[Job, ...]:
    """All trials of the labs on their images, or on those of them that are chosen.

    Raises `ConfigurationError` for an image that does not exist.
    """
    for name in chosen:
        if name not in images:
            raise ConfigurationError(
                f'no image is called "{name}", expected one of {", ".join(images)}{did_you_mean(name, images)}'
            )
    return tuple(
        Job(loaded, case, solution, images[name], number)
        for number in range(1, repeat + 1)
        for loaded in labs
        for name in loaded.lab.images
        if name in images and (not chosen or name in chosen)
        for case in loaded.lab.cases
        for solution in case.solutions
    )


def run_jobs(
    jobs: Iterable[Job],
    *,
    state: Path,
    workers: int = 2,
    say: Callable[[str], None] = lambda _: None,
    started: Callable[[Job], None] = lambda _: None,
    ended: Callable[[Job, Trial], None] = lambda *_: None,
) -> tuple[Trial, ...]:
    """Make the trials and return them in the order of the jobs; `started` and `ended` hear of each.

    At most `workers` run at a time; one of a lab with a weight takes that many places, all of them at most.
    Raises `ConfigurationError` when machines cannot run here.
    """
    jobs = tuple(jobs)
    reason = obstacle() or next((why for job in jobs if (why := lacking(job.image.sandbox))), None)
    if reason:
        raise ConfigurationError(reason)
    state.mkdir(parents=True, exist_ok=True)
    swept = sweep(state / "machines")
    if swept:
        say(f"cleaned up {counted(swept, 'machine')} that an earlier run left behind")
    trees = ensure_images((job.image for job in jobs), state, say=say)
    open_machines: set[Machine] = set()
    stopped, lock, places = threading.Event(), threading.Lock(), _Places(workers)

    def make(job: Job) -> Trial:
        if stopped.is_set():
            raise KeyboardInterrupt
        tree = trees[job.image.name]
        try:
            with places.taken(job.loaded.lab.weight):
                with lock:
                    started(job)
                trial = _prove(job, tree=tree, state=state, opened=open_machines.add)
                with lock:
                    ended(job, trial)
        except BaseException:
            stopped.set()
            raise
        return trial

    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(make, job) for job in jobs]
        try:
            return tuple(future.result() for future in futures)
        except BaseException:
            stopped.set()
            for future in futures:
                future.cancel()
            for machine in tuple(open_machines):
                machine.close()
            raise


class _Places:
    """Places for machines; a heavy one waits until enough are free, and lighter ones behind it wait for their turn."""

    def __init__(self, number: int) -> None:
        self._number = self._free = number
        self._turn, self._changed = threading.Lock(), threading.Condition()

    @contextlib.contextmanager
    def taken(self, weight: int) -> Iterator[None]:
        """Hold `weight` places, all there are at most."""
        places = min(weight, self._number)
        with self._turn, self._changed:
            self._changed.wait_for(lambda: self._free >= places)
            self._free -= places
        try:
            yield
        finally:
            with self._changed:
                self._free += places
                self._changed.notify_all()


def _prove(job: Job, *, tree: Tree, state: Path, opened: Callable[[Machine], None]) -> Trial:
    return prove(
        job.loaded,
        job.case,
        job.solution,
        image=job.image.name,
        tree=tree,
        state=state,
        sandbox=job.image.sandbox,
        mutation=job.mutation,
        opened=opened,
    )
