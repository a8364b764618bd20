"""What is wrong with a text that is not YAML, in our own words, and where the fault begins.

A parser notices a forgotten colon, quote or bracket only further down, and its words change with its versions. So the
fault is derived from the kind of the error and from the characters at its two marks, never from the parser's message.
"""

from typing import NamedTuple

import yaml

__all__ = ["LOADER", "TooManyValuesError", "YamlFault", "fault_of", "nested_beyond"]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""What reads YAML: the one in C where there is one, which makes the same values and is ten times as fast."""

_BRACKETS = {"[": "]", "{": "}"}
_QUOTES = ("'", '"')
_WORD_LIMIT = 20  # characters of the text that a message quotes, chosen
_DEEP = 500  # half of what libyaml allows: a level of indentation is one space or more


class TooManyValuesError(Exception):
    """A text holds more than may be composed; the argument is the index of the first value beyond."""


class YamlFault(NamedTuple):
    """What is wrong, the index where it begins (the opening of what is not closed), and where the parser noticed it."""

    message: str
    start: int
    noticed: int


def nested_beyond(text: str, levels: int, *, values: int | None = None) -> bool:
    """Whether a text is nested deeper than this many levels: composing it recurses, its events do not.

    Raises `yaml.YAMLError` where the text is not YAML before that, and `TooManyValuesError` for more keys and `values`
    than so many.
    """
    depth = count = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > levels:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent) and event.start_mark:
            count += 1
            if values is not None and count > values:
                raise TooManyValuesError(event.start_mark.index)
    return False


def fault_of(error: yaml.MarkedYAMLError, text: str) -> YamlFault:
    """The fault for which a parser gave up a text."""
    problem, opened = _index(error.problem_mark, text), _index(error.context_mark, text)
    index = next((place for place in (problem, opened) if place is not None), 0)
    first = text[opened : opened + 1] if opened is not None else ""
    here = text[index : index + 1]
    if isinstance(error, yaml.composer.ComposerError):
        what = "has no anchor" if here == "*" else "is already an anchor"
        return YamlFault(f'"{_word(text, index)}" {what}', index, index)
    if isinstance(error, yaml.parser.ParserError):
        if opened is not None and first in _BRACKETS:
            return YamlFault(f'"," or "{_BRACKETS[first]}" is missing after "{first}"', opened, index)
        expected = "a value" if opened in {None, index} else '"- " for the next item' if first == "-" else "a key"
        return YamlFault(f"{_unexpected(text, index)}, expected {expected}", index, index)
    if here in _BRACKETS or _indentation(text, index) >= _DEEP:  # libyaml since 0.2.6 refuses them while it looks ahead
        return YamlFault("nested deeper than a parser goes", index, index)
    if first in _QUOTES and "\\" in text[index - 1 : index + 1]:
        return YamlFault('unknown escape after "\\", expected single quotes around the value', index, index)
    if opened is not None and opened < index:
        if first in _QUOTES and (not text[index:].strip() or text.startswith(("---", "..."), index)):
            return YamlFault(f"the quote {first} is not closed", opened, index)
        if first not in "&*!%|>":
            return YamlFault('":" is missing after the key', opened, opened)
    if here == ":":
        return YamlFault('unexpected ":", expected quotes around the value or another indentation', index, index)
    if here and here in "@`%":
        return YamlFault(f'a value cannot begin with "{here}", expected quotes around it', index, index)
    return YamlFault(_unexpected(text, index), index, index)


def _index(mark: yaml.Mark | None, text: str) -> int | None:
    return min(mark.index, len(text)) if mark else None


def _indentation(text: str, index: int) -> int:
    """How many spaces are before the index on its line, 0 when anything else does."""
    before = text[text.rfind("\n", 0, index) + 1 : index]
    return len(before) if before.isspace() else 0


def _word(text: str, index: int) -> str:
    return "".join(text[index : index + _WORD_LIMIT].split()[:1])


def _unexpected(text: str, index: int) -> str:
    if text[index : index + 1] == "\t":
        return "unexpected tab"
    word = _word(text, index)
    return f'unexpected "{word}"' if word else "unexpected end"
