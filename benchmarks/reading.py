"""Reading a runbook against a bare full Markdown parse of the same text, in one run.

python -m benchmarks.reading
"""

from functools import partial
from pathlib import Path

from markdown_it import MarkdownIt

from benchmarks.timing import alternate
from faultmaven_kb import parse_runbook

ROOT = Path(__file__).parent.parent


def main() -> None:
    markdown = MarkdownIt("commonmark")
    paths = [*sorted((ROOT / "runbooks").glob("*/*.md")), ROOT / "tests" / "fixtures" / "documents" / "sample.md"]
    ratios = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        ours, bare = alternate(partial(parse_runbook, text), partial(markdown.parse, text), runs=60)
        ratios.append(ours / bare)
        print(f"{path.stem:<40} {len(text) / 1000:5.1f} kB  {ours:6.2f} ms / {bare:6.2f} ms = {ours / bare:.2f}")
    print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.2f}, worst {max(ratios):.2f} (bound 0.90)")


if __name__ == "__main__":
    main()
