"""Runbooks with equal names: none hides another, in memory and on disk alike."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb import KnowledgeBase
from faultmaven_kb.cli.commands.show import command as show
from faultmaven_kb.cli.commands.validate import command as validate
from faultmaven_kb.reading.ids import Naming, unique_ids


def _page(topic: str) -> str:
    return f"# {topic}\n\n## Symptoms\n\n- {topic} returns 503\n\n## Mitigation\n\n```bash\nrestart-{topic}\n```\n"


@pytest.fixture
def teams(tmp_path: Path) -> Path:
    folder = tmp_path / "teams"
    for topic in ("billing", "mail", "search"):
        (folder / topic).mkdir(parents=True)
        (folder / topic / "runbook.md").write_text(_page(topic), encoding="utf-8")
    return folder


@pytest.fixture(params=["loaded", "built"])
def base(request: pytest.FixtureRequest, teams: Path, tmp_path: Path) -> KnowledgeBase:
    return (
        KnowledgeBase.load(teams) if request.param == "loaded" else KnowledgeBase.build(teams, to=tmp_path / "b.fmkb")
    )


def test_ids_from_equal_file_names_are_qualified_by_their_folders(base: KnowledgeBase) -> None:
    assert base.ids == ("billing/runbook", "mail/runbook", "search/runbook")
    assert [runbook.id for runbook in base] == list(base.ids)
    assert base.unread == ()


def test_each_is_found_and_answers_with_its_own_commands(base: KnowledgeBase) -> None:
    hit = base.search("mail returns 503").hits[0].runbook
    assert hit.id == "mail/runbook"
    assert hit.solutions[0].commands[0].code.strip() == "restart-mail"


def test_loaded_and_built_bases_agree(teams: Path, tmp_path: Path) -> None:
    loaded, built = KnowledgeBase.load(teams), KnowledgeBase.build(teams, to=tmp_path / "b.fmkb")
    for question in ("mail returns 503", "runbook", "billing"):
        assert loaded.search(question).to_dict() == built.search(question).to_dict()


def test_a_name_that_becomes_unique_loses_its_folder_on_refresh(teams: Path, tmp_path: Path) -> None:
    built = KnowledgeBase.build(teams, to=tmp_path / "b.fmkb")
    (teams / "mail" / "runbook.md").unlink()
    (teams / "search" / "runbook.md").unlink()
    assert built.refresh().ids == ("runbook",)


def test_as_many_folders_as_it_takes() -> None:
    namings = [
        Naming("runbook", path, True) for path in ("eu/mail/runbook.md", "us/mail/runbook.md", "eu/web/runbook.md")
    ]
    assert unique_ids(namings) == ["eu/mail/runbook", "us/mail/runbook", "eu/web/runbook"]


def test_an_id_that_was_written_keeps_its_name_and_a_file_makes_room() -> None:
    namings = [Naming("runbook", "a/runbook.md", True), Naming("runbook", "b/other.md", False)]
    assert unique_ids(namings) == ["a/runbook", "runbook"]


def test_the_parts_of_a_page_follow_its_name() -> None:
    namings = [Naming("p#one", "a/p.md", True), Naming("p#two", "a/p.md", True), Naming("p#one", "b/p.md", True)]
    assert unique_ids(namings) == ["a/p#one", "a/p#two", "b/p#one"]


def test_show_takes_a_short_form_that_is_unique_and_names_the_choice_otherwise(teams: Path) -> None:
    (teams / "mail" / "deep").mkdir()
    (teams / "mail" / "deep" / "queue.md").write_text(_page("queue"), encoding="utf-8")
    (teams / "web").mkdir()
    (teams / "web" / "queue.md").write_text(_page("web"), encoding="utf-8")
    run = CliRunner()
    assert run.invoke(show, ["deep/queue", "--kb", str(teams), "--no-cache"]).exit_code == 0
    many = run.invoke(show, ["runbook", "--kb", str(teams), "--no-cache"])
    assert many.exit_code == 2
    assert '"runbook" is 3 runbooks, expected one of billing/runbook, mail/runbook, search/runbook' in many.output


def test_the_gate_reports_no_id_that_a_folder_keeps_apart(teams: Path) -> None:
    out = CliRunner().invoke(validate, [str(teams), "--profile", "ingest"]).output
    assert "RB101" in out
    assert "RB804" not in out


def test_related_runbooks_with_qualified_ids_are_found_by_the_path_of_the_link(tmp_path: Path) -> None:
    for topic, link in (("billing", "../mail/runbook.md"), ("mail", "../disk/disk-full.md")):
        (tmp_path / topic).mkdir()
        text = f"# {topic}\n\n## Diagnostic Steps\n\n## Solutions\n\n## Related Issues\n\n- [x]({link})\n"
        (tmp_path / topic / "runbook.md").write_text(text, encoding="utf-8")
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "disk-full.md").write_text("# Disk\n", encoding="utf-8")
    base = KnowledgeBase.load(tmp_path)
    assert [runbook.id for runbook in base.related("billing/runbook")] == ["mail/runbook"]
    assert [runbook.id for runbook in base.related("mail/runbook")] == ["disk-full"]
