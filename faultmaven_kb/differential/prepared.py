"""What a runbook brings to every differential it takes part in: all that does not depend on the observations.

Reading the findings out of a runbook's steps costs a hundred times more than weighing them, so it is done once for each
runbook of a base (`PreparedOnce`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faultmaven_kb.differential.bearing import CauseText
from faultmaven_kb.differential.findings import Finding, KnownCauses, findings_of, known_causes
from faultmaven_kb.differential.observation import Observation, StepKey
from faultmaven_kb.differential.solutions import SolutionLink, solutions_by_cause
from faultmaven_kb.differential.statements import Rarity
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.vocabulary.terms import terms_of
from faultmaven_kb.text.inline import plain

__all__ = ["PreparedOnce", "PreparedRunbook", "prepared"]


@dataclass(frozen=True, slots=True)
class PreparedRunbook:
    """A runbook, what its steps may show, and for each cause what speaks for it and which solutions answer it."""

    runbook: Runbook
    findings: tuple[tuple[StepKey, tuple[Finding, ...]], ...]
    texts: tuple[tuple[CauseText, ...], ...]
    rarity: Rarity
    solutions: tuple[tuple[SolutionLink, ...], ...]

    def finding(self, observation: Observation) -> Finding | None:
        """The finding that an observation answers."""
        answers = (finding for key, findings in self.findings if key == observation.step for finding in findings)
        return next((finding for finding in answers if finding.text == observation.text), None)


def prepared(runbook: Runbook) -> PreparedRunbook:
    """A runbook made ready for any number of differentials."""
    causes = known_causes(runbook)
    steps = tuple(
        (StepKey(runbook.id, place), findings_of(step, causes)) for place, step in enumerate(runbook.steps, 1)
    )
    every = [finding for _, findings in steps for finding in findings]
    texts = tuple(tuple(_texts(runbook, position, causes, every)) for position in range(len(runbook.causes)))
    terms = [frozenset().union(*(text.claim.terms for text in row)) for row in texts]
    rarity = Rarity(terms, subject=terms_of(runbook.title))
    return PreparedRunbook(runbook, steps, texts, rarity, solutions_by_cause(runbook, causes.names))


class PreparedOnce:
    """The runbooks of one base made ready, each when it is first asked for."""

    def __init__(self) -> None:
        self._by_id: dict[str, PreparedRunbook] = {}

    def __call__(self, runbook: Runbook) -> PreparedRunbook:
        """A runbook of the base made ready."""
        if runbook.id not in self._by_id:
            self._by_id[runbook.id] = prepared(runbook)
        return self._by_id[runbook.id]


def _texts(runbook: Runbook, position: int, causes: KnownCauses, findings: Sequence[Finding]) -> Iterator[CauseText]:
    cause = runbook.causes[position]
    described = f"{cause.name} - {plain(cause.description)}" if cause.description else cause.name
    for claim in causes.statements[position]:
        yield CauseText(claim, 1.0, described)
    for finding in findings:
        strength = dict(finding.causes).get(position)
        if strength is not None and finding.condition.terms:
            yield CauseText(finding.condition, strength, finding.text)
