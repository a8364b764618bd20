"""The constants of the verdict and where they come from: `python -m benchmarks.fit_verdict` prints them.

A logistic regression over the figures of `verdict.features` for the first hit, labelled with whether it was right, held
to an earlier fit on nine sets that are not part of this package. Fitted on several thousand rows of three families of
bases, which weigh the same. In the repository: tests/data/search and the own symptoms of the 61 shipped runbooks;
benchmarks/siblings.py. Not in it: 166 alerts, in full and their first sentence, about 108 public runbooks for
Prometheus alerts (`--set`). Bases had 10 to 233 documents; in many rows the question's document is not in the base, or
it is off topic.
"""

__all__ = ["BACKED", "BIAS", "LIKELY", "MATCH", "NAMED", "USUAL_LEAD", "WEIGHTS"]

BIAS = -3.11
WEIGHTS: tuple[tuple[str, float], ...] = (
    ("information explained", 0.89),
    ("information in phrases", 0.04),
    ("telling words missing", -0.17),
    ("technology is the same", 0.07),
    ("technology is another", -1.04),
    ("lead that a passage backs", 3.67),
    ("lead that the title backs", 3.03),
    ("explained by fields about the fault", 0.96),
)

MATCH = 0.75
"""The confidence from which on an answer is a match. The confidence is that of a question of which most are covered;
on the labelled questions of the shipped runbooks 0.75 keeps four of five right answers and lets through a fifth of the
neighbouring questions; at 0.74 "broken coffee, timeout" would be a match."""

NAMED = 0.9
"""The least confidence of a runbook that alone has a name of the question, mostly an alert's, as its alias or symptom:
among the labelled questions in the repository all such runbooks are the right ones (tests/search/test_named.py)."""

USUAL_LEAD = 0.35
"""The lead that right answers usually have; with it, one sees what a hit would be worth without its sibling."""

BACKED = 1.0
"""Nats in one short text from which on it may cover a short question, chosen: "everything is broken" has less, "out of
memory" more."""

LIKELY = 1 / 3
"""The confidence that such a question needs, chosen: "pod" and "restart" are below, "out of memory" above."""
