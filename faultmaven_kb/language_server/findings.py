"""Findings in the editor: diagnostics while typing, quick fixes, and the rule's why on hovering.

A document is checked alone: its links are followed, but what only a whole base can show (an id that is taken twice) is
left to the command line.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from lsprotocol import types

from faultmaven_kb.diagnostics import Diagnostic, Edit, Level, Related, apply_edits
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.fixes import Check, fix_report
from faultmaven_kb.gate.fixes.intent import unintended_change
from faultmaven_kb.gate.rule_help.pages import page_url
from faultmaven_kb.gate.rules.catalogue import all_rules
from faultmaven_kb.language_server.positions import Encoding, to_range
from faultmaven_kb.reading.reader import ReadDocument, read_document
from faultmaven_kb.source import Position, Source, Span
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["code_actions", "hover", "to_diagnostic"]

_SEVERITIES = {
    Level.ERROR: types.DiagnosticSeverity.Error,
    Level.WARNING: types.DiagnosticSeverity.Warning,
    Level.INFO: types.DiagnosticSeverity.Information,
}
_MOST_READ = 60_000  # characters, chosen: six fixes of a usual runbook, while the editor waits
_WHY = {rule.code: rule.description for rule in all_rules()}


def to_diagnostic(
    diagnostic: Diagnostic, report: Report, source: Source, uri: str, encoding: Encoding
) -> types.Diagnostic:
    """A finding as the protocol writes it, with the address of the rule's page."""
    related = [_related(place, report, source, uri, encoding) for place in diagnostic.related]
    return types.Diagnostic(
        range=to_range(source, diagnostic.span, encoding),
        message=printable(diagnostic.message),
        severity=_SEVERITIES[diagnostic.level],
        code=diagnostic.code,
        code_description=types.CodeDescription(page_url(diagnostic.code)),
        source="fmkb",
        related_information=related or None,
    )


def _related(
    related: Related, report: Report, source: Source, uri: str, encoding: Encoding
) -> types.DiagnosticRelatedInformation:
    """Another place; a path that is not whole begins at the root in which the document's own place begins."""
    if related.path == source.path:
        return types.DiagnosticRelatedInformation(
            types.Location(uri, to_range(source, related.span, encoding)), printable(related.message)
        )
    root = source.path.removesuffix(report.places.get(source.path, ""))
    line = types.Position(related.span.line - 1, 0)
    place = types.Location(Path(root, related.path).absolute().as_uri(), types.Range(line, line))
    return types.DiagnosticRelatedInformation(place, printable(related.message))


def code_actions(
    report: Report, source: Source, uri: str, place: types.Range, encoding: Encoding, check: Check
) -> list[types.CodeAction]:
    """The quick fixes of the findings that touch a range, and one action that makes all safe fixes.

    A fix that would change another part of the runbook is not offered, and no more than the first ones of a range are:
    each is tried by reading the document again.
    """
    actions = []
    is_harmless = _Trial(source, report.aliases)
    for finding in report.diagnostics:
        where = to_range(source, finding.span, encoding)
        if finding.fix and finding.fix.edits and _touch(where, place) and is_harmless(finding.fix.edits):
            edits = [types.TextEdit(to_range(source, e.span, encoding), e.replacement) for e in finding.fix.edits]
            actions.append(
                types.CodeAction(
                    title=printable(f"{finding.code}: {finding.fix.message}"),
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[to_diagnostic(finding, report, source, uri, encoding)],
                    is_preferred=finding.fix.safe,
                    edit=types.WorkspaceEdit(changes={uri: edits}),
                )
            )
    return [*actions, *_fix_all(report, source, uri, encoding, check)]


def _fix_all(report: Report, source: Source, uri: str, encoding: Encoding, check: Check) -> Iterator[types.CodeAction]:
    if not any(finding.fix and finding.fix.safe for finding in report.diagnostics):
        return
    for fixed in fix_report(report, check=check):
        if fixed.changed:
            whole = to_range(source, source.span(0, len(source.text)), encoding)
            yield types.CodeAction(
                title="Fix all that is safe to fix",
                kind=types.CodeActionKind.SourceFixAll,
                edit=types.WorkspaceEdit(changes={uri: [types.TextEdit(whole, fixed.text)]}),
            )


def _touch(one: types.Range, other: types.Range) -> bool:
    return _order(one.start) <= _order(other.end) and _order(other.start) <= _order(one.end)


def _order(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


class _Trial:
    """Tries fixes of a document, as many as a bounded number of characters allows, and one in any case."""

    def __init__(self, source: Source, aliases: Mapping[str, str]) -> None:
        self._source, self._aliases, self._left = source, aliases, _MOST_READ
        self._before: ReadDocument | None = None

    def __call__(self, edits: tuple[Edit, ...]) -> bool:
        if self._left <= 0:
            return False
        self._left -= max(len(self._source.text), 1)
        self._before = self._before or self._read(self._source.text)
        after = self._read(apply_edits(self._source, edits))
        return self._before is not None and after is not None and not unintended_change(self._before, after, edits)

    def _read(self, text: str) -> ReadDocument | None:
        return read_document(text, path=self._source.path, aliases=self._aliases)[0]


def hover(report: Report, position: Position) -> str:
    """What the rules say of a place, in Markdown; empty where there is no finding."""
    by_code = {finding.code: finding for finding in report.diagnostics if _covers(finding.span, position)}
    return "\n\n---\n\n".join(_explained(finding) for finding in by_code.values())


def _covers(span: Span, position: Position) -> bool:
    return span.start <= position <= span.end


def _explained(diagnostic: Diagnostic) -> str:
    head = f"**[{diagnostic.code}]({page_url(diagnostic.code)}) {diagnostic.name}** ({diagnostic.level.value})"
    return f"{head}\n\n{_WHY.get(diagnostic.code) or printable(diagnostic.message)}"
