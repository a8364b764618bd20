"""RB2xx: the fields of the front matter. The contract's breaches come from the model, the rest are conventions."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from faultmaven_kb.diagnostics import Edit, Fix, Level, did_you_mean, nearest, suggestion
from faultmaven_kb.gate.facts.records import Facts
from faultmaven_kb.gate.toolkit.reorder import in_order, reorder_fields
from faultmaven_kb.gate.toolkit.rule_model import Base, Checked, Finding, Profile, Rule, rule
from faultmaven_kb.model.metadata import FIELDS, ContractError, MetadataContract
from faultmaven_kb.model.vocabularies import DIFFICULTIES, SEVERITIES, STATUSES, VERIFIED
from faultmaven_kb.source import Span

__all__ = ["PLACEHOLDER", "RULES", "rewritten"]

_REQUIRED = tuple(name for name, field in MetadataContract.model_fields.items() if field.is_required())
_TITLE = re.compile(r"\S(?:(?! - \S).)* - \S.*")
_NOBODY = re.compile(r"(?:none|nobody|no one|tbd|todo|unknown|n/a|your name|unverified|pending)\b.*|\W*", re.IGNORECASE)
PLACEHOLDER = re.compile(
    r"\bTODO\b|\bFIXME\b|\bTBD\b|\[(?:Technology|Problem|Your [A-Z]\w|Insert [^\]]|Describe [^\]]|Description|"
    r"Step Title|Solution (?:Name|Title)|Cause \d|Symptom \d)[^\]]{0,300}\]|"
    r"\[(?:Brief|Short|One-line|Add|Replace|Enter|Explain|Provide) [^\]]{1,300}\](?![(\[:])|"
    r"\bYYYY-MM-DD\b|\btechnology-problem\b|[Ll]orem ipsum"
)
"""Text of the template that must not stay in a runbook."""


def _errors(checked: Checked, kind: str, *fields: str) -> Iterator[ContractError]:
    for error in checked.document.contract_errors:
        if error.kind == kind and (not fields or error.field in fields):
            yield error


def rewritten(checked: Checked, span: Span, text: str, *, mark: str = "") -> Edit:
    """The edit that puts another text into a value, in the quotes that it has, or else between `mark`."""
    literal = checked.document.source.slice(span)
    mark = literal[0] if literal[:1] in ("'", '"') else mark
    return Edit(span, f"{mark}{text}{mark}")


def _value_findings(checked: Checked, field: str) -> Iterator[Finding]:
    for error in _errors(checked, "value", field):
        yield Finding(error.message, checked.value_span(*error.path))


@rule("RB201", "missing-field", Level.ERROR, Profile.INGEST)
def missing_field(checked: Checked) -> Iterator[Finding]:
    """Checks that the ten required fields are present.

    Searches filter by these fields, curators read them first, and other tools index them.
    """
    for error in _errors(checked, "missing"):
        yield Finding(error.message, Span(1, 1, 1, 4))


@rule("RB202", "empty-field", Level.ERROR, Profile.INGEST)
def empty_field(checked: Checked) -> Iterator[Finding]:
    """Checks that the required fields and the items of lists have a value.

    An empty field looks complete to a check for its presence and gives the reader no information.
    """
    for error in _errors(checked, "empty"):
        yield Finding(error.message, _place_of_empty(checked, error))


def _place_of_empty(checked: Checked, error: ContractError) -> Span:
    """The empty quotes or brackets; where nothing is written the dash of the item on its own line, else the key."""
    span = checked.value_span(*error.path)
    if span.start != span.end:
        return span
    line = checked.lines[span.line - 1]
    if len(error.path) > 1 and re.fullmatch(r"\s*-\s*(?:#.*)?", line):
        column = line.index("-") + 1
        return Span(span.line, column, span.line, column + 1)
    return checked.document.front_matter.key_span(error.field)


@rule("RB203", "wrong-type", Level.ERROR, Profile.INGEST)
def wrong_type(checked: Checked) -> Iterator[Finding]:
    """Checks that each field has its type. Text where a list is expected can be split by the fix.

    Types are not converted. A tag list written as one text would be searched letter by letter.
    """
    for error in _errors(checked, "type"):
        value = checked.value(error.field)
        item = value[int(error.path[1])] if len(error.path) == 2 and isinstance(value, list) else value
        listed = len(error.path) == 1 and error.field in ("tags", "aliases", "alerts")
        if not isinstance(item, list | dict | str) and not listed:
            continue  # RB109 says which quotes keep the text
        span = checked.value_span(*error.path)
        fix = None
        if isinstance(value, str) and value.strip():
            words = ", ".join(word.strip() for word in re.split(r"[,;]", value) if word.strip())
            fix = Fix("write it as a list", (Edit(span, f"[{words}]"),), safe=True)
        yield Finding(error.message, span, fix)


@rule("RB204", "unknown-field", Level.WARNING, Profile.INGEST, options=("vocabulary.fields", "schema"))
def unknown_field(checked: Checked) -> Iterator[Finding]:
    """Checks for front matter fields that neither the format nor the configuration knows. If the name resembles a
    missing field, the finding is an error.

    A misspelled key is a missing field that looks as if it were present.
    """
    values = checked.document.front_matter.values
    missing = [name for name in _REQUIRED if name not in values]
    for key in values:
        if key in FIELDS or key in checked.settings.fields:
            continue
        span = checked.document.front_matter.key_span(key)
        field = nearest(key.replace("-", "_"), missing)
        if field:
            fix = Fix(f"rename it to {field}", (Edit(span, field),), safe=True)
            yield Finding(f'unknown field "{key}"{suggestion(field)}', span, fix, level=Level.ERROR)
        else:
            yield Finding(f'unknown field "{key}"{did_you_mean(key, FIELDS)}', span)


@rule("RB205", "invalid-id", Level.ERROR, Profile.INGEST)
def invalid_id(checked: Checked) -> Iterator[Finding]:
    """Checks that the id is kebab-case with at least two words.

    Links, exports and agents address the runbook by its id. An id that starts with the technology stays unique.
    """
    for error in _errors(checked, "value", "id"):
        span = checked.value_span("id")
        kebab = "-".join(re.findall(r"[a-z0-9]+", str(checked.value("id")).lower()))
        fix = Fix(f"use {kebab}", (rewritten(checked, span, kebab),), safe=False) if "-" in kebab else None
        yield Finding(error.message, span, fix)


@rule("RB206", "id-filename-mismatch", Level.ERROR, Profile.CONTRIBUTE)
def id_filename_mismatch(checked: Checked) -> Iterator[Finding]:
    """Checks that the id equals the file name without `.md`.

    People link to the file and programs refer to the id. If both are the same word, either one leads to the
    runbook.
    """
    identity, stem = checked.value("id"), checked.file.stem
    if isinstance(identity, str) and checked.document.path != "<text>" and identity != stem:
        span = checked.value_span("id")
        fix = Fix(f"use {stem}", (rewritten(checked, span, stem),), safe=False)
        yield Finding(f'id is "{identity}" but the file is named "{checked.file.name}", expected the same', span, fix)


@rule("RB207", "invalid-title", Level.ERROR, Profile.CONTRIBUTE)
def invalid_title(checked: Checked) -> Iterator[Finding]:
    """Checks that the title has the form `Technology - Problem`.

    Titles of this form sort by technology and are easy to compare in a list.
    """
    title = checked.value("title")
    if isinstance(title, str) and title.strip() and not _TITLE.fullmatch(title.strip()):
        yield Finding(f'title is "{title}", expected "Technology - Problem"', checked.value_span("title"))


@rule("RB208", "technology-directory-mismatch", Level.ERROR, Profile.CONTRIBUTE)
def technology_directory_mismatch(checked: Checked) -> Iterator[Finding]:
    """Checks that `technology` equals the name of the folder.

    People browse by folder and programs filter by field. Both should find the same runbooks.
    """
    technology, folder = checked.value("technology"), checked.file.parent.name
    if isinstance(technology, str) and technology.strip() and folder not in ("", ".", "..", technology):
        message = f'technology is "{technology}" but the folder is "{folder}", expected the same'
        yield Finding(message, checked.value_span("technology"))


def _vocabulary(checked: Checked, field: str, options: tuple[str, ...]) -> Iterator[Finding]:
    for finding in _value_findings(checked, field):
        value = str(checked.value(field)).strip()
        option = nearest(value, options)
        safe = option == value.casefold()
        fix = Fix(f"use {option}", (rewritten(checked, finding.span, option),), safe=safe) if option else None
        yield Finding(finding.message, finding.span, fix)


@rule("RB209", "invalid-severity", Level.ERROR, Profile.INGEST)
def invalid_severity(checked: Checked) -> Iterator[Finding]:
    """Checks that `severity` is one of critical, high, medium and low.

    Runbooks are filtered and sorted by severity. No filter matches another word.
    """
    yield from _vocabulary(checked, "severity", SEVERITIES)


@rule("RB210", "invalid-difficulty", Level.ERROR, Profile.INGEST)
def invalid_difficulty(checked: Checked) -> Iterator[Finding]:
    """Checks that `difficulty` is one of beginner, intermediate and advanced.

    The difficulty helps the reader decide whether to call for help.
    """
    yield from _vocabulary(checked, "difficulty", DIFFICULTIES)


@rule("RB211", "invalid-status", Level.ERROR, Profile.INGEST)
def invalid_status(checked: Checked) -> Iterator[Finding]:
    """Checks that `status` is one of draft, verified, verified in part and deprecated.

    The status says how far a runbook can be trusted.
    """
    yield from _vocabulary(checked, "status", STATUSES)


@rule("RB212", "invalid-version", Level.ERROR, Profile.INGEST)
def invalid_version(checked: Checked) -> Iterator[Finding]:
    """Checks that `version` is a semantic version in quotes.

    A semantic version shows the reader how much has changed since they last read the runbook.
    """
    for finding in _value_findings(checked, "version"):
        numbers = re.fullmatch(r"v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?", str(checked.value("version")).strip())
        full = ".".join(str(int(part or 0)) for part in numbers.groups()) if numbers else ""
        fix = Fix(f"use {full}", (rewritten(checked, finding.span, full, mark='"'),), safe=False) if full else None
        yield Finding(finding.message, finding.span, fix)


@rule("RB213", "invalid-date", Level.ERROR, Profile.INGEST)
def invalid_date(checked: Checked) -> Iterator[Finding]:
    """Checks that `last_updated` is a calendar date of the form YYYY-MM-DD.

    The age of a runbook can only be computed from a real date.
    """
    for finding in _value_findings(checked, "last_updated"):
        parts = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", str(checked.value("last_updated")).strip())
        fixed = _date(*parts.groups()) if parts else None
        fix = (
            Fix(f"use {fixed}", (rewritten(checked, finding.span, str(fixed), mark='"'),), safe=True) if fixed else None
        )
        yield Finding(finding.message, finding.span, fix)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@rule("RB214", "date-in-future", Level.ERROR, Profile.CONTRIBUTE)
def date_in_future(checked: Checked) -> Iterator[Finding]:
    """Checks that `last_updated` is not in the future.

    A future date is a typing error, and the runbook would not be reported as stale for too long.
    """
    updated = checked.document.runbook.metadata.last_updated
    if updated is not None and updated > checked.today:
        message = f"last_updated is {updated}, expected {checked.today} or earlier"
        yield Finding(message, checked.value_span("last_updated"))


@rule("RB218", "verified-without-verifier", Level.WARNING, Profile.CURATED)
def verified_without_verifier(checked: Checked) -> Iterator[Finding]:
    """Checks that a verified runbook names who or what verified it. With `--since`, the verifier must not be the
    author of the change.

    "Verified" means that somebody else has checked the runbook. Without a name, or with only the author's, nobody
    has.
    """
    metadata = checked.document.runbook.metadata
    if metadata.status in VERIFIED and metadata.verified_by and _NOBODY.fullmatch(metadata.verified_by.strip()):
        value = metadata.verified_by
        message = f'status is {metadata.status}, but verified_by is "{value}", expected who or what verified it'
        yield Finding(message, checked.value_span("verified_by"))


def _verified_by_its_author(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """With a change at hand: its author must not be the verifier. What was verified before the change is not
    reported."""
    for facts in base.documents if base.change else ():
        before = base.change.before.get(facts.path) if base.change else None
        as_before = before is not None and before.status in VERIFIED and before.verifier == facts.verifier
        if facts.status not in VERIFIED or as_before:
            continue
        named = re.split(r"[,(<]", facts.verifier or "")[0].strip().casefold()
        authors = base.change.authors.get(facts.path, frozenset()) if base.change else frozenset()
        if named and named in {author.casefold() for author in authors}:
            message = f'verified_by is "{facts.verifier}", who also wrote this change, expected somebody else'
            yield facts, Finding(message, facts.verifier_span)


@rule("RB219", "stale-runbook", Level.INFO, Profile.CURATED, options=("limits.stale-months",))
def stale_runbook(checked: Checked) -> Iterator[Finding]:
    """Checks that `last_updated` is not older than the configured number of months.

    Software changes. A runbook that was right a year ago should be read again.
    """
    updated, months = checked.document.runbook.metadata.last_updated, checked.settings.stale_months
    if updated is not None and (checked.today - updated).days > months * 30.44:
        message = f"last updated on {updated}, more than {months} months ago"
        yield Finding(message, checked.value_span("last_updated"))


@rule("RB220", "template-placeholder", Level.ERROR, Profile.CONTRIBUTE)
def template_placeholder(checked: Checked) -> Iterator[Finding]:
    """Checks for text of the template, such as `TODO` or `[Describe …]`.

    The author did not fill it in, and it gives the reader no help during an incident.
    """
    if PLACEHOLDER.search(checked.document.source.text) is None:
        return
    for number, line in enumerate(checked.lines, 1):
        for match in PLACEHOLDER.finditer(line):
            span = Span(number, match.start() + 1, number, match.end() + 1)
            yield Finding(f'template text "{match[0]}" was not replaced, expected your own', span)


@rule("RB221", "field-order", Level.INFO, Profile.CURATED)
def field_order(checked: Checked) -> Iterator[Finding]:
    """Checks that the fields have the order of the format.

    With the same order of fields, two runbooks can be compared line by line.
    """
    known = [key for key in checked.document.front_matter.values if key in FIELDS]
    expected = sorted(known, key=FIELDS.index)
    in_place = in_order([FIELDS.index(key) for key in known])
    for index, key in enumerate(known):
        if index not in in_place:
            edits = reorder_fields(checked, FIELDS)
            fix = Fix("put the fields in order", edits, safe=False) if edits else None
            message = f"{key} is out of order, expected {', '.join(expected)}"
            yield Finding(message, checked.document.front_matter.key_span(key), fix)
            return


RULES: tuple[Rule, ...] = (
    missing_field,
    empty_field,
    wrong_type,
    unknown_field,
    invalid_id,
    id_filename_mismatch,
    invalid_title,
    technology_directory_mismatch,
    invalid_severity,
    invalid_difficulty,
    invalid_status,
    invalid_version,
    invalid_date,
    date_in_future,
    replace(verified_without_verifier, check_base=_verified_by_its_author),
    stale_runbook,
    template_placeholder,
    field_order,
)
