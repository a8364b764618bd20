"""Checks a lab without running it, anywhere and without root: the declaration against its runbook.

Every expected text must be in the runbook, so that a lab proves what the runbook says and nothing else; every
executable fence must be run by a case or skipped with a reason; a lab contains no command of the runbook and repairs
nothing by itself; every case says what is preserved and every solution how long it lasts; and commands that cannot end,
need a terminal or are not commands at all are reported at their line in the runbook.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.fences.placeholders import open_placeholders, placeholders_in
from faultmaven_kb.labs.declarations.declaration import Case, Check, Diagnosis, OtherSection, SolutionProof
from faultmaven_kb.labs.declarations.matching import shows
from faultmaven_kb.labs.declarations.plan import LoadedLab, fences_of, parts_of, planned, values_of
from faultmaven_kb.labs.declarations.repairing import changing_words, repairing_words
from faultmaven_kb.labs.machines.images import Image
from faultmaven_kb.model.runbook import Solution, Step
from faultmaven_kb.proofs.extraction import LabCommand, LabFence, sections_of

__all__ = ["CHECKS", "check_lab"]

CHECKS = (
    ("LB101", "invalid-lab", "The declaration does not fit its schema."),
    ("LB102", "unknown-runbook", "No runbook has the id that the lab names."),
    ("LB103", "unknown-image", "images.yaml has no such image, or the image lacks a package."),
    ("LB104", "unknown-part", "The runbook has no such section, fence or command."),
    ("LB105", "foreign-symptom", "The expected symptom is not a literal of the runbook's own symptoms."),
    ("LB106", "foreign-expectation", "What a diagnosis expects does not occur in that step of the runbook."),
    ("LB107", "missing-value", "A placeholder of an executed command has no value."),
    ("LB108", "unused-value", "A value's placeholder does not occur in any executed command."),
    ("LB109", "fence-not-covered", "An executable fence is neither run nor skipped with a reason."),
    ("LB110", "command-of-the-runbook", "The lab repeats a solution's command and would fix the fault itself."),
    ("LB111", "broken-directive", "A directive in the runbook is not understood."),
    ("LB112", "not-executable", "A fence that is executed is not valid shell."),
    ("LB113", "needs-a-person", "A command needs a terminal, an editor or an interrupt."),
    ("LB114", "not-a-command", "A line of a shell fence is a configuration line or an address."),
    ("LB115", "nothing-preserved", "A case does not say what its solutions must leave alone."),
    ("LB116", "repairing-script", "A script of the lab starts, restarts or repairs something by itself."),
    ("LB117", "unknown-lasting", "A solution says neither how it outlasts a restart nor that it is temporary."),
    (
        "LB118",
        "unknown-harmless",
        "A harmful change that is called harmless does not belong to a command of the solution.",
    ),
)
"""The checks of a lab: code, name and why."""

_NAMES = {code: name for code, name, _ in CHECKS}
_NEEDS_PERSON = re.compile(
    r"(?:^|[;&|(]\s*|\bsudo\s+(?:-\S+\s+){0,5})(?:nano|vim?|emacs|less|more|htop|visudo|crontab -e|watch|"
    r"top(?![^|;&\n]{0,200}\s-[ac-zA-Z0-9_]{0,20}b)|systemctl edit|tail -[fF]|"
    r"journalctl\b[^|;&\n]{0,200}\s-[a-eg-zA-Z0-9_]*f\w*\b|kubectl edit|"
    r"docker exec -it?)(?=\s|$)",
    re.MULTILINE,
)
_NOT_COMMAND = re.compile(
    r"^(?:[a-z][a-z_.-]* = \S|[a-z]+://\S+$|bind [\d.:*]+|(?:maxmemory|protected-mode|listen) \S+;?$)"
)


def check_lab(loaded: LoadedLab, *, images: Mapping[str, Image]) -> tuple[Diagnostic, ...]:
    """What is wrong with a lab and with the fences that it executes, in order of path and place."""
    checker = _Checker(loaded, images)
    return tuple(sorted(checker.all(), key=lambda diagnostic: diagnostic.sort_key))


class _Checker:
    def __init__(self, loaded: LoadedLab, images: Mapping[str, Image]) -> None:
        self.loaded, self.lab, self.images = loaded, loaded.lab, images
        runbook = loaded.document.runbook
        self.sections = {name: "\n".join(self._section_texts(name)) for name, _, _ in sections_of(runbook)}
        self.literals = {literal for symptom in runbook.symptoms for literal in symptom.literals}

    def _section_texts(self, name: str) -> Iterator[str]:
        """The raw text of a section: from its first fence's heading on. Steps and solutions know their span."""
        source, runbook = self.loaded.document.source, self.loaded.document.runbook
        kind, _, number = name.partition("-")
        sections: dict[str, tuple[Step | Solution, ...]] = {"step": runbook.steps, "solution": runbook.solutions}
        parts = sections.get(kind, ())
        for index, part in enumerate(parts, start=1):
            if (part.number or index) == int(number or 0):
                yield source.slice(part.span)
        if name == "quick-fix":
            yield source.text

    def all(self) -> Iterator[Diagnostic]:
        yield from self.images_known()
        yield from self.skipped_known()
        for number, case in enumerate(self.lab.cases):
            yield from self.case(case, ("cases", number))
        yield from self.unused_values()
        yield from self.coverage()
        for fence in self.loaded.fences:
            yield from self.fence(fence)

    def at(self, code: str, message: str, *path: str | int) -> Diagnostic:
        """A finding in the declaration."""
        file = self.loaded.file
        return Diagnostic(code, _NAMES[code], Level.ERROR, message, file.path, file.span(*path))

    def in_runbook(self, code: str, message: str, line: int) -> Diagnostic:
        """A finding in the runbook."""
        source = self.loaded.document.source
        return Diagnostic(code, _NAMES[code], Level.ERROR, message, source.path, source.line_span(line))

    def images_known(self) -> Iterator[Diagnostic]:
        for index, name in enumerate(self.lab.images):
            if name not in self.images:
                message = f'image is "{name}", expected one of {", ".join(self.images)}'
                yield self.at("LB103", message, "images", index)

    def skipped_known(self) -> Iterator[Diagnostic]:
        known = {part for fence in self.loaded.fences for part in (fence.section, fence.id)}
        known |= {command.id for fence in self.loaded.fences for command in fence.commands}
        for index, skipped in enumerate(self.lab.skipped):
            if skipped.part not in known:
                yield self.at("LB104", f'the runbook has no executable "{skipped.part}"', "skipped", index, "part")

    def case(self, case: Case, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
        for text in case.symptom.all_texts:
            if text not in self.literals:
                message = f'"{text}" is not a literal of the symptoms of "{self.loaded.id}", expected the exact text'
                yield self.at("LB105", message, *path, "symptom", "expect")
        for script, where in self.scripts(case, path):
            yield from self.own_commands(script, where)
        for index, diagnosis in enumerate(case.diagnosis):
            where = (*path, "diagnosis", index)
            yield from self.part(case, diagnosis, where)
            for text in diagnosis.all_texts:
                if not shows(self.sections.get(diagnosis.section, ""), text, numbers=diagnosis.numbers):
                    message = f'"{text}" does not occur in {diagnosis.section} of "{self.loaded.id}"'
                    yield self.at("LB106", message, *where, "expect")
        if not (self.lab.preserved or case.preserved or all(proof.preserved for proof in case.solutions)):
            message = f'"{case.name}" preserves nothing, expected at least one check of data, sessions, rules or modes'
            yield self.at("LB115", message, *path, "name")
        yield from self.probes(case, path)
        for index, solution in enumerate(case.solutions):
            yield from self.solution(case, solution, (*path, "solutions", index))

    def probes(self, case: Case, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
        """Scripts that only look, so they start and set nothing."""
        looks: list[tuple[str, tuple[str | int, ...]]] = [(case.symptom.run, (*path, "symptom", "run"))]
        scopes: list[tuple[Mapping[str, Check], tuple[str | int, ...]]] = [(case.preserved, path)]
        for index, solution in enumerate(case.solutions):
            where = (*path, "solutions", index)
            looks.append((solution.recovered.run, (*where, "recovered", "run")))
            scopes.append((solution.preserved, where))
        if case is self.lab.cases[0]:
            scopes.append((self.lab.preserved, ()))
        for checks, where in scopes:
            looks += [(check.run, (*where, "preserved", name, "run")) for name, check in checks.items()]
        for script, where in looks:
            words = changing_words(script)
            if words:
                yield self.at("LB116", f'"{words}" changes the machine, expected a script that only looks', *where)

    def solution(self, case: Case, solution: SolutionProof, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
        for part in parts_of(solution):
            name = "" if part is solution else "before" if part.section == _section(solution.before) else "after"
            yield from self.part(case, part, (*path, name) if name else path)
        if (solution.permanent is None) == (solution.temporary is None):
            which = "both permanent and" if solution.permanent else "neither permanent nor"
            message = f"{solution.label} has {which} temporary"
            yield self.at("LB117", f"{message}, expected one of them", *path, "section")
        for name in ("before", "after"):
            script = getattr(solution, name)
            look = repairing_words if name == "after" else changing_words
            words = look(script) if isinstance(script, str) else ""
            if words:
                message = f'"{words}" repairs or starts by itself, expected what the world does, or a section'
                yield self.at("LB116", message, *path, name)
        commands = {run.command.id for part in parts_of(solution) for run in planned(self.loaded, part)}
        for change in sorted(solution.harmless):
            if change.rpartition(" ")[2] not in commands:
                message = f'"{change}" does not belong to a command that runs, expected a kind and a command'
                yield self.at("LB118", message, *path, "harmless", change)

    def part(self, case: Case, part: Diagnosis | SolutionProof, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
        if part.section not in {fence.section for fence in self.loaded.fences}:
            message = f'the runbook has no executable "{part.section}"'
            yield self.at("LB104", message, *path, "section")
            return
        number = sum(1 for fence in self.loaded.fences if fence.section == part.section)
        for fence in part.fences:
            if not 1 <= fence <= number:
                message = f'"{part.section}" has no fence {fence}, expected 1 to {number}'
                yield self.at("LB104", message, *path, "fences")
        users = (part,) if isinstance(part, SolutionProof) else case.solutions
        missing = {name for user in users for name in self.without_value(part, case, user)}
        for name in sorted(missing):
            yield self.at("LB107", f'"<{name}>" in {part.section} has no value', *path, "section")

    def without_value(self, part: Diagnosis | SolutionProof, case: Case, solution: SolutionProof) -> set[str]:
        """The placeholders of a section that have no value when `solution` is proven."""
        names = {name for run in planned(self.loaded, part) for name in open_placeholders(run.command.text)}
        return names - set(values_of(self.lab.values, case.values, solution.values))

    def scripts(self, case: Case, path: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
        """The scripts that could fix the fault unnoticed; the symptom's probe only looks and is not one of them."""
        yield self.lab.setup, ("setup",)
        yield case.break_, (*path, "break")
        for index, solution in enumerate(case.solutions):
            yield solution.recovered.run, (*path, "solutions", index, "recovered", "run")
            for name in ("before", "after", "permanent"):
                script = getattr(solution, name)
                if isinstance(script, str):
                    yield script, (*path, "solutions", index, name)

    def own_commands(self, script: str, path: tuple[str | int, ...]) -> Iterator[Diagnostic]:
        lines = {_flat(line) for line in script.split("\n")}
        for fence in self.loaded.fences:
            for command in fence.commands if fence.section.startswith("solution") else ():
                if _flat(command.text) in lines:
                    message = f"the lab repeats {command.id} of the runbook: {_flat(command.text)}"
                    yield self.at("LB110", message, *path)

    def unused_values(self) -> Iterator[Diagnostic]:
        names = {
            name for fence in self.loaded.fences for command in fence.commands for name in placeholders_in(command.text)
        }
        scopes: list[tuple[Iterable[str], tuple[str | int, ...]]] = [(self.lab.values, ("values",))]
        scopes += [(case.values, ("cases", number, "values")) for number, case in enumerate(self.lab.cases)]
        for values, path in scopes:
            for name in sorted(set(values) - names):
                yield self.at("LB108", f'value "{name}" is used by no command of "{self.loaded.id}"', *path, name)

    def coverage(self) -> Iterator[Diagnostic]:
        run: set[str] = set()
        for case in self.lab.cases:
            solutions = (part for solution in case.solutions for part in parts_of(solution))
            parts: tuple[Diagnosis | SolutionProof, ...] = (*case.diagnosis, *solutions)
            for part in parts:
                run.update(fence.id for fence in fences_of(self.loaded, part))
        skipped = self.loaded.skipped
        for fence in self.loaded.fences:
            if fence.id not in run and fence.id not in skipped and fence.section not in skipped:
                message = f"{fence.id} (line {fence.line} of the runbook) is neither run nor skipped with a reason"
                yield self.at("LB109", message, "cases")

    def fence(self, fence: LabFence) -> Iterator[Diagnostic]:
        for directive in fence.directives:
            if directive.fault:
                yield self.in_runbook("LB111", directive.fault, directive.line)
        if fence.id in self.loaded.skipped or fence.section in self.loaded.skipped:
            return
        if fence.invalid:
            yield self.in_runbook("LB112", f"{fence.id} is not valid shell", fence.line)
        for command in fence.commands:
            if command.id not in self.loaded.skipped:
                yield from self.command(command)

    def command(self, command: LabCommand) -> Iterator[Diagnostic]:
        text = _flat(command.text)
        person = _NEEDS_PERSON.search(command.text)
        if person and not command.background:
            message = f'"{person[0].strip()}" waits for a person, expected a command that ends by itself'
            yield self.in_runbook("LB113", message, command.line)
        if _NOT_COMMAND.match(text):
            message = f'"{text[:60]}" is a line of a configuration, not a command'
            yield self.in_runbook("LB114", message, command.line)


def _section(part: str | OtherSection | None) -> str:
    return part.section if isinstance(part, OtherSection) else ""


def _flat(text: str) -> str:
    return " ".join(text.split()).removeprefix("sudo ")
