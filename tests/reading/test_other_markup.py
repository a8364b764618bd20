"""A runbook in another markup is never left out in silence: the message says what it is and how to convert it."""

from datetime import date
from pathlib import Path

from click.testing import CliRunner

from faultmaven_kb.cli.commands.list_runbooks import command as list_runbooks
from faultmaven_kb.cli.commands.show import command as show
from faultmaven_kb.diagnostics import Level
from faultmaven_kb.gate.engine.check import check_paths
from faultmaven_kb.gate.toolkit.rule_model import Profile
from faultmaven_kb.knowledge_base import KnowledgeBase

RST = "Queue stuck\n===========\n\n.. code-block:: bash\n\n   queuectl restart\n"


def _found(path: Path) -> list[tuple[Level, str]]:
    report = check_paths([path], today=date(2026, 1, 1), profile=Profile.INGEST)
    return [(each.level, each.message) for each in report.diagnostics if each.code == "RB013"]


def test_restructured_text_and_asciidoc_are_named_with_the_way_to_markdown(tmp_path: Path) -> None:
    file = tmp_path / "queue.rst"
    file.write_text(RST, encoding="utf-8")
    (tmp_path / "README.rst").write_text("x\n", encoding="utf-8")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "disk.adoc").write_text("= Disk\n", encoding="utf-8")
    (tmp_path / "lag.md").write_text("# Lag\n", encoding="utf-8")
    rst = "file is reStructuredText, expected Markdown (convert it: pandoc -f rst -t gfm FILE -o FILE.md)"

    folder = _found(tmp_path)
    assert [level for level, _ in folder] == [Level.INFO, Level.INFO]
    assert (Level.INFO, rst) in folder
    assert _found(file) == [(Level.ERROR, rst)]
    assert [each.message for each in KnowledgeBase.load(file).unread] == [rst]
    shown = CliRunner().invoke(show, [str(file)])
    assert shown.exit_code == 2
    assert "reStructuredText" in shown.output
    listed = CliRunner().invoke(list_runbooks, ["--kb", str(tmp_path), "--no-cache"])
    assert "disk.adoc: file is AsciiDoc" in listed.output
    assert "(1 more like it are not read either)" in listed.output
