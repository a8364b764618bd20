"""Whether a YAML, JSON or TOML snippet parses, and where it does not.

Snippets are often pieces: a mapping's entries without the braces, several documents, an abridged answer with an
ellipsis. A piece counts as right when it is right in any of these readings; templates are masked or left alone. An
error is shown where the text is wrong, which is often one line above the place where the parser noticed.
"""

import json
import re
import tomllib

import yaml

from faultmaven_kb.fences.snippets import PLACEHOLDER

__all__ = ["LANGUAGES", "error_in"]

LANGUAGES = frozenset({"yaml", "yml", "json", "toml"})
_TEMPLATE = re.compile(r"\{%|\{\{-?\s*(?:if|range|end|with|else|include|toYaml|template)\b|^\s*\{\{", re.MULTILINE)
_ABRIDGED = re.compile(r"\.{3}|…")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTEXT = ("could not find expected ':'", "found unexpected end of stream", "did not find expected ',' or")


def error_in(code: str, language: str) -> tuple[str, int] | None:
    """What is wrong and the index where, None for a snippet that parses or that is a template or abridged."""
    if _TEMPLATE.search(code) or not code.strip():
        return None
    figure = "1" if language == "json" else "x"  # without quotes a word is no value in JSON, a number is
    masked = PLACEHOLDER.sub(lambda match: figure * len(match[0]), code)
    try:
        return _error(masked, language)
    except RecursionError:
        return None


def _error(masked: str, language: str) -> tuple[str, int] | None:
    if language in ("yaml", "yml"):
        return _yaml_error(masked)
    if language == "toml":
        return _toml_error(masked)
    return None if _ABRIDGED.search(masked) else _json_error(masked)


def _yaml_error(code: str) -> tuple[str, int] | None:
    try:
        for _ in yaml.parse(code, Loader=_LOADER):
            pass
    except yaml.MarkedYAMLError as error:
        problem = error.problem or "does not parse"
        mark = error.problem_mark
        if error.context_mark is not None and problem.startswith(_CONTEXT):
            mark = error.context_mark
        index = _index(code, mark.line + 1, mark.column + 1) if mark is not None else 0
        return problem, index
    except yaml.YAMLError as error:
        return str(error).split("\n", 1)[0], 0
    return None


def _toml_error(code: str) -> tuple[str, int] | None:
    try:
        tomllib.loads(code)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        message = re.sub(r"\s*\(at .*\)$", "", str(error)).lower()
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
    """The error's words and place; a comma that is missing or too many is where it should be or is."""
    message, index = error.msg.lower(), error.pos
    behind = len(code[:index].rstrip())
    if "',' delimiter" in message and "\n" in code[behind:index]:
        return message, max(behind - 1, 0)
    if behind and code[behind - 1] == "," and code[index : index + 1] in ("}", "]"):
        return "comma before the closing bracket", behind - 1
    return message, min(index, max(len(code.rstrip()) - 1, 0))


def _index(code: str, line: int, column: int) -> int:
    lines = code.split("\n")
    line = min(line, len(lines))
    before = sum(len(text) + 1 for text in lines[: line - 1])
    index = before + min(column - 1, len(lines[line - 1]))
    return index if index < len(code.rstrip()) else max(len(code.rstrip()) - 1, 0)
