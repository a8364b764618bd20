"""The draft of a declaration: what a runbook already says, in its place, and TODO for what only its author knows.

One case for each solution, because most solutions fix their own cause; the author joins those that fix the same
fault. The draft fits the schema, so that the checks of a lab say what is still missing.
"""

import json

from faultmaven_kb.fences.placeholders import placeholders_in
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.proofs.extraction import LabFence, extract
from faultmaven_kb.source import Source

__all__ = ["drafted"]

_TODO = "TODO"


def drafted(runbook: Runbook, source: Source, *, technology: str) -> str:
    """The text of a `*.lab.yaml` for a runbook; `technology` names the images."""
    fences = extract(runbook, source)
    names = {name for fence in fences for command in fence.commands for name in placeholders_in(command.text)}
    lines = [
        "# TODO: what the machine is and how it is broken, in a sentence",
        "lab: 1",
        f"runbook: {runbook.id}",
        f"images: [bookworm-{technology}, trixie-{technology}]",
        "packages: [TODO]",
        "setup: |",
        "  # TODO: make the healthy server, and wait until it answers",
        "  true",
    ]
    lines += ["values:", *(f"  {name}: {_TODO}" for name in sorted(names))] if names else []
    lines += [
        "preserved:",
        "  # TODO: data, sessions of others, other rules, modes; without expect the output is compared",
        "  the data: {run: echo TODO, expect: TODO}",
        "cases:",
    ]
    sections = list(dict.fromkeys(fence.section for fence in fences if not fence.section.startswith("step-")))
    steps = list(dict.fromkeys(fence.section for fence in fences if fence.section.startswith("step-")))
    symptom = next((literal for line in runbook.symptoms for literal in line.literals), _TODO)
    for number, section in enumerate(sections):
        lines += _case(section, fences, symptom, steps if number == 0 else [])
    return "\n".join([*lines, ""])


def _case(section: str, fences: tuple[LabFence, ...], symptom: str, steps: list[str]) -> list[str]:
    heading = next(fence.heading for fence in fences if fence.section == section)
    lines = [
        f"- name: {_quoted(heading)}",
        "  break: |",
        "    # TODO: bring the fault about, overshoot, and wait until it shows",
        "    true",
        "  symptom:",
        "    run: echo TODO",
        f"    expect: {_quoted(symptom)}",
    ]
    lines += ["  diagnosis:", *(f"  - {{section: {step}, expect: []}}" for step in steps)] if steps else []
    lasting = (
        "temporary: TODO, why it does not outlast a restart" if section == "quick-fix" else "permanent: 'false # TODO'"
    )
    return [
        *lines,
        "  solutions:",
        f"  - section: {section}",
        f"    {lasting}",
        "    recovered: {run: echo TODO, expect: TODO}",
    ]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
