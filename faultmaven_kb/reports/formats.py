"""The output formats by name, in the order of the help page. A new one is a module and a row here.

`text` stands apart: it is made of styled pieces, which only a terminal knows how to show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context

__all__ = ["FORMATS", "FORMAT_NAMES", "Format", "render"]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a report: its name on the command line, who reads it, and the function in this room that writes.

    The function's module is imported when it is used: a report is written in one format.
    """

    name: str
    reader: str
    writer: str

    def write(self, report: Report, context: Context) -> str:
        """The report in this format."""
        module, _, name = self.writer.partition(".")
        function: Callable[[Report, Context], str] = getattr(import_module(f"faultmaven_kb.reports.{module}"), name)
        return function(report, context)


FORMATS: tuple[Format, ...] = (
    Format("text", "people: the source line with a caret under the place", "text_report.to_text"),
    Format("concise", "editors and grep: one line for each finding", "concise_report.to_concise"),
    Format("json", "programs: one object", "json_report.to_json"),
    Format("jsonl", "programs: one object a line", "json_lines_report.to_json_lines"),
    Format("github", "GitHub: annotations, the default in a workflow", "github_report.to_github"),
    Format("sarif", "GitHub code scanning and other tools: SARIF 2.1.0", "sarif_report.to_sarif"),
    Format("gitlab", "GitLab: Code Quality", "gitlab_report.to_gitlab"),
    Format("junit", "test servers: JUnit XML", "junit_report.to_junit"),
    Format("rdjson", "reviewdog: comments with suggestions", "rdjson_report.to_rdjson"),
    Format("markdown", "the curator: a review form", "curator_report.to_curator_report"),
)

FORMAT_NAMES: tuple[str, ...] = tuple(format.name for format in FORMATS)


def render(name: str, report: Report, context: Context) -> str:
    """The report in the format called `name`, ended by a line feed unless empty. Raises KeyError for other names."""
    return {format.name: format.write for format in FORMATS}[name](report, context)
