"""Whether a base is of the files as they are, read without numpy: the shell asks while somebody types."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from faultmaven_kb.reading.files import FileState, find_states
from faultmaven_kb.storage.file_format.container import Container

__all__ = ["ROWS", "is_current", "state_numbers", "states_now"]

ROWS: Final[Mapping[str, str]] = {
    "sizes": "rows",
    "changed": "rows",
    "digests": "rows",
    "places": "place_rows",
}
"""Of the arrays of a state those that `changes` correct, and the array of changes that says where."""


def state_numbers(container: Container, name: str) -> tuple[int, ...]:
    """An array of numbers of the state, with what was changed since it was written. Raises what `FAULTS` lists where
    the base is damaged."""
    numbers = container.raw(container.directory["state"][name]).numbers()
    changes = container.directory["changes"]
    if not changes or name not in ROWS:
        return numbers
    corrected = list(numbers)
    for row, value in zip(*(container.raw(changes[each]).numbers() for each in (ROWS[name], name)), strict=True):
        corrected[row] = value
    return tuple(corrected)


def states_now(container: Container, home: Path | None) -> list[FileState]:
    """The files that a base is of, as they are now; it travelled with its folder where that is `home`.

    Raises `PathError` when a path is gone, and what `FAULTS` lists where the base is damaged.
    """
    folder, *paths = map(str, container.directory["origin"])
    return find_states(paths, start=folder if home is None else home)


def is_current(container: Container, home: Path | None, states: Sequence[FileState]) -> bool:
    """Whether `states_now` are those of the files when they were read: names, sizes and times of change (which a base
    that travels with its folder, then `home`, does not have). Raises what `FAULTS` lists where the base is damaged.
    """
    names = [state.name.encode("utf-8", "surrogatepass") for state in states]
    entries = container.directory["state"]
    return (
        container.raw(entries["names"]).whole() == b"".join(names)
        and container.raw(entries["names_at"]).numbers() == tuple(accumulate(map(len, names), initial=0))
        and state_numbers(container, "sizes") == tuple(state.size for state in states)
        and (home is not None or state_numbers(container, "changed") == tuple(state.changed for state in states))
    )
