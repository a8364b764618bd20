"""The forms a runbook can be converted to, one writer each, in a readable table."""

from collections.abc import Callable
from datetime import date

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.export.as_causal_chain import as_causal_chain
from faultmaven_kb.export.as_faultmaven import as_faultmaven
from faultmaven_kb.export.draft import Draft, Marks
from faultmaven_kb.export.skills import skill_of
from faultmaven_kb.model.runbook import Runbook

__all__ = ["TARGETS", "convert"]


def _as_skill(runbook: Runbook, *, today: date) -> Draft:
    """An Agent Skill; what its free body has no place for is listed."""
    skill = skill_of(runbook)
    marks = Marks()
    if skill.name != runbook.id:
        marks.invented(f'the name "{skill.name}" for "{runbook.id}"', "")
    if not (runbook.purpose or runbook.impact):
        marks.invented("the goal", "")
    marks.invented("the description, made of title, purpose and symptoms", "")
    for key in runbook.metadata.other:
        marks.left_out(f"front matter {key}")
    marks.left_out("the chains of the causes", any(cause.chain for cause in runbook.causes))
    marks.left_out("the resolution time", runbook.resolution_time.text)
    marks.left_out("the root cause analysis", runbook.root_cause_analysis)
    marks.left_out("security considerations", runbook.prevention.security)
    marks.left_out("related runbooks", runbook.related)
    marks.left_out("the version history", runbook.history)
    marks.left_out("text outside the sections", runbook.passages)
    marks.left_out("notes", runbook.notes)
    return Draft(f"{skill.name}/SKILL.md", f"{skill.text}\n{marks.section()}\n", tuple(marks.marks))


TARGETS: tuple[tuple[str, Callable[..., Draft]], ...] = (
    ("faultmaven", as_faultmaven),
    ("causal-chain", as_causal_chain),
    ("skills", _as_skill),
)


def convert(runbook: Runbook, to: str, *, today: date) -> Draft:
    """The runbook as a draft in the form called `to`. Raises `ConfigurationError` for a form that does not exist."""
    for name, writer in TARGETS:
        if name == to:
            return writer(runbook, today=today)
    raise ConfigurationError(f'target is "{to}", expected one of {", ".join(name for name, _ in TARGETS)}')
