"""Chunks: nothing cut in two, nothing lost, ids that stay, and a comparison that tells what to do."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import KnowledgeBase, Runbook
from faultmaven_kb.cli.exports.export import command
from faultmaven_kb.export.chunks import chunk_runbook, compare
from tests.documents import builtin_base, read

DOCUMENT = """# Disk - Full

> **Purpose**: free space.

## Steps

Look at the volumes first. Then look at the inodes, which can run out as well.

```bash
df -h
{long}
```

- first item
  with a second line

  ```bash
  du -sh /var
  ```
- second item

| a | b |
|---|---|
| 1 | 2 |
| 3 | 4 |

<!-- a comment that nobody sees -->

## Empty

## Steps

Again.
"""
TEXT = DOCUMENT.format(long="echo " + "x" * 300)
FENCE = "```bash\ndf -h\necho " + "x" * 300 + "\n```"
ITEM = "- first item\n  with a second line\n\n  ```bash\n  du -sh /var\n  ```"
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"


def _runbook(text: str = TEXT) -> Runbook:
    return read(text)


@pytest.mark.parametrize("limit", [1, 40, 100, 200, 1_500])
def test_a_fence_an_item_and_a_table_are_never_cut(limit: int) -> None:
    texts = [chunk.text for chunk in chunk_runbook(_runbook(), limit=limit)]

    for whole in (FENCE, ITEM, TABLE):
        assert sum(whole in text for text in texts) == 1


def test_each_chunk_names_its_runbook_and_its_section() -> None:
    chunks = list(chunk_runbook(_runbook(), limit=200))

    assert all(chunk.text.startswith("Disk - Full") for chunk in chunks)
    assert chunks[1].text.startswith("Disk - Full > Steps\n\n")
    assert chunks[1].metadata["section"] == "Steps"
    assert chunks[-1].id == "disk-full#steps~2:1"
    assert not any("comment" in chunk.text for chunk in chunks)


def test_only_what_cannot_be_cut_is_larger_than_the_limit_and_says_so() -> None:
    chunks = list(chunk_runbook(_runbook(), limit=120))

    assert [FENCE in chunk.text for chunk in chunks if chunk.oversized] == [True]
    assert all(len(chunk.text) <= 120 for chunk in chunks if not chunk.oversized)


def test_a_token_counter_may_measure_instead_of_characters() -> None:
    chunks = list(chunk_runbook(_runbook(), limit=12, count=lambda text: len(text.split())))

    assert all(len(chunk.text.split()) <= 12 for chunk in chunks if not chunk.oversized)
    assert any("Look at the volumes first." in chunk.text for chunk in chunks)


def test_spans_are_lines_of_the_file() -> None:
    lines = TEXT.split("\n")

    for chunk in chunk_runbook(_runbook(), limit=100):
        first, last = chunk.span.line, chunk.span.end_line
        assert chunk.text.split("\n\n", 1)[1].split("\n")[0] in lines[first - 1]
        assert chunk.metadata["line"] == first
        assert chunk.metadata["end_line"] == last


def test_metadata_holds_scalars_only() -> None:
    for chunk in builtin_base().chunks():
        assert all(isinstance(value, str | int | float | bool) for value in chunk.metadata.values())
        assert {"runbook_id", "title", "technology", "severity", "line", "end_line"} <= set(chunk.metadata)


def test_ids_are_unique_over_the_built_in_base() -> None:
    chunks = builtin_base().chunks(limit=300)

    assert len({chunk.id for chunk in chunks}) == len(chunks)


def test_a_comparison_names_what_was_added_changed_and_removed() -> None:
    before = {chunk.id: chunk.digest for chunk in chunk_runbook(_runbook(), limit=200)}
    text = TEXT.replace("Again.", "Again, but otherwise.").replace("## Empty\n", "## Empty\n\nNo longer.\n")

    changes = compare({**before, "gone#x:1": "0"}, chunk_runbook(_runbook(text), limit=200))

    assert [chunk.id for chunk in changes.added] == ["disk-full#empty:1"]
    assert [chunk.id for chunk in changes.changed] == ["disk-full#steps~2:1"]
    assert changes.vanished == ("gone#x:1",)
    assert len(changes.unchanged) == len(before) - 1


def test_a_limit_below_one_is_a_mistake_of_the_call() -> None:
    with pytest.raises(ValueError, match="expected 1 or more"):
        list(chunk_runbook(_runbook(), limit=0))


BLOCKS = st.sampled_from(
    [
        "## A",
        "### B",
        "text of some words. And more words!",
        "- item\n  - nested",
        "```\ncode\n\ncode\n```",
        "> quote",
        "| a |\n|---|\n| b |",
        "1. one\n\n   ```\n   x\n   ```",
        "    indented",
        "---",
        "**Label:** text",
    ]
)


@given(st.lists(BLOCKS, max_size=12), st.integers(1, 200))
def test_every_word_of_every_section_is_in_some_chunk(blocks: list[str], limit: int) -> None:
    runbook = read("# Title\n\n" + "\n\n".join(blocks))
    chunks = list(chunk_runbook(runbook, limit=limit))

    words = {word for chunk in chunks for word in chunk.text.split()}
    written = {word for block in blocks if not block.startswith(("#", "---")) for word in block.split()}
    assert written <= words
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def _export(*arguments: str) -> str:
    result = CliRunner().invoke(command, ["chunks", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_line_prints_all_chunks_or_what_changed(tmp_path: Path) -> None:
    file = tmp_path / "disk.md"
    file.write_text(TEXT, encoding="utf-8")
    earlier = tmp_path / "chunks.jsonl"
    earlier.write_text(_export("--kb", str(file)), encoding="utf-8")
    assert _export("--kb", str(file), "--since", str(earlier)) == ""

    file.write_text(TEXT.replace("Again.", "Otherwise.").replace("> **Purpose**: free space.\n", ""), encoding="utf-8")
    later = _export("--kb", str(file), "--since", str(earlier))

    found = [json.loads(line) for line in later.splitlines()]
    assert {line["change"] for line in found} == {"changed", "vanished"}
    with earlier.open("a", encoding="utf-8") as out:
        out.write(later)
    assert _export("--kb", str(file), "--since", str(earlier)) == ""


def test_a_file_that_is_no_export_is_wrong_usage(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text("\n[]\n", encoding="utf-8")

    result = CliRunner().invoke(command, ["chunks", "--since", str(file)])

    assert result.exit_code == 2
    assert "x.jsonl:2" in result.output


def test_a_chunk_can_be_told_apart_by_its_metadata_too() -> None:
    chunk = next(chunk_runbook(_runbook()))
    other = next(chunk_runbook(_runbook().model_copy(update={"path": "elsewhere.md"})))

    assert replace(chunk) == chunk
    assert chunk.text == other.text
    assert chunk.digest != other.digest


def test_nothing_of_a_chunk_holds_what_a_reader_cannot_see() -> None:
    head = '---\ntitle: "Red\\u202eis"\ntags: ["a\\u200bb"]\ntechnology: "red\\u2066is"\n---\n\n'
    runbook = read(f"{head}# R\n\n## Mea\u202ening\n\nx\u200by\n")

    for chunk in KnowledgeBase([runbook]).chunks():
        shown = json.dumps(chunk.to_dict(), ensure_ascii=False)
        assert not set(shown) & set("\u202e\u200b\u2066")
        assert chunk.metadata["tags"] == "ab"
