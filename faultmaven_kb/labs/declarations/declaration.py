"""The declaration of a lab: how a server is made, broken and looked at. It contains no command of the runbook.

One small YAML file per lab, `labs/TECHNOLOGY/ID.lab.yaml`. A *case* is one fault: how to bring it about, the symptom it
shows, what the diagnostic steps show then, and the solutions that repair it, each proven in its own machine. Every
text that is expected is in the runbook; `check` compares. What a solution must leave alone is `preserved`, and how
long it lasts is `permanent` or `temporary`. Faults of the file are diagnostics with line and column.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.labs.declarations.matching import shows
from faultmaven_kb.source import START, Source, Span
from faultmaven_kb.text.characters.decoding import decode, read_bytes
from faultmaven_kb.text.characters.terminal_text import printable
from faultmaven_kb.text.values.expectations import expectation
from faultmaven_kb.text.values.yaml_values import YamlValues, read_yaml

__all__ = [
    "DEFAULT_SET",
    "Case",
    "Check",
    "ComputedValue",
    "Diagnosis",
    "Lab",
    "LabFile",
    "OtherSection",
    "Probe",
    "Skipped",
    "SolutionProof",
    "read_lab",
]


DEFAULT_SET = "default"
_UNION_MEMBERS = ("str", "constrained-str", "ComputedValue", "OtherSection")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Script = Annotated[str, Field(min_length=1, description="Shell text; bash with `set -e`, run as root.")]
Seconds = Annotated[float, Field(gt=0, le=300)]
PartName = Annotated[
    str,
    Field(
        pattern=r"^(quick-fix|step-[0-9]+|solution-[0-9]+)(/fence-[0-9]+(/command-[0-9]+)?)?$",
        description="A section, a fence or a command of the runbook, such as solution-2/fence-1.",
    ),
]
SectionName = Annotated[str, Field(pattern=r"^(quick-fix|step-[0-9]+|solution-[0-9]+)$")]


class _Expecting(_Part):
    expect: Texts | dict[str, Texts] = Field(
        default=(), description="Texts that the output contains; by image, where releases differ."
    )
    numbers: Literal["exact", "vary"] = Field(
        default="exact", description="`vary`: any number matches a number of the expected text."
    )

    def texts(self, image: str) -> tuple[str, ...]:
        """The texts that are expected on an image."""
        return self.expect.get(image, ()) if isinstance(self.expect, dict) else self.expect

    @property
    def all_texts(self) -> tuple[str, ...]:
        """The texts that are expected on any image."""
        if isinstance(self.expect, dict):
            return tuple(dict.fromkeys(text for texts in self.expect.values() for text in texts))
        return self.expect


class _Look(_Expecting):
    run: Script
    absent: Texts = Field(default=(), description="Texts that the output must not contain.")
    within: Seconds = 10.0
    host: str = Field(default="", description="The network namespace to look from; empty is the machine itself.")

    def is_met(self, output: str, image: str) -> bool:
        """Whether an output shows all that is expected on an image and nothing that must be absent."""
        complete = all(shows(output, text, numbers=self.numbers) for text in self.texts(image))
        return complete and not any(shows(output, text, numbers=self.numbers) for text in self.absent)

    def expectation(self, image: str) -> str:
        """What is expected on an image, in words."""
        texts = [f'"{text}"' for text in self.texts(image)] + [f'no "{text}"' for text in self.absent]
        return f"expected {', '.join(texts)}"


class Probe(_Look):
    """A look at the machine: `run` prints every text of `expect` and none of `absent`, within `within` seconds."""


class Check(_Look):
    """What a solution must leave as it is: `run` shows the texts before and after it, or, without any, the same."""

    within: Seconds = 5.0

    @property
    def compared(self) -> bool:
        """Whether the output after the solution is compared with the one before it."""
        return not self.expect and not self.absent


Checks = Annotated[
    dict[Annotated[str, Field(min_length=1)], Check],
    Field(description="What the solutions must not damage: a name to a look, see `preserved` in the documentation."),
]


class ComputedValue(_Part):
    """A placeholder's value that is computed in the broken machine: the first line that `run` prints."""

    run: Script
    host: str = ""


Values = Annotated[dict[str, str | ComputedValue], Field(description="Placeholder name to value, without brackets.")]
Places = Annotated[
    str | dict[PartName, str],
    Field(description="The network namespace where commands run; or one for each named fence or command."),
]


class Diagnosis(_Expecting):
    """A diagnostic section that runs while the server is broken, and what of the runbook's text it shows."""

    section: SectionName
    fences: tuple[int, ...] = Field(default=(), description="Only these fences of the section; all when empty.")
    host: Places = ""
    timeout: Seconds = 30.0


class OtherSection(_Part):
    """Another section of the same runbook, as the text of a solution tells its reader to follow it."""

    section: SectionName
    fences: tuple[int, ...] = Field(default=(), description="Only these fences of the section; all when empty.")
    values: Values = {}


class SolutionProof(_Part):
    """A solution (or the quick fix), how its success is seen, what it leaves alone and how long it lasts."""

    section: SectionName
    recovered: Probe
    fences: tuple[int, ...] = Field(default=(), description="Only these fences of the section; all when empty.")
    values: Values = {}
    host: Places = ""
    times: Annotated[int, Field(ge=1, le=5)] = Field(default=1, description="How often the reader runs the section.")
    preserved: Checks = {}
    before: Script | OtherSection | None = Field(
        default=None, description="What the prose asks for before the commands, or the runbook's section for it."
    )
    after: Script | OtherSection | None = Field(
        default=None, description="What the world does after the commands, or the runbook's section that follows."
    )
    permanent: Script | None = Field(
        default=None,
        description="A restart after which the fault is back when nothing was done, and stays away after the solution.",
    )
    temporary: Annotated[str, Field(min_length=8)] | None = Field(
        default=None, description="Why the repair does not outlast a restart; in place of `permanent`."
    )
    stops: Texts = Field(default=(), description="Services that the solution is meant to stop for good.")
    harmless: dict[str, Annotated[str, Field(min_length=8)]] = Field(
        default={}, description="Harmful changes (kind and command) that do no harm here, with the reason."
    )
    hold: Annotated[float, Field(ge=0, le=120)] = Field(
        default=2.0, description="Seconds for which the fault must last when nothing is done."
    )
    codes: dict[PartName, int] = Field(
        default={}, description="Commands that answer with an exit code other than 0, such as `systemctl status` (3)."
    )
    allow: Texts = Field(default=(), description="Texts that look like an error in the output but are not.")
    timeout: Seconds = 30.0

    @property
    def label(self) -> str:
        """The section with the fences that are chosen: `solution-3`, `solution-3 (fence 1, 3)`."""
        return f"{self.section} (fence {', '.join(map(str, self.fences))})" if self.fences else self.section


class Case(_Part):
    """One fault."""

    name: Annotated[str, Field(min_length=1)]
    break_: Script = Field(alias="break", description="Brings the fault about; it must overshoot.")
    symptom: Probe
    values: Values = {}
    preserved: Checks = {}
    diagnosis: tuple[Diagnosis, ...] = ()
    solutions: Annotated[tuple[SolutionProof, ...], Field(min_length=1)]


class Skipped(_Part):
    """A fence or command that the lab does not run, and why."""

    part: PartName
    reason: Annotated[str, Field(min_length=8)]


class Lab(_Part):
    """A lab: one runbook, the images it is proven on, and its faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Lab")

    lab: Annotated[Literal[1], Field(description="The version of this format.")]
    runbook: Annotated[str, Field(min_length=1, description="The id of the runbook.")]
    set: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9-]*$", description="`default`, or the name of a set that runs only when asked for."
        ),
    ] = DEFAULT_SET
    images: Annotated[tuple[str, ...], Field(min_length=1, description="Names from images.yaml.")]
    packages: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="Debian packages whose versions the proof names, or patterns such as `postgresql-[0-9]*`.",
        ),
    ]
    size: Annotated[str, Field(pattern=r"^[0-9]+[mg]$", description="Room for everything that is written.")] = "512m"
    memory: Annotated[str, Field(pattern=r"^[0-9]+[mg]$", description="Memory limit of the machine.")] = "1g"
    inodes: Annotated[int, Field(ge=0, description="Number of files that can be created; 0 means no limit.")] = 0
    clients: Annotated[
        dict[str, str], Field(description="Language of a fence to the command that reads it, such as sql.")
    ] = {}
    setup: Script
    values: Values = {}
    preserved: Checks = {}
    weight: Annotated[
        int, Field(ge=1, le=8, description="How many ordinary machines one of this lab counts for when several run.")
    ] = 1
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    skipped: tuple[Skipped, ...] = ()


class LabFile:
    """A declaration as read: `lab` is None when it has errors; `span` finds the place of any part of it."""

    def __init__(self, source: Source, values: YamlValues) -> None:
        self.source, self._values = source, values
        self.lab: Lab | None = None
        self.diagnostics: tuple[Diagnostic, ...] = ()

    @classmethod
    def unread(cls, name: str, diagnostics: tuple[Diagnostic, ...]) -> "LabFile":
        """A file without a text that can be read, and why."""
        file = cls(Source("", name), YamlValues())
        file.diagnostics = diagnostics
        return file

    @property
    def path(self) -> str:
        """The path as it was given."""
        return self.source.path

    def span(self, *path: str | int) -> Span:
        """The place of a value, or of the nearest part around it."""
        entry = next(
            (self._values.entries[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self._values.entries), None
        )
        return self.source.span(*entry.value) if entry else START


def read_lab(subject: Path | str) -> LabFile:
    """A declaration from a file or a text. Raises `PathError` for a file that cannot be read."""
    name = "<text>" if isinstance(subject, str) else subject.as_posix()
    source, faults = decode(subject if isinstance(subject, str) else read_bytes(subject), name)
    if source is None:
        return LabFile.unread(name, faults)
    values = read_yaml(source, 0, len(source.text))
    file = LabFile(source, values)
    diagnostics = [*faults, *(_renamed(diagnostic) for diagnostic in values.diagnostics)]
    if not values.broken:
        try:
            file.lab = Lab.model_validate(values.data)
        except ValidationError as failure:
            diagnostics += [_diagnostic(file, error) for error in _innermost(failure)]
    if diagnostics:
        file.lab = None
    file.diagnostics = tuple(sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key))
    return file


def _renamed(diagnostic: Diagnostic) -> Diagnostic:
    """The messages of the YAML stage are about front matter; here it reads a lab."""
    message = diagnostic.message.replace("the front matter", "the lab").replace("front matter", "a lab")
    return replace(diagnostic, message=message)


def _innermost(failure: ValidationError) -> list[Any]:
    """The errors without those that merely follow from one further inside."""
    errors = failure.errors(include_url=False)
    outer = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    return [error for error in errors if error["loc"] not in outer]


def _diagnostic(file: LabFile, error: Any) -> Diagnostic:
    steps = tuple(step for step in error["loc"] if step not in _UNION_MEMBERS and "[" not in str(step))
    name = ".".join(_short(step) for step in steps) or "the lab"
    if error["type"] == "missing":
        message = f"{name} is missing"
    elif error["type"] == "extra_forbidden":
        message = f'unknown field "{_short(error["loc"][-1])}"'
    else:
        message = f'{name} is "{_short(error["input"])}", {expectation(error)}'
    return Diagnostic("LB101", "invalid-lab", Level.ERROR, message, file.path, file.span(*steps))


def _short(value: object) -> str:
    text = printable(" ".join(str(value).split()))
    return text if len(text) <= 60 else f"{text[:57]}..."
