"""Reads alerts from Prometheus rule files and PrometheusRule manifests, each with its place.

A file may hold several YAML documents, manifests in a List, and recording rules, which are no alerts. A file that is no
YAML (a chart's template, for instance) is a `Problem`, never an exception: the others are read all the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from faultmaven_kb.errors import PathError
from faultmaven_kb.reading.files import files_at
from faultmaven_kb.text.yaml_faults import fault_of

__all__ = ["Alert", "Problem", "RuleFile", "find_rule_files", "read_rules"]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SIZE_LIMIT = 500_000
_MOST_ALERTS = 2_000  # a runbook is looked for to each of them
_DEPTH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule: its name, labels and annotations as written, and where it stands (line from 1)."""

    name: str
    path: str
    line: int
    group: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A file, or a part of one, that could not be read as rules."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class RuleFile:
    """What a file holds."""

    alerts: tuple[Alert, ...]
    problems: tuple[Problem, ...] = ()


def find_rule_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The rule files at the paths, each once: a file as it is, a folder's `*.yaml` and `*.yml` below it, sorted.

    Raises `PathError` for a path that does not exist.
    """
    return files_at(paths, lambda folder: filter(_is_rule_file, folder.rglob("*")))


def _is_rule_file(path: Path) -> bool:
    return path.suffix in (".yaml", ".yml") and path.is_file()


def read_rules(file: Path) -> RuleFile:
    """The alerts of a file, in order. Raises `PathError` when it cannot be read."""
    name = file.as_posix()
    try:
        if file.stat().st_size > _SIZE_LIMIT:
            return RuleFile((), (Problem(name, 1, f"file is larger than {_SIZE_LIMIT:,} bytes, expected rules"),))
        text = file.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise PathError(f"cannot read {str(file)!r}: {error.strerror}") from None
    alerts: list[Alert] = []
    try:
        if _too_deep(text):
            return RuleFile((), (Problem(name, 1, f"the file is nested deeper than {_DEPTH_LIMIT} levels"),))
        for document in yaml.compose_all(text, Loader=_Loader):
            alerts += _alerts(document, name)
            if len(alerts) > _MOST_ALERTS:
                line, message = alerts[_MOST_ALERTS].line, f"more than {_MOST_ALERTS:,} alerts, split the file"
                return RuleFile(tuple(alerts[:_MOST_ALERTS]), (Problem(name, line, message),))
    except yaml.MarkedYAMLError as error:
        message, index, _ = fault_of(error, text)
        problem = Problem(name, text.count("\n", 0, index) + 1, f"the file is not YAML: {message}{_hint(text)}")
        return RuleFile(tuple(alerts), (problem,))
    except (yaml.YAMLError, RecursionError):
        return RuleFile(tuple(alerts), (Problem(name, 1, "the file is not YAML: it holds what no text holds"),))
    return RuleFile(tuple(alerts))


def _hint(text: str) -> str:
    """What to do about a template; rules themselves hold `{{ $labels.x }}` only inside of values."""
    is_template = any(line.lstrip().startswith(("{{-", "{{ ", "{{/*")) for line in text.split("\n"))
    return "; it is a template, expected what `helm template` makes of it" if is_template else ""


def _too_deep(text: str) -> bool:
    """Whether the text is nested so deeply that composing it would end the process: events take no stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEPTH_LIMIT:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


def _alerts(document: yaml.Node | None, path: str) -> Iterator[Alert]:
    found = _mapping(document)
    for manifest in _sequence(found.get("items")):
        yield from _alerts(manifest, path)
    groups = found.get("groups") or _mapping(found.get("spec")).get("groups")
    for group in _sequence(groups):
        parts = _mapping(group)
        for rule in _sequence(parts.get("rules")):
            keys = _mapping(rule)
            name = _text(keys.get("alert"))
            if name:
                line = keys["alert"].start_mark.line + 1
                texts = (_texts(keys.get("labels")), _texts(keys.get("annotations")))
                yield Alert(name, path, line, _text(parts.get("name")), *texts)


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _sequence(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node | None) -> str:
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""


def _texts(node: yaml.Node | None) -> dict[str, str]:
    return {key: _text(value) for key, value in _mapping(node).items() if isinstance(value, yaml.ScalarNode)}
