"""Observations to a differential: the stages in order.

The search says which runbooks the symptoms point to, the runbooks say how common their causes are, and the observations
say which of them fit. The search comes in as a function, so this room builds no index.
"""

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from faultmaven_kb.differential.bearing import Bearing, bearing, is_symptom
from faultmaven_kb.differential.findings import Finding
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.differential.prepared import PreparedRunbook, prepared
from faultmaven_kb.differential.values import CauseRank, Differential, NextStep, Reason, StepFinding
from faultmaven_kb.differential.weighing import (
    broken_stick,
    entropy,
    information,
    likelihood,
    normalised,
    prior_shares,
    support,
)
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
    missing: dict[Observation, Bearing] = field(default_factory=dict)
    """What it means for all causes alike that something is not seen, made when it is first asked for."""

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
    reasons = [tuple(_reasons(candidate, observations)) for candidate in candidates]
    weights = [
        candidate.prior * math.prod(reason.factor for reason in because)
        for candidate, because in zip(candidates, reasons, strict=True)
    ]
    rest = max(0.0, 1 - sum(candidate.prior for candidate in candidates))
    total = sum(weights) + rest
    shares = [weight / total for weight in weights]
    ranks = [
        _rank(candidate, share, because) for candidate, share, because in zip(candidates, shares, reasons, strict=True)
    ]
    ranks.sort(key=lambda rank: (-rank.share, -rank.prior, rank.runbook.id, rank.cause.name))
    step = _next_step(
        cases, candidates, [*shares, rest / total], {*done, *(observation.step for observation in observations)}
    )
    return Differential(tuple(observations), tuple(ranks), rest / total, step)


def _supported(observations: Sequence[Observation], ask: Callable[[str], Answer]) -> list[tuple[Runbook, float]]:
    """The runbooks that the symptoms point to, best first, with their shares."""
    shares_by_runbook: dict[str, list[float]] = {}
    runbooks: dict[str, Runbook] = {}
    for observation in observations:
        if observation.seen and observation.step is None:
            hits = ask(observation.text).hits
            for hit, share in zip(hits, broken_stick([hit.confidence for hit in hits]), strict=True):
                runbooks[hit.runbook.id] = hit.runbook
                shares_by_runbook.setdefault(hit.runbook.id, []).append(share)
    names = sorted(shares_by_runbook)
    shares = dict(zip(names, normalised([support(shares_by_runbook[name]) for name in names]), strict=True))
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
        effect = bearing(observation, texts, finding=finding, position=candidate.position, rarity=case.known.rarity)
        if finding is None and not observation.seen and not effect.value:
            effect = _missing_symptom(case, observation)
        factor = likelihood(effect.value, seen=effect.seen) / likelihood(0.0, seen=effect.seen)
        if abs(math.log2(factor)) >= _LEAST_EFFECT:
            yield Reason(observation, factor, effect.text)


def _missing_symptom(case: _Case, observation: Observation) -> Bearing:
    """A symptom of the runbook that is not there speaks against all of its causes alike."""
    if observation not in case.missing:
        value, text = is_symptom(observation, [plain(symptom.text) for symptom in case.runbook.symptoms])
        case.missing[observation] = Bearing(max(0.0, value), False, text)
    return case.missing[observation]


def _rank(candidate: _Candidate, share: float, reasons: tuple[Reason, ...]) -> CauseRank:
    solutions = candidate.case.known.solutions[candidate.position]
    return CauseRank(candidate.case.runbook, candidate.cause, share, candidate.prior, reasons, solutions)


def _next_step(
    cases: Sequence[_Case], candidates: Sequence[_Candidate], shares: Sequence[float], done: set[StepKey | None]
) -> NextStep | None:
    """The open step with the greatest expected information; the earlier one when two are equal."""
    best: NextStep | None = None
    for case in cases:
        own = [share for candidate, share in zip(candidates, shares, strict=False) if candidate.case is case]
        weighed = [*own, max(0.0, 1 - sum(own))]  # a runbook's findings say nothing about causes of another one
        undecided = entropy(weighed)
        for key, findings in case.known.findings:
            least = max(_LEAST_INFORMATION, best.information if best else 0.0)
            if key in done or undecided < least:
                continue  # no answer can tell more than what is undecided
            rows = [_row(finding, len(own)) for finding in findings]
            worths = [information(weighed, [row]) for row in rows]
            order = sorted(range(len(rows)), key=lambda place: -worths[place])[:_MOST_FINDINGS]
            if sum(worths[place] for place in order) < least:
                continue  # answers together tell at most what each tells by itself
            worth = information(weighed, [rows[place] for place in order])
            if worth >= _LEAST_INFORMATION and (best is None or worth > best.information + 1e-9):
                best = _proposed(case.runbook, key, worth, findings)
    return best


def _row(finding: Finding, causes: int) -> list[float]:
    """What a finding says about each of its runbook's causes, and nothing about something else."""
    linked = dict(finding.causes)
    return [*(linked.get(position, 0.0) for position in range(causes)), 0.0]


def _proposed(runbook: Runbook, key: StepKey, worth: float, findings: Sequence[Finding]) -> NextStep:
    def names(finding: Finding, sign: int) -> tuple[str, ...]:
        return tuple(runbook.causes[cause].name for cause, strength in finding.causes if strength * sign > 0)

    step_findings = tuple(StepFinding(finding.text, names(finding, 1), names(finding, -1)) for finding in findings)
    return NextStep(key, runbook, runbook.steps[key.position - 1], worth, step_findings)
