"""The words that alert runbooks put over their parts: a table of names, and what may stand before and after a name.

Public runbooks agree on the parts and on nothing else ("Diagnosis", "Initial triage", "Troubleshooting guide"). So a
heading is looked up as it stands, then without the words that only colour it, then in the pieces that "and" joins; a
heading of several parts is the first of them. Nothing here knows what a part is read as.
"""

from faultmaven_kb.dialects.dialect import Vocabulary

__all__ = ["HEADINGS", "INNER_HEADINGS", "AlertVocabulary"]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


_BEFORE = frozenset(
    "additional alert automated basic common current detailed diagnostic emergency first further general immediate "
    "incident initial key known likely main manual possible potential probable quick rapid recommended runbook "
    "short-term standard suggested typical useful".split()
)
_AFTER = frozenset(
    "action actions assessment checklist commands details flow guidance guide guidelines information instructions "
    "measures notes options overview plan playbook procedure procedures process section step steps strategies "
    "strategy tips workflow".split()
)


class AlertVocabulary(Vocabulary):
    """A table of names that is also asked for a heading's core, and for the pieces of a heading."""

    def role(self, key: str) -> str | None:
        """The role of a heading's words: as they stand, without colouring words, or of the first piece with one."""
        return self._plain(key) or self._first_piece(key)

    def _plain(self, key: str) -> str | None:
        return super().role(key) or super().role(_core(key))

    def _first_piece(self, key: str) -> str | None:
        """The first role among the pieces; words that only a sign stood between must all have one."""
        joined = [self._plain(piece) for piece in key.replace(" or ", " and ").split(" and ")]
        if len(joined) > 1:
            return next((role for role in joined if role), None)
        signed = [self._plain(word) for word in _core(key).split(" ")]
        return signed[0] if len(signed) > 1 and all(signed) else None


def _core(key: str) -> str:
    """The words without those that only colour a name; the last word left is never taken."""
    found = key.split(" ")
    while len(found) > 1 and found[0] in _BEFORE:
        del found[0]
    while len(found) > 1 and found[-1] in _AFTER:
        del found[-1]
    return " ".join(found)


HEADINGS = AlertVocabulary(
    (
        "meaning",
        _names(
            "meaning, description, summary, overview, alert description, alert meaning, alert summary, alert details, "
            "what this alert means, what does this alert mean, what does this mean, what it means, what this means, "
            "background, context, problem, problem statement, problem definition, problem description, "
            "issue description, purpose, introduction, explanation, scenario, trigger, triggers, trigger condition, "
            "trigger conditions, "
            "alert condition, alert conditions, why it fires, when it fires, when this alert fires, "
            "why this alert fires, why is this alert firing, what is happening, what happened, about this alert"
        ),
    ),
    (
        "impact",
        _names(
            "impact, severity, user impact, customer impact, business impact, consequences, why it matters, "
            "why this matters, blast radius, effects, effect, severity impact, impact severity"
        ),
    ),
    (
        "symptoms",
        _names("symptoms, symptom, signs, signals, detection, indicators, how to detect, error messages, what you see"),
    ),
    (
        "causes",
        _names(
            "possible causes, causes, common causes, probable causes, cause, potential causes, likely causes, "
            "root causes, root cause, reasons, possible reasons, why does this happen, what causes this"
        ),
    ),
    (
        "diagnosis",
        _names(
            "diagnosis, troubleshooting, investigation, investigate, diagnostics, debugging, diagnose, diagnosing, "
            "diagnostic steps, diagnosis steps, troubleshooting steps, investigation steps, how to diagnose, triage, "
            "triage steps, initial response, first response, initial investigation, checks, quick checks, pre-checks, "
            "how to investigate, how to debug, how to check, how to troubleshoot, troubleshoot, analysis, "
            "root cause analysis, what to check, where to look, confirm the alert, verify the alert, "
            "alert verification, confirm the issue, verify the issue, confirmation, assessment"
        ),
    ),
    (
        "mitigation",
        _names(
            "mitigation, resolution, remediation, mitigations, resolve, recovery, solution, fix, solutions, fixes, "
            "how to fix, how to fix it, how to resolve, how to resolve it, how to mitigate, how to recover, "
            "workaround, workarounds, corrective actions, mitigation steps, resolution steps, remediation steps, "
            "recovery steps, actions, action, immediate actions, immediate action, response, resolutions, remediate, "
            "mitigate, remedy, remedies, repair, containment, quick fix, quick fixes, temporary fix, permanent fix, "
            "action required, response procedure, response actions"
        ),
    ),
    (
        "steps",
        _names(
            "steps, procedure, runbook, playbook, instructions, what to do, what should i do, what do i do, "
            "steps to take, steps to follow, checklist, workflow, action plan"
        ),
    ),
    (
        "verification",
        _names(
            "verification, validation, verify, how to verify, verify the fix, verify resolution, post checks, "
            "post-checks, confirm resolution, confirm recovery, verify recovery, success criteria, "
            "resolution verification"
        ),
    ),
    ("rollback", _names("rollback, roll back, rollback steps, rollback plan, rollback procedure")),
    (
        "escalation",
        _names(
            "escalation, escalation path, escalate, when to escalate, contacts, who to contact, escalation criteria, "
            "getting help, support"
        ),
    ),
    (
        "prevention",
        _names(
            "prevention, preventive measures, long term fix, follow up, follow ups, follow-up, follow-ups, "
            "post-incident, post incident, post-incident tasks, post-incident actions, how to prevent, "
            "future prevention, long-term fix, lessons learned"
        ),
    ),
    (
        "resources",
        _names(
            "additional resources, additional notes, references, links, see also, resources, related alerts, "
            "related runbooks, useful links, dashboards, further reading, additional information, notes, "
            "more information, documentation, related documentation, external links, appendix"
        ),
    ),
)

INNER_HEADINGS = Vocabulary(
    ("causes", _names("possible causes, causes, common causes, likely causes, potential causes, root causes")),
    (
        "mitigation",
        _names(
            "mitigation, resolution, remediation, solution, solutions, fix, fixes, workaround, workarounds, how to fix"
        ),
    ),
    ("verification", _names("verification, validation, how to verify, verify the fix, verify resolution")),
    ("rollback", _names("rollback, rollback plan, rollback procedure, rollback steps")),
    ("escalation", _names("escalation, escalation path, when to escalate")),
    ("prevention", _names("prevention, preventive measures")),
)
"""What a heading inside another part still is: few names, because most inner headings are the title of a step."""
