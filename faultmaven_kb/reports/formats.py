"""The output formats by name, in the order of the help page. A new one is a module and a row here.

`text` stands apart: it is made of styled pieces, which only a terminal knows how to show.
"""

from collections.abc import Callable
from dataclasses import dataclass

from faultmaven_kb.lint.engine import Report
from faultmaven_kb.reports.concise_report import to_concise
from faultmaven_kb.reports.context import Context
from faultmaven_kb.reports.curator_report import to_curator_report
from faultmaven_kb.reports.github_report import to_github
from faultmaven_kb.reports.gitlab_report import to_gitlab
from faultmaven_kb.reports.json_lines_report import to_json_lines
from faultmaven_kb.reports.json_report import to_json
from faultmaven_kb.reports.junit_report import to_junit
from faultmaven_kb.reports.rdjson_report import to_rdjson
from faultmaven_kb.reports.sarif_report import to_sarif
from faultmaven_kb.reports.text_report import to_text

__all__ = ["FORMATS", "FORMAT_NAMES", "Format", "render"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a report: its name on the command line, who reads it, and the function that writes it."""

    name: str
    reader: str
    write: Callable[[Report, Context], str]


FORMATS: tuple[Format, ...] = (
    Format("text", "people: the source line with a caret under the place", to_text),
    Format("concise", "editors and grep: one line for each finding", to_concise),
    Format("json", "programs: one object", to_json),
    Format("jsonl", "programs: one object a line", to_json_lines),
    Format("github", "GitHub: annotations, the default in a workflow", to_github),
    Format("sarif", "GitHub code scanning and other tools: SARIF 2.1.0", to_sarif),
    Format("gitlab", "GitLab: Code Quality", to_gitlab),
    Format("junit", "test servers: JUnit XML", to_junit),
    Format("rdjson", "reviewdog: comments with suggestions", to_rdjson),
    Format("markdown", "the curator: a review form", to_curator_report),
)

FORMAT_NAMES: tuple[str, ...] = tuple(format.name for format in FORMATS)


def render(name: str, report: Report, context: Context) -> str:
    """The report in the format called `name`, ended by a line feed unless empty. Raises KeyError for other names."""
    return {format.name: format.write for format in FORMATS}[name](report, context)
