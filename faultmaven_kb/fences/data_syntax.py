"""Whether a YAML, JSON or TOML snippet parses, and where it does not.

Snippets are often pieces: a mapping's entries without the braces, several documents, an abridged answer with an
ellipsis. A piece counts as right when it is right in any of these readings; templates are masked or skipped. An
error is shown where the text is wrong, which is often one line above the place where the parser noticed.
"""

import json
import re
import tomllib

import yaml

from faultmaven_kb.fences.placeholders import PLACEHOLDER
from faultmaven_kb.text.values.toml_values import has_deep_keys
from faultmaven_kb.text.values.yaml_faults import LOADER, fault_of

__all__ = ["LANGUAGES", "error_in"]

LANGUAGES = frozenset({"yaml", "yml", "json", "toml"})
_TEMPLATE = re.compile(
    r"\{%|\{\{-?\s*(?:if|range|end|with|else|include|toYaml|template)\b|^[^\S\n]*+\{\{", re.MULTILINE
)
_ABRIDGED = re.compile(r"\.{3}|…")


def error_in(code: str, language: str) -> tuple[str, int] | None:
    """What is wrong and the index where, None for a snippet that parses or that is a template or abridged."""
    if _TEMPLATE.search(code) or not code.strip():
        return None
    figure = "1" if language == "json" else "x"  # without quotes a word is not a value in JSON, a number is
    masked = PLACEHOLDER.sub(lambda match: figure * len(match[0]), code)
    try:
        return _error(masked, language)
    except (RecursionError, ValueError):  # depths, and numbers of thousands of digits, that Python does not read
        return None


def _error(masked: str, language: str) -> tuple[str, int] | None:
    if language in ("yaml", "yml"):
        return _yaml_error(masked)
    if language == "toml":
        return _toml_error(masked)
    return None if _ABRIDGED.search(masked) else _json_error(masked)


def _yaml_error(code: str) -> tuple[str, int] | None:
    try:
        for _ in yaml.parse(code, Loader=LOADER):
            pass
    except yaml.MarkedYAMLError as error:
        problem, index, _ = fault_of(error, code)
        return problem, _inside(code, index)
    except yaml.YAMLError:
        return "a character that YAML does not allow", 0
    return None


def _toml_error(code: str) -> tuple[str, int] | None:
    if has_deep_keys(code):
        return None
    try:
        tomllib.loads(code)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        message = str(error).partition(" (at ")[0].lower()
        return message, _index(code, int(place[1]), int(place[2])) if place else max(len(code.rstrip()) - 1, 0)
    return None


def _json_error(code: str) -> tuple[str, int] | None:
    first = _try_json(code)
    piece = code.rstrip().removesuffix(",")
    if first is None or any(_try_json(form) is None for form in ("{" + piece + "}", "[" + piece + "]")):
        return None
    lines = [line for line in code.split("\n") if line.strip()]
    if len(lines) > 1 and all(_try_json(line) is None for line in lines):
        return None
    if _many(code):
        return None
    return _before(code, first)


def _try_json(code: str) -> json.JSONDecodeError | None:
    try:
        json.loads(code)
    except json.JSONDecodeError as error:
        return error
    return None


def _many(code: str) -> bool:
    """Whether the text is several values one after the other."""
    decoder, index = json.JSONDecoder(), 0
    code = code.strip()
    while index < len(code):
        try:
            _, end = decoder.raw_decode(code, index)
        except json.JSONDecodeError:
            return False
        index = end + len(code[end:]) - len(code[end:].lstrip())
    return True


def _before(code: str, error: json.JSONDecodeError) -> tuple[str, int]:
    """What is wrong and where; a comma that is missing or too many is where it should be or is.

    Derived from the text and from what helps, because the decoder's words change with Python's versions.
    """
    index = error.pos
    behind = len(code[:index].rstrip())
    if behind and code[behind - 1] == "," and code[index : index + 1] in ("}", "]"):
        return "comma before the closing bracket", behind - 1
    if code[index : index + 1] == "," and code[index + 1 :].lstrip()[:1] in ("}", "]"):  # since Python 3.13
        return "comma before the closing bracket", index
    for mark, name in ((",", "a comma"), (":", "a colon")):
        further = _try_json(code[:behind] + mark + code[behind:])
        if further is None or further.pos > index + 1:
            return f"{name} is missing", max(behind - 1, 0) if "\n" in code[behind:index] else index
    if not code[index:].strip():
        return "it ends before it is complete", _inside(code, index)
    hint = ", expected double quotes" if code[index] == "'" else ""
    word = code[index : index + 20].split()
    return (f'unexpected "{word[0]}"{hint}' if word else "unexpected line break"), index


def _inside(code: str, index: int) -> int:
    """The index, or the last place that shows something."""
    return min(index, max(len(code.rstrip()) - 1, 0))


def _index(code: str, line: int, column: int) -> int:
    lines = code.split("\n")
    line = min(line, len(lines))
    before = sum(len(text) + 1 for text in lines[: line - 1])
    index = before + min(column - 1, len(lines[line - 1]))
    return index if index < len(code.rstrip()) else max(len(code.rstrip()) - 1, 0)
