"""Writes any runbook in the causal-chain form, as a draft.

That form hangs every fix on a cause. A solution that names its cause in its title goes there, with the kind and the
node it came with; any other goes to `Cause Z`, because a guess about which cause it fixes would look like knowledge.
"""

import re
from collections.abc import Iterator
from datetime import date

from faultmaven_kb.export.carried import carried_sections
from faultmaven_kb.export.draft import Draft, Marks, marked_front_matter
from faultmaven_kb.export.markdown_text import hyphenated, item, items, joined, one_line
from faultmaven_kb.export.runbook_markdown import fences, labelled, link_items, practice_items, step_text
from faultmaven_kb.model.runbook import Cause, Runbook, Solution

__all__ = ["as_causal_chain"]

_MOST_CAUSES = 25  # the format: causes are A to Y, and Z is the fallback
_FALLBACK = "Unidentified"
_KIND = re.compile(
    r"^(?P<kind>remediation|defensive fix|mitigation|loop break)(?: \((?P<node>[^)]*)\))?: ", re.IGNORECASE
)


def as_causal_chain(runbook: Runbook, *, today: date) -> Draft:
    """The runbook as a draft of the causal-chain form; reading it gives back whatever that form can contain."""
    marks = Marks()
    head = _head(runbook, marks, today)
    own = joined(_body(runbook, marks))
    body = joined((own, *carried_sections(runbook, own)))
    _note_losses(runbook, marks)
    name = hyphenated(runbook.id) or "runbook"
    return Draft(f"{name}.md", f"{head}\n{body}\n\n{marks.section()}\n", tuple(marks.marks))


def _head(runbook: Runbook, marks: Marks, today: date) -> str:
    about, other = runbook.metadata, runbook.metadata.other
    fields: tuple[tuple[str, object, object], ...] = (
        ("id", runbook.id, None),
        ("title", one_line(runbook.title), None),
        ("domain", other.get("domain"), "todo"),
        ("service", other.get("service") or about.technology, "todo"),
        ("symptom_class", other.get("symptom_class"), ["todo"]),
        ("severity", other.get("severity") or about.severity, "medium"),
        ("scope", other.get("scope"), "team"),
        ("version", about.version, "0.1.0"),
        ("last_updated", about.last_updated.isoformat() if about.last_updated else None, today.isoformat()),
        ("verified_by", about.verified_by, "none yet"),
        ("status", other.get("status") or about.status, "draft"),
        ("tags", list(about.tags) or None, ["todo"]),
        ("difficulty", other.get("difficulty") or about.difficulty, "intermediate"),
    )
    invented = [key for key, own, _ in fields if not own]
    for key in invented:
        marks.invented(f"front matter {key}", "")
    return marked_front_matter({key: own or value for key, own, value in fields}, invented)


def _body(runbook: Runbook, marks: Marks) -> Iterator[str]:
    yield f"# {one_line(runbook.title)}"
    yield "## Symptom Recognition"
    symptoms = items(symptom.text for symptom in runbook.symptoms)
    yield symptoms or marks.invented("the symptoms", "- TODO what is seen")
    yield "## Applicability"
    applicable = [passage.text for passage in runbook.passages if passage.label.casefold() == "applicability"]
    yield joined(applicable) or marks.invented("the applicability", "TODO versions, access, tools")
    yield "## Diagnostic Steps"
    if not runbook.steps:
        yield marks.invented("the diagnostic steps", "### Step 1: TODO")
    yield from (step_text(number, step) for number, step in enumerate(runbook.steps, start=1))
    yield "## Causes"
    yield from _causes(runbook, marks)
    yield "## Prevention"
    yield practice_items(runbook.prevention) or marks.invented("the prevention", "- TODO")
    yield "## Sources"
    sources = [passage.text for passage in runbook.passages if passage.label.casefold() == "sources"]
    links = "\n".join(part for part in (link_items(runbook.resources), items(sources)) if part)
    yield links or marks.invented("the sources", "- TODO")


def _causes(runbook: Runbook, marks: Marks) -> Iterator[str]:
    placed: set[int] = set()
    causes = runbook.causes[:_MOST_CAUSES]
    if not causes:
        yield marks.invented("the causes", "### Cause A: TODO\n\n**Statement:** TODO")
    for position, cause in enumerate(causes):
        own = [solution for solution in runbook.solutions if _KIND.sub("", solution.title) == cause.name]
        placed.update(id(solution) for solution in own)
        yield _cause(chr(ord("A") + position), cause, own, marks)
    rest = [solution for solution in runbook.solutions if id(solution) not in placed]
    if any(_KIND.sub("", solution.title) != _FALLBACK for solution in rest):
        marks.invented("the place of solutions that name no cause: Cause Z", "")
    fallback = [passage.text for passage in runbook.passages if passage.label == _FALLBACK]
    statement = joined(fallback) or marks.invented(
        "the fallback cause", "TODO none of the causes fits the observations."
    )
    yield joined(
        (
            f"### Cause Z: {_FALLBACK}",
            labelled("Statement", statement),
            "**Indicators:**\n\n- [Default]",
            _interventions(rest),
        )
    )


def _cause(letter: str, cause: Cause, solutions: list[Solution], marks: Marks) -> str:
    where = f"cause {letter}"
    chain = [f"{link.node}: {link.text}" if link.node else link.text for link in cause.chain]
    indicators = [
        " ".join(_indicator(indicator.node, indicator.source, indicator.text)) for indicator in cause.indicators
    ]
    nothing = marks.invented(f"the chain of {where}", "- root: TODO\n- D: TODO") if not chain else ""
    unseen = marks.invented(f"the indicators of {where}", "- root: [Symptom] TODO") if not indicators else ""
    statement = cause.description or marks.invented(f"the statement of {where}", "TODO")
    return joined(
        (
            f"### Cause {letter}: {one_line(cause.name)}",
            labelled("Statement", statement),
            f"**Chain:**\n\n{items(chain) or nothing}",
            f"**Indicators:**\n\n{items(indicators) or unseen}",
            _interventions(solutions),
        )
    )


def _indicator(node: str, source: str, text: str) -> Iterator[str]:
    if node:
        yield f"{node}:"
    if source:
        yield f"[{source.title()}]"
    if text:
        yield text


def _interventions(solutions: list[Solution]) -> str:
    return joined(("**Interventions:**", *map(_intervention, solutions))) if solutions else ""


def _intervention(solution: Solution) -> str:
    """An intervention: kind and node of the title, or a remediation whose first words are the title."""
    known = _KIND.match(solution.title)
    kind = known["kind"].lower().replace(" ", "_") if known else "remediation"
    node = (known["node"] if known else "") or "root"
    single = len(solution.instructions) == 1 and solution.instructions[0].number is None
    if known and single:
        text, blocks = solution.instructions[0].text, [*fences(solution.commands)]
    else:
        steps = [
            item(step.text or "Run:", f"{number}.", fences(step.commands))
            for number, step in enumerate(solution.instructions, start=1)
        ]
        inside = [command for step in solution.instructions for command in step.commands]
        others = [command for command in solution.commands if command not in inside]
        needs = labelled("Prerequisites", "; ".join(map(one_line, solution.prerequisites)))
        text = one_line(solution.title)
        blocks = [solution.when_to_use, needs, *steps, *fences(others)]
    risk = joined(note.text for note in solution.notes)
    facets = [
        labelled("Risk", one_line(risk)),
        labelled("Duration", solution.resolution_time.text),
        labelled("Verification", solution.expected_outcome),
    ]
    return item(f"**{kind}** ({node}): {text}", "-", [*blocks, *(facet for facet in facets if facet)])


def _note_losses(runbook: Runbook, marks: Marks) -> None:
    about, prevention = runbook.metadata, runbook.prevention
    for key in set(about.other) - {"domain", "service", "symptom_class", "severity", "scope", "status", "difficulty"}:
        marks.left_out(f"front matter {key}")
    marks.left_out("front matter aliases", about.aliases)
    marks.left_out("front matter alerts", about.alerts)
    marks.left_out("the purpose", runbook.purpose)
    marks.left_out("the impact", runbook.impact)
    marks.left_out("the weights of the causes", any(cause.weight is not None for cause in runbook.causes))
    marks.left_out(f"causes after the {_MOST_CAUSES}th", runbook.causes[_MOST_CAUSES:])
    marks.left_out("the quick fix", runbook.quick_fix)
    marks.left_out("the resolution time", runbook.resolution_time.text)
    marks.left_out("the root cause analysis", runbook.root_cause_analysis)
    marks.left_out("preventive measures", prevention.immediate or prevention.long_term or prevention.security)
    marks.left_out("related runbooks", runbook.related)
    marks.left_out("the version history", runbook.history)
    labels = ("applicability", "sources", "unidentified")
    marks.left_out(
        "text outside the sections", [passage for passage in runbook.passages if passage.label.casefold() not in labels]
    )
    marks.left_out("notes", runbook.notes)
