"""RB901 to RB903: findings that an author has answered in the file itself, with the reason.

In the body `<!-- fmkb: disable-next-line=RB405 -- reason -->` (also `disable-line=`, `disable-file=`, and `disable=` up
to `enable=`), in front matter the same words behind a `#`. A comment inside a code fence is an example and suppresses
nothing. A suppression that suppresses nothing, names no rule or gives no reason is itself reported, and credentials
stay reported unless the configuration allows to suppress them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

from faultmaven_kb.diagnostics import Diagnostic, Edit, Fix, Level, did_you_mean, nearest, suggestion
from faultmaven_kb.gate.facts.records import Named, Suppression
from faultmaven_kb.gate.settings.settings import CREDENTIALS, Profile, Settings
from faultmaven_kb.gate.toolkit.rule_model import Rule
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import Position, Span
from faultmaven_kb.text.inline import code_spans
from faultmaven_kb.text.markdown import Fence, blocks_within, fences_in

__all__ = ["RULES", "apply_suppressions", "find_suppressions"]

_VERBS = ("disable-next-line", "disable-line", "disable-file", "disable", "enable")
_BODY = re.compile(
    r"<!--[ \t]*+fmkb[ \t]*+(?P<colon>:?)[ \t]*+(?P<inside>(?:(?!-->|<!--).){0,500}?)(?:(?<![ \t])[ \t]++)?-->",
    re.DOTALL,
)
_YAML = re.compile(
    r"(?:^|(?<=[ \t]))#[ \t]*+fmkb[ \t]*+(?P<colon>:?)[ \t]*+"
    r"(?P<inside>(?:(?!#[ \t]*+fmkb).){0,500}?)(?:(?<![ \t])[ \t]++)?$",
    re.MULTILINE,
)
_COMMAND = re.compile(
    r"(?P<verb>[A-Za-z-]+)[ \t]*(?P<codes>=[^\r\n]*?)?(?:(?<![ \t])[ \t]++--(?P<reason>.*))?", re.DOTALL
)
_MOST = 200
"""This many suppressions are read from a file; one with more is an attack, not a runbook."""
_CODE = re.compile(r"rb\d", re.IGNORECASE)
_NAME = re.compile(r"[^\s,]+")


def find_suppressions(document: ReadDocument) -> tuple[Suppression, ...]:
    """The suppressions of a document in order; `disable` reaches to the next fitting `enable` or the end."""
    if "fmkb" not in document.source.text:
        return ()
    suppressions = list(islice(chain(_in_front_matter(document), _in_body(document)), _MOST))
    return tuple(_close(suppressions, len(document.source.lines)))


def _in_front_matter(document: ReadDocument) -> Iterator[Suppression]:
    front_matter, source = document.front_matter, document.source
    if not front_matter.present:
        return
    value_spans = [entry.value for path, entry in front_matter.entries.items() if not _has_children(document, path)]
    for match in _YAML.finditer(source.text, 0, front_matter.end):
        start = match.start() + match[0].index("#")
        if not any(begin <= start < end for begin, end in value_spans):
            yield from _read(document, match, start)


def _has_children(document: ReadDocument, path: tuple[str | int, ...]) -> bool:
    return any(len(other) > len(path) and other[: len(path)] == path for other in document.front_matter.entries)


def _in_body(document: ReadDocument) -> Iterator[Suppression]:
    source = document.source
    fences = [fence.span for fence in fences_in(document.blocks)]
    for match in _BODY.finditer(source.text, document.front_matter.end):
        line = source.position(match.start()).line
        in_code = any(
            span.start < match.start() - source.offset(Position(line, 1)) < span.end
            for span in code_spans(source.line(line))
        )
        if not in_code and not any(span.contains_line(line) for span in fences):
            yield from _read(document, match, match.start())


def _read(document: ReadDocument, match: re.Match[str], start: int) -> Iterator[Suppression]:
    """The suppression in a comment; a comment that only mentions the tool is none."""
    source = document.source
    command = _COMMAND.fullmatch(match["inside"])
    if command is None or (not match["colon"] and not command["verb"].lower().startswith(("disable", "enable"))):
        return
    span = source.span(start, match.end())
    line = source.line(span.line)
    first, last = _reach(document, command["verb"].lower(), span)
    yield Suppression(
        verb=command["verb"].lower(),
        rules=tuple(_names(document, match, command)),
        reason=(command["reason"] or "").strip(),
        span=span,
        first=first,
        last=last,
        whole_line=span.line == span.end_line and line.strip() == source.slice(span).strip(),
        colon=bool(match["colon"]),
    )


def _names(document: ReadDocument, match: re.Match[str], command: re.Match[str]) -> Iterator[Named]:
    codes = command["codes"]
    if codes:
        start = match.start("inside") + command.start("codes")
        for name in _NAME.finditer(codes, 1):
            yield Named(name[0], document.source.span(start + name.start(), start + name.end()))


def _reach(document: ReadDocument, verb: str, span: Span) -> tuple[int, int]:
    """The lines a comment speaks for; `disable` is closed later. A fence that opens on the next line is meant whole."""
    lines = document.source.lines
    if verb == "disable-line":
        return span.line, span.end_line
    if verb == "disable-next-line":
        following = span.end_line + 1
        while following < len(lines) and not lines[following - 1].strip():
            following += 1
        fence = next((block for block in blocks_within(document.blocks) if _opens(block, following)), None)
        return following, fence.span.end_line if fence else following
    return (1, len(lines)) if verb == "disable-file" else (span.line, span.line)


def _opens(block: object, line: int) -> bool:
    return isinstance(block, Fence) and block.span.line == line


def _close(suppressions: list[Suppression], last: int) -> Iterator[Suppression]:
    """Give each `disable` its end: the next `enable` that names one of its rules, or none at all."""
    for index, suppression in enumerate(suppressions):
        if suppression.verb != "disable":
            yield suppression
            continue
        own_rules = {named.text.casefold() for named in suppression.rules}
        ends = (
            other.span.line
            for other in suppressions[index + 1 :]
            if other.verb == "enable"
            and (not other.rules or own_rules & {named.text.casefold() for named in other.rules})
        )
        yield replace(suppression, first=suppression.span.line, last=next(ends, last))


def apply_suppressions(
    diagnostics: Iterable[Diagnostic],
    suppressions: tuple[Suppression, ...],
    *,
    path: str,
    codes: dict[str, str],
    runs: Callable[[str], bool],
    settings: Settings,
    profile: Profile,
) -> Iterator[Diagnostic]:
    """The diagnostics of one document that no suppression answers, and what is wrong with the suppressions.

    `codes` maps every code and name in lower case to its code; `runs` says whether a rule ran, because a suppression of
    a rule that did not run may still be needed.
    """
    used: set[tuple[int, str]] = set()
    known = [[codes.get(named.text.casefold()) for named in suppression.rules] for suppression in suppressions]
    for diagnostic in diagnostics:
        hits = [
            (index, diagnostic.code)
            for index, suppression in enumerate(suppressions)
            if suppression.verb != "enable"
            and diagnostic.code in known[index]
            and suppression.first <= diagnostic.span.line <= suppression.last
        ]
        protected = diagnostic.code in CREDENTIALS and not settings.allow_credential_suppression
        if not hits or protected:
            yield diagnostic
        else:
            used.update(hits)
    for index, suppression in enumerate(suppressions):
        for diagnostic in _faults(suppression, index, used, codes, runs, path):
            if settings.counts(diagnostic.code, _FROM[diagnostic.code], profile):
                yield diagnostic


RULES: tuple[Rule, ...] = (
    Rule(
        "RB901",
        "unused-suppression",
        Level.WARNING,
        Profile.CONTRIBUTE,
        "An unnecessary suppression hides the next finding at the same place.",
        checks="Checks for suppressions of findings that are not reported.",
    ),
    Rule(
        "RB902",
        "unknown-rule-in-suppression",
        Level.WARNING,
        Profile.INGEST,
        "A misspelled suppression has no effect, although its author believes that it does.",
        checks="Checks that suppressions are written correctly and name rules that exist.",
    ),
    Rule(
        "RB903",
        "suppression-without-reason",
        Level.WARNING,
        Profile.CURATED,
        "Reviewers have to see why a finding was accepted.",
        checks="Checks that every suppression gives a reason.",
    ),
)
_FROM = {rule.code: rule.profile for rule in RULES}


def _faults(
    suppression: Suppression,
    index: int,
    used: set[tuple[int, str]],
    codes: dict[str, str],
    runs: Callable[[str], bool],
    path: str,
) -> Iterator[Diagnostic]:
    def unknown(message: str, span: Span, fix: Fix | None = None) -> Diagnostic:
        return Diagnostic("RB902", "unknown-rule-in-suppression", Level.WARNING, message, path, span, fix)

    if not suppression.colon:
        yield unknown(
            f'suppression is written "fmkb {suppression.verb}", expected "fmkb: {suppression.verb}"', suppression.span
        )
    if suppression.verb not in _VERBS:
        hint = did_you_mean(suppression.verb, _VERBS)
        yield unknown(
            f'suppression says "{suppression.verb}", expected one of {", ".join(_VERBS)}{hint}', suppression.span
        )
        return
    if not suppression.rules and suppression.verb != "enable":
        yield unknown(f'suppression names no rule, expected "{suppression.verb}=CODE"', suppression.span)
        return
    known = [codes.get(named.text.casefold()) for named in suppression.rules]
    unused = [code for code in known if code and (index, code) not in used and runs(code)]
    for position, (named, code) in enumerate(zip(suppression.rules, known, strict=True)):
        if code is None:
            names = [word for word in codes if not _CODE.match(word)]  # a wrong digit is close to every code
            near = None if _CODE.match(named.text) else nearest(named.text, names)
            fix = Fix(f"use {near}", (Edit(named.span, near),), safe=True) if near else None
            yield unknown(f'no rule is called "{named.text}"{suggestion(near)}', named.span, fix)
        elif suppression.verb != "enable" and code in unused:
            message = f"{code} is not reported here, the suppression is unused"
            if code in CREDENTIALS:
                message = f"{code} cannot be suppressed unless the configuration allows it"
            fix = _removal(suppression, position, whole=len(unused) == len(known))
            yield Diagnostic("RB901", "unused-suppression", Level.WARNING, message, path, named.span, fix)
    if suppression.rules and suppression.verb != "enable" and not suppression.reason:
        message = 'suppression gives no reason, expected " -- " and why'
        yield Diagnostic("RB903", "suppression-without-reason", Level.WARNING, message, path, suppression.span)


def _removal(suppression: Suppression, position: int, *, whole: bool) -> Fix:
    """Take one rule out of a suppression, or the whole comment when none of its rules is needed."""
    if not whole:
        last = position == len(suppression.rules) - 1
        begin = suppression.rules[position - 1].span.end if last else suppression.rules[position].span.start
        end = suppression.rules[position].span.end if last else suppression.rules[position + 1].span.start
        span = Span(begin.line, begin.column, end.line, end.column)
        return Fix("remove it from the suppression", (Edit(span, ""),), safe=True)
    if suppression.whole_line:
        return Fix(
            "remove the suppression",
            (Edit(Span(suppression.span.line, 1, suppression.span.line + 1, 1), ""),),
            safe=True,
        )
    return Fix("remove the suppression", (Edit(suppression.span, ""),), safe=True)
