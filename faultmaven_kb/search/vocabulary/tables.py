"""The vocabularies of the search, kept as data beside the code: `data/NAME.tsv`, tabs between columns.

A line that begins with `#` says what the table is and where its entries come from. Tables are read when they are first
needed and kept; a missing column reads as an empty one.
"""

from functools import cache
from pathlib import Path

__all__ = ["column", "rows"]

_FOLDER = Path(__file__).parent / "data"


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table, in its order, each as its columns without the spaces around them."""
    text = (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8")
    lines = (line for line in text.split("\n") if line.strip() and not line.startswith("#"))
    return tuple(tuple(cell.strip() for cell in line.split("\t")) for line in lines)


def column(row: tuple[str, ...], number: int) -> str:
    """A column of a row by its number, empty where the row ends before it."""
    return row[number] if number < len(row) else ""
