"""Every command of a source is in every export, whatever heading it is under."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import Runbook, parse_runbook
from faultmaven_kb.export.chunks import chunk_runbook
from faultmaven_kb.export.conversion import TARGETS, convert
from faultmaven_kb.export.skills import skill_of
from faultmaven_kb.model.runbook import Command
from faultmaven_kb.source import Source
from faultmaven_kb.text.markdown import Block, Fence, ListBlock, Quote, read_blocks
from tests.documents import ROOT, SAMPLE

FILES = [*SAMPLE, *sorted((ROOT / "tests" / "fixtures" / "dialects").rglob("*.md"))]
FILES += sorted((ROOT / "tests" / "fixtures" / "documents").glob("*.md"))
FILES += sorted((ROOT / "tests" / "fixtures" / "forms").glob("*.md"))


def _converted(target: str) -> Callable[[Runbook], str]:
    return lambda runbook: convert(runbook, target, today=date(2026, 1, 1)).text


EXPORTS: dict[str, Callable[[Runbook], str]] = {
    "skills": lambda runbook: skill_of(runbook).text,
    "chunks": lambda runbook: "\n".join(chunk.text for chunk in chunk_runbook(runbook)),
    "json": lambda runbook: "\n".join(
        section.text for section in Runbook.from_json(runbook.model_dump_json()).sections
    ),
    **{f"convert to {name}": _converted(name) for name, _ in TARGETS},
}


def _bare(text: str) -> str:
    """The words; a line of three hyphens is written differently for agents, and a reader sees no blank of no width."""
    return " ".join(word for word in text.split() if set(word) != {"-"})


def _fences(blocks: Iterable[Block]) -> Iterator[Fence]:
    for block in blocks:
        if isinstance(block, Fence):
            yield block
        elif isinstance(block, ListBlock):
            yield from (fence for item in block.items for fence in _fences(item.blocks))
        elif isinstance(block, Quote):
            yield from _fences(block.blocks)


def _lost(document: str | Path, export: Callable[[Runbook], str]) -> list[str]:
    result = parse_runbook(document)
    assert result.runbook is not None
    written = _bare("\n".join(export(runbook) for runbook in result.runbooks))
    text = "\n".join(section.text for section in result.runbook.sections)
    codes = [fence.code for fence in _fences(read_blocks(Source(text)))]
    codes += [
        line for runbook in result.runbooks for command in _commands(runbook) for line in command.code.split("\n")
    ]
    return [code for code in codes if _bare(code) not in written]


def _commands(runbook: Runbook) -> Iterator[Command]:
    """What was read as commands, those of code spans in lists, paragraphs and tables as well."""
    for step in runbook.steps:
        yield from step.commands
    for solution in runbook.solutions:
        yield from solution.commands


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
def test_every_command_of_the_fixtures_and_of_the_shipped_runbooks(export: Callable[[Runbook], str]) -> None:
    lost = {str(file.relative_to(ROOT)): found for file in FILES if (found := _lost(file, export))}
    assert lost == {}


_HEADINGS = st.sampled_from(
    "Lösung|Restart it|Quick start|1. Drain|2. Remove|Why does it fail?|症状|"
    "Symptoms|Diagnosis|Mitigation|Impact|Meaning|How it all began|Nobody knows this|Solutions|Prevention|Escalation"
    "|If it is slow|When it hangs|Yes|No|How to drain it|Option A: Wait|Procedure 1: Purge|Immediate actions"
    "|Common causes"
    "|Verification|Prerequisites|Playbook|Detection|Root cause analysis|Rollback|3.1 Check it|Step Two: Mend"
    "|Related issues|Quick Reference Card|Diagnostic Steps|Step 1: Look|Causes|Version History|KubeThingDown".split("|")
)
_BODIES = st.sampled_from(
    [
        "Some words.\n\n```bash\nrun-{n} --now\n```\n",
        "- a point\n\n  ```\n  run-{n} --in-list\n  ```\n- another\n",
        "> quoted\n>\n> ```sh\n> run-{n} --quoted\n> ```\n",
        "1. first\n2. second\n\n       run-{n} --indented\n",
        "**How to check:**\n\n```bash\nrun-{n} --labelled\n```\n\n**Note:** careful\n",
        "Only words here.\n",
        "Look with `kubectl get run-{n} -o wide` first.\n",
        "!!! danger\n    All is lost.\n\n    ```bash\n    run-{n} --in-admonition\n    ```\n",
        ":::warning\n\n```bash\nrun-{n} --in-container\n```\n\n:::\n",
        "{{< highlight bash >}}\nrun-{n} --highlighted\n{{< /highlight >}}\n",
        "<details>\n<summary>More</summary>\n\n```bash\nrun-{n} --folded\n```\n\n</details>\n",
        "| Symptom | Fix |\n|---|---|\n| slow-{n} | Run `systemctl restart run-{n}` |\n",
        "**Q: why {n}?**\n\nA: because.\n\n```bash\nrun-{n} --answered\n```\n",
        "1. first\n\n```bash\nrun-{n} --between\n```\n\n2. second\n",
        "| a | b |\n|---|---|\n| c | d |\n\n~~~yaml\nkey-{n}: 1\n~~~\n",
        "a) first\n\n    run-{n} --lettered\n\nb) second\n\n```\nrun-{n} --second\n```\n",
        "1️⃣ Count\n\n```bash\nrun-{n} --emoji\n```\n\n2️⃣ Mend\n\n```bash\nmend-{n} --emoji\n```\n",
        "Run it:\n\n> kubectl get run-{n} -o wide\n\nThen wait.\n",
        "```sh\nrun-{n} --shown\n```\n\nExample output:\n\n```\nprinted-{n}\n```\n",
        "| Step | Command | Expected |\n|---|---|---|\n| Look | `run-{n} --row` | fine |\n",
        "Symptoms\n: slow-{n}\n\nFix\n: Run `systemctl restart run-{n}`\n",
        "- Yes → go\n- No → run `kubectl delete run-{n} --now`\n",
        "**1. Cause**\n\n**Check:**\n\n```sh\nlook-{n} -x\n```\n\n**Fix:**\n\n```sh\nfix-{n}\n```\n\n**2. Other**\n",
        "1. one\n- a\n\n```sh\nrun-{n} --folded\n```\n\n2. two\n",
        "This runs a script which:\n\n1. asks\n2. runs `kubectl get run-{n} -w`\n",
        "- [ ] Look with `kubectl get run-{n} -o yaml`\n- [ ] Mend\n",
    ]
)
_SECTIONS = st.lists(st.tuples(st.integers(1, 4), _HEADINGS, _BODIES), min_size=1, max_size=8)


@pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
@given(sections=_SECTIONS)
def test_every_command_of_generated_documents(
    export: Callable[[Runbook], str], sections: list[tuple[int, str, str]]
) -> None:
    parts = [f"{'#' * level} {title}\n\n{body}" for level, title, body in sections]
    text = "\n".join(part.replace("{n}", str(number)) for number, part in enumerate(parts))
    assert _lost(text, export) == []


def test_prose_under_headings_that_are_not_understood_is_carried_over() -> None:
    runbook = parse_runbook("# Pump\n\n## Meaning\n\nIt leaks.\n\n## Folklore\n\nKick it *twice*.\n").runbook
    assert runbook is not None
    for name, export in EXPORTS.items():
        assert "Kick it *twice*." in export(runbook), name


def test_what_is_written_already_is_not_written_twice() -> None:
    for file in SAMPLE[:5]:
        runbook = parse_runbook(file).runbook
        assert runbook is not None
        passages = [passage for passage in runbook.passages if passage.text]
        assert EXPORTS["convert to faultmaven"](runbook).count("## Kept:") == len(passages), file.name
