"""Observations to a differential: the stages in order.

The search says which runbooks the symptoms point to, the runbooks say how common their causes are, and the observations
say which of them fit. The search comes in as a function, so this room builds no index.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from faultmaven_kb.differential.bearing import Bearing, bearing, is_symptom
from faultmaven_kb.differential.findings import Finding
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.differential.prepared import PreparedRunbook, prepared
from faultmaven_kb.differential.values import CauseRank, Differential, NextStep, Reason, StepFinding
from faultmaven_kb.differential.weighing import broken_stick, information, likelihood, normalised, prior_shares, support
from faultmaven_kb.model.runbook import Cause, Runbook
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.text.inline import plain

__all__ = ["differentiate"]

_MOST_RUNBOOKS = 8  # chosen: bounds the work; the support of later hits is small
_MOST_FINDINGS = 5  # chosen: all combinations of yes and no are weighed, 32 of them
_LEAST_INFORMATION = 0.08  # bits, chosen (docs/explanation/differential.md)
_LEAST_EFFECT = 0.2  # bits, chosen: factors between 0.87 and 1.15 are noise


@dataclass(frozen=True, slots=True)
class _Case:
    """A runbook that the symptoms point to, and how far they do."""

    known: PreparedRunbook
    share: float

    @property
    def runbook(self) -> Runbook:
        return self.known.runbook


@dataclass(frozen=True, slots=True)
class _Candidate:
    case: _Case
    position: int
    prior: float

    @property
    def cause(self) -> Cause:
        return self.case.runbook.causes[self.position]


def differentiate(
    observations: Sequence[Observation],
    ask: Callable[[str], Answer],
    *,
    done: Collection[StepKey] = (),
    prepare: Callable[[Runbook], PreparedRunbook] = prepared,
) -> Differential:
    """The causes that observations point to, in order, and the step that best distinguishes them.

    Steps that an observation answers, and those that are `done`, are not proposed again. `prepare` may keep what it
    made of a runbook for the next question.
    """
    cases = [_Case(prepare(runbook), share) for runbook, share in _supported(observations, ask)]
    candidates = [candidate for case in cases for candidate in _candidates(case)]
    reasons = [tuple(_reasons(each, observations)) for each in candidates]
    weights = [
        each.prior * math.prod(reason.factor for reason in found)
        for each, found in zip(candidates, reasons, strict=True)
    ]
    rest = max(0.0, 1 - sum(each.prior for each in candidates))
    total = sum(weights) + rest
    shares = [weight / total for weight in weights]
    ranks = [
        _rank(candidate, share, found) for candidate, share, found in zip(candidates, shares, reasons, strict=True)
    ]
    ranks.sort(key=lambda rank: (-rank.share, -rank.prior, rank.runbook.id, rank.cause.name))
    step = _next_step(cases, candidates, [*shares, rest / total], {*done, *(each.step for each in observations)})
    return Differential(tuple(observations), tuple(ranks), rest / total, step)


def _supported(observations: Sequence[Observation], ask: Callable[[str], Answer]) -> list[tuple[Runbook, float]]:
    """The runbooks that the symptoms point to, best first, with their shares."""
    found: dict[str, list[float]] = {}
    runbooks: dict[str, Runbook] = {}
    for observation in observations:
        if observation.seen and observation.step is None:
            hits = ask(observation.text).hits
            for hit, share in zip(hits, broken_stick([hit.confidence for hit in hits]), strict=True):
                runbooks[hit.runbook.id] = hit.runbook
                found.setdefault(hit.runbook.id, []).append(share)
    names = sorted(found)
    shares = dict(zip(names, normalised([support(found[name]) for name in names]), strict=True))
    names.sort(key=lambda name: (-shares[name], name))
    return [(runbooks[name], shares[name]) for name in names[:_MOST_RUNBOOKS]]


def _candidates(case: _Case) -> Iterator[_Candidate]:
    for position, prior in enumerate(prior_shares([cause.weight for cause in case.runbook.causes])):
        yield _Candidate(case, position, case.share * prior)


def _reasons(candidate: _Candidate, observations: Sequence[Observation]) -> Iterator[Reason]:
    """What each observation does to a cause; those that do next to nothing are left out."""
    case = candidate.case
    for observation in observations:
        if observation.step is not None and observation.step.runbook != case.runbook.id:
            continue  # what a runbook's own finding says, it says about its own causes
        finding = case.known.finding(observation)
        texts = case.known.texts[candidate.position]
        found = bearing(observation, texts, finding=finding, position=candidate.position, rarity=case.known.rarity)
        if finding is None and not observation.seen and not found.value:
            found = _missing_symptom(case, observation)
        factor = likelihood(found.value, seen=found.seen) / likelihood(0.0, seen=found.seen)
        if abs(math.log2(factor)) >= _LEAST_EFFECT:
            yield Reason(observation, factor, found.text)


def _missing_symptom(case: _Case, observation: Observation) -> Bearing:
    """A symptom of the runbook that is not there speaks against all of its causes alike."""
    symptoms = [plain(symptom.text) for symptom in case.runbook.symptoms]
    value, text = is_symptom(observation, symptoms)
    return Bearing(max(0.0, value), False, text)


def _rank(candidate: _Candidate, share: float, reasons: tuple[Reason, ...]) -> CauseRank:
    solutions = candidate.case.known.solutions[candidate.position]
    return CauseRank(candidate.case.runbook, candidate.cause, share, candidate.prior, reasons, solutions)


def _next_step(
    cases: Sequence[_Case], candidates: Sequence[_Candidate], shares: Sequence[float], done: set[StepKey | None]
) -> NextStep | None:
    """The open step with the greatest expected information; the earlier one when two are equal."""
    best: NextStep | None = None
    for case in cases:
        for key, findings in case.known.findings:
            rows = [(_row(finding, case, candidates), finding) for finding in findings]
            if key in done or not rows:
                continue
            rows.sort(key=lambda row: -information(shares, [row[0]]))
            worth = information(shares, [row for row, _ in rows[:_MOST_FINDINGS]])
            if worth >= _LEAST_INFORMATION and (best is None or worth > best.information + 1e-9):
                best = _proposed(case.runbook, key, worth, findings)
    return best


def _row(finding: Finding, case: _Case, candidates: Sequence[_Candidate]) -> list[float]:
    """What a finding says about each candidate, and nothing about something else."""
    linked = dict(finding.causes)
    return [*(linked.get(each.position, 0.0) if each.case is case else 0.0 for each in candidates), 0.0]


def _proposed(runbook: Runbook, key: StepKey, worth: float, findings: Sequence[Finding]) -> NextStep:
    def names(finding: Finding, sign: int) -> tuple[str, ...]:
        return tuple(runbook.causes[cause].name for cause, strength in finding.causes if strength * sign > 0)

    shown = tuple(StepFinding(finding.text, names(finding, 1), names(finding, -1)) for finding in findings)
    return NextStep(key, runbook, runbook.steps[key.position - 1], worth, shown)
