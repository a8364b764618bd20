"""Drafts a runbook from an incident note: what was seen, what was done, what it was.

A note is read line by line, since people paste terminals and chats without marking them: a line behind a prompt, or one
that begins with a tool and its arguments, was typed, and what follows it was printed. Headings and labels ("What we
saw", "Root cause:") say what the lines below them are; without them, what comes before the first command was seen.
Commands that only look are diagnostic steps, the others belong to the solution. What has no place is kept as text, so
that nothing is lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from faultmaven_kb.dialects.loose.listing import short_title
from faultmaven_kb.dialects.pieces.consoles import prompt_length, prompted_language
from faultmaven_kb.dialects.pieces.typed import is_typed_line, typed_in
from faultmaven_kb.export.as_faultmaven import as_faultmaven
from faultmaven_kb.export.draft import Draft
from faultmaven_kb.fences.looking import only_looks
from faultmaven_kb.model.metadata import Metadata
from faultmaven_kb.model.runbook import (
    Cause,
    Command,
    Instruction,
    Passage,
    Practice,
    Prevention,
    Revision,
    Runbook,
    Solution,
    Step,
    Symptom,
)
from faultmaven_kb.model.template import title_of_id
from faultmaven_kb.source import START
from faultmaven_kb.text.inline import literals, plain
from faultmaven_kb.text.languages import OUTPUT, PROMPTED, SHELL, SQL
from faultmaven_kb.text.translations import in_english

__all__ = ["draft_of_note"]

Part = Literal["seen", "looked", "done", "fixed", "cause", "later", "told"]

_PARTS: tuple[tuple[Part, str], ...] = (
    ("seen", r"(?:what (?:we|was|i|they|users?|customers?) )?(?:saw|seen|noticed|observed)|what happened"),
    ("seen", r"symptoms?|detect(?:ion|ed by)|alerts?|errors?|error messages?|messages?|impact|summary|problem|issue"),
    ("looked", r"(?:what (?:we|i) )?(?:checked|looked at|investigated)|investigation|diagnos(?:is|tics)|triage|checks"),
    ("fixed", r"(?:the )?(?:fix|solutions?|resolution|mitigation|workaround|remedy|remediation)"),
    ("fixed", r"(?:what )?fixed(?: it)?|resolved by|what helped|what ended it"),
    ("done", r"(?:what (?:we|was|i|they) )?(?:did|done|tried)|actions?(?: taken)?|steps taken"),
    ("cause", r"(?:the )?(?:root )?causes?|root cause analysis|reasons?|why(?: it happened)?|what it was"),
    ("cause", r"contributing factors?"),
    ("later", r"follow[- ]?ups?|next steps|action items|to ?dos?|prevention|lessons(?: learned)?|improvements"),
    ("told", r"timeline|chronology|log|notes?|details"),
)
_LABELS = tuple((part, re.compile(rf"(?:{words})", re.IGNORECASE)) for part, words in _PARTS)
_QUOTED_LABELS = re.compile(r"(?:error|message|problem|alert)s?|error messages?", re.IGNORECASE)
"""Labels that a program prints as well: they stay with the words behind them."""
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?=\S)")
_LABEL = re.compile(r"([^\W\d_][\w' -]{1,40})(?::(?:\s+|$)|：\s*)")
_RULE = re.compile(r"[-=|:+ \t]{2,}")
_FENCE = re.compile(r"\s{0,12}(`{3,}|~{3,})[ \t]*([\w-]{0,20})")
_BULLET = re.compile(r"[ \t]{0,20}(?:[-*+•]|\d{1,2}[.)])[ \t]+(?:\[[ xX]\] )?")
_CLOCK = re.compile(
    r"[\[(]?(?:\d{4}-\d\d-\d\d[ T])?\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?"
    r"(?: ?(?:UTC|Z|GMT|CES?T|[AP]M|[ECMP][SD]T|[+-]\d\d:?\d\d)\b)?[\])]?:?\s+(?:[-–—|]\s+)?",
    re.IGNORECASE,
)
_PROCESS = re.compile(r"\[\d{1,9}\]:? (?=\S)")
_SPEAKER = re.compile(r"(?:@[\w.-]{1,40}:?|<@?[\w.-]{1,40}>:?)\s+")
_SIGN = re.compile(r"[$#❯][ \t]+(?=\S)")
"""The prompt of a shell that names no host."""
_NAMES_CAUSE = re.compile(
    r"(?:it )?(?:turned out|was caused by|because)\b|the (?:root )?cause (?:was|is)\b", re.IGNORECASE
)
_PRINTED = re.compile(
    r"[A-Z]{4,8}(?::| {1,2}\S{1,40}:| \d)|\[[^\]\n]{1,40}\] |[\w.-]{1,40}\[\d{1,8}\]:|[\w.]{1,80}(?:Error|Exception)\b|"
    r"level=|(?:[Ee]rror|fatal|panic|warning): "
)
"""How a line of a log begins, behind its time."""
_WRAPPED = 60
"""Characters of a line that may go on in the next one; chosen."""


@dataclass
class _Deed:
    """Something done: the words that go with it, what was typed and what was printed."""

    part: Part
    words: str = ""
    commands: list[Command] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)

    def looks(self) -> bool:
        """Whether it was a look at the system, by what the note calls it or by the commands."""
        if self.part in ("looked", "fixed"):
            return self.part == "looked"
        return bool(self.commands) and all(only_looks(command.code, command.language) for command in self.commands)


@dataclass
class _Note:
    """What a note holds, in its order."""

    title: str = ""
    seen: list[str] = field(default_factory=list)
    deeds: list[_Deed] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)

    def typed(self, command: Command, part: Part) -> None:
        """Something typed: it belongs to the words above it that have no command yet."""
        if not self.deeds or self.deeds[-1].commands or self.deeds[-1].printed:
            self.deeds.append(_Deed(part))
        self.deeds[-1].commands.append(command)

    def introduced(self) -> None:
        """Of a note without headings, the words right above the first command say what it is for, if others tell what
        was seen."""
        if len(self.seen) > 1 and not self.deeds and not _PRINTED.match(self.seen[-1]):
            self.deeds.append(_Deed("told", self.seen.pop()))

    def said(self, words: str, part: Part) -> None:
        """Words under a heading that says what they are, or before anything was done."""
        if part == "cause" or (part == "told" and _NAMES_CAUSE.match(words)):
            self.causes.append(words)
        elif part == "later":
            self.later.append(words)
        elif part == "seen" or (part == "told" and (not self.deeds or _PRINTED.match(words))):
            self.seen.append(words)
        else:
            self.deeds.append(_Deed(part, words))


def draft_of_note(text: str, runbook_id: str, technology: str, *, today: date) -> Draft:
    """The draft of a runbook in this library's format with what the note says; what it does not say is TODO."""
    note = _Reader().read(text)
    steps: list[_Deed] = []
    fixes: list[_Deed] = []
    for deed in note.deeds:
        if deed.part == "told" and not deed.commands and not deed.printed:
            note.rest.append(deed.words)
        else:
            (steps if deed.looks() else fixes).append(deed)
    about = f'the incident note "{note.title}"' if note.title else "an incident note"
    runbook = Runbook(
        id=runbook_id,
        title=title_of_id(runbook_id, technology),
        dialect="faultmaven",
        metadata=Metadata(technology=technology),
        symptoms=tuple(Symptom(text=_as_seen(words), literals=literals(words), span=START) for words in note.seen),
        causes=tuple(_cause(number, words) for number, words in enumerate(note.causes, 1)),
        steps=tuple(_step(number, deed) for number, deed in enumerate(steps, 1)),
        solutions=_solutions(fixes),
        prevention=Prevention(do=tuple(Practice(text=words, span=START) for words in note.later)),
        history=(Revision(version="0.1.0", date=today, author="TODO", changes=f"Drafted from {about}", span=START),),
        passages=(Passage(label="other words of the note", text="\n\n".join(note.rest), span=START),)
        if note.rest
        else (),
    )
    return as_faultmaven(runbook, today=today)


class _Reader:
    """Reads a note from its first line to its last."""

    def __init__(self) -> None:
        self.note = _Note()
        self.part: Part = "told"
        self.printing = False
        """Whether the line above was typed or printed, so that this one may be printed too."""
        self.words = ""
        """The words above, to which a wrapped line may still add."""
        self.wrapped = False

    def read(self, text: str) -> _Note:
        """What the text says; to be called once."""
        lines = iter(text.split("\n"))
        for line in lines:
            if _RULE.fullmatch(line.strip()) and ("--" in line or "==" in line):
                self._below_header(line)
            elif fence := _FENCE.match(line):
                self._finish()
                self._fence(list(_until(lines, fence[1])), fence[2].lower())
            elif line.strip():
                self._line(line)
            else:
                self.printing = self.wrapped = False
        self._finish()
        return self.note

    def _below_header(self, line: str) -> None:
        """A line of dashes: a terminal draws it below its columns, a table below its header, which says nothing."""
        if self.printing:
            self.note.deeds[-1].printed.append(line)
        elif self.words and "|" in line:
            self.note.rest.append(self.words)
            self.words = ""

    def _line(self, line: str) -> None:
        bare = _without_lead(_without_pipes(line)).strip()
        begins = bare != line.strip()
        if code := _typed(bare):
            self._type(code, bare)
        elif self._heads(line, bare):
            self.printing = False
        elif self.printing and not begins and "`" not in line:
            self.note.deeds[-1].printed.append(line)
        elif self.wrapped and not begins and not _PRINTED.match(bare):
            self.words += f" {bare}"
        else:
            self._finish()
            self.printing = False
            self.words = bare
        self.wrapped = bool(self.words) and len(line) >= _WRAPPED

    def _type(self, code: str, line: str) -> None:
        self._finish(typed=True)
        self.note.typed(Command(language=prompted_language(line), code=f"{code}\n", span=START), self.part)
        self.printing = True

    def _finish(self, *, typed: bool = False) -> None:
        """Put the words above into their place: nothing adds to them any more; `typed` where a command follows."""
        if words := self.words:
            self.words = ""
            self._words(words)
            if typed and self.part == "told":
                self.note.introduced()

    def _heads(self, line: str, bare: str) -> bool:
        """Whether a line is a heading or a label; a label with words behind it is for these alone."""
        heading = _HEADING.match(line)
        words = plain(line[heading.end() :] if heading else bare).strip(" #*_")
        label = _LABEL.match(words)
        name = label[1] if label else words
        part = _part_named(name.strip())
        below = words[label.end() :] if label else ""
        if part or heading:
            self._finish()
        if part and below:
            self._words(bare if _QUOTED_LABELS.fullmatch(name) else below, part)
            return True
        if part and (heading or label or " " in name or not name.isascii()):
            self.part = part
            return True
        if label and below and not heading and bare.startswith("**"):  # what the note says of itself: its authors
            self._finish()
            self.note.rest.append(words)
            return True
        if heading and self.note.title:
            self.part = "told"
            self.note.rest.append(words)
        elif heading:
            self.note.title = words
        return heading is not None

    def _words(self, words: str, part: Part | None = None) -> None:
        part = part or self.part
        commands = typed_in(words, START) if part not in ("cause", "later") else ()
        if commands:
            self.note.deeds.append(_Deed(part if part != "seen" else "told", words, list(commands)))
        else:
            self.note.said(words, part)

    def _fence(self, lines: list[str], language: str) -> None:
        """A block of code: a session, commands, or what was printed."""
        self.printing = False
        code = "\n".join(lines).strip("\n")
        if language in SQL or (
            language in SHELL and not any(_SIGN.match(line) or prompt_length(line) for line in lines)
        ):
            self.note.typed(Command(language=language, code=f"{code}\n", span=START), self.part)
        elif language in PROMPTED | OUTPUT | {"", "bash", "sh"} and any(map(_typed, lines)):
            self._session(lines)
            self.printing = False
        elif self.part == "seen" or not self.note.deeds:
            self.note.seen += [line.strip() for line in lines if line.strip()]
        else:
            self.note.deeds[-1].printed += lines

    def _session(self, lines: list[str]) -> None:
        goes_on = False
        for line in lines:
            if goes_on:
                last = self.note.deeds[-1].commands[-1]
                self.note.deeds[-1].commands[-1] = last.model_copy(update={"code": f"{last.code}{line}\n"})
            elif code := _typed(line):
                self._type(code, line)
            elif self.note.deeds and self.note.deeds[-1].commands:
                self.note.deeds[-1].printed.append(line)
            elif line.strip():
                self.note.seen.append(line.strip())
            goes_on = line.rstrip().endswith("\\") and (goes_on or bool(_typed(line)))


def _part_named(name: str) -> Part | None:
    """What a heading or label announces, in English or as the runbooks of other languages call it."""
    for words in (name, in_english(name)):
        for part, named in _LABELS:
            if named.fullmatch(words):
                return part
    return None


def _until(lines: Iterator[str], marks: str) -> Iterator[str]:
    for line in lines:
        if line.strip().startswith(marks) and not line.strip().strip(marks[0]):
            return
        yield line


def _without_pipes(line: str) -> str:
    """The cells of a row of a table as words; any other line as it is."""
    row = line.strip()
    return " - ".join(cell.strip() for cell in row.strip("|").split("|")) if row[:1] == row[-1:] == "|" else line


def _without_lead(text: str) -> str:
    """A line without its bullet, times (when it was pasted, and the log's own), who said it, and a process's number."""
    for lead in (_BULLET, _CLOCK, _SPEAKER, _CLOCK, _PROCESS):
        text = lead.sub("", text, count=1) if lead.match(text) else text
    return text


def _typed(line: str) -> str:
    """What a line types, without its prompt; empty for any other line. Behind `# ` stands a comment or a command."""
    sign = _SIGN.match(line)
    prompted = sign.end() if sign else prompt_length(line)
    code = line[prompted:].strip()
    return code if (prompted and not line.startswith("#")) or is_typed_line(code) else ""


def _as_seen(words: str) -> str:
    """A line of a log as a literal, anything else as it was written."""
    return f"`{words}`" if _PRINTED.match(words) and "`" not in words else words


def _cause(number: int, words: str) -> Cause:
    name = _title(words)
    return Cause(name=name, description="" if _same(name, words) else words, number=number, span=START)


def _step(number: int, deed: _Deed) -> Step:
    title = _title(deed.words)
    looked_at = short_title(deed.commands[0].code) if deed.commands else "this"
    return Step(
        number=number,
        title=title or f"TODO what {looked_at} tells",
        what_to_check="" if _same(title, deed.words) else deed.words,
        commands=tuple(deed.commands),
        expected_output="\n".join(deed.printed).strip("\n"),
        meaning="TODO this output is the incident's: what does it show?" if deed.printed else "",
        span=START,
    )


def _title(words: str) -> str:
    title = short_title(words)
    return title if words.startswith("`") else title[:1].upper() + title[1:]


def _same(title: str, words: str) -> bool:
    return title.casefold() == words.strip(" .:").casefold()


def _solutions(deeds: list[_Deed]) -> tuple[Solution, ...]:
    """One solution with everything that was done: which of it helped, its author knows."""
    if not deeds:
        return ()
    instructions = tuple(
        Instruction(
            number=number,
            text="\n".join((deed.words or "TODO what this does", *_quoted(deed.printed))),
            commands=tuple(deed.commands),
            span=START,
        )
        for number, deed in enumerate(deeds, 1)
    )
    return (Solution(number=1, title="TODO which cause this fixes", instructions=instructions, span=START),)


def _quoted(printed: list[str]) -> Iterator[str]:
    lines = "\n".join(printed).strip("\n").split("\n")
    yield from (f"> {line}".rstrip() for line in lines if lines != [""])
