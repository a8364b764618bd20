"""Placeholders: what the reader of a command fills in, decided once for the gate, the labs and the terminal.

`<pod-name>`, `<pod name>`, `<Host>`, `<your_file>` and `{{name}}` are placeholders; `$XY`, `<<EOF` and redirections are
shell. `{{.State.Status}}` and other template expressions are masked like placeholders, because no shell understands
them, but nobody fills them in. A value replaces the text as it is, because the runbook's own quotes are around it.
"""

import re
from collections.abc import Mapping

__all__ = ["PLACEHOLDER", "fill", "mask_placeholders", "open_placeholders", "placeholders_in"]

PLACEHOLDER = re.compile(
    r"(?<![<\w&$])<(?=[A-Za-z])[^<>\n;&$\"`]{0,60}(?<=[\w.…)\]*])(?:(?<! \d)>|>(?=[\"'\s]|$))|(?<=\w)<[a-z][a-z0-9_-]*>"
    r"|<(?:\.{3}|…)>|\{\{[^{}\n]*\}\}"
)
_NAME = re.compile(r"[A-Za-z_][\w-]*")


def placeholders_in(text: str) -> tuple[str, ...]:
    """The names of the placeholders in a text, each once, in order of appearance, without their brackets."""
    names = (_name(match[0]) for match in PLACEHOLDER.finditer(text))
    return tuple(dict.fromkeys(name for name in names if name))


def open_placeholders(code: str) -> tuple[str, ...]:
    """The names of the placeholders that are still to be filled in before code can run; comments do not count."""
    return placeholders_in("\n".join(line for line in code.split("\n") if not line.lstrip().startswith("#")))


def mask_placeholders(text: str) -> str:
    """The text with a word of equal length in place of each placeholder, which a shell's grammar understands."""
    return PLACEHOLDER.sub(lambda match: "x" * len(match[0]), text) if "<" in text or "{{" in text else text


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the values that are known in place of their placeholders; others stay as they are."""
    return PLACEHOLDER.sub(lambda match: values.get(_name(match[0]) or "", match[0]), text)


def _name(placeholder: str) -> str | None:
    """What is between the brackets; None for an expression of a template."""
    if not placeholder.startswith("{{"):
        return placeholder[1:-1]
    name = placeholder[2:-2].strip()
    return name if _NAME.fullmatch(name) else None
