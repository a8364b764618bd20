"""The search by meaning: what embedding costs, and indexes of vectors beside the exact one.

python -m benchmarks.meaning MODEL [PATH…]
python -m benchmarks.meaning MODEL --indexes COUNT [PATH…]

The runbooks at some paths (without one, the shipped ones) are embedded by a model, named as for `--semantic`. Printed
are processor and elapsed seconds, the peak of memory in a process of its own, and the times of opening again and of a
question.

With `--indexes`, their vectors (repeated with some noise until there are enough) and random ones are asked 50 questions
by each index that is installed (hnswlib, usearch, sqlite-vec): processor seconds to build, size of the file, processor
time of a question, and which share of the ten nearest it finds. Set OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1, so
that nobody is helped by more processors.
"""

import argparse
import importlib.util
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.semantic.embedders import Vectors, open_embedder
from faultmaven_kb.semantic.passages import passages_of
from faultmaven_kb.semantic.quantised import Quantised, unit
from faultmaven_kb.semantic.vectors import VectorStore

__all__: list[str] = []

_QUESTIONS = 50
_NEAREST = 10
_NOISE = 0.03

Ask = Callable[[Vectors], Any]


def _embedding(kb: KnowledgeBase, model: str, folder: Path) -> None:
    embedder = open_embedder(model)
    count = sum(len(passages_of(runbook)) for runbook in kb)
    elapsed, processor = time.perf_counter(), time.process_time()
    kb.with_embedder(embedder, folder=folder)
    elapsed, processor = time.perf_counter() - elapsed, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(kb)} runbooks, {count} passages: {processor:.1f} s of processor time, {elapsed:.1f} s elapsed")
    print(f"peak of memory: {peak:.0f} MB")
    start = time.perf_counter()
    again = kb.with_embedder(embedder, folder=folder)
    print(f"opened again: {time.perf_counter() - start:.2f} s")
    again.search("people complain about slowness")
    start = time.process_time()
    again.search("visitors say that the pages are slow")
    print(f"a question: {1000 * (time.process_time() - start):.1f} ms of processor time")


def _numpy(vectors: Vectors, file: Path) -> Ask:
    quantised = Quantised.of(vectors)
    np.save(file.with_suffix(".npy"), quantised.codes)
    mapped = Quantised(np.load(file.with_suffix(".npy"), mmap_mode="r"), quantised.scales)
    return lambda question: np.argpartition(-mapped.similar(question), _NEAREST)[:_NEAREST]


def _hnswlib(vectors: Vectors, file: Path) -> Ask:
    index = import_module("hnswlib").Index("cosine", vectors.shape[1])
    index.init_index(len(vectors), M=16, ef_construction=100)
    index.add_items(vectors)
    index.save_index(str(file))
    index.set_ef(100)
    return lambda question: index.knn_query(question, _NEAREST)[0][0]


def _usearch(vectors: Vectors, file: Path) -> Ask:
    index = import_module("usearch.index").Index(ndim=vectors.shape[1], metric="cos", dtype="f32")
    index.add(np.arange(len(vectors)), vectors)
    index.save(str(file))
    index.expansion_search = 100
    return lambda question: index.search(question, _NEAREST).keys


def _sqlite_vec(vectors: Vectors, file: Path) -> Ask:
    database = sqlite3.connect(file)
    database.enable_load_extension(True)
    import_module("sqlite_vec").load(database)
    database.execute(f"create virtual table v using vec0(e float[{vectors.shape[1]}])")
    with database:
        database.executemany("insert into v(rowid, e) values (?, ?)", enumerate(row.tobytes() for row in vectors))
    nearest = f"select rowid from v where e match ? and k = {_NEAREST}"
    return lambda question: [row for (row,) in database.execute(nearest, (question.tobytes(),))]


_INDEXES = {"numpy": _numpy, "hnswlib": _hnswlib, "usearch": _usearch, "sqlite_vec": _sqlite_vec}


def _compare(vectors: Vectors, questions: Vectors) -> Iterator[str]:
    exact = [set(np.argpartition(-(vectors @ question), _NEAREST)[:_NEAREST].tolist()) for question in questions]
    for name, make in _INDEXES.items():
        if importlib.util.find_spec(name) is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            ask = make(vectors, Path(folder) / "index")
            built = time.process_time() - start
            size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
            times, found = [], 0
            for question, wanted in zip(questions, exact, strict=True):
                start = time.process_time()
                answer = ask(question)
                times.append(time.process_time() - start)
                found += len(wanted & set(map(int, answer)))
        recall = found / (_NEAREST * len(questions))
        asked = 1000 * statistics.median(times)
        yield f"{name:10} build {built:7.2f} s  file {size:6.1f} MB  question {asked:6.2f} ms  recall {recall:.3f}"


def _indexes(kb: KnowledgeBase, model: str, folder: Path, count: int) -> None:
    dice = np.random.default_rng(1)
    parts = VectorStore(open_embedder(model), folder).embed([passages_of(runbook) for runbook in kb])
    real = dice.permutation(np.unique(Quantised.together(parts).vectors(), axis=0))
    questions, real = real[:_QUESTIONS], real[_QUESTIONS:]
    noise = _NOISE * dice.standard_normal((max(count - len(real), 0), real.shape[1]), dtype=np.float32)
    more = np.concatenate([real, real[dice.integers(0, len(real), len(noise))] + noise])[:count]
    shapes = (count, real.shape[1]), (_QUESTIONS, real.shape[1])
    random = [unit(dice.standard_normal(shape, dtype=np.float32)) for shape in shapes]
    for name, pair in (("vectors of texts", (unit(more), questions)), ("random vectors", random)):
        print(f"{count:,} {name}")
        for line in _compare(*pair):
            print(" ", line)


def main() -> None:
    parser = argparse.ArgumentParser(description="The search by meaning, measured.")
    parser.add_argument("model")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--indexes", type=int, default=0, metavar="COUNT")
    options = parser.parse_args()
    kb = KnowledgeBase.load(*options.paths) if options.paths else KnowledgeBase.builtin()
    with tempfile.TemporaryDirectory() as folder:
        _embedding(kb, options.model, Path(folder))
        if options.indexes:
            _indexes(kb, options.model, Path(folder), options.indexes)


if __name__ == "__main__":
    main()
