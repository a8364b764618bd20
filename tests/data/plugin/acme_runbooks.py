"""A rule, a dialect and a report format of one's own, as another package offers them."""

from collections.abc import Iterator

from faultmaven_kb import (
    Checked,
    Contents,
    Context,
    Dialect,
    Document,
    Finding,
    Format,
    Level,
    Profile,
    Report,
    Rule,
    Vocabulary,
    rule,
)

PAGER = "acme-pager"


@rule("ACME101", "no-pager-link", Level.WARNING, Profile.INGEST)
def no_pager_link(checked: Checked) -> Iterator[Finding]:
    """Who is paged opens the incident from the runbook; without the link they search for it."""
    if not any(PAGER in line for line in checked.lines):
        yield Finding(f'no link to the pager, expected "{PAGER}"', checked.value_span("id"))


RULES: tuple[Rule, ...] = (no_pager_link,)


def _fit(document: Document) -> int:
    return 100 if document.source.text.startswith("ACME RUNBOOK") else 0


def _read(document: Document) -> Contents:
    return Contents(id="acme-1", purpose=document.source.line(2))


ACME = Dialect("acme", Vocabulary(), _fit, _read)


def _count(report: Report, context: Context) -> str:
    return f"{len(report.diagnostics)} findings, first {report.diagnostics[0]}\n" if report.diagnostics else "clean\n"


COUNT = Format("acme-count", "nobody: an example", _count)
