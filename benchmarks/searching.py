"""A search beside what bm25s and tantivy need for a bare ranking of the same documents.

python -m benchmarks.searching [SIZE…]

Of ours two lines: the search, which gives the order, the verdict and its reason; and the same with everything read that
its hits hold, every evidence included, as `fmkb search --json` shows it. The bases are made of the lines of the shipped
runbooks with other words put in. bm25s and tantivy return ids and scores
only; tantivy is left out where it is not installed. Read the figures as ratios of one run.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import bm25s
import Stemmer

from faultmaven_kb import KnowledgeBase, Runbook, parse_runbook

ROOT = Path(__file__).parent.parent
LINES_OF_LOG = 200
QUESTIONS = 200


def synthetic(count: int, *, seed: int = 7) -> list[Runbook]:
    """As many runbooks of about 350 words as asked for, from shuffled lines of the shipped ones."""
    dice = random.Random(seed)
    lines = [
        line
        for path in sorted((ROOT / "runbooks").glob("*/*.md"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line.split()) > 4 and not line.startswith("#")
    ]
    made = []
    for number in range(count):
        drawn = [_varied(line, dice) for line in dice.sample(lines, 32)]
        text = "\n\n".join(drawn[2:20])
        rest = "\n\n".join(drawn[20:])
        head = f"# Fault {number} {drawn[0][:50]}\n\n## Meaning\n\n{drawn[1]}"
        document = f"{head}\n\n## Diagnosis\n\n{text}\n\n## Mitigation\n\n{rest}\n"
        runbook = parse_runbook(document, path=f"fault-{number}.md").runbook
        assert runbook is not None
        made.append(runbook)
    return made


def _varied(line: str, dice: random.Random) -> str:
    return " ".join(f"{word}{dice.randrange(300)}" if dice.random() < 0.1 else word for word in line.split())


def questions_for(runbooks: list[Runbook], *, seed: int = 3) -> list[str]:
    """Lines of the documents, cut and mixed, so that no question is asked twice."""
    dice = random.Random(seed)
    found = []
    for _ in range(QUESTIONS):
        words = dice.choice(runbooks).purpose.split() + dice.choice(runbooks).purpose.split()
        found.append(" ".join(dice.sample(words, min(len(words), 14))))
    return found


def log_for(runbooks: list[Runbook], *, seed: int = 5) -> str:
    """A log of 200 lines, a third of them errors."""
    dice = random.Random(seed)
    lines = [dice.choice(runbooks).purpose[:120] for _ in range(LINES_OF_LOG)]
    levels = ["INFO", "INFO", "ERROR"]
    return "\n".join(
        f"2026-11-22T10:{n // 60:02}:{n % 60:02}Z {dice.choice(levels)} [worker-{n % 7}] {line}"
        for n, line in enumerate(lines)
    )


def bm25s_engine(texts: Sequence[str], *, most: int = 5) -> Callable[[str], Any]:
    """A bare bm25s index with Porter2 and stop words: the places of the `most` best texts and their scores."""
    stemmer = Stemmer.Stemmer("english")
    engine = bm25s.BM25()
    engine.index(bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)

    def ask(question: str) -> Any:
        tokens = bm25s.tokenize(question, stopwords="en", stemmer=stemmer, show_progress=False)
        return engine.retrieve(tokens, k=most, show_progress=False)

    return ask


def tantivy_engine(texts: Sequence[str], *, most: int = 5) -> Callable[[str], Any]:
    """A bare tantivy index with its English stemmer, in memory: the `most` best texts, whose addresses count them.

    Raises ImportError where it is not installed.
    """
    import tantivy

    schema: Any = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="en_stem").build()
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)  # one segment, so that an address is a place
    for text in texts:
        writer.add_document(tantivy.Document(text=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(question: str) -> Any:
        words = "".join(letter if letter.isalnum() else " " for letter in question)
        return searcher.search(index.parse_query_lenient(words.lower(), ["text"])[0], most)

    return ask


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """How long an action keeps the processor, in seconds, and what it returns; other programs do not count."""
    start = time.process_time()
    found = action()
    return time.process_time() - start, found


def measure(size: int) -> None:
    """Print one line for each engine."""
    runbooks = synthetic(size)
    texts = ["\n".join(section.text for section in runbook.sections) for runbook in runbooks]
    questions, log = questions_for(runbooks), log_for(runbooks)

    kb = KnowledgeBase(runbooks)

    def own() -> Callable[[str], object]:
        kb.search("warm up")
        return kb.search

    print(f"{size:,} documents of {statistics.median(len(text.split()) for text in texts):.0f} words")
    for name, build in (
        ("faultmaven_kb", own),
        ("… all read", lambda: lambda text: kb.search(text).to_dict()),
        ("bm25s", lambda: bm25s_engine(texts)),
        ("tantivy", lambda: tantivy_engine(texts)),
    ):
        try:
            built, ask = timed(build)
        except ImportError:
            print(f"  {name:14} is not installed")
            continue
        times = [timed(partial(ask, question))[0] * 1000 for question in questions]
        long = statistics.median(timed(partial(ask, log))[0] * 1000 for _ in range(5))
        middle, slow = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(
            f"  {name:14} index {built:6.2f} s, question p50 {middle:6.2f} ms, p95 {slow:6.2f} ms, "
            f"log of {LINES_OF_LOG} lines {long:6.1f} ms"
        )


def main() -> None:
    for size in [int(argument) for argument in sys.argv[1:]] or [100, 1_000, 10_000]:
        measure(size)


if __name__ == "__main__":
    main()
