"""A verdict in words, and its reason in a line of the terminal: for the answer that is printed and for the picker."""

from rich.console import Console
from rich.text import Text

from faultmaven_kb.cli.display.cards import print_line
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["VERDICTS", "print_reason"]

VERDICTS = {
    "match": ("green", "match"),
    "ambiguous": ("yellow", "ambiguous: more than one runbook may fit"),
    "none": ("red", "no runbook covers this"),
}
"""The colour and the words of each verdict."""


def print_reason(out: Console, answer: Answer) -> None:
    """The reason in one line of the terminal; the words that distinguish equal hits are not cut off with its end."""
    print_line(out, Text("  "), Text(printable(answer.reason)))
    words = " or ".join(f'"{printable(word)}"' for distinction in answer.distinctions for word in distinction.words[:1])
    if words:
        print_line(out, Text("  would distinguish them: ", style="dim"), Text(words))
