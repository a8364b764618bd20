"""The picture `docs/search.svg` of the README: a search as a terminal shows it, made by the search itself.

Run `python -m faultmaven_kb.cli.picture > docs/search.svg` after changing what a search prints; a test compares. The
picture names no font of another server: a page that shows it makes no further request.
"""

import io
import re

from rich.console import Console
from rich.text import Text

from faultmaven_kb.cli.commands.search import print_answer
from faultmaven_kb.cli.shared.console import captured_console
from faultmaven_kb.knowledge_base import KnowledgeBase

__all__ = ["search_picture"]

_QUESTION = "FATAL: sorry, too many clients already"
_WIDTH = 100  # chosen: readable on a page of the docs
_REMOTE_FONTS = re.compile(r"(?<!\s)\s*+@font-face \{[^{}]*\}")
_FONTS = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"


def search_picture() -> str:
    """The SVG of a search in the built-in runbooks; lines that are wider than the terminal go on in its next row."""
    printed = _terminal()
    with printed.capture() as captured:
        print_answer(printed, KnowledgeBase.builtin().search(_QUESTION, limit=3))
    screen = _terminal()
    screen.print(Text.assemble(("$ ", "dim"), ("fmkb search ", "bold"), (f'"{_QUESTION}"', "bold")))
    for line in captured.get().split("\n"):
        text = Text.from_ansi(line)
        for row in text.divide(range(_WIDTH, max(_WIDTH, len(text)), _WIDTH)):
            screen.print(row, soft_wrap=True)
    picture = screen.export_svg(title="fmkb search", unique_id="search")
    return _REMOTE_FONTS.sub("", picture).replace("font-family: Fira Code, monospace", f"font-family: {_FONTS}")


def _terminal() -> Console:
    """A terminal that is the same everywhere, whatever the environment says of the real one."""
    return captured_console(io.StringIO(), _WIDTH, record=True, color_system="truecolor", _environ={})


if __name__ == "__main__":
    print(search_picture(), end="")  # noqa: T201 - standard output is what the command writes to
