"""Many runbooks: loaded whatever is among them, found by id, filtered and linked."""

from pathlib import Path

import pytest

from faultmaven_kb import Cache, KnowledgeBase, UnknownRunbookError
from tests.documents import RUNBOOKS, text_of


@pytest.fixture
def base(tmp_path: Path) -> Path:
    sample = text_of("sample.md")
    for name, text in {
        "mail/mail-queue-growing.md": sample,
        "mail/mail-server-blocked.md": sample.replace("mail-queue-growing", "mail-server-blocked").replace(
            "severity: high", "severity: low"
        ),
        "queue/queue-stuck.md": text_of("template-forms.md"),
        "README.md": "# Not a runbook",
        "mail/TEMPLATE.md": sample,
        "mail/_index.md": sample,
        "mail/.hidden.md": sample,
        ".git/mail.md": sample,
        "mail/notes.txt": sample,
        "mail/broken.md": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_is_every_markdown_file_below_it_but_the_known_others(base: Path) -> None:
    kb = KnowledgeBase.load(base)
    assert kb.ids == ("mail-queue-growing", "mail-server-blocked", "queue-stuck")
    assert len(kb) == 3
    assert [runbook.id for runbook in kb] == list(kb.ids)


def test_a_bad_file_never_stops_the_load_and_is_reported(base: Path) -> None:
    kb = KnowledgeBase.load(base)
    assert [(diagnostic.code, Path(diagnostic.path).name) for diagnostic in kb.diagnostics] == [("RB011", "broken.md")]


def test_files_and_folders_may_be_mixed_and_named_twice(base: Path) -> None:
    kb = KnowledgeBase.load(base / "queue" / "queue-stuck.md", base / "mail", str(base / "mail"))
    assert kb.ids == ("queue-stuck", "mail-queue-growing", "mail-server-blocked")


def test_a_runbook_is_found_by_its_id(base: Path) -> None:
    kb = KnowledgeBase.load(base)
    assert kb["queue-stuck"].title == "Queue - Stuck --- and Silent"
    assert "queue-stuck" in kb
    assert kb["queue-stuck"] in kb
    assert "nothing" not in kb
    assert kb.get("nothing") is None
    with pytest.raises(UnknownRunbookError, match=r'"queue-stock" \(did you mean "queue-stuck"\?\)'):
        kb["queue-stock"]
    with pytest.raises(KeyError):
        kb["zzz"]


def test_equal_ids_are_reported_with_both_places_and_the_first_counts(base: Path) -> None:
    (base / "zz").mkdir()
    (base / "zz" / "again.md").write_text(text_of("sample.md"), encoding="utf-8")
    kb = KnowledgeBase.load(base)
    (found,) = [diagnostic for diagnostic in kb.diagnostics if diagnostic.code == "RB804"]
    assert found.path.endswith("zz/again.md")
    assert found.related[0].path.endswith("mail/mail-queue-growing.md")
    assert str(kb["mail-queue-growing"].path).endswith("mail/mail-queue-growing.md")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["mail-queue-growing", "mail-server-blocked", "queue-stuck"]),
        ({"technology": "MAIL"}, ["mail-queue-growing", "mail-server-blocked"]),
        ({"technology": "mail", "severity": "low"}, ["mail-server-blocked"]),
        ({"tag": "worker"}, ["queue-stuck"]),
        ({"status": "verified"}, ["mail-queue-growing", "mail-server-blocked"]),
        ({"technology": "nothing"}, []),
    ],
)
def test_filters_narrow_and_combine(base: Path, filters: dict[str, str], expected: list[str]) -> None:
    assert [runbook.id for runbook in KnowledgeBase.load(base).filter(**filters)] == expected


def test_related_links_are_resolved_within_the_base(base: Path) -> None:
    kb = KnowledgeBase.load(base)
    assert [runbook.id for runbook in kb.related("mail-queue-growing")] == ["mail-server-blocked"]
    assert kb.related("queue-stuck") == ()


def test_the_built_in_base_holds_the_shipped_runbooks() -> None:
    kb = KnowledgeBase.builtin()
    assert sorted(kb.ids) == sorted(path.stem for path in RUNBOOKS)
    assert kb.diagnostics == ()


def test_a_cache_gives_the_same_runbooks_and_survives_anything(base: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    plain = KnowledgeBase.load(base)
    for _ in range(2):
        cached = KnowledgeBase.load(base, cache=cache)
        assert [runbook.model_dump() for runbook in cached] == [runbook.model_dump() for runbook in plain]
        assert cached.diagnostics == plain.diagnostics
        assert cached.unread == plain.unread
    (kept,) = cache.folder.rglob("*.fmkb")
    kept.write_bytes(b"{}")
    assert KnowledgeBase.load(base, cache=cache).ids == plain.ids


def test_a_cache_that_cannot_be_written_is_no_error(base: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert KnowledgeBase.load(base, cache=Cache(tmp_path / "file")).ids == KnowledgeBase.load(base).ids


def test_a_changed_file_is_read_again(base: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    KnowledgeBase.load(base, cache=cache)
    file = base / "queue" / "queue-stuck.md"
    file.write_text(text_of("template-forms.md").replace("severity: medium", "severity: high"), encoding="utf-8")
    assert KnowledgeBase.load(base, cache=cache)["queue-stuck"].metadata.severity == "high"
