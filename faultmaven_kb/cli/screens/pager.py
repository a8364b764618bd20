"""A runbook on the screen: where the reader is in it, and which block of commands is being asked for."""

from prompt_toolkit.formatted_text import StyleAndTextTuples

from faultmaven_kb.cli.display.page import command_blocks, print_runbook
from faultmaven_kb.cli.screens.drawing import drawn, rows_of
from faultmaven_kb.model.runbook import Runbook

__all__ = ["Pager"]

_MOST_DIGITS = 3  # chosen: no runbook has 1,000 blocks of commands


class Pager:
    """A runbook page by page. `number` is what was typed after c, None while nothing is asked for."""

    def __init__(self, runbook: Runbook) -> None:
        self.runbook = runbook
        self.number: str | None = None
        self.fault = ""
        self.blocks = len(command_blocks(runbook, {}))
        self._top = 0
        self._width = self._height = 0
        self._lines: list[StyleAndTextTuples] = []

    def lines(self, width: int, height: int) -> list[StyleAndTextTuples]:
        """The lines from the reader's place on, as many as a screen of this size can show; long ones are wrapped.

        After a change of the width the place is about the same part of the page.
        """
        if width != self._width:
            share = self._top / len(self._lines) if self._lines else 0.0
            self._lines = drawn(lambda out: print_runbook(out, self.runbook, {}), width=width)
            self._width, self._top = width, round(share * len(self._lines))
        self._height = height
        self.move(0)
        return self._lines[self._top : self._top + height]

    def move(self, lines: int) -> None:
        """Go down (or with a negative number up), as far as there is something to see."""
        self._top = max(0, min(self._top + lines, self._last_top()))

    def turn(self, pages: int) -> None:
        """Go down or up by what the screen shows, less a line to recognise."""
        rows, count = self._height - 1, 0
        lines = self._lines[self._top :] if pages > 0 else self._lines[: self._top][::-1]
        for line in lines:
            rows -= rows_of(line, width=self._width)
            if rows < 0 and count:
                break
            count += 1
        self.move(pages * count)

    def to_end(self) -> None:
        """Go to the last page."""
        self.move(len(self._lines))

    def _last_top(self) -> int:
        """The first line of the last page."""
        rows = 0
        for place in range(len(self._lines) - 1, -1, -1):
            rows += rows_of(self._lines[place], width=self._width)
            if rows > self._height:
                return place + 1
        return 0

    def ask(self) -> None:
        """Ask for the number of a block of commands."""
        self.number, self.fault = "", ""

    def type(self, digit: str) -> None:
        """Add a digit to the number that is asked for."""
        if self.number is not None:
            self.number = (self.number + digit)[:_MOST_DIGITS]

    def erase(self) -> None:
        """Take back the last digit, or the question."""
        self.number = self.number[:-1] if self.number else None

    def chosen(self) -> int | None:
        """The number that was typed, None where the page has no such block: then `fault` says what it has."""
        number = int(self.number or 0)
        self.number = None
        if 1 <= number <= self.blocks:
            return number
        has = f"blocks of commands 1 to {self.blocks}" if self.blocks else "no block of commands"
        self.fault = f"{number} is not one of them: the runbook has {has}"
        return None
