"""The pages of the rules in the docs: an index, and one page for each rule from its explanation and its fixture.

    python -m faultmaven_kb.gate.rule_help.pages tests/fixtures/rules docs/reference/rules

writes them all, and a test compares the committed ones. The examples come from `examples.json`; write that first.
"""

import difflib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from faultmaven_kb.gate.rule_help.examples import Example, text_of, visible
from faultmaven_kb.gate.rule_help.explanations import explain
from faultmaven_kb.gate.rules.catalogue import RULES, all_rules
from faultmaven_kb.gate.toolkit.rule_model import Profile, Rule
from faultmaven_kb.text.inline import table_cell

__all__ = ["index_page", "page_url", "pages", "rule_page"]

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
themselves. A code never changes its meaning and is never used again. Wherever a rule is named, its code or its name is
accepted."""
_PROFILES = {
    Profile.INGEST: "`ingest`, `contribute` and `curated`",
    Profile.CONTRIBUTE: "`contribute` and `curated`",
    Profile.CURATED: "`curated`",
}
_CODES = frozenset(rule.code for rule in RULES)


def page_url(code: str) -> str:
    """The address of a rule's page: on the documentation site, or where a plug-in says; the index for no such page."""
    url = next((rule.url for rule in all_rules() if rule.code == code), "")
    return url or (f"{_BASE}/{code}/" if code in _CODES else f"{_BASE}/")


def pages(fixtures: Path) -> dict[str, str]:
    """The text of every page by its file name; `fixtures` is the folder of the rules' fixture folders."""
    texts = {
        f"{rule.code}.md": rule_page(rule, "".join(_changes(fixtures / f"{rule.code}-{rule.name}"))) for rule in RULES
    }
    return {"index.md": index_page(RULES), **texts}


def rule_page(rule: Rule, changes: str = "") -> str:
    """The page of one rule; `changes` is what its fix changes in the bad example, as a diff."""
    explanation = explain(rule)
    scope = " It compares all files of a run." if rule.check_base else ""
    parts = [
        f"# {rule.code} {rule.name}",
        f"Level: {rule.level.value}. Profiles: {_PROFILES[rule.profile]}.{scope}",
        "## What it checks",
        rule.checks,
        "## Why",
        rule.why,
    ]
    if explanation.example:
        parts += ["## Example", *_example(explanation.example)]
    parts += ["## Fix", explanation.fix]
    if changes:
        parts.append(_fenced("diff", changes))
    parts += ["## Configuration", _fenced("toml", "\n".join(explanation.settings)), *explanation.configuration]
    parts.append(f"More under [configuration](../configuration.md). `fmkb rules {rule.code}` shows this page.")
    parts.append("[All rules](index.md)")
    return "\n\n".join(parts) + "\n"


def _example(example: Example) -> list[str]:
    """The bad and the good text, with what is reported about the bad one."""
    bad, good = example.bad, example.good
    parts = []
    if example.configuration:
        parts += ["With this configuration:", _fenced("toml", example.configuration)]
    parts += [f"Reported, in `{bad.path}`:", _fenced("markdown", bad.text or "(nothing)")]
    parts += [_fenced("text", example.output)]
    parts += [f"Accepted, in `{good.path}`:", _fenced("markdown", good.text)]
    return parts


def index_page(rules: Iterable[Rule]) -> str:
    """The list of all rules by family."""
    parts = [_INDEX_HEAD]
    for prefix, title in _FAMILIES:
        rows = [_row(rule) for rule in rules if rule.code.startswith(prefix)]
        if rows:
            head = "| Code | Name | Level | From profile | What it checks |\n|---|---|---|---|---|"
            parts.append("\n".join((f"## {prefix}xx: {title}\n", head, *rows)))
    return "\n\n".join(parts) + "\n"


def _row(rule: Rule) -> str:
    checks = table_cell(rule.checks)
    return f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.level.value} | {rule.profile.label} | {checks} |"


def _fenced(language: str, text: str) -> str:
    marks = "````" if "```" in text else "```"
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def _changes(folder: Path) -> Iterator[str]:
    """What the fix changes in the bad sample; carriage returns and other invisible characters are shown as escapes."""
    for fixed in sorted((folder / "fixed").rglob("*.md")):
        name = fixed.relative_to(folder / "fixed")
        before, after = (visible(text_of(file)).split("\n") for file in (folder / "bad" / name, fixed))
        lines = list(difflib.unified_diff(before, after, "before", "after", n=1, lineterm=""))
        yield "\n".join(lines[:40]) + "\n"


def _write(fixtures: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    texts = pages(fixtures)
    for stale in folder.glob("*.md"):
        if stale.name not in texts:
            stale.unlink()
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())


if __name__ == "__main__":
    _write(Path(sys.argv[1]), Path(sys.argv[2]))
