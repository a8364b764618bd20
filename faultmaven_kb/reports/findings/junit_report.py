"""Findings as JUnit XML, for servers that know test results only: a suite for each file, a case for each finding.

The case's name contains rule and line, since most servers show little else. A clean file is one passing case, or it
would look as if it had not been checked. An info passes too, as it never fails a check; its text is the case's output.
"""

import re
from xml.etree import ElementTree as Xml

from faultmaven_kb.diagnostics import Diagnostic, Level
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.reports.context import Context
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["to_junit"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report, context: Context) -> str:
    """The report as one `testsuites` document."""
    by_path: dict[str, list[Diagnostic]] = {path: [] for path in report.files}
    for diagnostic in report.diagnostics:
        by_path.setdefault(diagnostic.path, []).append(diagnostic)
    root = Xml.Element("testsuites", name="fmkb validate")
    for path, diagnostics in by_path.items():
        _suite(root, context.relative(path), diagnostics)
    _count(root)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _suite(root: Xml.Element, path: str, diagnostics: list[Diagnostic]) -> None:
    suite = Xml.SubElement(root, "testsuite", name=_text(path))
    if not diagnostics:
        Xml.SubElement(suite, "testcase", name="no findings", classname=_text(path), time="0")
    for diagnostic in diagnostics:
        name = f"{diagnostic.code} {diagnostic.name} (line {diagnostic.span.line})"
        case = Xml.SubElement(suite, "testcase", name=name, classname=_text(path), time="0")
        place = f"{path}:{diagnostic.span.line}:{diagnostic.span.column}"
        if diagnostic.level is Level.INFO:
            Xml.SubElement(case, "system-out").text = _text(f"{place}: {diagnostic.message}")
        else:
            failure = Xml.SubElement(case, "failure", message=_text(diagnostic.message), type=diagnostic.level.value)
            failure.text = _text(
                f"{place}: {diagnostic.level.value} {diagnostic.code} {diagnostic.name}: {diagnostic.message}"
            )
    _count(suite)
    suite.set("skipped", "0")  # the schema of Jenkins allows it on a suite only


def _count(element: Xml.Element) -> None:
    element.set("tests", str(len(element.findall(".//testcase"))))
    element.set("failures", str(len(element.findall(".//failure"))))
    element.set("errors", "0")
    element.set("time", "0")


def _text(text: str) -> str:
    """A text without the characters that XML 1.0 cannot represent."""
    return _NOT_XML.sub("\ufffd", printable(text))
