"""Fits the constants of faultmaven_kb/search/calibration.py and prints them with their reliability.

    python benchmarks/fit_verdict.py --set runbooks=questions.jsonl [--set base1+base2=…] --elsewhere other.jsonl

A set is one or more folders of documents and questions about them, one JSON object a line: {"text": …, "id": …}, the id
of the one right document. Each set is asked on the whole base, on random halves, and on random tens: a question whose
document is left out is one that the base does not cover. `--elsewhere` holds {"text": …} about nothing in any base.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from faultmaven_kb import KnowledgeBase, Runbook
from faultmaven_kb.search.calibration import BIAS, WEIGHTS
from faultmaven_kb.search.engine import Searcher
from faultmaven_kb.search.verdict import features

Floats = NDArray[np.float64]

_L2 = 1.0
_FOLDS = 5
_HALVES, _TENS = 2, 6
_WEIGHT = {"covered": 1.0, "left out": 0.35, "elsewhere": 0.3}


class Row(NamedTuple):
    """One question on one base: what kind it is there, its figures for the first hit, and whether that is right."""

    kind: str
    figures: tuple[float, ...]
    right: bool
    group: str
    set: str


def main() -> None:
    """Read the sets, fit, and print the constants."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", required=True, dest="sets", metavar="BASE[+BASE]=QUESTIONS")
    parser.add_argument("--elsewhere", type=Path, metavar="QUESTIONS")
    options = parser.parse_args()
    elsewhere = [question["text"] for question in read_lines(options.elsewhere)] if options.elsewhere else []
    rows: list[Row] = []
    for each in options.sets:
        folders, _, questions = each.rpartition("=")
        base = tuple(KnowledgeBase.load(*folders.split("+")))
        asked = [
            (question["text"], question.get("id") or question["expected"]) for question in read_lines(Path(questions))
        ]
        rows += (row._replace(set=each) for row in rows_of(base, asked, elsewhere))
    report(rows)


def read_lines(path: Path) -> list[dict[str, str]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def rows_of(base: tuple[Runbook, ...], asked: list[tuple[str, str]], elsewhere: list[str]) -> Iterator[Row]:
    """Every question on the whole base, on halves and on tens of it."""
    dice = random.Random(7)
    yield from ask(base, asked, elsewhere)
    for _ in range(_HALVES):
        yield from ask(tuple(dice.sample(base, len(base) // 2)), asked, [])
    for number in range(_TENS):
        ten = tuple(dice.sample(base, min(10, len(base))))
        ids = {runbook.id for runbook in ten}
        some = [(text, right) for text, right in asked if right in ids or dice.random() < 0.1]
        yield from ask(ten, some, elsewhere if number < 2 else [])


def ask(base: tuple[Runbook, ...], asked: list[tuple[str, str]], elsewhere: list[str]) -> Iterator[Row]:
    """One row for each question that has any hit."""
    searcher = Searcher(base)
    ids = {runbook.id for runbook in base}
    for text, right in [*asked, *((text, "") for text in elsewhere)]:
        found = searcher.examine(text)
        if len(found):
            kind = "elsewhere" if not right else "covered" if right in ids else "left out"
            first = base[int(found.ranked.runbooks[0])].id
            yield Row(kind, features(found.explained(0).strength), first == right, right or text, "")


def fit(figures: Floats, right: Floats, weight: Floats) -> Floats:
    """The weights of a logistic regression, the bias first, by Newton's method."""
    matrix = np.column_stack([np.ones(len(figures)), figures])
    penalty = np.eye(matrix.shape[1]) * _L2
    penalty[0, 0] = 0
    found = np.zeros(matrix.shape[1])
    for _ in range(50):
        estimate = 1 / (1 + np.exp(-matrix @ found))
        slope = matrix.T @ (weight * (right - estimate)) - penalty @ found
        curvature = (matrix * (weight * estimate * (1 - estimate))[:, None]).T @ matrix + penalty
        found = found + np.linalg.solve(curvature, slope)
    return found


def predict(figures: Floats, weights: Floats) -> Floats:
    """The estimated probabilities."""
    estimate: Floats = 1 / (1 + np.exp(-(weights[0] + figures @ weights[1:])))
    return estimate


def calibration_error(estimate: Floats, right: Floats) -> float:
    """The expected calibration error over ten bins (Guo et al. 2017, "On Calibration of Modern Neural Networks")."""
    bins = np.minimum((estimate * 10).astype(int), 9)
    return sum(
        float(here.mean()) * abs(float(estimate[here].mean() - right[here].mean()))
        for here in (bins == number for number in range(10))
        if here.any()
    )


def report(rows: list[Row]) -> None:
    """Print the constants, and what cross validation by document says of them and of the present ones."""
    figures = np.array([row.figures for row in rows])
    right = np.array([row.right for row in rows], dtype=np.float64)
    size = Counter(row.set for row in rows)
    weight = np.array([_WEIGHT[row.kind] * 1000 / size[row.set] for row in rows])
    fold = np.array([sum(map(ord, row.group)) % _FOLDS for row in rows])
    estimate = np.zeros(len(rows))
    for number in range(_FOLDS):
        train = fold != number
        weights = fit(figures[train], right[train], weight[train])
        estimate[~train] = predict(figures[~train], weights)
    weights = fit(figures, right, weight)
    print(f"BIAS = {weights[0]:.2f}")
    for (name, _), value in zip(WEIGHTS, weights[1:], strict=True):
        print(f'    ("{name}", {value:.2f}),')
    describe("cross validated", rows, estimate, right)
    describe("as committed", rows, predict(figures, np.array([BIAS, *(value for _, value in WEIGHTS)])), right)


def describe(name: str, rows: list[Row], estimate: Floats, right: Floats) -> None:
    """What a threshold that keeps nine of ten right answers lets through."""
    kinds = np.array([row.kind for row in rows])
    threshold = float(np.quantile(estimate[right == 1], 0.1))
    through = ", ".join(
        f"{kind} {(estimate[kinds == kind] >= threshold).mean():.3f}" for kind in ("left out", "elsewhere")
    )
    error = calibration_error(estimate, right)
    covered = calibration_error(estimate[kinds == "covered"], right[kinds == "covered"])
    print(f"{name}: {len(rows)} rows, calibration error {error:.3f}, {covered:.3f} where the base covers the question")
    print(f"  threshold {threshold:.2f} keeps 90 % of the right answers and lets through: {through}")
    for each in sorted({row.set for row in rows}):
        here = np.array([row.set == each and row.kind == "covered" for row in rows])
        error = calibration_error(estimate[here], right[here])
        print(f"  {each}: first hit right {right[here].mean():.3f}, calibration error where covered {error:.3f}")
    for low in range(10):
        here = (estimate >= low / 10) & ((estimate < (low + 1) / 10) | (low == 9))
        if here.any():
            mean, share = estimate[here].mean(), right[here].mean()
            print(f"  {low / 10:.1f}: {here.sum():5} estimated {mean:.2f}, right {share:.2f}")


if __name__ == "__main__":
    main()
