"""`fmkb search` without words on a terminal: results while one types, and the runbook that is chosen, page by page.

One application with two views: the search, and over it the pager while a runbook is open. A block of commands that is
chosen is not run and not put anywhere by itself: the picker ends and its caller prints it.
"""

import os
from collections.abc import Callable
from typing import NamedTuple

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.output import ColorDepth, Output
from rich.console import Console
from rich.text import Text

from faultmaven_kb.brief import counted
from faultmaven_kb.cli.display.cards import headline, print_line, print_why
from faultmaven_kb.cli.display.verdicts import VERDICTS, print_reason
from faultmaven_kb.cli.screens.drawing import drawn
from faultmaven_kb.cli.screens.pager import Pager
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.answer import Answer, Hit
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["Choice", "Picker"]

_LABEL = "What do you see? "
_SEARCH_KEYS = "type or paste | ↑ ↓ choose | Enter read | Esc leave"
_PAGE_KEYS = "↑ ↓ Space b move | c and a number: print that block | Esc back | Ctrl-C leave"
_FIXED_ROWS = 2
"""The line of the question above, and the line of keys below."""

_LEAST = 0.005  # rounds to 0 %
_ROWS_OF_HIT = 3  # the layout: title, symptom, empty line


class Choice(NamedTuple):
    """A block of commands of a runbook that is to be printed, by its number."""

    runbook: Runbook
    block: int


class _Shown(Processor):
    """What is pasted, as it may be shown: characters that no terminal shows stand as a mark, one for each."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """The line with its marks; the cursor stays where it is."""
        pieces: StyleAndTextTuples = [
            (style, "".join(map(_mark, text))) for style, text, *_ in transformation_input.fragments
        ]
        return Transformation(pieces)


def _mark(character: str) -> str:
    shown = printable(character)
    return shown if len(shown) == 1 else "\N{REPLACEMENT CHARACTER}"


class Picker:
    """The application. `search` answers a question; `count` is how many runbooks it searches."""

    def __init__(
        self, search: Callable[[str], Answer], *, count: int, input: Input | None = None, output: Output | None = None
    ) -> None:
        self.answer: Answer | None = None
        self.pager: Pager | None = None
        self._search, self._count, self._selected = search, count, 0
        self._question = Buffer(multiline=False, on_text_changed=lambda _: self._ask())
        self._page = Window(FormattedTextControl(self._page_text, focusable=True, show_cursor=False), wrap_lines=True)
        is_open = Condition(lambda: self.pager is not None)
        field = Window(BufferControl(self._question, input_processors=[_Shown()]), height=1)
        question = VSplit([Window(FormattedTextControl(_LABEL), width=len(_LABEL), style="bold"), field], height=1)
        results = Window(FormattedTextControl(self._results_text))
        view = HSplit(
            [
                ConditionalContainer(HSplit([question, results]), filter=~is_open),
                ConditionalContainer(self._page, filter=is_open),
                Window(FormattedTextControl(self._keys_text), height=1, style="reverse"),
            ]
        )
        self._field = field
        self._application: Application[Choice | None] = Application(
            Layout(view, focused_element=field),
            key_bindings=self._keys(is_open),
            full_screen=True,
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
            input=input,
            output=output,
        )
        self._application.ttimeoutlen = 0.05  # Esc alone is a key here: it must not wait for the rest of a sequence

    def run(self) -> Choice | None:
        """Show it until the user leaves; the block that is to be printed, or None."""
        return self._application.run()

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The hits that are listed."""
        return tuple(hit for hit in self.answer.hits if hit.confidence >= _LEAST) if self.answer else ()

    def _ask(self) -> None:
        text = self._question.text
        self.answer = self._search(text) if text.strip() else None
        self._selected = 0

    def _size(self) -> tuple[int, int]:
        """Columns, and the rows between the fixed ones."""
        size = self._application.output.get_size()
        return max(1, size.columns), max(1, size.rows - _FIXED_ROWS)

    def _results_text(self) -> StyleAndTextTuples:
        width, height = self._size()
        return _joined(drawn(lambda out: self._print_results(out, height), width=width)[:height])

    def _print_results(self, out: Console, height: int) -> None:
        answer = self.answer
        if answer is None:
            out.print()
            print_line(out, Text(), Text(f"{counted(self._count, 'runbook')}: ask with a message, an alert, a log"))
            return
        style, words = VERDICTS[answer.verdict]
        print_line(out, Text(), Text(words, style=f"bold {style}"))
        print_reason(out, answer)
        fitting = max(1, (height - 3) // _ROWS_OF_HIT)
        first = max(0, self._selected - fitting + 1)
        for place, hit in enumerate(self.hits[first : first + fitting], first):
            _print_hit(out, hit, is_selected=place == self._selected)

    def _page_text(self) -> StyleAndTextTuples:
        width, height = self._size()
        return _joined(self.pager.lines(width, height + 1)) if self.pager else []

    def _keys_text(self) -> str:
        pager = self.pager
        if pager is None:
            return _SEARCH_KEYS
        if pager.number is not None:
            return f"print block (1 to {pager.blocks}): {pager.number}"
        return pager.fault or _PAGE_KEYS

    def _open(self) -> None:
        if self.hits:
            self.pager = Pager(self.hits[self._selected].runbook)
            self._page_text()  # keys that came with this one move in lines that must be there
            self._application.layout.focus(self._page)

    def _close(self) -> None:
        self.pager = None
        self._application.layout.focus(self._field)

    def _back(self) -> None:
        if self.pager is None:
            self._leave()
        elif self.pager.number is not None:
            self.pager.number = None
        else:
            self._close()

    def _enter(self) -> None:
        pager = self.pager
        if pager is None:
            self._open()
        elif pager.number is not None:
            number = pager.chosen()
            if number is not None:
                self._leave(Choice(pager.runbook, number))
        else:
            pager.move(1)

    def _step(self, lines: int) -> None:
        if self.pager is not None:
            self.pager.move(lines)
        else:
            self._selected = max(0, min(self._selected + lines, len(self.hits) - 1))

    def _keys(self, is_open: Condition) -> KeyBindings:
        keys = KeyBindings()

        def bind(*names: str, to: Callable[[], None], within: Condition | None = None) -> None:
            def act(event: KeyPressEvent) -> None:
                to()

            for name in names:
                keys.add(name, filter=within if within is not None else True)(act)

        bind("c-c", to=self._leave)
        bind("escape", to=self._back)
        bind("enter", to=self._enter)
        bind("down", "c-n", to=lambda: self._step(1))
        bind("up", "c-p", to=lambda: self._step(-1))
        bind("j", to=lambda: self._step(1), within=is_open)
        bind("k", to=lambda: self._step(-1), within=is_open)
        bind("space", "pagedown", to=lambda: self._in_pager(lambda pager: pager.turn(1)), within=is_open)
        bind("b", "pageup", to=lambda: self._in_pager(lambda pager: pager.turn(-1)), within=is_open)
        bind("g", "home", to=lambda: self._in_pager(lambda pager: pager.move(-1_000_000)), within=is_open)
        bind("G", "end", to=lambda: self._in_pager(Pager.to_end), within=is_open)
        bind("c", to=lambda: self._in_pager(Pager.ask), within=is_open)
        bind("q", to=self._close, within=is_open)
        bind("backspace", to=lambda: self._in_pager(Pager.erase), within=is_open)

        @keys.add("<any>", filter=is_open)
        def _(event: KeyPressEvent) -> None:
            if event.data.isdecimal() and event.data.isascii():
                self._in_pager(lambda pager: pager.type(event.data))

        return keys

    def _leave(self, choice: Choice | None = None) -> None:
        """End, unless an earlier key has ended it already: keys may come faster than it ends."""
        future = self._application.future
        if future is not None and not future.done():
            self._application.exit(result=choice)

    def _in_pager(self, act: Callable[[Pager], None]) -> None:
        if self.pager is not None:
            act(self.pager)


def _joined(lines: list[StyleAndTextTuples]) -> StyleAndTextTuples:
    joined: StyleAndTextTuples = []
    for line in lines:
        joined += [*line, ("", "\n")]
    return joined[:-1]


def _print_hit(out: Console, hit: Hit, *, is_selected: bool) -> None:
    line = headline(hit)
    if is_selected:
        line.stylize("reverse")
    print_line(out, Text("› " if is_selected else "  "), line)
    print_why(out, hit.evidence[:1])
    print_line(out, Text("  $ ", style="dim"), Text(printable(_first_command(hit.runbook)), style="green"))


def _first_command(runbook: Runbook) -> str:
    """The first line of the quick fix, else of the first step, that is not a comment."""
    steps = (command for step in runbook.steps for command in step.commands)
    for command in (*runbook.quick_fix, *steps):
        for line in command.code.split("\n"):
            if line.strip() and not line.lstrip().startswith(("#", "--")):
                return line.strip()
    return "no command"
