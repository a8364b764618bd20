"""A model that needs none: it counts letters."""

from collections.abc import Sequence

import numpy as np

from faultmaven_kb.semantic.embedders import Vectors

__all__ = ["Letters"]


class Letters:
    """Counts letters, which is enough to be near to itself; and counts what it was asked."""

    name = "letters"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array(
            [[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts], "f4"
        )
