"""Small files that once took minutes, gigabytes or a traceback, most of them no runbooks: each is read or refused.

None of them asks a clock or the memory: what is counted is what the work is made of.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb import ConfigurationError, parse_runbook
from faultmaven_kb.cli.main import fmkb
from faultmaven_kb.evaluation.evaluation import Evaluation
from faultmaven_kb.evaluation.labelled import read_labelled
from faultmaven_kb.fences.data_syntax import error_in
from faultmaven_kb.gate.configuration.file import _lines, read_configuration
from faultmaven_kb.integrations.prometheus_rules import read_rules
from faultmaven_kb.text.toml_values import MOST_PARTS, has_deep_keys

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
    assert "holds no observations" in str(done.exception)
