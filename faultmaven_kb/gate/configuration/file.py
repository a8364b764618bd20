"""The text of a configuration file to settings: what may be set, with a refusal for everything else.

The tables below are the whole of it. An unknown key is an error that names the nearest known one and its line; nothing
is skipped, because a misspelled setting is a check that silently does not happen. Which file it is, and reading it, is
the caller's business.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from faultmaven_kb.diagnostics import Level, did_you_mean
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.settings.policy import matches_path
from faultmaven_kb.gate.settings.settings import ALWAYS, CREDENTIALS, Exclusion, Profile, Settings
from faultmaven_kb.text.characters.decoding import SIZE_LIMIT
from faultmaven_kb.text.values.toml_values import MOST_PARTS, has_deep_keys

__all__ = ["TABLE", "Configuration", "codes_named", "has_table", "read_configuration"]

TABLE = ("tool", "faultmaven-kb")
"""The table of `pyproject.toml`; in `.fmkb.toml` the same keys are at the top."""

_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_ASSIGNMENT = re.compile(r"""\s*("[^"]*"|'[^']*'|[\w-]+)\s*[.=]""")
_SHOWN = 200  # characters, chosen: two lines of a terminal
_MOST_PATTERNS = 250  # chosen: as many as are kept when they were compiled
_PATTERN_CHARACTERS = 50_000  # chosen: to compile them takes half a second


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a file sets. `lines` says on which line of `path` each key is.

    `profile` is None where the file leaves it to the command line; `schema`, `baseline` and `proofs` are paths relative
    to the file's folder, empty if there is none.
    """

    path: str = ""
    settings: Settings = Settings()
    profile: Profile | None = None
    schema: str = ""
    baseline: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)
    proofs: str = ""


class _Reader:
    """One table of the file while it is read: takes keys out, and refuses what is left."""

    def __init__(self, text: str, path: str, values: dict[str, Any], table: str = "") -> None:
        self.text, self.path, self.values, self.table = text, path, dict(values), table

    def fail(self, key: str, message: str) -> ConfigurationError:
        """An error that names the file and, where it can be found, the line of a key."""
        line = _line_of(self.text, self.table, key)
        return ConfigurationError(f"{self.path}:{line}: {message}" if line else f"{self.path}: {message}")

    def take(self, key: str, kind: type | tuple[type, ...], what: str, default: Any) -> Any:
        """The value of a key, checked for its type."""
        value = self.values.pop(key, default)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(key, f"{self.name(key)} is {_shown(value)}, expected {what}")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.take(key, list, "a list of texts in quotes", [])
        if not all(isinstance(word, str) and word.strip() for word in value):
            raise self.fail(key, f"{self.name(key)} has an item that is not a text, expected texts in quotes")
        return tuple(value)

    def inside(self, key: str) -> "_Reader":
        """The table below a key."""
        name = f"{self.table}.{key}" if self.table else key
        return _Reader(self.text, self.path, self.take(key, dict, "a table", {}), name)

    def close(self, known: Iterable[str]) -> None:
        """Refuse the keys that nobody took."""
        for key in self.values:
            options = list(known)
            hint = did_you_mean(key.replace("_", "-"), options) or f", expected one of {', '.join(options)}"
            raise self.fail(key, f'unknown key "{self.name(key)}"{hint}')

    def name(self, key: str) -> str:
        """A key with its table, as messages name it."""
        inner = self.table.removeprefix(".".join(TABLE)).lstrip(".")
        return f"{inner}.{key}" if inner else key


def has_table(text: str) -> bool:
    """Whether a `pyproject.toml` has the table. Raises `ConfigurationError` when it mentions it and is not TOML."""
    if TABLE[1] not in text:
        return False
    return TABLE[1] in _parse(text, "pyproject.toml").get(TABLE[0], {})


def read_configuration(
    text: str, path: str, *, read: Callable[[str], str], proofs: Callable[[str], str] | None = None
) -> Configuration:
    """The configuration in the text of `pyproject.toml` or `.fmkb.toml`.

    `read` yields the text of another file by its path relative to the configuration's folder, and so does `proofs` for
    the labs' results where they are read in another way. Raises `ConfigurationError` for anything that is not
    understood.
    """
    values = _parse(text, path)
    table = ""
    if PurePosixPath(path).name == "pyproject.toml":
        table = ".".join(TABLE)
        values = values.get(TABLE[0], {}).get(TABLE[1], {})
    reader = _Reader(text, path, values, table)
    keys = _keys(text, table, values)
    profile = _profile(reader)
    schema = reader.take("schema", str, "the path of a JSON Schema file", "")
    baseline = reader.take("baseline", str, "the path of a baseline file", "")
    results = reader.take("proofs", str, "the path of the labs' results", "")
    settings = _settings(reader, read(schema) if schema else "", schema)
    if results:
        settings = replace(settings, proofs=_proofs(reader, (proofs or read)(results), results))
    reader.close(_KEYS)
    return Configuration(path, settings, profile, schema, baseline, keys, results)


_KEYS = (
    "profile",
    "select",
    "extend-select",
    "ignore",
    "schema",
    "proofs",
    "baseline",
    "allow-credential-suppression",
    "retired-ids",
    "limits",
    "vocabulary",
    "sections",
    "levels",
    "exclude",
)
_LIMITS = ("stale-months", "weight-tolerance", "file-size")
_VOCABULARIES = ("technologies", "tags", "sections", "languages", "hosts", "fields", "annotations")
_SECTIONS = ("required", "aliases")
_EXCLUDE = ("reason", "rules", "paths", "ids")


def _parse(text: str, path: str) -> dict[str, Any]:
    if has_deep_keys(text):
        raise ConfigurationError(f"{path}: a key has more than {MOST_PARTS} parts, expected one of the documented keys")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError too
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        where = f"{path}:{place[1]}:{place[2]}" if place else path
        reason = str(error).split(" (at ", 1)[0].lower()
        raise ConfigurationError(f"{where}: not TOML: {reason}") from error


def _profile(reader: _Reader) -> Profile | None:
    name = reader.take("profile", str, "the name of a profile", "")
    labels = [profile.label for profile in Profile]
    if name and name not in labels:
        raise reader.fail(
            "profile", f'profile is "{name}", expected one of {", ".join(labels)}{did_you_mean(name, labels)}'
        )
    return Profile[name.upper()] if name else None


def _settings(reader: _Reader, schema: str, schema_path: str) -> Settings:
    limits, vocabulary, sections = (reader.inside(name) for name in ("limits", "vocabulary", "sections"))
    allow = reader.take("allow-credential-suppression", bool, "true or false", False)
    settings = Settings(
        stale_months=_at_least(limits, "stale-months", int, 12, 1, 1200),
        weight_tolerance=float(_at_least(limits, "weight-tolerance", (int, float), 1.0, 0, 100)),
        file_size=_at_least(limits, "file-size", int, SIZE_LIMIT, 1, SIZE_LIMIT),
        select=_codes(reader, "select"),
        extend_select=_codes(reader, "extend-select"),
        ignore=_codes(reader, "ignore", protected=not allow),
        levels=_levels(reader),
        exclusions=_exclusions(reader, protected=not allow),
        technologies=vocabulary.words("technologies"),
        tags=vocabulary.words("tags"),
        sections=vocabulary.words("sections"),
        languages=vocabulary.words("languages"),
        hosts=vocabulary.words("hosts"),
        fields=(*vocabulary.words("fields"), *_schema_fields(reader, schema, schema_path)),
        annotations=vocabulary.words("annotations"),
        required_sections=sections.words("required"),
        aliases=_aliases(sections.inside("aliases")),
        schema=schema,
        retired_ids=reader.words("retired-ids"),
        allow_credential_suppression=allow,
    )
    limits.close(_LIMITS)
    vocabulary.close(_VOCABULARIES)
    sections.close(_SECTIONS)
    return settings


def _aliases(table: _Reader) -> tuple[tuple[str, str], ...]:
    for heading, target in table.values.items():
        if not isinstance(target, str) or not target.strip():
            raise table.fail(heading, f"{table.name(heading)} is {_shown(target)}, expected the heading it is read as")
    return tuple(sorted(table.values.items()))


def _proofs(reader: _Reader, text: str, path: str) -> str:
    """The text of the proofs, refused here when it contains none."""
    from faultmaven_kb.proofs.proof import parse_proofs  # noqa: PLC0415 - only for a base that opts in to proofs

    try:
        parse_proofs(text)
    except ConfigurationError as error:
        raise reader.fail("proofs", f"{path}: {error}") from None
    return text


def _shown(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # a number of thousands of digits
        return "too large"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _at_least(
    reader: _Reader, key: str, kind: type | tuple[type, ...], default: float, least: float, most: float
) -> Any:
    value = reader.take(key, kind, f"a number from {least} to {most}", default)
    if not least <= value <= most:
        raise reader.fail(key, f"{reader.name(key)} is {_shown(value)}, expected a number from {least} to {most}")
    return value


def codes_named(names: Iterable[str]) -> tuple[str, ...]:
    """The codes that are meant by codes, names and the beginnings of codes (`RB8`), in the catalogue's order.

    Raises `ConfigurationError` for a word that means no rule.
    """
    names, meant_codes = list(names), set[str]()
    if not names:
        return ()
    from faultmaven_kb.gate.rules.catalogue import all_rules, codes_by_word  # noqa: PLC0415 - only where rules are named

    known = codes_by_word()
    for name in names:
        word = name.strip().casefold()
        codes = {known[word]} if word in known else set()
        if re.fullmatch(r"rb\d{0,2}", word):
            codes = {rule.code for rule in all_rules() if rule.code.casefold().startswith(word)}
        if not codes:
            options = [] if word.startswith("rb") else [rule.name for rule in all_rules()]
            raise ConfigurationError(f'no rule is called "{name}"{did_you_mean(name, options)}')
        meant_codes |= codes
    return tuple(sorted(meant_codes))


def _codes(reader: _Reader, key: str, *, protected: bool = False) -> tuple[str, ...]:
    try:
        codes = codes_named(reader.words(key))
    except ConfigurationError as error:
        raise reader.fail(key, f"{reader.name(key)}: {error}") from None
    if protected and CREDENTIALS & set(codes):
        raise reader.fail(key, _protected(reader.name(key), codes))
    return tuple(code for code in codes if code not in ALWAYS) if key == "ignore" else codes


def _protected(name: str, codes: Iterable[str]) -> str:
    named = ", ".join(sorted(CREDENTIALS & set(codes)))
    return f"{name} switches off {named}, expected allow-credential-suppression = true as well"


def _levels(reader: _Reader) -> tuple[tuple[str, Level], ...]:
    table = reader.inside("levels")
    levels: dict[str, Level] = {}
    options = [level.value for level in Level]
    for name, value in table.values.items():
        if value not in options:
            raise table.fail(name, f'level of {name} is "{value}", expected one of {", ".join(options)}')
        try:
            codes = codes_named([name])
        except ConfigurationError as error:
            raise table.fail(name, str(error)) from None
        levels |= dict.fromkeys(codes, Level(value))
    return tuple(sorted(levels.items()))


def _exclusions(reader: _Reader, *, protected: bool) -> tuple[Exclusion, ...]:
    tables = reader.take("exclude", list, "tables [[exclude]]", [])
    exclusions = []
    for values in tables:
        if not isinstance(values, dict):
            raise reader.fail("exclude", "exclude is a list of values, expected tables [[exclude]]")
        name = f"{reader.table}.exclude" if reader.table else "exclude"
        table = _Reader(reader.text, reader.path, values, name)
        reason = table.take("reason", str, "a text", "").strip()
        codes = _codes(table, "rules", protected=protected)
        exclusion = Exclusion(reason, codes, table.words("paths"), table.words("ids"))
        table.close(_EXCLUDE)
        if not reason:
            raise reader.fail("exclude", "exclude has no reason, expected reason = and why")
        if not exclusion.paths and not exclusion.ids:
            raise reader.fail("exclude", "exclude names no runbook, expected paths = or ids =")
        exclusions.append(exclusion)
    patterns = [pattern for exclusion in exclusions for pattern in exclusion.paths]
    if len(patterns) > _MOST_PATTERNS or sum(map(len, patterns)) > _PATTERN_CHARACTERS:
        what = f"{len(patterns):,} path patterns, expected no more than {_MOST_PATTERNS}"
        raise reader.fail("exclude", f"exclude has {what} with {_PATTERN_CHARACTERS:,} characters; name folders")
    for pattern in patterns:
        _refuse_odd(pattern, reader)
    return tuple(exclusions)


def _refuse_odd(pattern: str, reader: _Reader) -> None:
    try:
        matches_path(pattern, "a")
    except ConfigurationError as error:
        raise reader.fail("exclude", f"{error}, expected one as in .gitignore") from None


def _schema_fields(reader: _Reader, schema: str, path: str) -> tuple[str, ...]:
    """The fields that the organisation's schema describes: they are known fields from then on."""
    if not schema:
        return ()
    from faultmaven_kb.gate.rules.front_matter.organisation import compile_schema  # noqa: PLC0415 - only where there is a schema

    try:
        return compile_schema(schema).described
    except ConfigurationError as error:
        raise reader.fail("schema", f"{path}: {error}") from None


def _keys(text: str, table: str, values: Mapping[str, Any]) -> dict[str, int]:
    """The lines of the keys that are set, with those of the tables below."""
    lines = _lines(text)
    numbers = {}
    for key, value in values.items():
        name = f"{table}.{key}" if table else key
        if name in lines:
            numbers[key] = lines[name]
        for below in value if isinstance(value, dict) else ():
            if f"{name}.{below}" in lines:
                numbers[f"{key}.{below}"] = lines[f"{name}.{below}"]
    return numbers


def _line_of(text: str, table: str, key: str) -> int | None:
    """The line (from 1) of a key of a table, or of the header of the table that has its name."""
    return _lines(text).get(f"{table}.{key}" if table else key)


@lru_cache(maxsize=2)
def _lines(text: str) -> Mapping[str, int]:
    """The first line (from 1) of each key and each table by its full name."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        header, assignment = _HEADER.match(line), _ASSIGNMENT.match(line)
        if header:
            table = re.sub(r"[\s\"']", "", header[1])
            names = table.split(".")[:MOST_PARTS]  # a line of a text may look like a header of thousands
            for end in range(1, len(names) + 1):
                lines.setdefault(".".join(names[:end]), number)
        elif assignment:
            key = assignment[1].strip("\"'")
            lines.setdefault(f"{table}.{key}" if table else key, number)
    return lines
