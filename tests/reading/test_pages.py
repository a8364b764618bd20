"""A page with a heading for each alert or problem is many runbooks, wherever a knowledge base is used."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb import KnowledgeBase, Runbook, parse_runbook
from faultmaven_kb.cli.commands.search import command as search
from faultmaven_kb.cli.commands.show import command as show
from tests.documents import RUNBOOKS

PAGES = Path(__file__).parent.parent / "fixtures" / "pages"
ALERTS = PAGES / "storage-alerts.md"


@pytest.fixture(scope="module", params=["loaded", "built"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    if request.param == "loaded":
        return KnowledgeBase.load(PAGES)
    return KnowledgeBase.build(PAGES, to=tmp_path_factory.mktemp("base") / "b.fmkb")


def _codes(runbook: Runbook) -> list[str]:
    steps = [command for step in runbook.steps for command in step.commands]
    solutions = [command for solution in runbook.solutions for command in solution.commands]
    return [command.code.strip() for command in (*steps, *solutions)]


def test_each_heading_is_a_runbook_with_the_id_of_its_anchor(base: KnowledgeBase) -> None:
    assert base.ids == (
        "faults",
        "faults#scanner-is-not-found",
        "faults#pages-are-missing",
        "faults#disk-is-full",
        "named-alerts#relayerrors",
        "named-alerts#relaylatency",
        "named-alerts#relaydiskunhealthy",
        "problems#jobs-stay-in-the-queue",
        "problems#pages-come-out-blank",
        "storage-alerts",
        "storage-alerts#blockstorereplicalagging",
        "storage-alerts#blockstorediskalmostfull",
        "storage-alerts#blockstorecompactorstopped",
    )


def test_an_alert_has_its_meaning_its_lists_and_its_commands(base: KnowledgeBase) -> None:
    alert = base["storage-alerts#blockstorereplicalagging"]
    assert alert.title == "BlockstoreReplicaLagging"
    assert [symptom.text for symptom in alert.symptoms] == [
        "This alert fires when a replica is more than ten minutes behind its leader."
    ]
    assert [step.title for step in alert.steps] == [
        "Look at the lag of each replica",
        "Read the log of the slowest one",
    ]
    assert _codes(alert) == [
        "kubectl -n blocks get replicas -o wide",
        "kubectl -n blocks delete pod follower-0",
    ]
    assert len(alert.solutions[0].instructions) == 2


def test_places_are_those_of_the_page(base: KnowledgeBase) -> None:
    lines = ALERTS.read_text(encoding="utf-8").splitlines()
    alert = base["storage-alerts#blockstorediskalmostfull"]
    assert lines[alert.sections[0].span.line - 1] == "### BlockstoreDiskAlmostFull"
    assert "du -sh /var/lib/blocks" in lines[alert.steps[0].span.line - 1]
    assert "5% of a volume" in lines[alert.symptoms[0].span.line - 1]


def test_a_problem_has_only_its_own_steps_and_solutions(base: KnowledgeBase) -> None:
    assert _codes(base["problems#jobs-stay-in-the-queue"]) == ["spoolctl status", "spoolctl restart worker"]
    assert _codes(base["problems#pages-come-out-blank"]) == ["printctl clean --heads"]


def test_a_heading_that_names_a_fault_is_a_problem_and_its_symptom(base: KnowledgeBase) -> None:
    assert [symptom.text for symptom in base["faults#disk-is-full"].symptoms] == ["Disk is full"]
    assert _codes(base["faults#scanner-is-not-found"]) == ["scanctl list"]
    assert base["faults#scanner-is-not-found"].causes[0].name == "the cable is loose"
    assert [fix.text for fix in base["faults#pages-are-missing"].solutions[0].instructions] == [
        "Set the size with `scanctl size --a4`"
    ]
    assert _codes(base["faults"]) == ["scanctl logs > scan.log"]


def test_two_alerts_in_a_row_share_what_is_below_them(base: KnowledgeBase) -> None:
    assert base["named-alerts#relayerrors"].purpose == "Scale the relay: it is the only lever."
    assert base["named-alerts#relaylatency"].purpose == "Scale the relay: it is the only lever."


def test_what_is_beside_the_parts_keeps_its_commands(base: KnowledgeBase) -> None:
    assert "blocks login --cluster main" in "\n".join(section.text for section in base["storage-alerts"].sections)
    assert "BlockstoreReplicaLagging" not in "\n".join(section.text for section in base["storage-alerts"].sections)


@pytest.mark.parametrize("name", ["BlockstoreReplicaLagging", "BlockstoreDiskAlmostFull", "BlockstoreCompactorStopped"])
def test_the_name_of_an_alert_finds_its_heading(base: KnowledgeBase, name: str) -> None:
    answer = base.search(name)
    assert answer.verdict == "match"
    assert answer.hits[0].runbook.title == name


def test_a_sentence_finds_the_problem_and_shows_its_own_first_step(base: KnowledgeBase) -> None:
    hit = base.search("spooler: no worker, the queue grows and nothing is printed").hits[0].runbook
    assert hit.id == "problems#jobs-stay-in-the-queue"


def test_show_takes_the_anchor_or_the_name_of_the_alert() -> None:
    for name in ("storage-alerts#blockstorediskalmostfull", "BlockstoreDiskAlmostFull"):
        result = CliRunner().invoke(show, [name, "--kb", str(PAGES), "--no-cache", "--source"])
        assert result.exit_code == 0
        assert "BlockstoreDiskAlmostFull" in result.output
        assert "BlockstoreReplicaLagging" not in result.output


def test_show_takes_a_file_and_a_heading_of_one() -> None:
    whole = CliRunner().invoke(show, [str(ALERTS), "--source"])
    assert whole.exit_code == 0
    assert "BlockstoreReplicaLagging" in whole.output
    part = CliRunner().invoke(show, [f"{ALERTS}#blockstorediskalmostfull", "--source"])
    assert part.exit_code == 0
    assert "BlockstoreReplicaLagging" not in part.output
    missing = CliRunner().invoke(show, [f"{ALERTS}#gone"])
    assert missing.exit_code == 2
    assert 'has no runbook at "#gone"' in missing.output


def test_search_takes_a_file_as_its_base() -> None:
    found = CliRunner().invoke(search, ["BlockstoreDiskAlmostFull", "--kb", str(ALERTS), "--no-cache", "--json"])
    assert found.exit_code == 0
    assert json.loads(found.output)["hits"][0]["id"] == "storage-alerts#blockstorediskalmostfull"


def test_the_whole_page_is_still_one_result() -> None:
    result = parse_runbook(ALERTS)
    assert result.runbook is not None
    assert result.runbook.id == "storage-alerts"
    assert len(result.runbooks) == 4


@pytest.mark.parametrize(
    "text",
    [
        (
            "# One\n\n## Symptoms\n\n- slow\n\n## Investigation\n\n### Case A\n\n#### Solution\n\nx\n\n"
            "### Case B\n\n#### Solution\n\ny\n"
        ),
        "# One\n\n## KubeThingDown\n\n### Meaning\n\nDown.\n\n### Mitigation\n\nStart it.\n",
        "# Guide\n\n## Install\n\n### Steps\n\n- a\n\n## Remove\n\n### Steps\n\n- b\n",
    ],
    ids=["cases inside a part", "one problem", "procedures"],
)
def test_a_document_that_is_one_runbook_stays_whole(text: str) -> None:
    result = parse_runbook(text)
    assert result.runbooks == (result.runbook,)


def test_the_shipped_runbooks_stay_whole() -> None:
    for file in RUNBOOKS:
        assert parse_runbook(file).parts == (), file.name
