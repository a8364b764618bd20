"""`fmkb show` says how a document was read and lets the reader choose."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.commands.show import command

FIXTURES = Path(__file__).parent.parent / "fixtures" / "dialects"


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FMKB_CACHE_DIR", str(tmp_path))


def test_the_source_view_names_the_dialect_and_each_role() -> None:
    result = CliRunner().invoke(command, ["queue-consumer-stuck", "--kb", str(FIXTURES), "--source"])

    assert result.output.startswith("dialect: causal-chain\n")
    assert "causes]" in result.output


def test_the_reader_may_choose_another_dialect() -> None:
    arguments = ["queue-consumer-stuck", "--kb", str(FIXTURES), "--source", "--dialect", "four-section"]
    result = CliRunner().invoke(command, arguments)

    assert result.output.startswith("dialect: four-section\n")
