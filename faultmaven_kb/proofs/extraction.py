"""What a runbook executes: its fences by section, as commands in order, each with a name and a line.

Sections are `quick-fix`, `step-N` and `solution-N`; a fence is `solution-2/fence-1`, a command
`solution-2/fence-1/command-3`. Numbers are the author's own where there are some. A fence is executable when its
language is a shell, when the lab declares a client for it (`sql`), or when a directive makes it a file. Everything else
(`text`, `yaml`, `ini` …) is shown to the reader and not run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from faultmaven_kb.fences.pasting import split_commands, split_console
from faultmaven_kb.model.runbook import Command, Runbook
from faultmaven_kb.proofs.directives import Directive, directives_before, is_exit_code
from faultmaven_kb.source import Source
from faultmaven_kb.text.languages import SHELL

__all__ = ["LabCommand", "LabFence", "extract", "sections_of", "shown_fences"]

_NO_CLIENTS: Mapping[str, str] = {}
_HERE = "FMKB_LAB_INPUT"
_OUTPUT_LANGUAGES = ("", "text", "txt", "log", "output", "none", "plaintext")


@dataclass(frozen=True, slots=True)
class LabCommand:
    """One complete command: its name, its text with placeholders, the line of the runbook it starts on."""

    id: str
    text: str
    line: int
    rc: int = 0
    background: bool = False


@dataclass(frozen=True, slots=True)
class LabFence:
    """An executable fence. `commands` is empty when it is skipped or, with `invalid`, when it is not valid shell."""

    id: str
    section: str
    heading: str
    language: str
    code: str
    line: int
    commands: tuple[LabCommand, ...]
    directives: tuple[Directive, ...] = ()
    invalid: bool = False

    def directive(self, kind: str) -> str | None:
        """The value of the directive of this kind, None without one."""
        return next(
            (directive.value for directive in self.directives if directive.kind == kind and not directive.fault), None
        )


def sections_of(runbook: Runbook) -> tuple[tuple[str, str, tuple[Command, ...]], ...]:
    """The name, heading and fences of every section that may be executed, in the order of the document."""
    sections = [("quick-fix", "Quick Fix", runbook.quick_fix)]
    for index, step in enumerate(runbook.steps, start=1):
        sections.append((f"step-{step.number or index}", step.title, step.commands))
    for index, solution in enumerate(runbook.solutions, start=1):
        sections.append((f"solution-{solution.number or index}", solution.title, solution.commands))
    return tuple(sections)


def extract(runbook: Runbook, source: Source, *, clients: Mapping[str, str] = _NO_CLIENTS) -> tuple[LabFence, ...]:
    """The executable fences of a runbook in order; `source` is its text, `clients` runs languages other than the
    shell."""
    return tuple(
        fence
        for section, heading, commands in sections_of(runbook)
        for fence in _fences(section, heading, commands, source, clients)
    )


def shown_fences(runbook: Runbook, fences: Iterable[LabFence]) -> dict[str, str]:
    """What the quick fix and the solutions ask for in a form that no machine runs, by name, with the reason.

    A fence of a configuration or of another language without a directive, and a solution without any executable fence.
    """
    executable = {(fence.section, fence.line) for fence in fences}
    reasons: dict[str, str] = {}
    for section, _, commands in sections_of(runbook):
        if section.startswith("step-"):
            continue
        if (commands or section.startswith("solution")) and not any(
            (section, command.span.line) in executable for command in commands
        ):
            reasons[section] = "it has no command that a machine can run"
        for command in commands:
            language = command.language or ""
            if (section, command.span.line) not in executable and language not in _OUTPUT_LANGUAGES:
                reasons.setdefault(f"{section} ({language})", "the fence is shown and not run")
    return reasons


def _fences(
    section: str, heading: str, fences: Iterable[Command], source: Source, clients: Mapping[str, str]
) -> Iterator[LabFence]:
    number = 0
    for fence in fences:
        directives = directives_before(source, fence.span.line)
        as_file = any(directive.kind == "file" for directive in directives)
        if not (as_file or fence.language in SHELL or fence.language == "console" or fence.language in clients):
            continue
        number += 1
        name = f"{section}/fence-{number}"
        texts = None if as_file else _commands(fence, clients)
        lab_fence = LabFence(
            name, section, heading, fence.language, fence.code, fence.span.line, (), directives, texts is None
        )
        if as_file:
            texts = ((_write_file(lab_fence.directive("file") or "", fence.code), 0),)
        yield _with_commands(lab_fence, texts)


def _commands(fence: Command, clients: Mapping[str, str]) -> tuple[tuple[str, int], ...] | None:
    if fence.language in clients:
        return ((f"{clients[fence.language]} <<'{_HERE}'\n{fence.code.rstrip()}\n{_HERE}", 0),)
    return split_console(fence.code) if fence.language == "console" else split_commands(fence.code)


def _with_commands(fence: LabFence, texts: tuple[tuple[str, int], ...] | None) -> LabFence:
    skipped = fence.directive("skip") is not None
    code, background = fence.directive("rc") or "", fence.directive("background") is not None
    rc = int(code) if is_exit_code(code) else 0
    pairs = () if skipped or texts is None else texts
    commands = tuple(
        LabCommand(
            f"{fence.id}/command-{index}",
            text,
            fence.line + 1 + line,
            rc if index == len(pairs) else 0,
            background and index == len(pairs),
        )
        for index, (text, line) in enumerate(pairs, start=1)
    )
    return replace(fence, commands=commands, invalid=texts is None)


def _write_file(value: str, code: str) -> str:
    """The shell that a reader's editor represents: write the fence into the file it is meant for."""
    path, _, mode = value.partition(" ")
    option = "-a " if mode == "append" else ""
    return f"sudo tee {option}{path} > /dev/null <<'{_HERE}'\n{code.rstrip()}\n{_HERE}"
