"""The pages of the rules: one Markdown page for each, made of the rule itself and its fixture folder, and an index.

    python -m faultmaven_kb.gate.rules.pages tests/fixtures/rules docs/reference/rules

writes them all; a test compares the committed ones. So a page never says anything else than the rule does, and a new
rule has its page when it has its fixture.
"""

import difflib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faultmaven_kb.gate.rules.catalogue import RULES, all_rules
from faultmaven_kb.gate.toolkit.rule_model import Profile, Rule
from faultmaven_kb.text.inline import table_cell

__all__ = ["Example", "index_page", "page_url", "pages", "rule_page"]

_BASE = "https://faultmaven.github.io/faultmaven_kb/reference/rules"
_FAMILIES = (
    ("RB0", "The text itself"),
    ("RB1", "The YAML block"),
    ("RB2", "The fields of the front matter"),
    ("RB3", "Sections and headings"),
    ("RB4", "The quick reference card"),
    ("RB5", "Steps, solutions, prevention and history"),
    ("RB6", "Commands and snippets"),
    ("RB7", "Safety"),
    ("RB8", "Links, and rules across files"),
    ("RB9", "The check itself"),
)
_INDEX_HEAD = """# Rules

Every rule that `fmkb validate` knows, by family. This list and the pages behind it are generated from the rules
themselves. A code is never used again and never changes its meaning; code and name are accepted wherever a rule is
named."""
_PROFILES = {
    Profile.INGEST: "`ingest`, `contribute` and `curated`",
    Profile.CONTRIBUTE: "`contribute` and `curated`",
    Profile.CURATED: "`curated`",
}
_CODES = frozenset(rule.code for rule in RULES)


@dataclass(frozen=True, slots=True)
class Example:
    """What a fixture folder shows of a rule: its output about the bad sample, and what its fix changes."""

    output: str = ""
    fix: str = ""


def page_url(code: str) -> str:
    """The address of a rule's page: on the documentation site, or where a plug-in says; the index for no such page."""
    url = next((rule.url for rule in all_rules() if rule.code == code), "")
    return url or (f"{_BASE}/{code}/" if code in _CODES else f"{_BASE}/")


def pages(fixtures: Path) -> dict[str, str]:
    """The text of every page by its file name; `fixtures` is the folder of the rules' fixture folders."""
    found = {f"{rule.code}.md": rule_page(rule, _example(fixtures / f"{rule.code}-{rule.name}")) for rule in RULES}
    return {"index.md": index_page(RULES), **found}


def rule_page(rule: Rule, example: Example) -> str:
    """The page of one rule."""
    parts = [
        f"# {rule.code} {rule.name}",
        rule.why,
        f"Level: {rule.level.value}. Profiles: {_PROFILES[rule.profile]}."
        + (" Looks at all files of a run." if rule.check_base else ""),
    ]
    if example.output:
        parts += ["## What it says", _fenced("text", example.output)]
    if example.fix:
        parts += ["## What its fix changes", _fenced("diff", example.fix)]
    parts.append(f"`fmkb rules {rule.code}` shows this text in the terminal. [All rules](index.md)")
    return "\n\n".join(parts) + "\n"


def index_page(rules: Iterable[Rule]) -> str:
    """The list of all rules by family."""
    parts = [_INDEX_HEAD]
    for prefix, title in _FAMILIES:
        rows = [_row(rule) for rule in rules if rule.code.startswith(prefix)]
        if rows:
            head = "| Code | Name | Level | From profile | Why |\n|---|---|---|---|---|"
            parts.append("\n".join((f"## {prefix}xx: {title}\n", head, *rows)))
    return "\n\n".join(parts) + "\n"


def _row(rule: Rule) -> str:
    why = table_cell(rule.why)
    return f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.level.value} | {rule.profile.label} | {why} |"


def _fenced(language: str, text: str) -> str:
    marks = "````" if "```" in text else "```"
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def _example(folder: Path) -> Example:
    output = folder / "expected.txt"
    text = _read(output) if output.is_file() else ""
    return Example(text.split("\n\n", 1)[0] if len(text) > 4000 else text, "".join(_changes(folder)))


def _changes(folder: Path) -> Iterator[str]:
    """What the fix changes in the bad sample; carriage returns and other invisible characters are shown as escapes."""
    for fixed in sorted((folder / "fixed").rglob("*.md")):
        name = fixed.relative_to(folder / "fixed")
        before, after = (_visible(_read(file)) for file in (folder / "bad" / name, fixed))
        lines = list(difflib.unified_diff(before, after, "before", "after", n=1, lineterm=""))
        yield "\n".join(lines[:40]) + "\n"


def _visible(text: str) -> list[str]:
    lines = text.split("\n")
    return [
        "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in x) for x in lines
    ]


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")


def _write(fixtures: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages(fixtures)
    for stale in folder.glob("*.md"):
        if stale.name not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        (folder / name).write_bytes(text.encode())


if __name__ == "__main__":
    _write(Path(sys.argv[1]), Path(sys.argv[2]))
