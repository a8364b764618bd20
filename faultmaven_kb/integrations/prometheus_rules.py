"""Reads alerts from the files that contain them, each with its place: Prometheus rules, PrometheusRule manifests, rules
in ConfigMaps and Helm values, Grafana's provisioning files.

Where in a file its rules are is not asked: a rule is known by its keys, wherever it is, in a text within the file as
well (`data: {rules.yml: |…}`). Recording rules are not alerts. A Helm template is read as far as that goes without
rendering it: actions on separate lines are left out, others become `TEMPLATE`. A file that is not YAML even so is a
`Problem`, never an exception: the others are read all the same.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from faultmaven_kb.disk.folders import entries_below
from faultmaven_kb.disk.regular import read_start
from faultmaven_kb.reading.files import files_at
from faultmaven_kb.text.characters.piped import decode_any
from faultmaven_kb.text.values.yaml_faults import LOADER, TooManyValuesError, fault_of, nested_beyond

__all__ = ["TEMPLATE", "Alert", "Problem", "RuleFile", "find_rule_files", "read_rules"]

_SIZE_LIMIT = 400_000  # bytes; `python -m benchmarks.hostile` measures the worst file
_MOST_ALERTS = 1_000  # a runbook is looked for to each of them
_MOST_VALUES = 40_000  # chosen: twice what so many alerts have
_DEPTH_LIMIT = 100  # chosen: far above any rule file
_ENDINGS = (".yaml", ".yml", ".rules")
_GRAFANA = ("data", "condition", "uid", "for")

TEMPLATE = "<template>"
"""What is in a text for what a chart's template would fill in."""

_ESCAPED = re.compile(r"\{\{-?\s*(?:`([^`]*)`|\"(\{\{|\}\})\")\s*-?\}\}")
_ACTION = re.compile(r"\{\{(?:/\*(?:(?!\*/|/\*).)*\*/|[^{}/]|/(?!\*)|\}(?!\})|\{(?!\{))*\}\}", re.DOTALL)
_ACTIONS_ALONE = re.compile(rf"^[ \t]*(?:{TEMPLATE}[ \t]*)+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Alert:
    """An alerting rule: its name, labels and annotations as written, and where it is (line from 1)."""

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
    """What a file contains."""

    alerts: tuple[Alert, ...]
    problems: tuple[Problem, ...] = ()


def find_rule_files(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The rule files at the paths, each once: a file as it is, of a folder the `*.yaml`, `*.yml` and `*.rules`, sorted.

    Raises `PathError` for a path that does not exist.
    """
    return files_at(paths, _rule_files_below)


def _rule_files_below(folder: Path) -> Iterator[Path]:
    return filter(_is_rule_file, (Path(entry.path) for entry in entries_below(folder, hidden=True)))


def _is_rule_file(path: Path) -> bool:
    return path.suffix in _ENDINGS and path.is_file()


def read_rules(file: Path) -> RuleFile:
    """The alerts of a file, in order. Raises `PathError` when it cannot be read."""
    name = file.as_posix()
    data = read_start(file, most=_SIZE_LIMIT + 1)
    if len(data) > _SIZE_LIMIT:
        return RuleFile((), (Problem(name, 1, f"file is larger than {_SIZE_LIMIT:,} bytes, expected rules"),))
    text = decode_any(data)
    rules = _read(text, name)
    if rules.problems and "{{" in text:
        rendered = _read(_without_actions(text), name)
        return rules if rendered.problems else rendered
    return rules


def _read(text: str, name: str) -> RuleFile:
    alerts: list[Alert] = []
    try:
        if nested_beyond(text, _DEPTH_LIMIT, values=_MOST_VALUES):
            return RuleFile((), (Problem(name, 1, f"the file is nested deeper than {_DEPTH_LIMIT} levels"),))
        for document in yaml.compose_all(text, Loader=LOADER):
            alerts += _alerts(document, _Place(name))
            if len(alerts) > _MOST_ALERTS:
                line, message = alerts[_MOST_ALERTS].line, f"more than {_MOST_ALERTS:,} alerts, split the file"
                return RuleFile(tuple(alerts[:_MOST_ALERTS]), (Problem(name, line, message),))
    except TooManyValuesError as error:
        line, message = text.count("\n", 0, error.args[0]) + 1, f"more than {_MOST_VALUES:,} keys and values"
        return RuleFile((), (Problem(name, line, f"{message}, split the file"),))
    except yaml.MarkedYAMLError as error:
        message, index, _ = fault_of(error, text)
        problem = Problem(name, text.count("\n", 0, index) + 1, f"the file is not YAML: {message}{_hint(text)}")
        return RuleFile(tuple(alerts), (problem,))
    except (yaml.YAMLError, RecursionError):
        return RuleFile(
            tuple(alerts), (Problem(name, 1, "the file is not YAML: it contains characters that are not text"),)
        )
    return RuleFile(tuple(alerts))


def _without_actions(text: str) -> str:
    """A Helm template with as many lines, its actions left out; what it escapes for Prometheus stays."""
    text = _ESCAPED.sub(lambda match: match[1] or match[2] or "", text)
    text = _ACTION.sub(lambda match: TEMPLATE + "\n" * match[0].count("\n"), text)
    return _ACTIONS_ALONE.sub("", text)


def _hint(text: str) -> str:
    """What to do about a template; rules themselves contain `{{ $labels.x }}` only inside of values."""
    is_template = any(line.lstrip().startswith(("{{-", "{{ ", "{{/*")) for line in text.split("\n"))
    return "; it is a template, expected what `helm template` makes of it" if is_template else ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file: the group, the nearest key, and whether in a text within the file.

    `seen` are the values of the document that were read: one that aliases name often is read at its anchor, since
    aliases of aliases expand to more than any memory holds, and each alias of a text would read all of it again.
    """

    path: str
    group: str = ""
    key: str = ""
    within: bool = False
    seen: set[tuple[int, bool]] = field(default_factory=set)

    def enter(self, node: yaml.Node) -> bool:
        """Whether a value is read for the first time, as a list of rules or as anything else."""
        mark = (id(node), self.key == "rules")
        known = mark in self.seen
        self.seen.add(mark)
        return not known


def _alerts(node: yaml.Node | None, place: _Place) -> Iterator[Alert]:
    if isinstance(node, yaml.CollectionNode) and not place.enter(node):
        return
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _alerts(item, place)
    elif isinstance(node, yaml.ScalarNode):
        if not place.within and "alert:" in node.value and place.enter(node):
            yield from _within(node, place)
    elif isinstance(node, yaml.MappingNode):
        keys = _mapping(node)
        name = _name(keys, place)
        if name:
            line = node.start_mark.line + 1 if "alert" not in keys else keys["alert"].start_mark.line + 1
            texts = (_texts(keys.get("labels")), _texts(keys.get("annotations")))
            yield Alert(name, place.path, line, place.group, *texts)
            return
        group = _text(keys.get("name")) if "rules" in keys else place.group
        for key, value in keys.items():
            yield from _alerts(value, replace(place, group=group, key=key))


def _within(node: yaml.ScalarNode, place: _Place) -> Iterator[Alert]:
    """The alerts of a text that is a file of rules itself; of any other text none."""
    text = node.value if "{{" not in node.value else _without_actions(node.value)
    first = node.start_mark.line + (1 if node.style in ("|", ">") else 0)
    try:
        is_deep = nested_beyond(text, _DEPTH_LIMIT, values=_MOST_VALUES)
        documents = [] if is_deep else list(yaml.compose_all(text, Loader=LOADER))
    except (yaml.YAMLError, RecursionError, TooManyValuesError):
        return
    for document in documents:
        for alert in _alerts(document, replace(place, within=True, seen=set())):
            yield replace(alert, line=alert.line + first)


def _name(keys: dict[str, yaml.Node], place: _Place) -> str:
    """The name of the alert that a mapping is, empty when it is none: Prometheus calls it alert, Grafana title."""
    name = ""
    if "alert" in keys and (place.key == "rules" or "expr" in keys):
        name = _text(keys["alert"])
    elif place.key == "rules" and "title" in keys and any(key in keys for key in _GRAFANA):
        name = _text(keys["title"])
    return name.replace(TEMPLATE, "").strip()


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
