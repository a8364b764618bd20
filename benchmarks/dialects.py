"""How much of foreign runbooks lands in its place: the share of documents with each part, and every document without.

python -m benchmarks.dialects FOLDER-OR-JSONL …

A document counts for a part when the model holds something there: a title, a meaning (the purpose or a symptom), a
step, a solution. For each miss the list says why: `empty`, the heading stands over nothing; `absent`, no heading and no
label names the part. Whether an absent part is really absent is for a reader to judge, so every miss is listed. A line
of text that belongs to no section would be a loss and is counted too. A `.jsonl` holds a document per line (`id`,
`text`).
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from faultmaven_kb.reading.files import find_runbooks
from faultmaven_kb.reading.reader import ReadDocument, read_document

PARTS = {
    "title": (),
    "meaning": ("meaning", "symptoms"),
    "steps": ("diagnosis", "steps"),
    "mitigation": ("mitigation",),
}
ROLES = {"diagnostic-steps": "diagnosis", "causes": "mitigation", "solutions": "mitigation"}


def main() -> None:
    documents = [found for argument in sys.argv[1:] for found in _documents(Path(argument))]
    held: Counter[str] = Counter()
    dialects: Counter[str] = Counter()
    misses, lost = [], 0
    for document in documents:
        found = _held(document)
        held.update(part for part, is_there in found.items() if is_there)
        held["all four"] += all(found.values())
        dialects[document.dialect.name] += 1
        lost += len(lost_lines(document))
        if not all(found.values()):
            reasons = (f"{part} {_why(document, part)}" for part, is_there in found.items() if not is_there)
            misses.append(f"  {document.runbook.id}: {', '.join(reasons)}")
    print(f"{len(documents)} documents: {', '.join(f'{count} {name}' for name, count in dialects.most_common())}")
    for part in (*PARTS, "all four"):
        print(f"{part:<12}{held[part]:>5}  {held[part] / max(len(documents), 1):6.1%}")
    print(f"lines that belong to no section: {lost}")
    print(*(["misses:", *misses] if misses else ["no misses"]), sep="\n")


def _documents(path: Path) -> Iterator[ReadDocument]:
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        found = [read_document(line["text"], path=f"{line['id']}.md")[0] for line in lines]
    else:
        found = [read_document(file)[0] for file in find_runbooks([path])]
    yield from (document for document in found if document is not None)


def _held(document: ReadDocument) -> dict[str, bool]:
    runbook = document.runbook
    return {
        "title": runbook.title not in {"", "Untitled"},
        "meaning": bool(runbook.purpose or runbook.symptoms),
        "steps": bool(runbook.steps),
        "mitigation": bool(runbook.solutions),
    }


def _why(document: ReadDocument, part: str) -> str:
    roles = {ROLES.get(section.role or "", section.role) for section in document.runbook.sections}
    return "empty" if roles & set(PARTS[part]) else "absent"


def lost_lines(document: ReadDocument) -> list[int]:
    """The lines with text that belong neither to the front matter nor to a section."""
    covered = set(range(1, document.front_matter.span.end_line + 1)) if document.front_matter.present else set()
    for section in document.runbook.sections:
        covered |= set(range(section.span.line, section.span.end_line + 1))
    return [line for line, text in enumerate(document.source.lines, 1) if text.strip() and line not in covered]


if __name__ == "__main__":
    main()
