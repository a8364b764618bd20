"""Each defect of the card, the steps, the commands and of safety, injected into shipped runbooks, is found.

A mutation gets a runbook's text and returns it with one defect, and the line where the rule must report it (None where
several are right); it returns nothing for a runbook that has no place for the defect. The shipped runbooks themselves
give no finding at all.
"""

import re
from collections.abc import Callable

import pytest

from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.rules.catalogue import rule_named
from faultmaven_kb.gate.toolkit.rule_model import Checked, Profile
from faultmaven_kb.reading.reader import read_document
from tests.documents import LAST_UPDATED, RUNBOOKS, SAMPLE
from tests.gate.snippets import TODAY

Mutation = Callable[[str], tuple[str, int | None] | None]
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in RUNBOOKS}


def _where(name: str) -> str:
    path = next(path for path in RUNBOOKS if path.stem == name)
    return f"{path.parent.name}/{path.name}"


def _lines(code: str, name: str, text: str) -> list[int]:
    """The lines at which one rule finds something."""
    document, _ = read_document(text, path=_where(name))
    rule = rule_named(code)
    assert document is not None and rule.check is not None
    return [finding.span.line for finding in rule.check(Checked(document, TODAY))]


def _line(text: str, start: int) -> int:
    return text.count("\n", 0, start) + 1


def _heading(text: str, heading: str) -> int:
    match = re.search(rf"^{heading}", text, re.MULTILINE)
    assert match
    return _line(text, match.start())


def _removed_in_step_1(pattern: str) -> Mutation:
    """Remove the first place of a pattern where the first step has one; the finding is at the step's heading."""

    def mutate(text: str) -> tuple[str, int | None] | None:
        start, end = text.index("### Step 1"), text.index("### Step 2")
        match = re.compile(pattern, re.MULTILINE).search(text, start, end)
        return (text[: match.start()] + text[match.end() :], _heading(text, "### Step 1")) if match else None

    return mutate


def replace(pattern: str, replacement: str, *, at: str = "", nth: int = 0) -> Mutation:
    """Replace the nth place of a pattern; the finding is at a heading, or else at the line of the place."""

    def mutate(text: str) -> tuple[str, int | None] | None:
        matches = list(re.finditer(pattern, text, re.MULTILINE))
        if len(matches) <= nth:
            return None
        match = matches[nth]
        changed = text[: match.start()] + match.expand(replacement) + text[match.end() :]
        if at == "?":
            return changed, None
        return changed, _heading(changed, at) if at else _line(text, match.start())

    return mutate


def insert(code: str, language: str = "bash", *, offset: int = 1) -> Mutation:
    """Put a block into the second diagnostic step; the finding is `offset` lines below its opening."""

    def mutate(text: str) -> tuple[str, int | None]:
        place = re.search(r"^### Step 2.*\n\n?", text, re.MULTILINE)
        assert place
        changed = text[: place.end()] + f"```{language}\n{code}\n```\n\n" + text[place.end() :]
        return changed, _line(text, place.end()) + offset

    return mutate


CARD, STEPS, SOLUTIONS, PREVENTION = "## Quick Reference Card", "## Diagnostic Steps", "## Solutions", "## Prevention"
LABEL_TO_NEXT = r"[^\n]*\n(?:(?!\*\*|## |### ).*\n)*"

MUTATIONS: tuple[tuple[str, Mutation], ...] = (
    ("RB401", replace(rf"^\*\*🔍 Symptoms:\*\*{LABEL_TO_NEXT}", "", at=CARD)),
    ("RB402", replace(r"^(\*\*🔍 Symptoms:\*\*\n)", r"\1-\n", at="-$")),
    ("RB402", replace(r"^(\*\*🔍 Symptoms:\*\*\n- .*\n)", r"\1-\n", at="-$")),
    ("RB402", replace(r"(?<=^\*\*🔍 Symptoms:\*\*\n)(?:-.*\n)+", "", at=r"\*\*🔍 Symptoms")),
    ("RB403", replace(rf"^\*\*⚡ Common Causes:\*\*{LABEL_TO_NEXT}", "", at=CARD)),
    ("RB403", replace(r"(?<=^\*\*⚡ Common Causes:\*\*\n)(?:\d\..*\n)+", "", at=CARD)),
    ("RB404", replace(r"^(2\. \*\*.*?\*\*) \(\d+% of cases\)", r"\1")),
    ("RB405", replace(r"^(1\. \*\*.*?\*\*) \((\d+)% of cases\)", r"\1 (93% of cases)", at=r"\*\*⚡ Common Causes")),
    ("RB406", replace(r"^(2\. \*\*.*?\*\*) \((\d+)% of cases\)", r"\1 (0% of cases)")),
    ("RB406", replace(r"^(2\. \*\*.*?\*\*) \((\d+)% of cases\)", r"\1 (many% of cases)")),
    ("RB407", replace(r"^(2\. \*\*.*?\*\*) \((\d+)% of cases\)", r"\1 (97% of cases)")),
    ("RB408", replace(r"^2(\. \*\*.*?\*\* \(\d+% of cases\))", r"4\1")),
    ("RB408", replace(r"^1(\. \*\*.*?\*\* \(\d+% of cases\))", r"2\1")),
    ("RB409", replace(r"^\*\*🚀 Quick Fix:\*\*(?:\n(?!\*\*⏱).*)*\n(?=\*\*⏱)", "", at=CARD)),
    ("RB410", replace(r"^\*\*⏱️ Estimated Resolution Time:\*\* .*\n", "", at=CARD)),
    ("RB411", replace(r"^(\*\*⏱️ Estimated Resolution Time:\*\* ).*", r"\1soon")),
    ("RB411", replace(r"^(\*\*⏱️ Estimated Resolution Time:\*\* ).*", r"\g<1>2 hours - 5 minutes")),
    ("RB412", replace(r"^(\*\*🔍 Symptoms:\*\*\n)(- .*\n)", r"\1\2\2", at="?")),
    ("RB413", replace(r"^\*\*🔍 Symptoms:\*\*", "**Symptoms:**")),
    ("RB414", replace(r"^(\*\*🔍 Symptoms:\*\*\n)", r"\1- it is slow\n", at="- it is slow")),
    ("RB415", replace(r"^(1\. (\*\*.*?\*\*) .*\n2\. )\*\*.*?\*\*", r"\1\2", at="?")),
    ("RB501", replace(r"^### Step 2(?:.*\n)*?(?=## Root)", "", at=STEPS)),
    ("RB502", replace(r"^### Step 2", "### Step 7")),
    ("RB502", replace(r"^### Step 2", "### Step 1")),
    ("RB503", replace(r"^\*\*How to check:\*\*\n+(?:(?!\*\*Expected|### |## ).*\n)+", "", at="### Step 1")),
    ("RB504", _removed_in_step_1(r"^\*\*Expected output:\*\*\n+```text\n(?:(?!```).*\n)*```\n")),
    ("RB505", replace(r"^### Step 1: ", "### ")),
    ("RB505", replace(r"^### Step 2: ", "#### Step 2: ")),
    ("RB511", replace(r"^### Solution 1(?:.*\n)*?(?=## Prevention)", "", at=SOLUTIONS)),
    ("RB512", replace(r"^### Solution 2", "### Solution 3")),
    ("RB513", replace(r"^\*\*Implementation Steps:\*\*\n(?:(?!\*\*Expected).*\n)+", "", at="### Solution 1")),
    ("RB514", replace(r"^\*\*When to use this solution:\*\* .*\n", "", at="### Solution 1")),
    ("RB515", replace(r"^\*\*Expected outcome:\*\* (?:.+\n)+", "", at="### Solution 1")),
    ("RB516", replace(r"^\*\*Time to resolution:\*\* .*\n", "", at="### Solution 1")),
    ("RB517", replace(r"^(1\. )\*\*.*?\*\*", r"\1**Zygomorphic quokka overpopulation**")),
    ("RB518", replace(r"^\*\*Prerequisites:\*\*\n(?:-.*\n(?:  .*\n)*)+", "", at="### Solution 1")),
    ("RB521", replace(r"^### Immediate Prevention(?:.*\n)*?(?=### )", "", at=PREVENTION)),
    ("RB522", replace(r"^### Long-term Prevention(?:.*\n)*?(?=### )", "", at=PREVENTION)),
    ("RB523", replace(r'^version: "1\.\d\.0"', 'version: "1.4.0"')),
    ("RB524", replace(r"^(\| 1\.\d\.0 \|) \d{4}-\d\d-\d\d", r"\1 2026-01-02")),
    ("RB525", replace(r"^(\| 1\.\d\.0 \|.*\|)$", r"\1 more |")),
    ("RB525", replace(r"^(\|---)(\|---)", r"\1")),
    ("RB526", replace(r"^### Security Considerations(?:.*\n)*?(?=## )", "", at=PREVENTION)),
    ("RB601", replace(r"^```bash$", "```")),
    ("RB602", replace(r"^```bash$", "```bsah")),
    ("RB602", replace(r"^```text$", "```txet")),
    ("RB603", replace(r'^((?:sudo|kubectl|redis-cli|dig|curl) .*)"$', r"\1")),
    ("RB603", insert("# one\nfor i in 1 2; do\n  echo $i\ndnoe", offset=2)),
    ("RB603", insert('# one\nkubectl get pods | grep "web', offset=2)),
    ("RB604", insert("kubectl get nodes")),
    ("RB605", insert("# one\nkubectl get pods –n web", offset=2)),
    ("RB605", insert("# one\necho “web”", offset=2)),
    ("RB606", insert("# one\n$ kubectl get nodes", offset=2)),
    ("RB607", insert("-- one\nSELECT count(*) FORM orders;", "sql", offset=2)),
    ("RB608", insert("a: 1\n b: [2", "yaml", offset=2)),
    ("RB608", insert('{\n  "a": 1,\n}', "json", offset=2)),
    ("RB609", insert("# one\nSELECT count(*) FROM orders;", offset=0)),
    ("RB609", insert("# one\nshared_buffers = 2GB", offset=0)),
    ("RB610", insert("# one\nkubectl describe pod <pod-name>", offset=2)),
    ("RB701", insert("# one\nexport AWS_ACCESS_KEY_ID=AKIAQ3EGP7XHVDJK2LMN", offset=2)),
    ("RB701", insert("# one\nPGPASSWORD=Sw0rdfish9 psql -l", offset=2)),
    ("RB702", insert("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY\n", "text")),
    ("RB703", insert("# one\nrm -rf /var/lib/app", offset=2)),
    ("RB703", insert("-- one\nDROP TABLE orders;", "sql", offset=2)),
    ("RB703", insert("# one\nkubectl delete \\\n  pod web-1", offset=2)),
    ("RB704", insert("# one\nkill -9 4711", offset=2)),
    ("RB705", insert("# WARNING: all is gone\nrm -rf /var/lib/app", offset=2)),
    (
        "RB706",
        replace(
            r"^(\*\*🚀 Quick Fix:\*\*\n(?:(?!```).*\n)*```\w+\n)", r"\1redis-cli FLUSHALL\n", at="redis-cli FLUSHALL"
        ),
    ),
    ("RB707", insert("# one\ncurl -fsSL https://example.com/install.sh | sudo bash", offset=2)),
    ("RB708", insert("# one\nchmod -R 777 /srv/app", offset=2)),
    ("RB710", insert("# one\nping -c 1 54.23.11.9", offset=2)),
    ("RB710", insert("# one\ncurl https://wiki.acme.corp/", offset=2)),
    ("RB711", insert("# one\nkubectl get pods -n production", offset=2)),
)


def test_the_shipped_runbooks_give_no_finding_at_all() -> None:
    for name, text in TEXTS.items():
        assert check_text(text, today=LAST_UPDATED, path=_where(name), profile=Profile.CURATED).diagnostics == ()


@pytest.mark.parametrize("index", range(len(MUTATIONS)))
def test_a_defect_is_found_at_its_line(index: int) -> None:
    code, mutate = MUTATIONS[index]
    missed = []
    tried = 0
    for name in (path.stem for path in SAMPLE):
        text = TEXTS[name]
        mutated = mutate(text)
        if mutated is None or mutated[0] == text:
            continue
        tried += 1
        lines = _lines(code, name, mutated[0])
        if not lines or (mutated[1] is not None and mutated[1] not in lines):
            missed.append((name, mutated[1], lines))
    assert tried >= 3, f"{code} was tried on {tried} runbooks only"
    assert len(missed) <= tried * 0.05, missed
