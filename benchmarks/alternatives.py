"""How well the search finds, beside what one would put together instead: the same documents, the same questions.

python -m benchmarks.alternatives [--set FOLDER …] [--model FOLDER]

Ranked by bm25s and tantivy are whole documents; by bm25s also pieces of 1,000 characters that overlap by 200, the usual
cut of a vector store, where the best piece stands for its document. `--model` adds the vectors of such pieces: a folder
with all-MiniLM-L6-v2 as fastembed reads it. None of them says that nothing fits, so only questions that the base covers
are asked. The sets are those of `benchmarks.search_sets`; docs/reference/search-figures.md says what was tuned on them.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search_sets import LabelledSet, asking, development_sets, own_set, sibling_set
from benchmarks.searching import bm25s_engine, tantivy_engine
from faultmaven_kb.evaluation.metrics import reciprocal_rank, success
from faultmaven_kb.semantic.embedders import open_embedder

_DEEP = 10  # of the metrics: S@3 and the reciprocal rank within the first ten
_PIECE, _OVERLAP = 1_000, 200  # characters, the usual defaults of text splitters

Ranking = Callable[[str], list[str]]


def engines(each: LabelledSet, model: str | None) -> Iterator[tuple[str, Ranking]]:
    """The name of each engine and how it orders the ids of a set's documents for a question."""
    ids = [runbook.id for runbook in each.base]
    texts = ["\n".join(section.text for section in runbook.sections) for runbook in each.base]
    search = asking(each.base)
    yield "faultmaven_kb", lambda text: [hit.runbook.id for hit in search(text).hits]
    yield "bm25s, documents", _bm25s(ids, texts)
    pieces = [(runbook_id, piece) for runbook_id, text in zip(ids, texts, strict=True) for piece in pieces_of(text)]
    owners, cut = [runbook_id for runbook_id, _ in pieces], [piece for _, piece in pieces]
    yield "bm25s, pieces", _bm25s(owners, cut)
    with suppress(ImportError):
        yield "tantivy, documents", _tantivy(ids, texts)
    if model:
        yield "all-MiniLM-L6-v2, pieces", _vectors(owners, cut, model)


def pieces_of(text: str) -> list[str]:
    """A text in overlapping pieces."""
    return [text[at : at + _PIECE] for at in range(0, max(len(text) - _OVERLAP, 1), _PIECE - _OVERLAP)]


def vector_scores(texts: Sequence[str], model: str) -> Callable[[str], Any]:
    """The cosines of all texts with a question by a model."""
    embedder = open_embedder(f"fastembed:sentence-transformers/all-MiniLM-L6-v2={model}")

    def unit(values: Any) -> Any:
        return values / np.linalg.norm(values, axis=1, keepdims=True)

    vectors = unit(np.asarray(embedder.embed(list(texts)), dtype=np.float64))
    return lambda question: vectors @ unit(np.asarray(embedder.embed([question]), dtype=np.float64))[0]


def _bm25s(owners: Sequence[str], texts: Sequence[str]) -> Ranking:
    """The documents by bm25s in the order of their best texts."""
    ask = bm25s_engine(texts, most=len(texts))

    def ranking(question: str) -> list[str]:
        places, scores = ask(question)
        return _documents(owners[place] for place, score in zip(places[0], scores[0], strict=True) if score > 0)

    return ranking


def _tantivy(owners: Sequence[str], texts: Sequence[str]) -> Ranking:
    """The documents by tantivy. Raises ImportError where it is not installed."""
    ask = tantivy_engine(texts, most=_DEEP)
    return lambda question: _documents(owners[address.doc] for _, address in ask(question).hits)


def _vectors(owners: Sequence[str], texts: Sequence[str], model: str) -> Ranking:
    """The documents in the order of the cosines of their best texts."""
    cosines = vector_scores(texts, model)
    return lambda question: _documents(owners[place] for place in np.argsort(-cosines(question), kind="stable"))


def _documents(owners: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(owners))[:_DEEP]


def figures(each: LabelledSet, ranking: Ranking) -> tuple[float, float, float]:
    """S@1, S@3 and the mean reciprocal rank within the first ten."""
    asked = [(ranking(question.text), question.grades) for question in each.asked]
    return (
        sum(success(hits, grades, 1) for hits, grades in asked) / len(asked),
        sum(success(hits, grades, 3) for hits, grades in asked) / len(asked),
        sum(reciprocal_rank(hits, grades, _DEEP) for hits, grades in asked) / len(asked),
    )


def main() -> None:
    """Ask every set with every engine and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", action="append", default=[], type=Path, dest="folders", metavar="FOLDER")
    parser.add_argument("--model", metavar="FOLDER", help="all-MiniLM-L6-v2 as fastembed reads it")
    options = parser.parse_args()
    sets = [own_set(), sibling_set(), *(each for folder in options.folders for each in development_sets(folder))]
    print("| set | engine | S@1 | S@3 | MRR@10 |\n|---|---|---|---|---|")
    for each in sets:
        name = f"{each.name}: {len(each.base)} documents, {len(each.asked)} questions"
        for engine, ranking in engines(each, options.model):
            first, third, reciprocal = figures(each, ranking)
            print(f"| {name} | {engine} | {first:.3f} | {third:.3f} | {reciprocal:.3f} |", flush=True)


if __name__ == "__main__":
    main()
