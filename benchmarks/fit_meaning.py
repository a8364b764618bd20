"""Fits the confidence of the second opinion by meaning, and says how it does on questions it was not fitted on.

python -m benchmarks.fit_meaning MODEL QUESTIONS…

Asked are the labelled questions that reach the model (no clear answer by words, one line of plain words), on the
shipped runbooks. A logistic regression reads the nearness of the first hit and the log odds of its confidence by
words; a question without a runbook weighs half, a judgement of how often people ask what a base does not cover. Cross
validated in ten parts.
"""

import sys
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_verdict import fit
from faultmaven_kb import KnowledgeBase
from faultmaven_kb.evaluation.labelled import read_labelled
from faultmaven_kb.evaluation.metrics import calibration_error, reliability
from faultmaven_kb.semantic import second_opinion
from faultmaven_kb.semantic.embedders import open_embedder
from faultmaven_kb.semantic.second_opinion import SecondOpinion, is_clear, is_plain_words

__all__: list[str] = []

_PARTS = 10
_UNCOVERED = 0.5
_HELD = 0.1  # chosen: as good as none, keeps the steps of the fit finite
_DEPTH = 20

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """A question: its part, whether a runbook covers it, the figures of the first hit, whether that is right, and
    whether the words alone said match."""

    part: int
    covered: bool
    figures: tuple[float, float]
    right: bool
    by_words: bool


def _rows(kb: KnowledgeBase, second: SecondOpinion, files: list[str]) -> list[Row]:
    found = []
    for question in (question for file in files for question in read_labelled(Path(file))):
        answer = kb.search(question.text, limit=_DEPTH)
        if is_clear(answer) or not is_plain_words(question.text):
            continue
        nearness, _ = second._nearness(question.text)
        first = int(np.argmax(second._scores(answer.hits, nearness)))
        name = second.runbooks[first].id
        sure = next((hit.confidence for hit in answer.hits if hit.runbook.id == name), 0.0)
        figures = second_opinion._figures(float(nearness[first]), sure)
        part = int.from_bytes(blake2b(question.text.encode(), digest_size=4).digest(), "big") % _PARTS
        right = name in {name for name, _ in question.expected}
        found.append(Row(part, bool(question.expected), figures, right, answer.verdict == "match"))
    return found


def _fitted(rows: list[Row]) -> Floats:
    figures = np.array([row.figures for row in rows])
    right = np.array([row.right for row in rows], dtype=np.float64)
    weight = np.array([1.0 if row.covered else _UNCOVERED for row in rows])
    return fit(figures, right, weight, toward=np.zeros(3), held=np.array([0.0, _HELD, _HELD]))


def _told(name: str, rows: list[Row], sure: list[float]) -> str:
    error = calibration_error(reliability(sure, [row.right for row in rows]))
    said = np.array(sure) >= 0.5
    right = said[[row.right for row in rows]].mean()
    uncovered = said[[not row.covered for row in rows]].mean()
    return f"{name}: calibration error {error:.3f}, match where right {right:.3f}, without a runbook {uncovered:.3f}"


def main(model: str, *files: str) -> None:
    kb = KnowledgeBase.builtin()
    with tempfile.TemporaryDirectory() as folder:
        second = SecondOpinion(tuple(kb), open_embedder(model), folder=Path(folder))
        rows = _rows(kb, second, list(files))
    bias, *weights = _fitted(rows)
    print(f"{len(rows)} questions, {sum(row.covered for row in rows)} with a runbook")
    print(f"bias {bias:.2f}, nearness {weights[0]:.2f}, by words {weights[1]:.2f}")
    print(_told("in force", rows, [second_opinion._confidence(*row.figures) for row in rows]))
    constants = [_fitted([row for row in rows if row.part != part]) for part in range(_PARTS)]
    sure = [1 / (1 + np.exp(-constants[row.part] @ np.array([1.0, *row.figures]))) for row in rows]
    print(_told("cross validated", rows, sure))
    print(_told("the words alone", rows, [float(row.by_words) for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
