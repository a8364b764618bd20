"""`fmkb show` says how a document was read and lets the reader choose."""

from pathlib import Path

from click.testing import CliRunner

from faultmaven_kb.cli.commands.show import command

FIXTURES = Path(__file__).parent.parent / "fixtures" / "dialects"


def test_the_source_view_names_the_dialect_and_each_role() -> None:
    result = CliRunner().invoke(command, ["queue-consumer-stuck", "--kb", str(FIXTURES), "--source"])

    assert result.output.startswith("dialect: causal-chain\n")
    assert "causes]" in result.output


def test_the_reader_may_choose_another_dialect() -> None:
    arguments = ["queue-consumer-stuck", "--kb", str(FIXTURES), "--source", "--dialect", "four-section"]
    result = CliRunner().invoke(command, arguments)

    assert result.output.startswith("dialect: four-section\n")
