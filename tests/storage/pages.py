"""Pages of made bases that the tests of storage write."""

import os
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Write a file as one that was changed a while ago: the time of a change a moment ago is not trusted."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (1_700_000_000 + len(text), 1_700_000_000 + len(text)))


def page(name: str, text: str) -> str:
    return f"# {name}\n\n## Meaning\n\n{text}\n\n## Mitigation\n\nRestart the {name} service.\n"
