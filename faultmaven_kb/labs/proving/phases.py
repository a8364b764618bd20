"""One solution on one image, in its own machine, from healthy to broken to recovered.

The phases in order: *healthy* (the symptom is absent), *broken* (it is seen, equal to the runbook's text), *diagnosis*
(the steps run and show what the runbook says), *relapse* (where a lasting repair is claimed: a restart alone brings the
fault back), *control* (nothing recovers by itself), *solution* (the runbook's own commands), *recovered*, *preserved*
(nothing else was damaged), *permanent* (recovered and preserved also after the same restart). The first phase that
fails ends the trial. Exit codes prove nothing alone: output and state decide, and both are polled for, never slept for.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.fences.placeholders import fill, open_placeholders
from faultmaven_kb.labs.declarations.declaration import Case, Check, ComputedValue, Diagnosis, Probe, SolutionProof
from faultmaven_kb.labs.declarations.matching import error_line, shows
from faultmaven_kb.labs.declarations.plan import LoadedLab, PlannedCommand, checks_of, parts_of, planned, values_of
from faultmaven_kb.labs.machines.images import Tree
from faultmaven_kb.labs.machines.machine import Machine, MachineError, Output
from faultmaven_kb.labs.machines.sandboxes import SANDBOXES, Sandbox
from faultmaven_kb.labs.machines.session import Session
from faultmaven_kb.labs.proving.preservation import Preservation
from faultmaven_kb.labs.proving.restarts import PendingRestarts

__all__ = ["Mutation", "Phase", "Step", "Trial", "prove"]

_NOT_RUNNABLE = (126, 127)
_PIPE_CLOSED = 141  # convention of shells: 128 + SIGPIPE
_SETUP_SECONDS = 120.0  # chosen
_PAUSE = 0.1  # seconds between two looks, chosen
_CONTROL_PAUSE = 0.5  # seconds between two looks, chosen: nothing is expected to happen
_RESTART_SECONDS = 120.0  # chosen (docs/explanation/labs.md)


@dataclass(frozen=True, slots=True)
class Step:
    """One command that ran: its name, its line in the runbook (0 for the lab's own), text, output, code, seconds."""

    name: str
    line: int
    text: str
    output: str
    code: int | None
    seconds: float
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a trial; `fault` says why it failed and is empty when it did not."""

    name: str
    steps: tuple[Step, ...]
    seconds: float
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What happened to one solution on one image."""

    runbook: str
    path: str
    image: str
    case: str
    section: str
    phases: tuple[Phase, ...]
    seconds: float

    @property
    def failed(self) -> Phase | None:
        """The phase that failed, None when the solution is proven."""
        return next((phase for phase in self.phases if phase.fault), None)

    @property
    def proven(self) -> bool:
        """Whether every phase succeeded."""
        return bool(self.phases) and self.failed is None

    @property
    def faulty_step(self) -> Step | None:
        """The command at which it failed, None if there is none."""
        return next((step for step in reversed(self.failed.steps) if step.fault), None) if self.failed else None


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change that must turn a proof red: the command `id` becomes `text` (None: it is left out).

    `kind` says what is done to it; the text has the runbook's placeholders.
    """

    id: str
    kind: str
    text: str | None


class _Failed(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class _Trial:
    """The state of one trial while it runs."""

    def __init__(
        self,
        loaded: LoadedLab,
        case: Case,
        solution: SolutionProof,
        machine: Machine,
        *,
        image: str,
        mutation: Mutation | None,
    ) -> None:
        self.loaded, self.case, self.solution, self.machine = loaded, case, solution, machine
        self.mutation, self.image = mutation, image
        self.steps: list[Step] = []
        self.values: dict[str, str] = {}
        checks = checks_of(loaded.lab, case, solution)
        self.preservation = Preservation(checks, self.look, image=image, stops=solution.stops)

    def script(self, name: str, script: str) -> None:
        """Run a script of the lab; a failure is the lab's own fault."""
        output = self.machine.run(f"set -e -o pipefail\n{script}", timeout=_SETUP_SECONDS)
        fault = "" if output.code == 0 else f"the lab's {name} {_ended(output)}"
        self.note(name, script, output, fault)
        if fault:
            raise _Failed(fault)

    def note(self, name: str, text: str, output: Output, fault: str = "", line: int = 0) -> None:
        """Keep what ran for the transcript."""
        self.steps.append(Step(name, line, text.strip(), output.text, output.code, output.seconds, fault))

    def healthy(self) -> None:
        self.script("setup", self.loaded.lab.setup)
        probe = self.case.symptom
        output = self.machine.run(probe.run, on=probe.host, timeout=probe.within + 10)
        symptoms = [text for text in probe.texts(self.image) if shows(output.text, text, numbers=probe.numbers)]
        fault = f'the symptom "{symptoms[0]}" is seen on the healthy machine' if symptoms else ""
        self.note("symptom probe", probe.run, output, fault)
        if fault:
            raise _Failed(fault)
        _raise_for(Preservation(self.loaded.lab.preserved, self.look, image=self.image).earlier_fault())

    def look(self, name: str, check: Check) -> str:
        """What a check of what is preserved prints."""
        output = self.machine.run(check.run, on=check.host, timeout=check.within + 25)
        last = next((step.output for step in reversed(self.steps) if step.name == name), None)
        if name and output.text != last:
            self.note(name, check.run, output)
        return output.text

    def broken(self) -> None:
        self.script("break", self.case.break_)
        self.poll("symptom probe", self.case.symptom, "the symptom was not seen")
        self.compute_values()

    def compute_values(self) -> None:
        """The placeholders' values, as they are in the broken machine now."""
        self.values = self.resolved(values_of(self.loaded.lab.values, self.case.values, self.solution.values))

    def resolved(self, values: Mapping[str, str | ComputedValue]) -> dict[str, str]:
        """Values as texts: those that are computed are read from the machine."""
        return {
            name: self.computed(name, value) if isinstance(value, ComputedValue) else value
            for name, value in values.items()
        }

    def computed(self, name: str, value: ComputedValue) -> str:
        """The first line that a value's script prints."""
        output = self.machine.run(value.run, on=value.host)
        line = output.text.strip().split("\n")[0].strip()
        fault = "" if line and output.code == 0 else f'the value of "{name}" could not be determined'
        self.note(f"value of {name}", value.run, output, fault)
        if fault:
            raise _Failed(fault)
        return line

    def poll(self, name: str, probe: Probe, fault: str) -> None:
        """Wait until a probe succeeds."""
        end = time.monotonic() + probe.within
        while True:
            output = self.machine.run(probe.run, on=probe.host, timeout=probe.within + 10)
            if probe.is_met(output.text, self.image):
                self.note(name, probe.run, output)
                return
            if time.monotonic() >= end:
                break
            time.sleep(_PAUSE)
        detail = f"{fault} within {probe.within:g} s, {probe.expectation(self.image)}"
        self.note(name, probe.run, output, detail)
        raise _Failed(detail)

    def diagnosis(self) -> None:
        for part in self.case.diagnosis:
            text = "".join(step.output for step in self.commands(part))
            missing = [literal for literal in part.texts(self.image) if not shows(text, literal, numbers=part.numbers)]
            if missing:
                raise _Failed(f'{part.section} does not show "{missing[0]}"')

    def relapse(self) -> None:
        """A restart alone brings the fault back; otherwise the same restart after the solution would prove nothing."""
        restart = self.solution.permanent
        assert restart is not None

        def again() -> None:
            self.script("restart", restart)
            self.poll("symptom probe", self.case.symptom, "a restart alone ends the fault: the symptom did not return")

        self.preservation.note_restart(again)
        self.compute_values()

    def control(self) -> None:
        """The fault lasts for `hold` seconds, and for as long again after a restart that systemd makes by itself."""
        probe, hold = self.solution.recovered, self.solution.hold
        pending = PendingRestarts(lambda script: self.machine.run(script).text)
        begin = time.monotonic()
        end = begin + hold
        while True:
            restarted = pending.look()
            if restarted:
                end = time.monotonic() + hold
            output = self.machine.run(probe.run, on=probe.host, timeout=probe.within + 10)
            if probe.is_met(output.text, self.image):
                fault = "the recovery is seen although no command of the solution has run"
                self.note("recovery probe", probe.run, output, fault)
                raise _Failed(fault)
            now = time.monotonic()
            if now >= end and (not pending.waiting or now >= begin + _RESTART_SECONDS):
                break
            time.sleep(_CONTROL_PAUSE)
        self.note("recovery probe", probe.run, output)
        _raise_for(self.preservation.note())

    def repair(self) -> None:
        """The commands of the solution, with what the prose and the world do around them."""
        if isinstance(self.solution.before, str):
            self.script("part before the commands", self.solution.before)
        for part in parts_of(self.solution):
            values = self.values
            if part is not self.solution:
                self.values = {**values, **self.resolved(part.values)}
            for _ in range(part.times if part is self.solution else 1):
                for step in self.commands(part):
                    if step.fault:
                        raise _Failed(f"{step.name} {step.fault}")
            self.values = values
        if isinstance(self.solution.after, str):
            self.script("part after the commands", self.solution.after)

    def commands(self, part: Diagnosis | SolutionProof) -> Iterator[Step]:
        """Run the commands of a section, each in the shell of its place; a diagnosis raises for what cannot run."""
        shells: dict[str, Session] = {}
        repairs = isinstance(part, SolutionProof)
        try:
            for run in planned(self.loaded, part):
                text = self.text_of(run)
                if text is None:
                    continue
                if run.on not in shells:
                    shells[run.on] = Session(self.machine, on=run.on).__enter__()
                output = shells[run.on].run(text, timeout=part.timeout, background=run.command.background)
                fault = _solution_fault(output, run, part) if isinstance(part, SolutionProof) else _fault(output)
                self.note(run.command.id, text, output, fault, run.command.line)
                if fault and not repairs:
                    raise _Failed(f"{run.command.id} {fault}")
                yield self.steps[-1]
        finally:
            for shell in shells.values():
                shell.__exit__()

    def text_of(self, run: PlannedCommand) -> str | None:
        """A command with its values; a placeholder without one is an error."""
        text = fill(run.command.text, self.values)
        names = open_placeholders(text)
        if names:
            raise _Failed(f'{run.command.id} has no value for "<{names[0]}>"')
        if self.mutation and self.mutation.id == run.command.id:
            return None if self.mutation.text is None else fill(self.mutation.text, self.values)
        return text

    def recovered(self) -> None:
        self.poll("recovery probe", self.solution.recovered, "the recovery was not seen")

    def preserved(self) -> None:
        _raise_for(self.preservation.damage())

    def permanent(self) -> None:
        assert self.solution.permanent is not None
        self.script("restart", self.solution.permanent)
        self.poll("recovery probe", self.solution.recovered, "the recovery did not outlast a restart")
        _raise_for(self.preservation.damage(restarted=True))

    def phases(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        """The phases in order."""
        lasting = self.solution.permanent is not None
        phases = [("healthy", self.healthy), ("broken", self.broken), ("diagnosis", self.diagnosis)]
        phases += [("relapse", self.relapse)] if lasting else []
        phases += [("control", self.control), ("solution", self.repair), ("recovered", self.recovered)]
        phases += [("preserved", self.preserved)]
        return (*phases, ("permanent", self.permanent)) if lasting else tuple(phases)


def prove(
    loaded: LoadedLab,
    case: Case,
    solution: SolutionProof,
    *,
    image: str,
    tree: Tree,
    state: Path,
    sandbox: Sandbox = SANDBOXES[0],
    mutation: Mutation | None = None,
    opened: Callable[[Machine], None] = lambda _: None,
) -> Trial:
    """Take a fresh machine through all phases. `opened` gets the machine."""
    begin = time.monotonic()
    phases: list[Phase] = []
    lab = loaded.lab
    try:
        with Machine(tree, state, size=lab.size, memory=lab.memory, inodes=lab.inodes, sandbox=sandbox) as machine:
            opened(machine)
            trial = _Trial(loaded, case, solution, machine, image=image, mutation=mutation)
            for name, act in trial.phases():
                phases.append(_phase(trial, name, act))
                if phases[-1].fault:
                    break
    except MachineError as error:
        phases.append(Phase("machine", (), time.monotonic() - begin, str(error)))
    path = loaded.document.path
    return Trial(loaded.id, path, image, case.name, solution.label, tuple(phases), time.monotonic() - begin)


def _phase(trial: _Trial, name: str, act: Callable[[], None]) -> Phase:
    begin, trial.steps = time.monotonic(), []
    try:
        act()
        fault = ""
    except _Failed as failure:
        fault = failure.fault
    return Phase(name, tuple(trial.steps), time.monotonic() - begin, fault)


def _raise_for(fault: str) -> None:
    if fault:
        raise _Failed(fault)


def _ended(output: Output) -> str:
    return "did not end in time" if output.code is None else f"ended with exit code {output.code}"


def _fault(output: Output) -> str:
    """What is wrong with a diagnostic command: only that it cannot run; any other exit code is an answer."""
    return _ended(output) if output.code is None or output.code in _NOT_RUNNABLE else ""


def _solution_fault(output: Output, run: PlannedCommand, part: SolutionProof) -> str:
    expected = part.codes.get(run.command.id, run.command.rc)
    if output.code not in (expected, _PIPE_CLOSED):
        return _ended(output)
    line = error_line(output.text, allow=part.allow)
    if line and not expected:
        return f'printed "{line[:200]}"'
    expectation = run.fence.directive("expect")
    last = run.command is run.fence.commands[-1]
    return f'does not show "{expectation}"' if expectation and last and not shows(output.text, expectation) else ""
