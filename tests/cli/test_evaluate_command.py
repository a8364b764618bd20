"""`fmkb eval` as a user runs it."""

import json
from pathlib import Path

from click.testing import CliRunner

from faultmaven_kb.cli.commands.evaluate import command
from faultmaven_kb.errors import ConfigurationError, PathError


def _set(folder: Path, *lines: dict[str, object]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


_DISK: dict[str, object] = {"id": "a", "text": "No space left on device", "expected": ["linux-disk-full"]}


def test_equal_runs_without_a_clock_print_equal_bytes(tmp_path: Path) -> None:
    path = _set(tmp_path, _DISK, {"id": "b", "text": "a cake"})
    first = CliRunner().invoke(command, [str(path), "--no-clock", "--json"])
    assert first.exit_code == 0
    assert first.output == CliRunner().invoke(command, [str(path), "--no-clock", "--json"]).output
    assert json.loads(first.output)["ranking"]["S@1"]["value"] == 1.0


def test_a_run_is_compared_with_an_earlier_one(tmp_path: Path) -> None:
    path = _set(tmp_path, _DISK)
    earlier = tmp_path / "before.json"
    earlier.write_text(CliRunner().invoke(command, [str(path), "--json"]).output, "utf-8")
    result = CliRunner().invoke(command, [str(path), "--compare", str(earlier)])
    assert result.exit_code == 0
    assert "compared on 1 questions" in result.output
    both = json.loads(CliRunner().invoke(command, [str(path), "--compare", str(earlier), "--json"]).output)
    assert both["comparison"]["won"] == []


def test_a_miss_is_explained_by_what_the_right_runbook_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    folder.mkdir()
    (folder / "gizmo-stuck.md").write_text(
        "# Gizmo is stuck\n\nThe gizmo needs grease.\n\n## Afterwards\n\nThe flywheel turns.\n", "utf-8"
    )
    (folder / "spindle-overrun.md").write_text(
        "# Spindle overrun\n\nThe flywheel of the spindle hits a cog.\n", "utf-8"
    )
    asked: list[dict[str, object]] = [
        {"id": "miss", "text": "flywheel hits the spindle cog", "expected": ["gizmo-stuck"]},
        {"id": "hit", "text": "gizmo grease", "expected": ["gizmo-stuck"]},
        {"id": "gone", "text": "spindle", "expected": ["no-such"]},
        {"id": "nothing", "text": "zeppelin", "expected": ["gizmo-stuck"]},
    ]
    arguments = [str(_set(tmp_path, *asked)), "--kb", str(folder), "--explain", "--no-clock"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "of the question's telling words gizmo-stuck has 25%, spindle-overrun 100%" in result.output
    assert 'gizmo-stuck lacks "hits", "spindle", "cog"' in result.output
    assert 'outside of its symptoms, title and causes: "flywheel"' in result.output
    assert "spindle-overrun has: The flywheel of the spindle hits a cog." in result.output
    assert 'alias to add to gizmo-stuck: "flywheel hits spindle cog"' in result.output
    told = json.loads(CliRunner().invoke(command, [*arguments, "--json"]).stdout)["explanations"]
    assert [(each["question"], each["right"], each["first"]) for each in told] == [
        ("miss", "gizmo-stuck", "spindle-overrun")
    ]
    assert [(each["explained"], each["explained_first"]) for each in told] == [(0.25, 1.0)]


def test_suggested_aliases_are_a_patch_and_nothing_else(tmp_path: Path) -> None:
    gizmo = tmp_path / "gizmo-stuck.md"
    gizmo.write_text("---\nid: gizmo-stuck\ntitle: Gizmo is stuck\n---\n\n# Gizmo is stuck\n\nGrease.\n", "utf-8")
    (tmp_path / "spindle-overrun.md").write_text("# Spindle overrun\n\nThe flywheel hits a cog.\n", "utf-8")
    asked: list[dict[str, object]] = [
        {"id": "a", "text": "flywheel hits a cog", "expected": ["gizmo-stuck"]},
        {"id": "b", "text": "grease on the flywheel hits a cog", "expected": ["spindle-overrun"]},
        {"id": "c", "text": "gizmo gizmo stuck grease", "expected": ["spindle-overrun"]},
    ]
    result = CliRunner().invoke(
        command, [str(_set(tmp_path, *asked)), "--kb", str(tmp_path), "--suggest-aliases", "--no-clock"]
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("--- a/")
    assert '+aliases:\n+  - "flywheel hits cog"\n' in result.stdout
    assert 'not in the patch, the front matter cannot be changed line by line: "spindle-overrun"' in result.stderr


def test_nothing_is_explained_without_questions() -> None:
    assert "need QUESTIONS" in CliRunner().invoke(command, ["--explain"]).output


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    path = _set(tmp_path, _DISK)
    result = CliRunner().invoke(command, [str(path), "--compare", str(path.parent / "none.json")])
    assert isinstance(result.exception, PathError)
    for text in ("[]", "no json"):
        (tmp_path / "bad.json").write_text(text, "utf-8")
        result = CliRunner().invoke(command, [str(path), "--compare", str(tmp_path / "bad.json")])
        assert isinstance(result.exception, ConfigurationError)


def test_an_expected_runbook_that_the_base_lacks_is_named(tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [{"id": str(n), "text": "x y z", "expected": [f"no-such-{n}"]} for n in range(7)]
    result = CliRunner().invoke(command, [str(_set(tmp_path, *lines))])
    assert 'does not have: "no-such-0", "no-such-1"' in result.stderr
    assert "and 2 more" in result.stderr


def test_without_questions_the_base_is_asked_for_its_own_symptoms() -> None:
    result = CliRunner().invoke(command, ["--no-clock"])
    assert result.exit_code == 0
    assert "runbooks not found by their own symptoms: 0" in result.output
    assert json.loads(CliRunner().invoke(command, ["--json"]).output)["lost"] == []


def test_options_that_need_questions_say_so() -> None:
    result = CliRunner().invoke(command, ["--compare", "x.json"])
    assert result.exit_code == 2
    assert "need QUESTIONS" in result.stderr
