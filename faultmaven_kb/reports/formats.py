"""The output formats by name, in the order of the help page. A new one is a module, a function and a row here.

A report is written in one format, so each format's module is imported when it writes for the first time. `text` is
apart: it is made of styled pieces, which only a terminal knows how to show.
"""

# ruff: noqa: PLC0415 - the reason is in the paragraph above

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from faultmaven_kb.diagnostics import did_you_mean
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.plugins import REPORT_GROUP, plugins, refuse_taken
from faultmaven_kb.reports.context import Context

__all__ = ["FORMATS", "Format", "all_formats", "format_names", "render"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a report: its name on the command line, who reads it, and the function that writes."""

    name: str
    reader: str
    write: Callable[[Report, Context], str]


def _text(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.text_report import to_text

    return to_text(report, context)


def _concise(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.concise_report import to_concise

    return to_concise(report, context)


def _json(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.json_report import to_json

    return to_json(report, context)


def _jsonl(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.json_lines_report import to_json_lines

    return to_json_lines(report, context)


def _github(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.github_report import to_github

    return to_github(report, context)


def _sarif(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.sarif_report import to_sarif

    return to_sarif(report, context)


def _gitlab(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.gitlab_report import to_gitlab

    return to_gitlab(report, context)


def _junit(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.junit_report import to_junit

    return to_junit(report, context)


def _rdjson(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.findings.rdjson_report import to_rdjson

    return to_rdjson(report, context)


def _markdown(report: Report, context: Context) -> str:
    from faultmaven_kb.reports.curator_report import to_curator_report

    return to_curator_report(report, context)


FORMATS: tuple[Format, ...] = (
    Format("text", "people: the source line with a caret under the place", _text),
    Format("concise", "editors and grep: one line for each finding", _concise),
    Format("json", "programs: one object", _json),
    Format("jsonl", "programs: one object a line", _jsonl),
    Format("github", "GitHub: annotations, the default in a workflow", _github),
    Format("sarif", "GitHub code scanning and other tools: SARIF 2.1.0", _sarif),
    Format("gitlab", "GitLab: Code Quality", _gitlab),
    Format("junit", "test servers: JUnit XML", _junit),
    Format("rdjson", "reviewdog: comments with suggestions", _rdjson),
    Format("markdown", "the curator: a review form", _markdown),
)

"""The formats of this package."""


@lru_cache(maxsize=1)
def all_formats() -> tuple[Format, ...]:
    """The formats of this package and those of installed plug-ins.

    A function, because a plug-in imports the rooms that are being imported while this module is. Raises
    `ConfigurationError` for a name that is taken.
    """
    added = plugins(REPORT_GROUP, Format)
    formats = (*FORMATS, *added)
    refuse_taken("report format", [format.name for format in formats])
    return formats


def format_names() -> tuple[str, ...]:
    """The names of all formats, in the order of the help page."""
    return tuple(format.name for format in all_formats())


def render(name: str, report: Report, context: Context) -> str:
    """The report in the format called `name`, ended by a line feed unless empty.

    Raises `ConfigurationError` for a name that no format has.
    """
    for format in all_formats():
        if format.name == name:
            return format.write(report, context)
    names = format_names()
    raise ConfigurationError(
        f'report format is "{name}", expected one of {", ".join(names)}{did_you_mean(name, names)}'
    )
