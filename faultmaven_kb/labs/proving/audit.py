"""Audit: every fence of any runbook, run as it is in its own machine, and what came of it.

Where the runbook has a lab, the machine is broken by the lab's first case and placeholders have its values; otherwise
it is a plain image. A report for authors, not a proof: placeholders without a value and commands that need a person are
named, everything else is run.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.fences.placeholders import fill, open_placeholders
from faultmaven_kb.labs.declarations.declaration import Case, ComputedValue, Lab
from faultmaven_kb.labs.declarations.matching import error_line
from faultmaven_kb.labs.declarations.plan import values_of
from faultmaven_kb.labs.machines.images import Tree
from faultmaven_kb.labs.machines.machine import Machine, Output
from faultmaven_kb.labs.machines.sandboxes import SANDBOXES, Sandbox
from faultmaven_kb.labs.machines.session import Session
from faultmaven_kb.proofs.extraction import LabCommand, LabFence

__all__ = ["Audited", "audit"]

_SETUP_SECONDS = 120.0  # chosen


@dataclass(frozen=True, slots=True)
class Audited:
    """One command: `verdict` is ok, failed or not run; `detail` says why; `output` is what it printed."""

    id: str
    line: int
    text: str
    verdict: str
    detail: str = ""
    output: str = ""


def audit(
    fences: tuple[LabFence, ...],
    *,
    tree: Tree,
    state: Path,
    lab: Lab | None = None,
    sandbox: Sandbox = SANDBOXES[0],
    timeout: float = 15.0,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Audited, ...]:
    """Run each fence in a fresh machine. Raises `ConfigurationError` when machines cannot run here."""
    audits: list[Audited] = []
    for fence in fences:
        say(fence.id)
        if fence.invalid or not fence.commands:
            reason = fence.directive("skip") or "no valid shell"
            audits.append(Audited(fence.id, fence.line, "", "not run", reason))
            continue
        size, memory, inodes = (lab.size, lab.memory, lab.inodes) if lab else ("512m", "1g", 0)
        with Machine(tree, state, size=size, memory=memory, inodes=inodes, sandbox=sandbox) as machine:
            values = _prepare(machine, lab) if lab else {}
            audits += _run(machine, fence, values, timeout)
    return tuple(audits)


def _prepare(machine: Machine, lab: Lab) -> dict[str, str]:
    case: Case = lab.cases[0]
    for script in (lab.setup, case.break_):
        machine.run(f"set -e -o pipefail\n{script}", timeout=_SETUP_SECONDS)
    scopes = values_of(lab.values, case.values, *(solution.values for solution in case.solutions))
    return {name: _value(machine, value) for name, value in scopes.items()}


def _value(machine: Machine, value: str | ComputedValue) -> str:
    return value if isinstance(value, str) else machine.run(value.run, on=value.host).text.strip().split("\n")[0]


def _run(machine: Machine, fence: LabFence, values: dict[str, str], timeout: float) -> Iterator[Audited]:
    with Session(machine) as session:
        for command in fence.commands:
            text = fill(command.text, values)
            names = open_placeholders(text)
            if names:
                yield Audited(command.id, command.line, text, "not run", f"<{names[0]}> has no value")
                continue
            output = session.run(text, timeout=timeout, background=command.background)
            detail = _detail(output, command)
            yield Audited(command.id, command.line, text, "failed" if detail else "ok", detail, output.text)
            if output.code is None:
                return


def _detail(output: Output, command: LabCommand) -> str:
    if output.code is None:
        return "did not end in time"
    if output.code != command.rc:
        return f"exit code {output.code}"
    line = error_line(output.text)
    return f'exit code 0, but it printed "{line[:120]}"' if line else ""
