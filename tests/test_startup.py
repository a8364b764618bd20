"""What starting imports: the short ways in leave the heavy modules alone. Counted in modules, never in seconds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.cli.main import COMMANDS, fmkb
from tests.documents import DOCUMENTS

_HEAVY = {"bm25s", "jsonschema", "markdown_it", "numpy", "pydantic", "rich", "scipy", "sqlglot", "tqdm", "yaml"}


def _modules(code: str, **environment: str) -> set[str]:
    """The modules that are loaded when some code has run, in a process of its own."""
    report = f"import atexit, sys; atexit.register(lambda: print('loaded', *sys.modules))\n{code}"
    result = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    *_, last = result.stdout.splitlines()
    assert last.startswith("loaded "), result.stderr
    return set(last.split()[1:])


def _command(*arguments: str, **environment: str) -> set[str]:
    code = f"import sys; sys.argv[1:] = {list(arguments)!r}; from faultmaven_kb.cli.main import main; main()"
    return _modules(code, **environment)


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("export", "--help")])
def test_a_help_page_imports_no_command(arguments: tuple[str, ...]) -> None:
    loaded = _command(*arguments)
    assert "click" in loaded
    assert _HEAVY.isdisjoint(loaded)
    table = {"faultmaven_kb.cli.exports.export"}
    assert not [
        name for name in loaded - table if name.startswith(("faultmaven_kb.cli.exports.", "faultmaven_kb.model."))
    ]


@pytest.mark.parametrize("typed", ["fmkb ", "fmkb s", "fmkb export "])
def test_completing_a_command_imports_nothing_heavy(typed: str) -> None:
    loaded = _command(_FMKB_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(len(typed.split(" ")) - 1))
    assert "click.shell_completion" in loaded
    assert _HEAVY.isdisjoint(loaded)


def test_completing_an_id_of_a_built_base_imports_nothing_heavy(tmp_path: Path) -> None:
    base = tmp_path / "one.fmkb"
    KnowledgeBase.build(DOCUMENTS / "sample.md", to=base)
    loaded = _command(_FMKB_COMPLETE="bash_complete", COMP_WORDS="fmkb show p", COMP_CWORD="2", FMKB_PATH=str(base))
    assert "faultmaven_kb.storage.listing" in loaded
    assert _HEAVY.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith(("faultmaven_kb.dialects.", "faultmaven_kb.model.runbook"))]


def test_a_knowledge_base_is_imported_without_the_model_or_the_search() -> None:
    assert _HEAVY.isdisjoint(_modules("from faultmaven_kb import KnowledgeBase"))


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_an_answer_from_a_built_base_needs_no_model_and_no_parser(arguments: tuple[str, ...], tmp_path: Path) -> None:
    base = tmp_path / "one.fmkb"
    KnowledgeBase.build(DOCUMENTS / "sample.md", to=base)
    loaded = _command("search", "--kb", str(base), *arguments, "sorry, too many clients already")
    assert {"numpy", "faultmaven_kb.search.engine"} <= loaded
    assert loaded & _HEAVY <= {"numpy", "rich"}
    assert "faultmaven_kb.model.runbook" not in loaded
    assert "numpy.ma" not in loaded - _modules("import numpy")  # what np.unique loads when it is first called


def test_the_commands_that_are_completed_are_those_of_the_help_page() -> None:
    found = fmkb.shell_complete(Context(fmkb), "")
    assert [item.value for item in found if not item.value.startswith("-")] == list(COMMANDS)
    assert [item.value for item in fmkb.shell_complete(Context(fmkb), "sea")] == ["search"]
