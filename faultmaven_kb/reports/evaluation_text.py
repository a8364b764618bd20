"""A measured search as text for a terminal: one table of figures, the reliability, the misses."""

from collections.abc import Iterator, Mapping, Sequence

from faultmaven_kb.evaluation.comparison import Comparison
from faultmaven_kb.evaluation.evaluation import Evaluation, Outcome
from faultmaven_kb.evaluation.explaining import Explanation
from faultmaven_kb.evaluation.metrics import Interval
from faultmaven_kb.evaluation.self_check import SelfCheck
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["comparison_text", "evaluation_text", "self_check_text"]

_WIDTH = 90  # chosen: a terminal of 100 columns with its indentation


def evaluation_text(evaluation: Evaluation, *, misses: int = 20, explanations: Sequence[Explanation] = ()) -> str:
    """The figures, the reliability table and at most `misses` missed questions, ended by a line feed.

    Below a question is what an explanation says of it.
    """
    explained = {explanation.question: explanation for explanation in explanations}
    lines = [*_figures(evaluation), *_by_category(evaluation), *_reliability(evaluation)]
    lines += _misses(evaluation, misses, explained)
    return "\n".join(lines) + "\n"


def comparison_text(comparison: Comparison, *, misses: int = 20) -> str:
    """The differences and at most `misses` questions won and lost each, ended by a line feed."""
    lines = [f"compared on {comparison.count} questions (after less before, 95 % interval)"]
    lines += [f"  {name:<8} {_signed(difference)}" for name, difference in comparison.differences]
    for title, changes in (("won", comparison.won), ("lost", comparison.lost)):
        lines.append(f"{title}: {len(changes)}")
        lines += [
            f"  {printable(change.after.question.id)}  {_place(change.before)} -> {_place(change.after)}  "
            f"{_short(change.after.question.text)}"
            for change in changes[:misses]
        ]
    return "\n".join(lines) + "\n"


def self_check_text(check: SelfCheck, *, misses: int = 20) -> str:
    """What the base's own symptoms say about it, ended by a line feed."""
    figures = check.evaluation.ranking_figures()
    lines = [f"own symptoms, each taken out before it is asked: {len(check.evaluation.outcomes)}"]
    lines += [f"  {name:<8} {_with_interval(interval)}" for name, interval in figures.items()]
    lines.append(f"runbooks not found by their own symptoms: {len(check.lost)}")
    lines += [
        f"  {printable(row.runbook)}: {row.near} of {row.asked} among the first three, {row.first} first"
        for row in check.lost[:misses]
    ]
    lines.append(f"pairs that collide: {len(check.collisions)}")
    for pair in check.collisions[:misses]:
        lines.append(f"  {printable(pair.runbook)} -> {printable(pair.other)}: {pair.count}")
        lines += [f"    {_short(text)}" for text in pair.symptoms[:3]]
    if check.not_asked:
        lines.append(f"symptoms not asked, because their runbooks have more than a dozen: {check.not_asked}")
    if check.without_symptoms:
        lines.append(f"runbooks without symptoms: {', '.join(map(printable, check.without_symptoms[:misses]))}")
    return "\n".join(lines) + "\n"


def _figures(evaluation: Evaluation) -> Iterator[str]:
    positives, negatives = len(evaluation.positives), len(evaluation.negatives)
    yield f"{positives} questions with a runbook, {negatives} without (95 % intervals)"
    if positives:
        for name, interval in evaluation.ranking_figures().items():
            yield f"  {name:<8} {_with_interval(interval)}"
    for title, positive in (("with a runbook", True), ("without one", False)):
        shares = evaluation.verdicts(positive=positive)
        if shares.count:
            right = "" if shares.right is None or not positive else f"; {shares.right:.1%} of the matches right"
            yield (
                f"verdicts on questions {title}: match {shares.match:.1%}, ambiguous {shares.ambiguous:.1%}, "
                f"none {shares.none:.1%}{right}"
            )
    false = evaluation.false_answers_when_keeping()
    if false is not None:
        yield f"negatives above the confidence that keeps 90 % of the right answers: {false:.1%}"
    latency = evaluation.latency()
    if latency:
        yield f"latency: p50 {latency['p50']:.1f} ms, p95 {latency['p95']:.1f} ms, longest {latency['max']:.1f} ms"


def _by_category(evaluation: Evaluation) -> Iterator[str]:
    names = [name for name in evaluation.categories if name]
    if not names:
        return
    width = max(len(printable(name)) for name in names)
    yield f"{'category':<{width}}  count    S@1    S@3    MRR  match  ambig.   none"
    for name in names:
        part = evaluation.of(name)
        shares = part.verdicts(positive=bool(part.positives))
        intervals = part.ranking_figures()
        figures = "".join(
            f"  {interval.value:>5.3f}" if (interval := intervals[m]) else "      -" for m in ("S@1", "S@3", "MRR@10")
        )
        verdicts = f"{shares.match:>6.1%} {shares.ambiguous:>7.1%} {shares.none:>6.1%}"
        yield f"{printable(name):<{width}}  {len(part.outcomes):>5}{figures} {verdicts}"


def _reliability(evaluation: Evaluation) -> Iterator[str]:
    table = evaluation.reliability()
    if table:
        yield f"reliability (expected calibration error {evaluation.calibration_error():.3f})"
        yield "  confidence   count  mean   right"
        for row in table:
            yield f"  {row.low:.1f} to {row.high:.1f}  {row.count:>6}  {row.confidence:.3f}  {row.right:.3f}"


def _misses(evaluation: Evaluation, most: int, explained: Mapping[str, Explanation]) -> Iterator[str]:
    misses = evaluation.misses()
    if misses and most:
        yield f"misses: {len(misses)}"
        for outcome in misses[:most]:
            yield f"  {printable(outcome.question.id)}  {_short(outcome.question.text)}"
            expected = ", ".join(identity for identity, _ in outcome.question.expected) or "nothing"
            got = outcome.ranking[0] if outcome.ranking else "nothing"
            yield f"      expected {printable(expected)}, got {printable(got)} ({_place(outcome)})"
            if outcome.question.id in explained:
                yield from _explained(explained[outcome.question.id])
        if len(misses) > most:
            yield f"  … {len(misses) - most} more"


def _explained(explained: Explanation) -> Iterator[str]:
    yield (
        f"      of the question's telling words {printable(explained.right)} has {explained.explained:.0%}, "
        f"{printable(explained.first)} {explained.explained_first:.0%}"
    )
    if explained.missing:
        yield f"      {printable(explained.right)} lacks {_quoted(explained.missing)}"
    if explained.aside:
        words = _quoted(explained.aside)
        yield f"      {printable(explained.right)} has only outside of its symptoms, title and causes: {words}"
    if explained.claim:
        yield f"      {printable(explained.first)} has: {_short(explained.claim)}"
    if explained.alias:
        yield f'      alias to add to {printable(explained.right)}: "{printable(explained.alias)}"'


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{printable(word)}"' for word in words)


def _place(outcome: Outcome) -> str:
    if not outcome.question.expected:
        return outcome.verdict
    return f"rank {outcome.rank}" if outcome.rank else "not found"


def _with_interval(interval: Interval | None) -> str:
    return f"{interval.value:.3f}  ({interval.low:.3f} to {interval.high:.3f})" if interval else "-"


def _signed(interval: Interval | None) -> str:
    return f"{interval.value:+.3f}  ({interval.low:+.3f} to {interval.high:+.3f})" if interval else "-"


def _short(text: str) -> str:
    line = printable(" ".join(text.split()))
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
