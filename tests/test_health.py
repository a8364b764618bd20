"""The state of a knowledge base: a small one with every fault, its owners, and the shipped one with its page."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from faultmaven_kb import ConfigurationError, KnowledgeBase
from faultmaven_kb.checking.health import health_of
from faultmaven_kb.evaluation.health import Behind, Clash, Health, Owner, Stale, Unproven, behind, not_first
from faultmaven_kb.evaluation.owners import read_owners
from faultmaven_kb.evaluation.self_check import self_check
from faultmaven_kb.proofs.extraction import extract
from faultmaven_kb.proofs.proof import ImageProof, Proof, executed_hash, proof_text
from faultmaven_kb.reports.health_report import HEALTH_FORMATS
from faultmaven_kb.search.answer import Answer
from faultmaven_kb.source import Source
from tests.documents import LAST_UPDATED, ROOT, builtin_base, read

_TODAY = date(2026, 6, 1)
_FULL = "No space left on device while the spool is written"
_MAIL = "the queue of the relay grows and every message waits for a slot that nobody frees because the worker died"
_OWNERS = "/runbooks/disk/ @org/all\n/runbooks/mail/ @org/mail @eve # both\n/runbooks/mail/mail-copy.md\n"


def _document(name: str, *, symptoms: str, status: str, updated: str = "2026-05-01", more: str = "") -> str:
    return (
        f"---\nid: {name}\ntitle: The {name}\ntechnology: {name[:4]}\nstatus: {status}\n"
        f'last_updated: "{updated}"\n---\n\n'
        f"# The {name}\n\n## Quick Reference Card\n\n**Symptoms:**\n\n{symptoms}\n\n**Quick Fix:**\n\n"
        f"```bash\nsystemctl restart {name}\n```\n\n## Related Issues\n\n{more}\n"
    )


def _proof(name: str, version: str, day: date, *, executed: str = "other", skipped: str = "") -> Proof:
    unproven = {skipped: "needs a cluster"} if skipped else {}
    image = ImageProof(versions={"postfix": version, "bash": "5.2"}, symptoms={}, solutions=())
    return Proof(
        runbook=name,
        date=day,
        executed=executed,
        symptoms=(),
        skipped={},
        unproven=unproven,
        images={"trixie-mail": image},
    )


def _executed(text: str) -> str:
    return executed_hash(extract(read(text), Source(text)))


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a runbook for each fault."""
    root = tmp_path_factory.mktemp("faulty")
    tail = f"\n\n## Background\n\n{_MAIL}; {_MAIL[::-1]} {' '.join(map(str, range(40)))}\n"
    texts = {
        "disk/disk-full": _document(
            "disk-full", symptoms=f"- {_FULL}", status="verified", more="- [Queue](disk-queue.md)"
        ),
        "disk/disk-queue": _document(
            "disk-queue",
            symptoms=f"- {_FULL}\n- mailq is empty although deliveries stopped",
            status="draft",
            updated="2024-01-01",
            more="- [Full](disk-full.md)",
        ),
        "disk/old": _document("disk-old", symptoms="- an old floppy squeaks", status="deprecated")
        + "- [Full](disk-full.md)\n",
        "disk/twin": _document("disk-full", symptoms="- another", status="draft"),
        "mail/mail-lost": _document("mail-lost", symptoms="- bounce storm after midnight", status="verified") + tail,
        "mail/mail-copy": _document("mail-copy", symptoms="", status="verified in part") + tail,
        "mail/mail-unproven": _document("mail-unproven", symptoms="- greylisting never ends", status="verified"),
    }
    for name, text in texts.items():
        file = root / "runbooks" / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
    proofs = (
        _proof("disk-full", "3.10", date(2026, 5, 2), executed=_executed(texts["disk/disk-full"])),
        _proof("mail-lost", "3.9", date(2026, 5, 1)),
        _proof(
            "mail-copy", "3.10", date(2026, 5, 2), executed=_executed(texts["mail/mail-copy"]), skipped="solution-1"
        ),
    )
    (root / "proofs").mkdir()
    for proof in proofs:
        (root / "proofs" / f"{proof.runbook}.json").write_text(proof_text(proof), "utf-8")
    (root / ".fmkb.toml").write_text('proofs = "proofs"\nignore = ["RB817"]\n', "utf-8")
    (root / "CODEOWNERS").write_text(_OWNERS, "utf-8")
    (root / ".git").mkdir()
    return root


@pytest.fixture(scope="module")
def state(faulty: Path) -> Health:
    return health_of(KnowledgeBase.load(faulty / "runbooks"), today=_TODAY)


def test_runbooks_are_counted_by_what_they_say_of_themselves(state: Health) -> None:
    assert (state.runbooks, state.proofs) == (6, 3)
    assert list(state.technologies.items()) == [("disk", 3), ("mail", 3)]
    assert state.severities == {"not set": 6}
    assert state.statuses == {"verified": 3, "deprecated": 1, "draft": 1, "verified in part": 1}


def test_what_is_old_is_what_the_rule_finds_on_that_day(state: Health, faulty: Path) -> None:
    assert state.stale == (Stale("disk-queue", "2024-01-01"),)
    then = health_of(KnowledgeBase.load(faulty / "runbooks"), today=date(2024, 6, 1))
    assert then.stale == ()


def test_a_runbook_is_unproven_by_its_status_its_proof_its_commands_or_in_part(state: Health) -> None:
    assert [(row.runbook, row.reason, row.parts) for row in state.unproven] == [
        ("disk-queue", "status", ()),
        ("mail-copy", "in part", ("solution-1",)),
        ("mail-lost", "changed", ()),
        ("mail-unproven", "no proof", ()),
    ]


def test_what_another_runbook_answers_first_is_named_with_it(state: Health) -> None:
    rows = {row.runbook: row for row in state.not_first}
    assert rows["mail-copy"].lost
    assert rows["mail-copy"].asked == 0
    assert (_FULL, "disk-full") in [(each.symptom, each.first) for each in rows["disk-queue"].instead]
    assert "disk-full" not in rows


def test_the_same_id_text_and_symptom_collide_whatever_the_configuration_ignores(state: Health, faulty: Path) -> None:
    twin = (faulty / "runbooks" / "disk" / "twin.md").as_posix()
    assert set(state.clashes) == {
        Clash("id", twin, "disk-full"),
        Clash("text", "mail-lost", "mail-copy"),
        Clash("symptom", "disk-queue", "disk-full", _FULL),
    }


def test_an_orphan_has_no_link_in_either_direction(state: Health) -> None:
    assert state.orphans == ("mail-copy", "mail-lost", "mail-unproven")


def test_a_proof_is_behind_a_later_one_of_the_same_image(state: Health) -> None:
    expected = Behind("mail-lost", "trixie-mail", "postfix", "3.9", "2026-05-01", "3.10", "mail-copy", "2026-05-02")
    assert state.behind == (expected,)
    same_day = [_proof("a", "1", _TODAY), _proof("b", "2", _TODAY)]
    assert behind(same_day) == ()


def test_findings_are_counted_for_each_owner(state: Health) -> None:
    assert state.owners_file == "CODEOWNERS"
    # mail-lost: changed, a copy, behind, lost, an orphan; mail-unproven: unproven, lost, an orphan.
    mail = [Owner("@eve", 2, 8), Owner("@org/mail", 2, 8)]
    assert list(state.owners) == [Owner("", 1, 3), mail[0], Owner("@org/all", 3, 4), mail[1]]
    assert len(state.findings) == 3 + 4 + 8


def test_a_base_without_proofs_is_believed(tmp_path: Path) -> None:
    for name, status in (("one", "verified"), ("two", "verified in part")):
        (tmp_path / f"{name}.md").write_text(_document(name, symptoms=f"- {name} burns", status=status), "utf-8")
    state = health_of(KnowledgeBase.load(tmp_path), today=_TODAY)
    assert state.unproven == (Unproven("two", "in part", "status is verified in part"),)
    assert (state.owners_file, state.owners) == ("", ())
    assert "names no proofs" in HEALTH_FORMATS["markdown"](state)


def test_a_page_of_several_runbooks_is_named_by_its_path(tmp_path: Path) -> None:
    part = "## {0}\n\n### Meaning\n\n{0} {1}\n\n### Mitigation\n\nRestart {1}.\n\n"
    page = tmp_path / "alerts.md"
    head = '---\nlast_updated: "2020-01-01"\n---\n\n# Alerts\n\n'
    page.write_text(head + part.format("DiskFull", "disks") + part.format("MailLost", "mails"), "utf-8")
    kb = KnowledgeBase.load(page)
    assert kb.ids == ("alerts#diskfull", "alerts#maillost")
    assert health_of(kb, today=_TODAY).stale == (Stale(page.as_posix(), "2020-01-01"),)


def test_a_search_that_finds_nothing_loses_the_runbook() -> None:
    runbook = read(_document("one", symptoms="- it burns", status="draft"))
    nothing = self_check((runbook,), build=lambda runbooks: lambda question: Answer(question, "none", (), (), ""))
    (row,) = not_first(nothing)
    assert (row.lost, [(each.symptom, each.first) for each in row.instead]) == (True, [("it burns", "")])


def test_the_formats_say_the_same_and_no_line_of_the_table_is_wider_than_a_terminal(state: Health) -> None:
    table = HEALTH_FORMATS["table"](state)
    assert max(map(len, table.split("\n"))) <= 80
    assert re.search(r"^  disk-queue +the same symptom as disk-full: No", table, re.MULTILINE)
    assert re.search(r"^  …\S*disk/twin\.md  the same id as disk-full$", table, re.MULTILINE)
    assert "  mail-lost  postfix 3.9; mail-copy has 3.10 (trixie-mail)" in table
    assert re.search(r"^  mail-copy +no symptoms$", table, re.MULTILINE)
    page = HEALTH_FORMATS["markdown"](state)
    assert f"| disk-queue | the same symptom as | disk-full | {_FULL} |" in page
    assert "| nobody | 1 | 3 |" in page
    assert json.loads(HEALTH_FORMATS["json"](state)) == state.to_dict()
    assert state.to_dict()["findings"] == len(state.findings)


def test_what_a_runbook_says_does_nothing_to_a_terminal_and_a_long_list_is_cut() -> None:
    rows = tuple(Stale(f"a\x1b[2Jb|<b>{number}", "2020-01-01") for number in range(23))
    state = Health("2026-06-01", 23, 12, 0, {"\x1b]0;x\x07 " + "wide " * 40: 23}, {}, {}, stale=rows)
    table = HEALTH_FORMATS["table"](state)
    assert "\x1b" not in table
    assert "… 3 more" in table
    assert max(map(len, table.split("\n"))) <= 80
    assert "\\|\\<b\\>22" in HEALTH_FORMATS["markdown"](state)


@pytest.mark.parametrize(
    ("text", "place", "owners"),
    [
        ("* @a\n/docs/ @b", "docs/x/y.md", ("@b",)),
        ("/docs/ @b\n* @a", "docs/y.md", ("@a",)),
        ("docs/* @b", "docs/x/y.md", ()),
        ("* @a\n/docs/", "docs/y.md", ()),
        ("/a\\ b/ @b me@example.com # why", "a b/y.md", ("@b", "me@example.com")),
        ("# * @a\n\n  \n", "y.md", ()),
        ("!y.md @a", "y.md", ()),
        ("* @a", "../y.md", ()),
    ],
)
def test_the_last_line_of_codeowners_that_matches_counts(
    text: str, place: str, owners: tuple[str, ...], tmp_path: Path
) -> None:
    assert read_owners(text, "CODEOWNERS", tmp_path).of((tmp_path / place).as_posix()) == owners


@pytest.mark.parametrize("pattern", ["a\\", "a*" * 501])
def test_a_pattern_that_is_none_is_named_by_its_line(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match=r'^CODEOWNERS:2: pattern "a'):
        read_owners(f"* @a\n{pattern}", "CODEOWNERS", Path())


def test_a_codeowners_of_too_many_lines_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="5,001 lines with patterns, expected at most 5,000"):
        read_owners("* @a\n" * 5_001, "CODEOWNERS", Path())


def test_the_page_about_the_shipped_runbooks_is_that_of_the_command() -> None:
    state = health_of(builtin_base(), today=LAST_UPDATED)
    assert (state.stale, state.orphans, state.clashes) == ((), (), ())
    page = (ROOT / "docs" / "reference" / "knowledge-base.md").read_text(encoding="utf-8")
    options = f"--kb runbooks --today {LAST_UPDATED} --format markdown -o docs/reference/knowledge-base.md"
    assert page == HEALTH_FORMATS["markdown"](state), f"run: fmkb report {options}"
