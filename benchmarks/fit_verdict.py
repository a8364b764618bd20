"""Fits the constants of faultmaven_kb/search/calibration.py and says how they do on bases they were not fitted on.

    python -m benchmarks.fit_verdict [--set FOLDER …] [--padding FOLDER]

Fitted on are the sets of benchmarks/search_sets.py (`--set` as there) and the own symptoms of the shipped runbooks,
each taken out before it is asked. Every set is asked on its whole base, on random tens, thirties and halves of it, on
all bases together, and on halves padded to 300 and 1,000 documents with those of `--padding`, which no question is
about. A question whose document is left out is one that the base does not cover, and so is an off-topic one.

Two steps: the weights come from a logistic regression in which what is not covered weighs enough to be kept apart, and
which departs from an earlier, wider fit only as far as the rows say so; its sum is then put on the scale of a base that
covers most of what it is asked (Platt 1999, "Probabilistic outputs for support vector machines"). Both are cross
validated by leaving out one family of bases with all its sizes.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.search_sets import LabelledSet, development_sets, off_topic, own_set, sibling_set
from faultmaven_kb import KnowledgeBase, Runbook
from faultmaven_kb.evaluation.labelled import LabelledQuestion
from faultmaven_kb.evaluation.metrics import calibration_error, reliability
from faultmaven_kb.evaluation.self_check import symptom_questions, without_symptom
from faultmaven_kb.search.calibration import BIAS, MATCH, WEIGHTS
from faultmaven_kb.search.engine import Searcher
from faultmaven_kb.search.verdict import features

Floats = NDArray[np.float64]

_EARLIER = np.array([-3.95, 1.3, 0.33, -0.36, 0.32, -1.24, 4.38, 0.0, 0.0])
"""The bias (which is free) and the weights of an earlier version, from 13,334 rows of nine sets that are not part of
this package: alert texts, error lines, questions and complaints on bases of 10 to 1,100 documents. It did not know the
last two figures, which are held to nothing but L2."""

_HELD = np.array([0.0, *[300.0] * 6, 1.0, 1.0])
"""How strongly the weights are held to them; chosen among 1, 30, 100, 300, 1,000 and 3,000, which differ little."""

_KEPT = 0.9
_APART = {"covered": 1.0, "left out": 0.35, "field": 0.35, "elsewhere": 0.3}
"""What a question of each kind weighs in the first step."""

_SCALE = {"covered": 1.0, "left out": 0.05, "field": 0.05, "elsewhere": 0.05}
"""What it weighs in the second one: how often people ask what a base does not cover, a judgement."""

_ROWS = 3_000.0
"""What all rows of a family weigh together."""


class Row(NamedTuple):
    """One question on one base: the family and the size of the base, what kind of question it is there, the figures of
    its first hit, and whether that is right."""

    family: str
    size: str
    kind: str
    figures: tuple[float, ...]
    right: bool


def main() -> None:
    """Read the sets, fit, and print the constants and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", default=[], type=Path, dest="folders", metavar="FOLDER")
    parser.add_argument("--padding", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    families = [own_set(), sibling_set(), *(_joined(development_sets(folder)) for folder in options.folders)]
    padding = tuple(KnowledgeBase.load(options.padding)) if options.padding else ()
    report(list(rows_of(families, padding)))


def _joined(sets: Sequence[LabelledSet]) -> LabelledSet:
    """Sets of one base as one."""
    return sets[0]._replace(asked=tuple(question for each in sets for question in each.asked))


def rows_of(families: Sequence[LabelledSet], padding: Sequence[Runbook]) -> Iterator[Row]:
    """Every question on every base of its family and on all together."""
    dice = random.Random(7)
    off = off_topic()
    for family in families:
        name, base = family.name, family.base
        yield from ask(name, "whole", base, (*family.asked, *family.field, *off))
        sizes = [10] * 6 + [30] * 2 * (len(base) > 40) + [len(base) // 2] * 2
        for number, size in enumerate(sizes):
            drawn = dice.sample(base, min(size, len(base)))
            yield from ask(name, str(size), drawn, (*_some(family.asked, drawn, dice), *(off if number < 1 else ())))
        for size in (300, 1_000):
            half = dice.sample(base, len(base) // 2)
            if len(half) + len(padding) >= size:
                padded = [*half, *dice.sample(padding, size - len(half))]
                yield from ask(name, str(size), padded, (*family.asked, *off))
    shipped = families[0]
    for number in range(max(len(runbook.symptoms) for runbook in shipped.base)):
        without = [without_symptom(runbook, number) for runbook in shipped.base]
        yield from ask(shipped.name, "own symptoms", without, symptom_questions(shipped.base, number))
    together = [runbook for family in families for runbook in family.base]
    for family in families:
        yield from ask(family.name, "all together", together, family.asked)


def _some(
    asked: Sequence[LabelledQuestion], base: Sequence[Runbook], dice: random.Random
) -> Iterator[LabelledQuestion]:
    """The questions that a base covers, and about as many that it does not."""
    ids = {runbook.id for runbook in base}
    covered = [question for question in asked if question.grades.keys() & ids]
    others = [question for question in asked if not question.grades.keys() & ids]
    yield from covered
    yield from dice.sample(others, min(len(others), max(30, len(covered))))


def ask(family: str, size: str, base: Sequence[Runbook], questions: Iterable[LabelledQuestion]) -> Iterator[Row]:
    """One row for each question that has any hit."""
    searcher = Searcher(base)
    ids = {runbook.id for runbook in base}
    for question in questions:
        found = searcher.examine(question.text)
        if len(found):
            first = base[int(found.ranked.runbooks[0])].id
            right = first in question.grades
            yield Row(family, size, _kind(question, ids), features(found.explained(0).strength), right)


def _kind(question: LabelledQuestion, ids: set[str]) -> str:
    if question.grades.keys() & ids:
        return "covered"
    if question.expected:
        return "left out"
    return "elsewhere" if question.category == "off-topic" else "field"


def fit(figures: Floats, right: Floats, weight: Floats, *, toward: Floats, held: Floats) -> Floats:
    """The weights of a logistic regression, the bias first, by Newton's method; `held` is the L2 penalty on each one's
    distance from `toward`."""
    matrix = np.column_stack([np.ones(len(figures)), figures])
    penalty = np.diag(held)
    found = toward
    for _ in range(50):
        estimate = 1 / (1 + np.exp(-matrix @ found))
        slope = matrix.T @ (weight * (right - estimate)) - penalty @ (found - toward)
        curvature = (matrix * (weight * estimate * (1 - estimate))[:, None]).T @ matrix + penalty
        found = found + np.linalg.solve(curvature, slope)
    return found


def constants(rows: Sequence[Row]) -> Floats:
    """The bias and the weights after both steps."""
    figures = np.array([row.figures for row in rows])
    right = np.array([row.right for row in rows], dtype=np.float64)
    size = Counter(row.family for row in rows)
    apart, scale = (
        np.array([weight[row.kind] * _ROWS / size[row.family] for row in rows]) for weight in (_APART, _SCALE)
    )
    weights = fit(figures, right, apart, toward=_EARLIER, held=_HELD)
    sums = (weights[0] + figures @ weights[1:])[:, None]
    shift, slope = fit(sums, right, scale, toward=np.array([0.0, 1.0]), held=np.array([0.0, 1.0]))
    found: Floats = slope * weights
    found[0] += shift
    return found


def predict(rows: Sequence[Row], weights: Floats) -> Floats:
    """The estimated probabilities."""
    estimate: Floats = 1 / (1 + np.exp(-(weights[0] + np.array([row.figures for row in rows]) @ weights[1:])))
    return estimate


def report(rows: Sequence[Row]) -> None:
    """Print the constants, and what they do on each family when they were fitted on the others and as committed."""
    weights = constants(rows)
    print(f"BIAS = {weights[0]:.2f}")
    for (name, _), value in zip(WEIGHTS, weights[1:], strict=True):
        print(f'    ("{name}", {value:.2f}),')
    committed = np.array([BIAS, *(value for _, value in WEIGHTS)])
    for family in dict.fromkeys(row.family for row in rows):
        here = [row for row in rows if row.family == family]
        others = constants([row for row in rows if row.family != family])
        for title, used in (("fitted on the others", others), ("as committed", committed)):
            print(f"{family}, {title}")
            for line in described(here, predict(here, used)):
                print(f"  {line}")


def described(rows: Sequence[Row], estimate: Floats) -> Iterator[str]:
    """What the verdict and a threshold that keeps nine of ten right answers let through, and the calibration."""
    kinds = np.array([row.kind for row in rows])
    right = np.array([row.right for row in rows])
    sizes = np.array([row.size for row in rows])
    covered = kinds == "covered"
    good = covered & right
    threshold = float(np.quantile(estimate[good], 1 - _KEPT))
    matched = estimate >= MATCH
    given, correct = matched[good].mean(), right[covered & matched].mean()
    yield f"right answers given as match {given:.3f}, matches right {correct:.3f}"
    for kind in ("left out", "field", "elsewhere"):
        of = kinds == kind
        if of.any():
            through = (estimate[of] >= threshold).mean()
            yield f"{kind}: match {matched[of].mean():.3f}, above the threshold {through:.3f} of {of.sum()}"
    errors = ", ".join(
        f"{size} {_error(estimate[covered & (sizes == size)], right[covered & (sizes == size)]):.3f}"
        for size in dict.fromkeys(sizes[covered].tolist())
    )
    yield f"calibration error where covered {_error(estimate[covered], right[covered]):.3f}; by size: {errors}"


def _error(estimate: Floats, right: NDArray[np.bool_]) -> float:
    return calibration_error(reliability(estimate.tolist(), right.tolist()))


if __name__ == "__main__":
    main()
