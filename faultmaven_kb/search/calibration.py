"""The constants of the verdict, in one place, with where they come from.

`WEIGHTS` was fitted by benchmarks/fit_verdict.py: a logistic regression (L2 1.0) over the figures of `verdict.features`
for the first hit, labelled with whether it was right. The data were alert texts and questions of three kinds (error
lines, questions, complaints) on bases of 10 to 1,100 documents, the same questions with the right runbook taken out,
questions about technologies that no document covers, and off-topic ones, none of them part of this project. Questions
whose runbook was there weigh 1, those in the field without one 0.5, the others 0.35. Five-fold cross validation by runbook
gave an expected calibration error of 0.06 on all of it.
"""

__all__ = ["BIAS", "MATCH", "USUAL_LEAD", "WEIGHTS"]

BIAS = -5.5
WEIGHTS: tuple[tuple[str, float], ...] = (
    ("information explained", 1.46),
    ("information in phrases", 0.4),
    ("worth of the best passage", 0.57),
    ("telling words missing", -0.37),
    ("technology is the same", 0.66),
    ("technology is another", -1.28),
    ("lead", 2.9),
)

MATCH = 0.55
"""The confidence from which on an answer is a match: clearly more likely right than not."""

USUAL_LEAD = 0.35
"""The lead that right answers usually have; with it, one sees what a hit would be worth without its sibling."""
