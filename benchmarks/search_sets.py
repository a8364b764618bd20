"""Every labelled set that there is, asked and printed as one table: before and after a change are one command each.

    python -m benchmarks.search_sets [--set FOLDER …] [--save FILE] [--compare FILE]

Always asked are the questions of tests/data/search on the shipped runbooks, those of tests/data/asked-by-people on the
same (aliases were written after them, so they flatter), and the families of benchmarks/siblings.py.
`--set` adds a folder with `corpus.jsonl` ({"id", "title", "text"}), `qrels.trec` and files `queries*.jsonl` of
questions. Every base gets two kinds of questions that it does not cover: the off-topic ones of tests/data/search, and
its own questions while the tenth of its documents that holds their answer is left out.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.siblings import documents, questions
from faultmaven_kb import KnowledgeBase, Runbook, parse_runbook
from faultmaven_kb.evaluation.evaluation import Evaluation, Outcome, evaluate
from faultmaven_kb.evaluation.labelled import LabelledQuestion, read_labelled
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.search.engine import Searcher

__all__ = ["LabelledSet", "development_sets", "main", "measured", "off_topic", "own_set", "shown", "sibling_set"]

LABELLED = Path(__file__).parent.parent / "tests" / "data" / "search"
_BY_PEOPLE = LABELLED.parent / "asked-by-people"
_FOLDS = 10
_COLUMNS = (
    *("docs", "asked", "S@1", "S@3", "MRR", "match", "right", "off m", "off >90", "field m", "field >90"),
    *("left m", "left >90", "ECE", "ECE all"),
)
_SHARES = frozenset(("match", "right", "off m", "off >90", "field m", "field >90", "left m", "left >90"))


class LabelledSet(NamedTuple):
    """A base, the questions that it covers, and those from its field that it does not (`field`, often none)."""

    name: str
    base: tuple[Runbook, ...]
    asked: tuple[LabelledQuestion, ...]
    field: tuple[LabelledQuestion, ...] = ()


def own_set(name: str = "shipped", folder: Path = LABELLED) -> LabelledSet:
    """The questions of tests/data/search, or of another folder, on all shipped runbooks."""
    every = [question for path in sorted(folder.rglob("*.jsonl")) for question in read_labelled(path)]
    return LabelledSet(
        name,
        tuple(KnowledgeBase.builtin()),
        tuple(question for question in every if question.expected),
        tuple(question for question in every if not question.expected and question.category != "off-topic"),
    )


def off_topic() -> tuple[LabelledQuestion, ...]:
    """The questions that no base of operations covers."""
    every = (question for path in sorted(LABELLED.rglob("*.jsonl")) for question in read_labelled(path))
    return tuple(question for question in every if question.category == "off-topic")


def sibling_set() -> LabelledSet:
    """The made families of siblings."""
    asked = (LabelledQuestion(str(n), text, ((right, 1),)) for n, (text, right) in enumerate(questions()))
    return LabelledSet("siblings", _parsed(documents()), tuple(asked))


def development_sets(folder: Path) -> list[LabelledSet]:
    """One set for each file of questions in a folder."""
    lines = (json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines())
    base = _parsed((each["id"], each["text"]) for each in lines)
    judgements = folder / "qrels.trec"
    return [
        LabelledSet(f"{folder.name}/{path.stem}", base, read_labelled(path, judgements=judgements))
        for path in sorted(folder.glob("queries*.jsonl"))
    ]


def _parsed(texts: Iterable[tuple[str, str]]) -> tuple[Runbook, ...]:
    """The runbooks of pairs of an id and a text; what has no title or no text is left out."""
    found = (parse_runbook(text, path=f"{name}.md").runbook for name, text in texts)
    return tuple(runbook for runbook in found if runbook is not None)


def measured(each: LabelledSet, elsewhere: Sequence[LabelledQuestion]) -> dict[str, float | None]:
    """The figures of a set by the names of the columns; None where it has no question of that kind."""
    base = asking(each.base)
    covered = evaluate(each.asked, base)
    off, field = evaluate(elsewhere, base), evaluate(each.field, base)
    left = Evaluation(tuple(_left_out(each)))
    figures = {name: found.value for name, found in covered.ranking_figures().items() if found}
    found: dict[str, float | None] = {
        "docs": len(each.base),
        "asked": len(each.asked),
        "S@1": figures["S@1"],
        "S@3": figures["S@3"],
        "MRR": figures["MRR@10"],
        "match": _given(covered),
        "right": covered.verdicts(positive=True).right,
        "ECE": covered.calibration_error(),
        "ECE all": Evaluation(covered.outcomes + off.outcomes + field.outcomes).calibration_error(),
    }
    for name, negatives in (("off", off), ("field", field), ("left", left)):
        some = bool(negatives.outcomes)
        found[f"{name} m"] = negatives.verdicts(positive=False).match if some else None
        found[f"{name} >90"] = Evaluation(covered.outcomes + negatives.outcomes).false_answers_when_keeping()
    return found


def _given(covered: Evaluation) -> float:
    """The share of the right first hits that are given as a match."""
    right = [outcome.verdict == "match" for outcome in covered.outcomes if outcome.first_is_right]
    return sum(right) / len(right) if right else 0.0


def _left_out(each: LabelledSet) -> list[Outcome]:
    """Every question, asked while the documents of its tenth are not in the base."""
    found: list[Outcome] = []
    for fold in range(_FOLDS):
        out = {runbook.id for number, runbook in enumerate(each.base) if number % _FOLDS == fold}
        negatives = [
            LabelledQuestion(question.id, question.text)
            for question in each.asked
            if question.expected and {name for name, _ in question.expected} <= out
        ]
        found += evaluate(negatives, asking([runbook for runbook in each.base if runbook.id not in out])).outcomes
    return found


def asking(base: Sequence[Runbook]) -> Callable[[str], Answer]:
    """The search of a base, ten hits deep."""
    searcher = Searcher(base)
    return lambda text: searcher.search(text, limit=10)


def shown(rows: dict[str, dict[str, float | None]], before: dict[str, dict[str, float | None]]) -> str:
    """The table; below each figure that an earlier run has otherwise, what it was."""
    width = max(map(len, rows)) + 1
    lines = [" " * width + "".join(f"{name:>10}" for name in _COLUMNS)]
    for name, row in rows.items():
        lines.append(f"{name:<{width}}" + "".join(f"{_cell(column, row[column]):>10}" for column in _COLUMNS))
        old = before.get(name)
        if old:
            cells = (_cell(column, old[column]) for column in _COLUMNS)
            lines.append(" " * (width - 7) + "before " + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(lines) + "\n"


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "-"
    if column in ("docs", "asked"):
        return str(int(value))
    return f"{value:.1%}" if column in _SHARES else f"{value:.3f}"


def main() -> None:
    """Ask every set and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", default=[], type=Path, dest="folders", metavar="FOLDER")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep the figures as JSON")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="figures kept before, printed below the new ones")
    options = parser.parse_args()
    given = (each for folder in options.folders for each in development_sets(folder))
    sets = [own_set(), own_set("by people", _BY_PEOPLE), sibling_set(), *given]
    elsewhere = off_topic()
    rows = {each.name: measured(each, elsewhere) for each in sets}
    before = json.loads(options.compare.read_text(encoding="utf-8")) if options.compare else {}
    print(shown(rows, before), end="")
    if options.save:
        options.save.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
