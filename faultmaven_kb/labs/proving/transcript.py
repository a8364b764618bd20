"""What happened in a trial, for people (a Markdown transcript) and for machines (plain values, JUnit XML).

Output of the machine is shown with control characters made visible. The JUnit file has one test case per trial.
"""

from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

from faultmaven_kb.labs.proving.phases import Phase, Step, Trial
from faultmaven_kb.text.characters.terminal_text import printable, printable_lines

__all__ = ["failure_lines", "to_junit", "to_transcript", "trial_values"]


def to_transcript(trial: Trial) -> str:
    """The whole trial as Markdown: each phase with its commands, outputs and times."""
    verdict = "proven" if trial.proven else "NOT PROVEN"
    head = f"# {trial.runbook} on {trial.image}: {trial.case}, {trial.section}\n\n{verdict} in {trial.seconds:.1f} s\n"
    return "\n".join([head, *(_phase(phase) for phase in trial.phases)])


def _phase(phase: Phase) -> str:
    state = f"FAILED: {phase.fault}" if phase.fault else "ok"
    return "\n".join([f"## {phase.name} ({phase.seconds:.1f} s): {state}\n", *(_step(step) for step in phase.steps)])


def _step(step: Step) -> str:
    place = f", line {step.line}" if step.line else ""
    code = "stopped" if step.code is None else f"exit code {step.code}"
    fault = f"\n**{step.fault}**\n" if step.fault else ""
    body = f"{step.text}\n--- {code}, {step.seconds:.2f} s\n{step.output.rstrip()}"
    indented = "\n".join(f"    {line}" for line in printable_lines(body).split("\n"))
    return f"{step.name}{place}\n\n{indented}\n{fault}"


def failure_lines(trial: Trial) -> tuple[str, ...]:
    """Why a trial is not proven: phase and fault, then the command with its line in the runbook and its output."""
    if trial.failed is None:
        return ()
    lines = [f"{trial.failed.name}: {trial.failed.fault}"]
    step = trial.faulty_step or (trial.failed.steps[-1] if trial.failed.steps else None)
    if step:
        where = f"{trial.path}:{step.line}" if step.line else "the lab"
        lines.append(f"{where}: {step.name}")
        lines += [f"  $ {line}" for line in step.text.split("\n")[:12]]
        lines += [f"  {line}" for line in step.output.rstrip().split("\n")[-12:] if line]
    return tuple(printable_lines(line) for line in lines)


def trial_values(trial: Trial) -> dict[str, Any]:
    """A trial as JSON values, without the outputs of phases that succeeded."""
    step = trial.faulty_step
    return {
        "runbook": trial.runbook,
        "image": trial.image,
        "case": trial.case,
        "solution": trial.section,
        "proven": trial.proven,
        "seconds": round(trial.seconds, 1),
        "phases": [_phase_values(phase) for phase in trial.phases],
        "failed": None
        if trial.failed is None
        else {
            "phase": trial.failed.name,
            "fault": trial.failed.fault,
            "command": step.name if step else None,
            "path": trial.path,
            "line": step.line if step and step.line else None,
            "output": step.output if step else "",
        },
    }


def _phase_values(phase: Phase) -> dict[str, Any]:
    return {"name": phase.name, "seconds": round(phase.seconds, 1), "fault": phase.fault}


def to_junit(trials: Iterable[Trial]) -> str:
    """JUnit XML, one test case per trial."""
    trials = tuple(trials)
    failures = sum(not trial.proven for trial in trials)
    suite = ET.Element("testsuite", name="fmkb lab", tests=str(len(trials)), failures=str(failures), errors="0")
    for trial in trials:
        name = f"{trial.case}: {trial.section} [{trial.image}]"
        case = ET.SubElement(suite, "testcase", classname=trial.runbook, name=name, time=f"{trial.seconds:.1f}")
        if trial.failed is not None:
            ET.SubElement(case, "failure", message=printable(trial.failed.fault)).text = "\n".join(failure_lines(trial))
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"
