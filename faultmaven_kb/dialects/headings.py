"""The words that alert runbooks put over their parts: a table of names, and what may come before and after a name.

Public runbooks agree on the parts and on nothing else ("Diagnosis", "Initial triage", "Troubleshooting guide"). So a
heading is looked up as written, then without the words that only colour it, then in the pieces that "and" joins; a
heading of several parts is the first of them. Nothing here knows what a part is read as.
"""

import re
from functools import lru_cache

from faultmaven_kb.dialects.dialect import Vocabulary

__all__ = ["HEADINGS", "INNER_HEADINGS", "AlertVocabulary", "label_means"]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


_BEFORE = frozenset(
    "a additional alert all an any automated automatic basic common current detailed diagnostic emergency failure "
    "fault first further general helpful immediate in-depth incident initial issue key known likely main manual my "
    "next operational our outage possible potential probable problem quick rapid recommended required root runbook "
    "safe short-term some specific standard suggested technical the this typical useful".split()
)
_AFTER = frozenset(
    "action actions activities approach approaches assessment checklist commands details flow flowchart guidance "
    "guide guidelines here hints ideas information instructions it matrix measures notes now options overview path "
    "phase plan playbook playbooks policy procedure procedures process quickly recommendation recommendations ranked "
    "scenarios section stage step steps strategies strategy summary table techniques template templates this tips "
    "tree workflow".split()
)
_PARTS = frozenset(
    "cause causes containment description detection diagnosis eradication escalation fix fixes impact investigation "
    "meaning mitigation overview prevention recovery remediation resolution resolutions rollback root severity "
    "solution solutions summary symptom symptoms triage troubleshooting validation verification workaround".split()
)
"""Names side by side with only a sign between ("Severity / Impact"); "Check access" is a deed."""
_FEW = 2
_KEPT_LENGTH = 60  # characters, chosen: longer words over a part are rare, and kept in memory they would cost
_LAST_WORDS = {
    "actions": "actions",
    "mitigation": "mitigation",
    "remediation": "mitigation",
    "validation": "verification",
    "verification": "verification",
}
"""Words that name a part whatever comes before them ("Safe actions", "Recovery validation")."""
_AFTERWARDS = "post-"
_QUALIFIED = re.compile(r"(.{3,40}?) (by|per|for|after|in) .")
_GERUNDS = {
    "diagnosis": frozenset("diagnosing investigating troubleshooting debugging triaging".split()),
    "mitigation": frozenset("fixing resolving mitigating remediating recovering repairing solving".split()),
    "verification": frozenset("verifying validating".split()),
}
_OBJECTS = frozenset(
    "alert alerts error errors failure failures incident incidents issue issues it outage problem problems situation "
    "this".split()
)
"""What a gerund or "how to" is about where a heading names a part and not one step of it ("Fixing the issue")."""
_NO_LABELS = frozenset(
    "about access check confirm contact contain help identify inspect isolate observe owner owners process related "
    "restore recover see severity situation tasks test testing tips tools validate".split()
) | {"to do"}
_MEANS = frozenset("actions activities checks commands measures procedure procedures queries steps things ways".split())
"""What is done for a purpose that the words behind it name."""
_LITTLE = frozenset("a all an any common of other possible the these with".split())
_HOW = {
    "diagnosis": frozenset(
        "check confirm debug detect diagnose identify investigate know recognise recognize spot tell triage "
        "troubleshoot".split()
    ),
    "mitigation": frozenset("fix resolve mitigate remediate recover repair solve respond handle".split()),
    "verification": frozenset("verify validate".split()),
    "escalation": frozenset(("escalate",)),
    "prevention": frozenset(("prevent", "avoid")),
}


class AlertVocabulary(Vocabulary):
    """A table of names that is also asked for a heading's core, and for the pieces of a heading."""

    def role(self, key: str) -> str | None:
        """The role of a heading's words: as written, without colouring words, or of the first piece with one."""
        return _kept_role(self, key) if len(key) <= _KEPT_LENGTH else self.found(key)

    def found(self, key: str) -> str | None:
        """The role of a heading's words, looked for anew."""
        role = self._plain(key)
        if role:
            return role
        if key.startswith(_AFTERWARDS):
            role = self._afterwards(key)
        elif " " in key and key.count(" ") <= _FEW:
            role = _LAST_WORDS.get(key.rpartition(" ")[2])
        elif key.endswith(" resolution") and key.split(" ")[-2] in _OBJECTS:  # no resolution of names
            role = "mitigation"
        return role or self._first_piece(key) or self._qualified(key) or _told(key)

    def joined(self, key: str) -> set[str]:
        """The roles of the pieces that "and" or a sign joins in a heading's words; empty for a heading of one piece."""
        pieces = key.replace(" or ", " and ").split(" and ")
        if len(pieces) == 1 and _PARTS.issuperset(key.split(" ")):
            pieces = key.split(" ")
        return {role for piece in pieces if (role := self._plain(piece))} if len(pieces) > 1 else set()

    def _afterwards(self, key: str) -> str | None:
        """The role of what is done when all is over ("Post-recovery actions", "Post-failover validation checklist")."""
        role = self._plain(key.partition(" ")[2])
        return {"verification": "verification", "actions": "prevention"}.get(role or "")

    def _plain(self, key: str) -> str | None:
        return super().role(key) or super().role(_core(key))

    def _qualified(self, key: str) -> str | None:
        """The role of a name that says what it is sorted by or meant for ("Resolution by reason", "Fix for Docker")."""
        name = _QUALIFIED.match(key)
        role = self._plain(name[1]) if name else None
        if name and name[2] == "after":
            return role if role == "verification" else None
        if name and name[2] == "in":  # "Checks in the console" are one step
            return role if key.endswith(" minutes") else None
        return role if role in ("mitigation", "causes") or (name and role == "diagnosis" and name[2] != "for") else None

    def _first_piece(self, key: str) -> str | None:
        """The first role among the pieces; words that only a sign stood between must all have one."""
        joined = [self._plain(piece) for piece in key.replace(" or ", " and ").split(" and ")]
        if len(joined) > 1:
            return next((role for role in joined if role), None)
        signed = _core(key).split(" ")
        return self._plain(signed[0]) if len(signed) > 1 and _PARTS.issuperset(signed) else None


@lru_cache(maxsize=512)  # a heading and a label are asked for many times while a page is read
def _kept_role(vocabulary: AlertVocabulary, key: str) -> str | None:
    return vocabulary.found(key)


def label_means(key: str) -> str | None:
    """The role of a label's words; some names are a part only as a heading, because "Check:" may open any text."""
    role = None if key in _NO_LABELS else HEADINGS.role(key)
    return None if role == "cases" else role


def _told(key: str) -> str | None:
    """The role of "Investigating problems", "How to fix this error", "Actions to resolve it": a deed and its object."""
    parts = key.split(" ")
    while parts[0] in _BEFORE and parts[_FEW:]:
        del parts[0]
    if parts[0] in _MEANS and parts[1:2] == ["for"]:  # "Actions for investigation" are what comes last
        role = HEADINGS.role(parts[-1])
        return role if role in ("diagnosis", "mitigation") else None
    if parts[0] in _MEANS and parts[1:2] == ["to"]:
        parts = parts[1:]
    if parts[:2] == ["how", "to"] or parts[:1] == ["to"]:
        deeds, rest = _HOW, parts[2:] if parts[0] != "to" else parts[1:]
    else:
        deeds, rest = _GERUNDS, parts
    role = next((role for role, words in deeds.items() if rest and rest[0] in words), None)
    about = [word for word in rest[1:] if word not in _LITTLE]
    return role if role and (not about or about[0] in _OBJECTS or about[-1] in _OBJECTS) else None


def _core(key: str) -> str:
    """The words without those that only colour a name; the last word left is never taken."""
    parts = key.split(" ")
    while len(parts) > 1 and parts[0] in _BEFORE:
        del parts[0]
    while len(parts) > 1 and parts[-1] in _AFTER:
        del parts[-1]
    return " ".join(parts)


_PREREQUISITES = _names(
    "prerequisites, prerequisite, pre-requisites, pre-requisite, pre-requisits, prereqs, requirements, before you "
    "begin, before you start, preconditions, precondition, preparation, required access, access, access required, "
    "required permissions, permissions, what you need, you need, you will need, preflight, pre-flight, preflight "
    "checklist, pre-flight checklist, required tools, tools, tools required, before starting"
)

HEADINGS = AlertVocabulary(
    (
        "meaning",
        _names(
            "what is this, what's this, about, situation, objective, what is it, executive summary, the issue, issue, "
            "incident type, symptom description, alert overview, incident summary, incident description, meaning, "
            "description, summary, overview, alert description, alert meaning, alert summary, alert details, what "
            "this alert means, what does this alert mean, what does this mean, what it means, what this means, "
            "background, context, problem, problem statement, problem definition, problem description, issue "
            "description, purpose, introduction, explanation, scenario, trigger, triggers, trigger condition, "
            "trigger conditions, alert condition, alert conditions, why it fires, when it fires, when this alert "
            "fires, why this alert fires, why is this alert firing, what is happening, what happened, about this "
            "alert"
        ),
    ),
    (
        "impact",
        _names(
            "blast radius and impact, what is affected, who is affected, affected services, affected systems, "
            "severity level, severity levels, impact, severity, user impact, customer impact, business impact, "
            "consequences, why it matters, why this matters, blast radius, effects, effect, severity impact, impact "
            "severity"
        ),
    ),
    (
        "symptoms",
        _names(
            "signal, error, error text, failure, detect, when to fire, when this fires, triggering alerts, "
            "triggered by, alerts covered, "
            "alert covered, covered alerts, detection signals, failure signals, alerting signals, "
            "what you'll see, what you will see, what you might see, when to use, when to use this, when to use this "
            "runbook, when to use this playbook, use when, applies when, symptoms and detection, how it looks, "
            "observed behavior, observed behaviour, error message, detection and symptoms, triggers and symptoms, "
            "identification, warning signs, alerts that trigger this runbook, symptoms, symptom, signs, signals, "
            "detection, indicators, how to detect, error messages, what you see"
        ),
    ),
    (
        "analysis",
        _names("root cause analysis, rca, cause analysis"),
    ),
    (
        "causes",
        _names(
            "what can cause this, why it happens, why this happens, cause of the problem, common reasons, failure "
            "modes, suspected causes, contributing factors, possible causes, causes, common causes, probable causes, "
            "cause, potential causes, likely causes, root causes, root cause, reasons, possible reasons, why does "
            "this happen, what causes this"
        ),
    ),
    (
        "diagnosis",
        _names(
            "diagnostic, diagnostic commands, diagnostics commands, debugging commands, debug commands, "
            "investigation commands, diagnosis commands, diagnosis steps, identify, inspect, inspection, check, "
            "quick check, first checks, "
            "possible checks, "
            "things to check, what to look for, where to start, first steps, first things to check, quick diagnosis, "
            "deep dive, deep diagnostics, detailed diagnosis, verify alert, confirm, confirm the problem, isolate, "
            "isolation, examination, root cause identification, pre-check, health check, health checks, verification "
            "steps before, gather information, information gathering, data collection, collect evidence, "
            "observe, triage and diagnosis, examine, diagnosis, troubleshooting, investigation, investigate, "
            "diagnostics, debugging, diagnose, diagnosing, diagnostic steps, troubleshooting steps, investigation "
            "steps, how to diagnose, triage, triage steps, initial investigation, checks, quick checks, pre-checks, "
            "how to investigate, how to debug, how to check, how to troubleshoot, troubleshoot, analysis, what to "
            "check, where to look, confirm the alert, verify the alert, alert verification, confirm the issue, "
            "verify the issue, confirmation, assessment"
        ),
    ),
    (
        "mitigation",
        _names(
            "instructions to fix, possible resolutions, possible solutions, potential solutions, resolve the issue, "
            "fix it, solve, solving, contain, eradicate, eradication, restore, restoration, restore service, "
            "recover, service restoration, how to solve, how to solve it, how to respond, countermeasures, counter "
            "measures, solution steps, fix steps, recovery procedure, recovery procedures, solution options, "
            "resolution options, stop the bleeding, stabilize, stabilise, repair steps, contain and eradicate, what "
            "to do about it, how do i fix this, how do i fix it, short-term fix, quick mitigation, mitigation, "
            "resolution, remediation, mitigations, resolve, recovery, solution, fix, solutions, fixes, how to fix, "
            "how to fix it, how to resolve, how to resolve it, how to mitigate, how to recover, workaround, "
            "workarounds, corrective actions, mitigation steps, resolution steps, remediation steps, recovery steps, "
            "resolutions, remediate, mitigate, remedy, remedies, repair, containment, quick fix, quick fixes, "
            "temporary fix, permanent fix"
        ),
    ),
    (
        "actions",
        _names(
            "actions, action, immediate actions, immediate action, response, action required, response procedure, "
            "response actions, initial response, first response, emergency response, response steps, corrective "
            "action, initial actions, first actions, immediate response, immediate steps"
        ),
    ),
    (
        "steps",
        _names(
            "step by step, step-by-step, process, action items, tasks, walkthrough, howto, how-to, steps to perform, "
            "what you should do, what do we do, things to do, to do, procedure steps, runbook steps, playbook steps, "
            "steps, procedure, runbook, playbook, instructions, what to do, what should i do, what do i do, steps to "
            "take, steps to follow, checklist, checklists, workflow, action plan"
        ),
    ),
    (
        "verification",
        _names(
            "post-verification, confirm it's fixed, confirm the fix, check the result, check that it works, verify "
            "success, verify fix, verify the resolution, testing, test, post-fix verification, verification steps, "
            "how to confirm, post-check, validate, exit criteria, exit checks, confirmation of recovery, "
            "is it fixed, recovery "
            "verification, post-recovery verification, post-recovery checks, verification, validation, verify, how "
            "to verify, verify the fix, verify resolution, post checks, post-checks, confirm resolution, confirm "
            "recovery, verify recovery, success criteria, resolution verification"
        ),
    ),
    (
        "rollback",
        _names(
            "back out, backout, backout plan, back-out plan, undo, revert, reverting, rolling back, how to roll "
            "back, rollback, roll back, rollback steps, rollback plan, rollback procedure"
        ),
    ),
    (
        "escalation",
        _names(
            "when to file an issue, report an issue, reporting an issue, reporting issues, filing an issue, "
            "report a bug, "
            "who to call, who to ask, who to page, need help, communication, communications, communication plan, "
            "contact, points of contact, on-call, owners, ownership, owner, team contacts, when to escalate and how, "
            "still stuck, getting support, help, if all else fails, stakeholders, notify, notification, escalation "
            "and contacts, support contacts, escalation contacts, escalation matrix, escalation, escalation path, "
            "escalate, when to escalate, contacts, who to contact, escalation criteria, getting help, support"
        ),
    ),
    ("prerequisites", _PREREQUISITES),
    (
        "prevention",
        _names(
            "best practices, best practice, "
            "next steps, after the incident, post-incident review, follow-up actions, aftermath, post-mortem, "
            "postmortem, long-term solution, long-term solutions, long term solution, improvements, after action, "
            "after-action review, post-incident activity, future work, hardening, preventing this, preventative "
            "measures, preventative actions, recommendations, prevention, preventive measures, long term fix, follow "
            "up, follow ups, follow-up, follow-ups, post-incident, post incident, post-incident tasks, post-incident "
            "actions, how to prevent, future prevention, long-term fix, lessons learned"
        ),
    ),
    (
        "cases",
        _names(
            "issues, problems, incidents, failures, scenarios, errors, faults, outages, pitfalls, failure cases, "
            "failure scenarios, incident scenarios, incident types, troubleshooting scenarios, problem scenarios"
        ),
    ),
    (
        "resources",
        _names(
            "failed attempts, what did not work, what didn't work, environment, affected versions, timeline, "
            "applicable versions, supported versions, "
            "alert rule, alert rules, alert definition, alert expression, metrics, services, recent changes, "
            "related records, previous incidents, alert behavior, alert behaviour, severities, "
            "definitions, related, related issues, related links, oss links, see, read more, learn more, sources, "
            "related resources, notes and special considerations, special considerations, related docs, monitoring "
            "links, helpful links, caveats, tips, gotchas, faq, background reading, changelog, "
            "revision history, version history, change history, glossary, metadata, document information, additional "
            "resources, additional notes, references, links, see also, resources, related alerts, related runbooks, "
            "useful links, dashboards, further reading, additional information, notes, more information, "
            "documentation, related documentation, external links, appendix"
        ),
    ),
)


class _InnerVocabulary(Vocabulary):
    """A table of names that is asked for a heading's core too where it mends something ("Current fix")."""

    def role(self, key: str) -> str | None:
        """The role of a heading's words as written, or of a mending without colouring words."""
        role = self._exact.get(key)
        if role or " " not in key or self._exact.get(key.rpartition(" ")[2]) != "mitigation":
            return role
        return self._exact.get(_core(key))


INNER_HEADINGS = _InnerVocabulary(
    ("impact", _names("impact, user impact, business impact")),
    (
        "causes",
        _names("possible causes, causes, common causes, likely causes, potential causes, root causes"),
    ),
    (
        "mitigation",
        _names(
            "mitigation, resolution, remediation, solution, solutions, fix, fixes, workaround, workarounds, how to fix"
        ),
    ),
    (
        "verification",
        _names("verification, validation, how to verify, verify the fix, verify resolution"),
    ),
    (
        "rollback",
        _names("rollback, rollback plan, rollback procedure, rollback steps"),
    ),
    (
        "escalation",
        _names("escalation, escalation path, when to escalate"),
    ),
    (
        "prevention",
        _names("prevention, preventive measures"),
    ),
)
"""What a heading inside another part still is: few names, because most inner headings are the title of a step."""
