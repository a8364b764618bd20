"""What a destructive command does, and where it is."""

from dataclasses import dataclass

__all__ = ["Harm"]


@dataclass(frozen=True, slots=True)
class Harm:
    """A destructive command: what it does, where it is in the code, whether data is lost for good."""

    what: str
    start: int
    end: int
    loses_data: bool
