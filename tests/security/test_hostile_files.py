"""Small files that once took minutes, gigabytes or a traceback, most of them no runbooks: each is read or refused.

None of them asks a clock or the memory: what is counted is what the work is made of.
"""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb import ConfigurationError, KnowledgeBase, parse_runbook
from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.diagnostics import Level
from faultmaven_kb.differential.statements import clauses, statement
from faultmaven_kb.evaluation.evaluation import Evaluation
from faultmaven_kb.evaluation.labelled import read_labelled
from faultmaven_kb.fences import shell
from faultmaven_kb.fences.data_syntax import error_in
from faultmaven_kb.gate.configuration.file import _lines, read_configuration
from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.settings.settings import Profile
from faultmaven_kb.integrations import prometheus_rules
from faultmaven_kb.integrations.alert_coverage import cover
from faultmaven_kb.integrations.prometheus_rules import Alert, read_rules
from faultmaven_kb.search.questions.pasted import read_pasted
from faultmaven_kb.text.values import yaml_faults
from faultmaven_kb.text.values.toml_values import MOST_PARTS, has_deep_keys

DEEP = "b." * MOST_PARTS + "b = 1"


def test_aliases_of_aliases_in_rule_files_are_read_where_their_anchor_is(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    bomb = "".join(f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
    rules.write_text(f"a: &a0\n- {{alert: Down, expr: up}}\n{bomb}groups:\n- rules: *a0\n", encoding="utf-8")
    assert {(each.name, each.line) for each in read_rules(rules).alerts} == {("Down", 2)}


def test_a_list_of_rules_behind_an_alias_is_a_list_of_rules(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("shared: &shared\n- alert: Down\ngroups:\n- name: a\n  rules: *shared\n", encoding="utf-8")
    assert [each.name for each in read_rules(rules).alerts] == ["Down"]


def test_a_text_of_rules_that_many_aliases_name_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, texts = tmp_path / "rules.yaml", list[str]()
    check = yaml_faults.nested_beyond

    def counted(text: str, levels: int, *, values: int | None = None) -> bool:
        texts.append(text)
        return check(text, levels, values=values)

    monkeypatch.setattr(prometheus_rules, "nested_beyond", counted)
    aliases = ", ".join(["*text"] * 1_000)
    rules.write_text(f"a: &text |\n  rules:\n  - alert: Down\nb: [{aliases}]\n", encoding="utf-8")
    assert [each.name for each in read_rules(rules).alerts] == ["Down"]
    assert len(texts) == 2  # the file and the text in it


def test_a_rule_file_of_thousands_of_values_is_named_with_the_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("groups:\n" + "- a\n" * 40_000, encoding="utf-8")
    read = read_rules(rules)
    message = "more than 40,000 keys and values, split the file"
    assert [(each.line, each.message) for each in read.problems] == [(40_001, message)]
    rules.write_text("data:\n  a: |\n    # alert: is in it\n" + "    - a\n" * 40_001, encoding="utf-8")
    assert read_rules(rules).alerts == ()


@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        "[" + "b." * MOST_PARTS + "b]",
        "a = {" + DEEP + "}",
        "b . " * MOST_PARTS + "b = 1",
        '"\\""' + '."a"' * MOST_PARTS + " = 1",
        "'\"'" + ".'a'" * MOST_PARTS + " = 1",
        f'a = """x""""\n{DEEP}',
        f"a = '''x'''''\n{DEEP}",
        f'a = """\\""""\n{DEEP}',
        f"a = 'x\\'\n{DEEP}",
        f'a = "x\\\\"\n{DEEP}',
        f'# "\n{DEEP}',
        f'a = """"""\n{DEEP}',
    ],
)
def test_a_key_of_many_parts_is_seen_whatever_its_quotes_hide(text: str) -> None:
    assert has_deep_keys(text)
    with pytest.raises(ConfigurationError, match="more than 16 parts"):
        read_configuration(text, ".fmkb.toml", read=lambda _: "")
    assert error_in(text, "toml") is None


@pytest.mark.parametrize(
    "text",
    [
        f'a = "{DEEP}"',
        f"a = '{DEEP}'",
        f'a = """\n{DEEP}\n"""',
        f"# {DEEP}",
        "b." * (MOST_PARTS - 1) + "b = 1",
        "a = 1.5\n" * 40,
    ],
)
def test_words_with_dots_in_strings_and_comments_are_no_key(text: str) -> None:
    assert not has_deep_keys(text)


@pytest.mark.parametrize("language", ["json", "toml"])
def test_a_number_of_thousands_of_digits_in_a_snippet_is_no_crash(language: str) -> None:
    number = "9" * 5_000
    assert error_in(number if language == "json" else f"a = {number}", language) is None


def test_a_line_of_a_text_that_looks_like_a_header_has_few_names() -> None:
    assert len(_lines('a = """\n[' + "b." * 5_000 + 'b]\n"""\n')) <= MOST_PARTS + 1


def test_front_matter_of_thousands_of_values_is_one_finding() -> None:
    result = parse_runbook("---\nid: a\n" + "k: v\n" * 2_100 + "---\n\n# T\n\nText.\n")
    assert result.runbook is None
    found = [(each.code, each.message, each.span.line) for each in result.diagnostics]
    expected = "more than 4,000 keys and values in the front matter, expected a few fields"
    assert found == [("RB014", expected, 2_002)]


def test_front_matter_that_is_never_closed_is_read_up_to_its_limit() -> None:
    text = "---\nid: a\n" + "k: v\n" * 20
    short, long = (parse_runbook(text + "x: y # " + "z" * size + "\n") for size in (10, 70_000))
    assert "RB103" in {each.code for each in short.diagnostics} & {each.code for each in long.diagnostics}
    assert short.runbook is not None
    assert set(short.runbook.metadata.other) == {"id", "k", "x"}
    assert long.runbook is not None
    assert not long.runbook.metadata.other


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a": ' + "[" * 20_000, "no JSON object"),
        (json.dumps({"id": "a", "text": "b", "expected": {"c": 10**400}}), '"expected" that cannot be read'),
    ],
)
def test_a_labelled_question_that_python_cannot_hold_is_named_with_its_line(
    line: str, message: str, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text(f'{{"id": "z", "text": "b"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"line 2 has {message}"):
        read_labelled(questions)


@pytest.mark.parametrize(
    "change",
    [{"confidence": float("inf")}, {"confidence": 7}, {"expected": {"b": 10**400}}, {"seconds": "x"}],
    ids=["infinite", "too sure", "no grade", "no time"],
)
def test_an_earlier_run_with_impossible_numbers_is_refused(change: dict[str, object]) -> None:
    outcome = {"id": "a", "text": "b", "category": "", "expected": {"b": 1}, "verdict": "match", "ranking": ["b"]}
    sound = {"seed": 0, "outcomes": [outcome | {"confidence": 0.5, "seconds": None}]}
    assert Evaluation.from_dict(sound).outcomes[0].rank == 1
    with pytest.raises(ConfigurationError, match="the run cannot be read"):
        Evaluation.from_dict({"seed": 0, "outcomes": [sound["outcomes"][0] | change]})  # type: ignore[index]
    with pytest.raises(ConfigurationError, match="the run cannot be read"):
        Evaluation.from_dict({"seed": float("inf"), "outcomes": []})


def test_an_observation_at_a_place_without_end_is_refused(tmp_path: Path) -> None:
    observations = tmp_path / "seen.json"
    observations.write_text('[{"text": "a", "step": {"runbook": "b", "position": 1e999}}]', encoding="utf-8")
    done = CliRunner().invoke(fmkb, ["diagnose", "redis", "--no-ask", "--observations", str(observations)])
    assert isinstance(done.exception, ConfigurationError)
    assert "contains no observations" in str(done.exception)


def test_a_long_observation_is_compared_by_its_beginning() -> None:
    text = ", ".join(f"word{number} is down" for number in range(5_000))
    assert len(clauses(text)) < 1_000
    assert len(statement(text).terms) < 2_000
    assert clauses("redis is down, the disk is full") == ("redis is down", "the disk is full")


@pytest.mark.parametrize(
    ("code", "command"), [("RB703", "rm -rf /srv/a{0}"), ("RB704", "kill -9 {0}"), ("RB708", "chmod 777 a{0}")]
)
def test_no_command_hides_behind_two_hundred_others(code: str, command: str) -> None:
    commands = "".join(command.format(number) + "\n" for number in range(300))
    text = f"# T\n\n## Diagnostic Steps\n\n### Step 1: Look\n\n```bash\n{commands}```\n"
    report = check_text(text, today=date(2026, 11, 22), profile=Profile.CURATED)
    found = [each for each in report.diagnostics if each.code == code]
    assert [each.span.line for each in found] == list(range(8, 209))
    assert found[-1].message == "more than 200 such commands, expected a runbook whose every command can be judged"


def test_a_backup_far_above_a_command_is_no_precaution() -> None:
    start = "# T\n\n## Solutions\n\n### Solution 1: a\n\n```bash\npg_dump app > app.sql\n"
    near, far = (start + "ls /tmp\n" * count + "rm -rf /srv/a\n```\n" for count in (10, 3_000))
    codes = [{each.code for each in check_text(text, today=date(2026, 11, 22)).diagnostics} for text in (near, far)]
    assert ["RB703" in found for found in codes] == [False, True]


def test_a_line_that_no_rule_reads_is_reported_and_hides_no_command_in_silence() -> None:
    hidden = f"# T\n\n## Diagnostic Steps\n\n### Step 1: a\n\n```bash\n# {'x' * 2_001}\nrm -rf /srv/a\n```\n"
    found = check_text(hidden, today=date(2026, 11, 22)).diagnostics
    message = "a line of more than 2,000 characters, expected lines that a reader and the rules can read"
    assert [(each.level, each.message, each.span.line) for each in found if each.code == "RB603"] == [
        (Level.ERROR, message, 8)
    ]


@pytest.mark.parametrize(
    "code", ["a|" * 900 + "\nrm -rf /srv/a\n" + "b|" * 200, "x=(\n" * 300 + "rm -rf /srv/a\n" * 700]
)
def test_a_block_too_dense_for_a_parser_is_reported_and_hides_no_command_in_silence(code: str) -> None:
    assert shell.unreadable(code) == 0
    found = check_text(
        f"# T\n\n## Diagnostic Steps\n\n### Step 1: a\n\n```bash\n{code}\n```\n", today=date(2026, 11, 22)
    )
    message = "a block with too many of the signs |()<;`&= for its length, expected smaller ones that a reader and the "
    assert [each.span.line for each in found.diagnostics if each.code == "RB603" and message in each.message] == [8]


def test_the_place_of_an_error_is_looked_for_with_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    broken = shell._broken

    def counted(code: str) -> bool:
        parsed.append(len(code))
        return broken(code)

    monkeypatch.setattr(shell, "_broken", counted)
    script = shell.parse("ls\n" * 3 + "if true; then\n" + "ls /tmp\n" * 1_000)
    assert script.error == 9
    assert sum(length**2 for length in parsed) <= 1_000_000


def test_statements_before_a_rollback_are_undone_and_those_after_it_are_not() -> None:
    code = "begin;\ndelete from t;\nrollback;\ndelete from u;\n"
    text = f"# T\n\n## Diagnostic Steps\n\n### Step 1: a\n\n```sql\n{code}```\n"
    found = check_text(text, today=date(2026, 11, 22)).diagnostics
    assert [each.span.line for each in found if each.code == "RB703"] == [11]


def test_a_backslash_in_the_name_of_an_alert_is_a_backslash_in_its_link() -> None:
    link = "https://example.org/{{ $labels.alertname }}"
    alert = Alert(r"Disk\ufe0f\g<0>", "rules.yaml", 1, annotations={"runbook_url": link})
    (row,) = cover((alert,), KnowledgeBase.load(), faults={}).rows
    assert row.link == r"https://example.org/Disk\ufe0f\g<0>"


def test_a_file_with_more_observations_than_anybody_makes_is_refused(tmp_path: Path) -> None:
    observations = tmp_path / "seen.json"
    for text in (json.dumps([{"text": f"redis {number}"} for number in range(101)]), "[" + "0," * 100 + "0]"):
        observations.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(fmkb, ["diagnose", "redis", "--no-ask", "--observations", str(observations)])
        assert isinstance(done.exception, ConfigurationError)
        assert "contains 101 observations, expected 100 at most" in str(done.exception)


def test_of_a_question_a_bounded_number_of_lines_is_read() -> None:
    lines = "a\n" * 50_000
    assert [line.text for line in read_pasted(lines + "OOM command not allowed\n").lines] == ["a"]
    assert "OOM command not allowed" in [line.text for line in read_pasted(lines[2:] + "OOM command not allowed").lines]


@pytest.mark.parametrize("value", ["0x" + "f" * 5_000, "[[0b" + "1" * 20_000 + "]]", "{a = 0o" + "7" * 6_000 + "}"])
@pytest.mark.parametrize("key", ["id", "version", "tags", "x"])
def test_a_number_in_toml_that_cannot_be_written_is_a_finding(key: str, value: str, tmp_path: Path) -> None:
    text = f"+++\n{key} = {value}\n+++\n\n# A\n"
    found = check_text(text, today=date(2026, 11, 22)).diagnostics
    assert any("too many digits" in each.message for each in found)
    assert not any(each.code == "RB990" for each in found)
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    for command in (["show", str(tmp_path / "a.md")], ["list", "--json", "--kb", str(tmp_path)]):
        assert CliRunner().invoke(fmkb, command).exit_code == 0


@pytest.mark.parametrize("depth", [20, 100, 300, 400, 450, 5_000])
def test_what_is_nested_deeply_in_toml_is_a_finding(depth: int) -> None:
    for value in ("[" * depth + "]" * depth, "{a = " * depth + "1" + "}" * depth):
        found = check_text(f"+++\nx = {value}\n+++\n\n# A\n", today=date(2026, 11, 22)).diagnostics
        assert any("nested too deeply" in each.message for each in found)
        assert not any(each.code == "RB990" for each in found)
