"""`fmkb alerts`: which alerts have a runbook, told from their links, their names and their words."""

import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from faultmaven_kb import KnowledgeBase, PathError
from faultmaven_kb.cli.commands.alerts import command, print_coverage
from faultmaven_kb.integrations.alert_coverage import cover
from faultmaven_kb.integrations.prometheus_rules import Alert, find_rule_files, read_rules
from tests.documents import ROOT, builtin_base

FIXTURES = Path(__file__).parent.parent / "fixtures"

RULES = """groups:
- name: shop
  rules:
  - record: job:errors:rate5m
    expr: sum(rate(errors[5m]))
  - alert: RedisOutOfMemory
    expr: up
    labels: {severity: page}
    annotations: {summary: by its name}
  - alert: Linked
    annotations:
      runbook_url: https://example.org/runbooks/redis-connection-refused.md#quick-fix
  - alert: PodsKeepRestarting
    annotations:
      runbook_url: https://example.org/runbooks/kubernetes/podskeeprestarting
      description: 'Pod {{ $labels.pod }} is in waiting state (reason: "CrashLoopBackOff").'
  - alert: CoffeeEmpty
    annotations:
      summary: the coffee machine is empty
"""
MANIFEST = """# a comment
apiVersion: v1
kind: List
items:
- apiVersion: monitoring.coreos.com/v1
  kind: PrometheusRule
  spec:
    groups:
    - name: nodes
      rules:
      - alert: LinuxDiskFull
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
spec:
  groups:
  - rules:
    - alert: Second
      annotations: {runbook_url: ""}
"""


@pytest.fixture(autouse=True)
def _base(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runbooks that the rules are about; few, since they are checked."""
    folders = (ROOT / "runbooks" / name for name in ("redis", "kubernetes"))
    monkeypatch.setenv("FMKB_PATH", os.pathsep.join(map(str, folders)))


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def _rules(folder: Path, text: str = RULES, name: str = "rules.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_each_alert_gets_its_runbook_or_a_proposal(tmp_path: Path) -> None:
    result = _run(_rules(tmp_path), "--json")

    report = json.loads(result.stdout)
    rows = {row["alert"]: row for row in report["alerts"]}
    assert (rows["RedisOutOfMemory"]["runbook"], rows["RedisOutOfMemory"]["via"]) == ("redis-out-of-memory", "name")
    assert (rows["Linked"]["runbook"], rows["Linked"]["via"]) == ("redis-connection-refused", "link")
    crash = rows["PodsKeepRestarting"]
    assert (crash["status"], crash["runbook"], crash["proposal"]) == ("dead-link", None, "k8s-pod-crashloopbackoff")
    assert 0 < crash["confidence"] <= 1
    assert (rows["CoffeeEmpty"]["status"], rows["CoffeeEmpty"]["proposal"]) == ("missing", None)
    assert rows["CoffeeEmpty"]["line"] == 17
    assert report["summary"] == {
        "alerts": 4,
        "covered": 2,
        "unfit": 0,
        "wrong_links": 0,
        "dead_links": 1,
        "missing": 1,
        "share": 0.5,
    }
    assert result.exit_code == 1


def test_manifests_lists_and_several_documents_are_read(tmp_path: Path) -> None:
    found = read_rules(_rules(tmp_path, MANIFEST))

    assert [(alert.name, alert.group, alert.line) for alert in found.alerts] == [
        ("LinuxDiskFull", "nodes", 11),
        ("Second", "", 18),
    ]
    assert found.problems == ()


def test_enough_coverage_is_success_and_too_little_is_not(tmp_path: Path) -> None:
    file = _rules(tmp_path)

    assert _run(file, "--require", "50").exit_code == 0
    assert _run(file, "--require", "51").exit_code == 1


def test_the_table_has_a_line_for_each_alert_and_names_the_share(tmp_path: Path) -> None:
    result = _run(_rules(tmp_path))

    lines = result.stdout.splitlines()
    assert [line.split("\t")[:2] for line in lines][:2] == [["RedisOutOfMemory", "covered"], ["Linked", "covered"]]
    assert "proposed: k8s-pod-crashloopbackoff" in lines[2]
    assert "link: https://example.org" in lines[2]
    assert "2 of 4 alerts covered (50 %)" in result.stderr


def test_a_template_that_is_no_yaml_is_named_and_the_other_files_are_read(tmp_path: Path) -> None:
    _rules(tmp_path)
    _rules(tmp_path, "{{- if .Values.on }}\ngroups: [\n", "chart.yml")

    result = _run(tmp_path, "--require", "0")

    assert "chart.yml:1: the file is not YAML" in result.stderr
    assert "RedisOutOfMemory" in result.stdout
    assert result.exit_code == 1


@pytest.mark.parametrize("text", ["", "just words\n", "- a\n- b\n", "groups: nothing\n", "groups:\n- rules:\n  - 3\n"])
def test_a_file_without_alerts_is_wrong_usage(tmp_path: Path, text: str) -> None:
    result = _run(_rules(tmp_path, text))

    assert result.exit_code == 2
    assert "no alert found" in result.stderr


def test_a_deep_nesting_and_a_huge_file_are_problems_not_crashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = read_rules(_rules(tmp_path, "[" * 100_000))
    monkeypatch.setattr("faultmaven_kb.integrations.prometheus_rules._SIZE_LIMIT", 10)
    huge = read_rules(_rules(tmp_path))

    assert "nested deeper" in deep.problems[0].message
    assert "larger than" in huge.problems[0].message


def test_a_rule_file_may_be_utf16_as_windows_writes_it(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_bytes(RULES.encode("utf-16"))
    assert read_rules(file).alerts[0].name == "RedisOutOfMemory"


def test_a_path_that_does_not_exist_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="no such file"):
        list(find_rule_files([tmp_path / "nowhere"]))
    with pytest.raises(PathError, match="cannot read"):
        read_rules(tmp_path / "nowhere.yaml")


def test_a_runbook_with_errors_or_with_nothing_to_do_is_not_fit(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "empty-one.md").write_text("# Empty one\n\n## Meaning\n\nWords.\n\n## Mitigation\n", encoding="utf-8")
    (folder / "good-one.md").write_text("# Good one\n\n## Mitigation\n\nMend it.\n", encoding="utf-8")
    base = KnowledgeBase.load(folder)
    alerts = [Alert("EmptyOne", "r.yaml", 1), Alert("GoodOne", "r.yaml", 2)]

    coverage = cover(alerts, base, faults={"good-one": ("RB000 something",)})

    assert [row.status for row in coverage.rows] == ["unfit", "unfit"]
    assert coverage.rows[0].faults == ("it has no step and no solution",)
    assert coverage.rows[1].faults == ("RB000 something",)
    assert coverage.share == 0
    assert cover([], base, faults={}).share == 1


def test_the_profile_decides_what_is_fit(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "good-one.md").write_text("# Good one\n\n## Mitigation\n\nMend it.\n", encoding="utf-8")
    rules = _rules(tmp_path, "groups:\n- rules:\n  - alert: GoodOne\n")

    result = _run(rules, "--kb", folder, "--profile", "contribute", "--today", "2026-11-22")

    assert "unfit" in result.stdout
    assert "RB" in result.stdout
    assert "more" in result.stdout


def test_what_was_checked_is_kept_for_the_next_call_unless_nothing_is_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FMKB_CACHE_DIR", str(tmp_path / "cache"))
    rules = _rules(tmp_path)
    first = _run(rules, "--no-cache")
    assert not (tmp_path / "cache" / "lint").exists()
    assert _run(rules).output == first.output
    kept = sorted((tmp_path / "cache" / "lint").rglob("*"))
    assert kept
    assert _run(rules).output == first.output
    assert sorted((tmp_path / "cache" / "lint").rglob("*")) == kept


def test_on_a_terminal_the_rows_are_a_table() -> None:
    alerts = [Alert("RedisOutOfMemory", "r.yaml", 1), Alert("CoffeeEmpty", "r.yaml", 2)]
    out = Console(force_terminal=True, width=120, file=io.StringIO())

    print_coverage(out, cover(alerts, builtin_base(), faults={}))

    text = out.file.getvalue()  # type: ignore[attr-defined]
    assert "remark" in text
    assert "redis-out-of-memory" in text


def test_a_template_and_a_file_that_is_no_text_say_what_they_are(tmp_path: Path) -> None:
    template, binary, rules = tmp_path / "t.yaml", tmp_path / "b.yaml", tmp_path / "r.yaml"
    template.write_text("{{- if .Values.on }}\ngroups:\n- name: a\n  rules: [\n{{- end }}\n", encoding="utf-8")
    binary.write_bytes(b"\0\xff")
    rules.write_text(
        "groups:\n- name: a\n  rules:\n  - alert: A\n    annotations: {summary: 'on {{ $labels.x }}'}\n",
        encoding="utf-8",
    )

    (problem,) = read_rules(template).problems
    assert problem.message.endswith("it is a template, expected what `helm template` makes of it")
    assert "characters that are not text" in read_rules(binary).problems[0].message
    assert read_rules(rules).problems == ()
    rules.write_text("groups: [\n", encoding="utf-8")
    assert "template" not in read_rules(rules).problems[0].message


def test_a_link_with_an_anchor_leads_to_its_heading_and_a_missing_anchor_is_a_finding() -> None:
    url = "https://example.org/docs/storage-alerts.md"
    links = ("#blockstorediskalmostfull", "#blockstorediskfull", "", "#gone")
    names = ("Other", "BlockstoreDiskAlmostFull", "BlockstoreReplicaLagging", "CoffeeEmpty")
    alerts = [
        Alert(name, "rules.yml", 1, annotations={"runbook_url": url + link})
        for name, link in zip(names, links, strict=True)
    ]
    pages = KnowledgeBase.load(Path(__file__).parent.parent / "fixtures" / "pages")
    rows = cover(alerts, pages, faults={}).rows
    assert [(row.status, row.runbook) for row in rows] == [
        ("covered", "storage-alerts#blockstorediskalmostfull"),
        ("dead-link", "storage-alerts#blockstorediskalmostfull"),
        ("covered", "storage-alerts#blockstorereplicalagging"),
        ("dead-link", None),
    ]
    assert (
        rows[1].faults[0].startswith('the link leads to no heading "#blockstorediskfull" on the page "storage-alerts"')
    )
    assert rows[3].faults == ('the link leads to no heading "#gone" on the page "storage-alerts"',)


def test_rules_are_found_wherever_the_world_keeps_them() -> None:
    files = [read_rules(file) for file in find_rule_files([FIXTURES / "alert-rules"])]
    assert [file.problems for file in files] == [()] * 6
    found = {alert.name: (Path(alert.path).name, alert.group, alert.line) for file in files for alert in file.alerts}
    assert found == {
        "InConfigMap": ("config-map.yaml", "in-a-map", 11),
        "In Grafana": ("grafana-provisioning.yaml", "grafana", 8),
        "InHelmTemplate": ("helm-template.yaml", "<template>-shop", 17),
        "FilledInLater": ("helm-template.yaml", "<template>-shop", 23),
        "InHelmValues": ("helm-values.yaml", "values", 6),
        "InServerFiles": ("helm-values.yaml", "files", 15),
        "CustomResource": ("prometheus-rule.yaml", "shop", 14),
        "RulesFile": ("prometheus.rules", "shop", 4),
    }


def test_each_of_the_usual_annotations_is_a_link_and_what_a_chart_fills_in_is_none() -> None:
    result = _run(FIXTURES / "alert-rules", "--json")
    rows = {row["alert"]: (row["status"], row["runbook"], row["link"]) for row in json.loads(result.stdout)["alerts"]}
    assert rows.pop("FilledInLater") == ("missing", None, None)
    assert rows.pop("InServerFiles") == ("missing", None, None)
    assert {row[:2] for row in rows.values()} == {("covered", "redis-out-of-memory")}
    assert rows["InHelmTemplate"][2] == "/redis-out-of-memory"


def test_the_annotations_of_a_house_come_from_the_configuration_and_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "good-one.md").write_text("# Good one\n\n## Mitigation\n\n- Mend it.\n", encoding="utf-8")
    rules = _rules(tmp_path, "groups:\n- rules:\n  - alert: X\n    annotations: {handbuch: good-one, sop: good-one}\n")
    assert _run(rules, "--kb", folder).exit_code == 1
    assert _run(rules, "--kb", folder, "--annotation", "SOP").exit_code == 0
    (folder / ".fmkb.toml").write_text('[vocabulary]\nannotations = ["handbuch"]\n', encoding="utf-8")
    assert _run(rules, "--kb", folder).exit_code == 0


def test_a_base_in_another_format_is_judged_by_what_was_read(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    page = folder / "good-one.md"
    page.write_text("# Good one\n\n## Mitigation\n\n- Mend it.\n", encoding="utf-8")
    rules = _rules(tmp_path, "groups:\n- rules:\n  - alert: GoodOne\n")
    assert "1 of 1 alerts covered (100 %)" in _run(rules, "--kb", folder).stderr
    page.write_text("# Good one\n\n## Mitigation\n\n<<<<<<< HEAD\n- A\n=======\n- B\n>>>>>>> x\n", encoding="utf-8")
    assert "RB010" in _run(rules, "--kb", folder).stdout


def test_the_configuration_decides_what_is_fit_as_for_validate(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "good-one.md").write_text("# Good one\n\n## Mitigation\n\n- Mend it.\n", encoding="utf-8")
    rules = _rules(tmp_path, "groups:\n- rules:\n  - alert: GoodOne\n")
    settings = folder / ".fmkb.toml"
    settings.write_text('profile = "contribute"\n', encoding="utf-8")
    assert "unfit" in _run(rules, "--kb", folder).stdout
    settings.write_text('profile = "contribute"\nselect = ["RB010"]\n', encoding="utf-8")
    assert _run(rules, "--kb", folder).exit_code == 0
    elsewhere = tmp_path / "strict.toml"
    elsewhere.write_text('profile = "contribute"\n', encoding="utf-8")
    assert "unfit" in _run(rules, "--kb", folder, "--config", elsewhere).stdout


def test_a_finding_on_a_page_of_many_is_about_the_runbook_on_whose_lines_it_is(tmp_path: Path) -> None:
    text = (FIXTURES / "pages" / "storage-alerts.md").read_text(encoding="utf-8")
    page = tmp_path / "kb" / "storage-alerts.md"
    page.parent.mkdir()
    at = text.index("\n", text.index("## BlockstoreReplicaLagging")) + 1
    page.write_text(f"{text[:at]}\nfrom \u202e right to left\n\n{text[at:]}", encoding="utf-8")
    names = ("BlockstoreDiskAlmostFull", "BlockstoreReplicaLagging")
    rules = _rules(tmp_path, "groups:\n- rules:\n" + "".join(f"  - alert: {name}\n" for name in names))
    rows = json.loads(_run(rules, "--kb", page.parent, "--json").stdout)["alerts"]
    assert [row["status"] for row in rows] == ["covered", "unfit"]


def test_a_link_that_names_another_alert_is_told() -> None:
    url = "https://example.org/docs/storage-alerts.md#blockstorereplicalagging"
    pages = KnowledgeBase.load(FIXTURES / "pages")
    own = Alert("BlockstoreDiskAlmostFull", "r.yml", 1, annotations={"runbook_url": url})
    shares = Alert("ReplicaBehind", "r.yml", 2, annotations={"runbook_url": url})
    (row,) = cover([own], pages, faults={}).rows
    assert (row.status, row.runbook) == ("wrong-link", "storage-alerts#blockstorediskalmostfull")
    assert 'the runbook of "BlockstoreReplicaLagging"' in row.faults[0]
    first, other = cover([Alert("BlockstoreReplicaLagging", "r.yml", 3), shares], pages, faults={}).rows
    assert (first.status, first.names) == ("covered", None)
    assert (other.status, other.names, other.to_dict()["names_alert"]) == ("covered", *["BlockstoreReplicaLagging"] * 2)
    out = Console(force_terminal=True, width=160, file=io.StringIO())
    print_coverage(out, cover([first.alert, shares], pages, faults={}))
    assert 'shared with the alert "BlockstoreReplicaLagging"' in out.file.getvalue()  # type: ignore[attr-defined]


def test_runbooks_that_no_alert_names_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FMKB_PATH")  # the shipped ones
    rules = _rules(tmp_path, "groups:\n- rules:\n  - alert: RedisOutOfMemory\n")
    result = _run(rules)
    assert f"no alert names {len(builtin_base()) - 1} of the runbooks: docker-container-restart-loop, " in result.stderr
    assert "redis-out-of-memory" not in json.loads(_run(rules, "--json").stdout)["unnamed_runbooks"]


def test_a_long_list_of_runbooks_without_an_alert_is_cut(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    for number in range(25):
        (folder / f"case-{number:02}.md").write_text(f"# Case {number:02}\n\n## Mitigation\n\n- x\n", encoding="utf-8")
    rules = _rules(tmp_path, "groups:\n- rules:\n  - alert: Case00\n")
    assert _run(rules, "--kb", folder).stderr.rstrip().endswith("case-20 and 4 more")
