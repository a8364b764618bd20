"""Front matter as typed values, twice: the contract that a complete runbook keeps, and what could be read of it.

`MetadataContract` is strict and generates `schemas/frontmatter.schema.json`; its faults become RB2xx diagnostics.
`Metadata` is what a `Runbook` carries: every field that was right, None for the others, and the rest of the front
matter as it was, so that a document without any still loads.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    Strict,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from faultmaven_kb.brief import brief
from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.model.vocabularies import (
    DIFFICULTIES,
    ID_PATTERN,
    OPTIONS,
    SEVERITIES,
    STATUSES,
    Difficulty,
    Severity,
    Status,
)
from faultmaven_kb.source import KeyPath

__all__ = [
    "FIELDS",
    "ContractError",
    "Metadata",
    "MetadataContract",
    "check_metadata",
    "read_metadata",
]

_NUMBER = r"(0|[1-9][0-9]*)"
_SEMVER = rf"^{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"
_YEAR = r"([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
_LEAP_YEAR = r"([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[2468]0|[13579][26])00)"
_DATE = (
    rf"^({_YEAR}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    rf"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)$"
)
_TEXT = r"[^ \t\r\n]"

_EXPECTED = {
    "id": "a kebab-case id such as redis-out-of-memory",
    "title": 'text such as "Redis - Out of Memory"',
    "technology": "one lower-case word such as redis",
    "severity": "one of " + ", ".join(SEVERITIES),
    "tags": "a list of words",
    "difficulty": "one of " + ", ".join(DIFFICULTIES),
    "version": 'a semantic version in quotes such as "1.0.0"',
    "last_updated": 'a calendar date in quotes such as "2026-01-31"',
    "verified_by": 'a name, or "none yet"',
    "status": "one of " + ", ".join(STATUSES),
    "aliases": "a list of words",
    "alerts": "a list of names of alerts such as KubePodCrashLooping",
}


def _calendar_date(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(_DATE.strip("^$"), value):
            raise PydanticCustomError("calendar_date", "not a calendar date")
        return date.fromisoformat(value)
    return value


def _closed(pattern: str) -> str:
    """The pattern for JSON Schema: Python's `$` would also match before a final line feed."""
    return pattern.removesuffix("$") + r"$(?!\n)" if pattern.endswith("$") else pattern


def _schema_pattern(pattern: str) -> dict[str, JsonValue]:
    return {"pattern": _closed(pattern)}


Text = Annotated[str, Field(pattern=_TEXT)]
Id = Annotated[
    str,
    Field(pattern=(_ID := f"^{ID_PATTERN}$"), json_schema_extra=_schema_pattern(_ID)),
]
Version = Annotated[str, Field(pattern=_SEMVER, json_schema_extra=_schema_pattern(_SEMVER))]
CalendarDate = Annotated[
    date,
    BeforeValidator(_calendar_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": _closed(_DATE)}),
]
Words = Annotated[tuple[Text, ...], Strict(False)]


class MetadataContract(BaseModel):
    """The front matter of a complete runbook. Unknown fields are allowed here; a rule reports them."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow", title="Runbook front matter", defer_build=True)

    id: Annotated[Id, Field(description="Unique kebab-case id, technology-problem, equal to the file's stem.")]
    title: Annotated[Text, Field(description="Technology - Problem, equal to the first heading.")]
    technology: Annotated[Text, Field(description="Technology in one lower-case word, equal to the folder's name.")]
    severity: Annotated[Severity, Field(description="How bad the incident is while it lasts.")]
    tags: Annotated[Words, Field(min_length=1, description="Lower-case kebab-case words, three or more.")]
    difficulty: Annotated[Difficulty, Field(description="How much experience the solutions ask for.")]
    version: Annotated[Version, Field(description="Semantic version of this runbook's text.")]
    last_updated: Annotated[CalendarDate, Field(description="Day of the last change, YYYY-MM-DD.")]
    verified_by: Annotated[Text, Field(description="Who or what verified it; `none yet` in a draft.")]
    status: Annotated[Status, Field(description="draft, verified (proven to work), verified in part, or deprecated.")]
    aliases: Annotated[Words, Field(description="Other names and jargon that people search for.")] = ()
    alerts: Annotated[Words, Field(description="Names of alerts, as in the rules, that this runbook is for.")] = ()


class Metadata(BaseModel):
    """What a document says about itself; None where it says nothing, or nothing valid."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str | None = Field(default=None, description="The front matter's id.")
    title: str | None = Field(default=None, description="The front matter's title.")
    technology: str | None = Field(default=None, description="Technology, one lower-case word.")
    severity: Severity | None = Field(default=None, description="How bad the incident is while it lasts.")
    tags: tuple[str, ...] = Field(default=(), description="Keywords.")
    difficulty: Difficulty | None = Field(default=None, description="How much experience the solutions ask for.")
    version: str | None = Field(default=None, description="Semantic version of the runbook's text.")
    last_updated: date | None = Field(default=None, description="Day of the last change.")
    verified_by: str | None = Field(default=None, description="Who or what verified it.")
    status: Status | None = Field(default=None, description="draft, verified, verified in part or deprecated.")
    aliases: tuple[str, ...] = Field(default=(), description="Other names that people search for.")
    alerts: tuple[str, ...] = Field(default=(), description="Names of the alerts that it is for.")
    other: dict[str, JsonValue] = Field(
        default_factory=dict, description="Front matter that is unknown or invalid, as written."
    )

    def __repr__(self) -> str:
        return brief(self, **{name: value for name, value in self.__dict__.items() if value})

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class ContractError:
    """One breach of the contract. `kind` is missing, empty, type or value; `path` names the place."""

    path: KeyPath
    kind: Literal["missing", "empty", "type", "value"]
    message: str

    @property
    def field(self) -> str:
        """The top-level field that is concerned."""
        return str(self.path[0])


@lru_cache(maxsize=1)
def _contract() -> TypeAdapter[MetadataContract]:
    """Built when the first document is checked; opening a built base needs none."""
    return TypeAdapter(MetadataContract)


FIELDS = tuple(MetadataContract.model_fields)
"""The fields of the front matter in their order."""


def check_metadata(values: dict[str, Any]) -> tuple[ContractError, ...]:
    """Every breach of the contract in front matter values, in the contract's order of fields."""
    try:
        _contract().validate_python(values)
    except ValidationError as failure:
        errors = failure.errors(include_url=False, include_context=False)
        return tuple(_contract_error(tuple(error["loc"]), error["type"], error["input"]) for error in errors)
    return ()


def read_metadata(values: dict[str, Any]) -> Metadata:
    """The valid fields of front matter values; what is invalid or unknown goes to `other` as it was."""
    bad = {error.field for error in check_metadata(values)}
    good = {key: value for key, value in values.items() if key in FIELDS and key not in bad}
    other = {key: value for key, value in values.items() if key not in good}
    return Metadata(**good, other=other)


def _contract_error(path: KeyPath, kind: str, value: object) -> ContractError:
    field = str(path[0])
    expected = _EXPECTED[field] if len(path) == 1 else "text or no item"
    name = field if len(path) == 1 else f"{field} item {int(path[1]) + 1}"
    if kind == "missing":
        return ContractError(path, "missing", f"{field} is missing, expected {expected}")
    if value is None or (isinstance(value, str) and not value.strip(" \t\r\n")) or value in ([], {}):
        return ContractError(path, "empty", f"{name} is empty, expected {expected}")
    if not isinstance(value, str):
        article = {bool: "a yes/no value", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
        what = article.get(type(value), f"a {type(value).__name__}")
        return ContractError(path, "type", f"{name} is {what}, expected {expected}")
    if kind == "tuple_type":
        return ContractError(path, "type", f'{name} is the text "{value}", expected {expected}')
    hint = did_you_mean(value, OPTIONS.get(field, ()))
    return ContractError(path, "value", f'{name} is "{value}", expected {expected}{hint}')
