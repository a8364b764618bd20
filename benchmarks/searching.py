"""A search, evidence and verdict included, on bases made of the shipped runbooks with other words put in.

python -m benchmarks.searching
"""

import random
import statistics
import time
from pathlib import Path

from faultmaven_kb import KnowledgeBase, Runbook, parse_runbook

ROOT = Path(__file__).parent.parent


def synthetic(count: int, *, seed: int = 7) -> list[Runbook]:
    """As many runbooks as asked for: the shipped texts, each with some of its words replaced by made-up ones."""
    rng = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "runbooks").glob("*/*.md"))]
    made = []
    for number in range(count):
        text = texts[number % len(texts)]
        for word in rng.sample(sorted(set(text.split()))[200:], 60):
            if word.isalpha():
                text = text.replace(word, f"{word}{rng.randrange(300)}")
        runbook = parse_runbook(text).runbook
        assert runbook is not None
        made.append(runbook.model_copy(update={"id": f"{runbook.id}-{number}"}))
    return made


def main() -> None:
    for size in (100, 1_000):
        runbooks = synthetic(size)
        questions = [symptom.text for runbook in runbooks[:200] for symptom in runbook.symptoms[:2]]
        start = time.perf_counter()
        kb = KnowledgeBase(runbooks)
        kb.search("warm up")
        built = time.perf_counter() - start
        times = []
        for question in questions:
            start = time.perf_counter()
            kb.search(question)
            times.append((time.perf_counter() - start) * 1000)
        print(f"{size:>6} runbooks: index {built:.2f} s, search p50 {statistics.median(times):.2f} ms")


if __name__ == "__main__":
    main()
