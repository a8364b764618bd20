"""Destructive commands without and with a warning: how many of the one kind RB703 misses, of the other it asks about.

Each file of the set is text that a writer can add to: a heading with the verdict, and a solution below it. Half of the
set was written by somebody who had not read the rule, from what it promises: a warning says what is lost, above the
command, in the same step or solution, and about that command.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.gate.snippets import BASE, check, codes

SET = Path(__file__).parent.parent / "fixtures" / "destruction"
SETS = ("before-reading.md", "after-reading.md", "vendors.md")
_ENTRY = re.compile(r"^## (unwarned|warned): (.+)\n", re.MULTILINE)
_SOLUTION = re.compile(r"(?<=^### Solution 1: ).*?(?=^(?:### |## ))", re.MULTILINE | re.DOTALL)


class Entry(NamedTuple):
    """A solution, and whether a warning is there that its command needs."""

    verdict: str
    title: str
    solution: str


def entries(name: str) -> tuple[Entry, ...]:
    _, *parts = _ENTRY.split((SET / name).read_text(encoding="utf-8"))
    return tuple(Entry(*each) for each in zip(parts[::3], parts[1::3], parts[2::3], strict=True))


def asks(entry: Entry) -> bool:
    """Whether the rule asks for a warning where the entry is the first solution of a good runbook."""
    text, count = _SOLUTION.subn(lambda _: f"Clean Up\n\n{entry.solution.strip()}\n\n", BASE, count=1)
    assert count == 1
    return any(finding.code == "RB703" for finding in check(text))


@pytest.mark.parametrize("name", SETS)
def test_the_set_is_as_large_as_its_figures_need(name: str) -> None:
    count = [entry.verdict for entry in entries(name)].count
    assert count("unwarned") >= 60
    assert count("warned") == count("unwarned")


# The floor is what was reached once the kinds missed at first were mended, so it says nothing about other texts: the
# figures before that are in docs/explanation/command-rules.md.
@pytest.mark.parametrize(
    ("name", "entry"),
    [(name, entry) for name in SETS for entry in entries(name)],
    ids=lambda value: f"{value.verdict} {value.title}" if isinstance(value, Entry) else value.partition("-")[0],
)
def test_what_destroys_is_asked_about_exactly_where_no_warning_says_so(name: str, entry: Entry) -> None:
    assert asks(entry) is (entry.verdict == "unwarned")


@pytest.mark.parametrize("verdict", ["unwarned", "warned"])
def test_a_disguise_neither_hides_a_destruction_nor_makes_one(verdict: str) -> None:
    """A transaction, a pipe, another shell, an alias, a dry run beside it: all in one runbook, a solution for each."""
    wanted = [entry for entry in entries("disguised.md") if entry.verdict == verdict]
    assert len(wanted) > 40
    solutions = "".join(
        f"Clean Up\n\n{entry.solution.strip()}\n\n### Solution {n}: " for n, entry in enumerate(wanted, 2)
    )
    text, count = _SOLUTION.subn(lambda _: f"{solutions}The End\n\n1. Rest.\n\n", BASE, count=1)
    assert count == 1
    lines = text.split("\n")
    asked = [finding.span.line for finding in check(text) if finding.code == "RB703"]
    starts = [number for number, line in enumerate(lines, 1) if line.startswith("### Solution ")]
    hit = {sum(start <= line for start in starts) - 1 for line in asked}
    missed = [entry.title for number, entry in enumerate(wanted) if (number in hit) is not (verdict == "unwarned")]
    assert missed == []


@pytest.mark.parametrize(
    "command",
    [
        "rbd ls volumes",
        "rbd info delete-me",
        "vault kv get secret/remove",
        "grep delete app.log",
        "aws s3 ls s3://logs/ --recursive",
        "kafka-configs.sh --bootstrap-server k:9092 --alter --topic orders --add-config retention.ms=86400000",
    ],
)
def test_a_verb_that_is_a_name_is_no_order(command: str) -> None:
    assert not asks(Entry("warned", command, f"1. Look.\n   ```bash\n   {command}\n   ```\n"))


@pytest.mark.parametrize(
    "sentence",
    [
        "The data is no longer needed.",
        "These files are left over from the deleted release.",
        "The data of this node was lost in the outage; start over.",
        "All pods have been removed before.",
        "Users can no longer log in.",
        "Every index that ends in old can be deleted.",
        "The keys are corrupt.",
        "You may remove it once the release is gone.",
        "Once the disk is replaced, create the file system.",
        "The replica never recovered, so rebuild it.",
        "This step removes nothing that is in use.",
        "Nothing can be lost here, no data is deleted.",
        "The load drops once all files are gone.",
        "The backup job failed.",
        "The snapshot is broken.",
        "Backups take place at night.",
    ],
)
def test_how_things_are_is_no_warning_of_what_will_be_lost(sentence: str) -> None:
    assert "RB703" in codes("rm -rf /srv/data", above=sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "All files of the shop are deleted.",
        "The files will be gone afterwards.",
        "This removes every upload.",
        "Deletes all uploads.",
        "Once deleted, the uploads cannot be restored.",
        "You will lose every upload.",
        "There is no way back.",
        "Uploads of today are lost if you go on.",
        "**Achtung:** Alle Dateien werden gelöscht.",
        "**Attention :** toutes les données seront perdues.",
        "**警告：** 所有数据将被删除。",
    ],
)
def test_what_will_be_lost_is_a_warning_in_many_words(sentence: str) -> None:
    assert "RB703" not in codes("rm -rf /srv/data", above=sentence)


@pytest.mark.parametrize(
    ("tried", "is_tried"),
    [
        ("find /srv/up -mtime +7 -print", True),
        ("sudo find /srv/up -mtime +7 -ls | head", True),
        ("find /srv/up -mtime +7 > list.txt", True),
        ("find /srv -mtime +7 -print", False),
        ("find /srv/up -mtime +7 -name '*.log' -print", False),
        ("find /srv/up -mtime +7 -exec rm {} +", False),
    ],
)
def test_the_list_of_what_find_deletes_is_a_dry_run(tried: str, is_tried: bool) -> None:
    assert ("RB703" in codes(f"{tried}\nfind /srv/up -mtime +7 -delete")) is not is_tried


def test_a_folder_that_a_script_made_for_itself_may_go() -> None:
    assert "RB703" not in codes('work=$(mktemp -d)\nrm -rf "$work"')
    assert "RB703" in codes('work=$(cat folder.txt)\nrm -rf "$work"')
