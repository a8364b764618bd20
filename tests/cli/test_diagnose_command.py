"""`fmkb diagnose` as a user runs it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.commands.diagnose import command
from faultmaven_kb.errors import ConfigurationError, PathError
from tests.cli.terminal import Terminal, needs_terminal


def test_causes_the_caveat_and_the_next_step_are_shown() -> None:
    result = CliRunner().invoke(command, ["node NotReady", "--not-seen", "kubelet is running"])
    assert result.exit_code == 0
    first = result.output.splitlines()[1]
    assert "Kubelet or container runtime stopped  k8s-node-not-ready" in first
    assert '"kubelet is running" not seen; it says: Kubelet or container runtime stopped' in result.output
    assert "it is not a diagnosis" in result.output
    assert "Next: k8s-node-not-ready, step 2: Reach the Node" in result.output
    assert 'ping -c 3 -W 2 "<node-ip>"' in result.output


def test_a_dialogue_asks_one_question_at_a_time_and_says_why() -> None:
    result = CliRunner().invoke(command, ["--ask"], input="node NotReady\nperhaps\ny\nq\n")
    assert result.exit_code == 0
    assert "What do you see?" in result.output
    assert '"perhaps" is not understood, expected one of y, n, d, s, u, q' in result.output
    assert '1 of 2: is this so? Silence means "Node lost"\n  why: a yes speaks for Node lost' in result.output
    assert "2 of 2: is this so? A refused port means cause 1, 2 or 5" in result.output
    assert '(Reach the Node): Silence means "Node lost" - **yes**' in result.output


def test_an_answer_can_be_taken_back() -> None:
    taken_back = CliRunner().invoke(command, ["node NotReady", "--ask"], input="y\nu\nn\nq\n").output
    straight = CliRunner().invoke(command, ["node NotReady", "--ask"], input="n\nq\n").output
    assert taken_back.split("To paste")[1] == straight.split("To paste")[1]
    nothing = CliRunner().invoke(command, ["node NotReady", "--ask"], input="u\nq\n").output
    assert "no answer to take back" in nothing
    assert "To paste" not in nothing


def test_a_step_can_be_skipped_and_the_end_of_the_input_ends_the_dialogue() -> None:
    result = CliRunner().invoke(command, ["node NotReady", "--ask"], input="s\n")
    assert result.exit_code == 0
    assert "A refused port means cause 1, 2 or 5 - **not known**" in result.output
    assert "Next: k8s-node-not-ready, step 1: Read the Conditions" in result.output


def test_a_transcript_is_written_with_and_without_a_dialogue(tmp_path: Path) -> None:
    file = tmp_path / "incident.md"
    asked = CliRunner().invoke(command, ["node NotReady", "--ask", "--transcript", str(file)], input="y\nd\nq\n")
    assert asked.output.endswith(file.read_text("utf-8"))
    result = CliRunner().invoke(
        command, ["a <b> _c_", "node NotReady", "--not-seen", "kubelet is running", "--transcript", str(file)]
    )
    text = file.read_text("utf-8")
    assert result.exit_code == 0
    assert text.startswith(
        "## Observed\n\n- seen: a \\<b\\> \\_c\\_\n- seen: node NotReady\n- not seen: kubelet is running\n"
    )
    assert "  - Solution 1: Bring Kubelet, Runtime or Network Plugin Back\n" in text
    assert "\nNot checked yet: k8s-node-not-ready, step 2: Reach the Node\n" in text
    assert "## Checked" not in text
    CliRunner().invoke(command, ["x" * 400, "--transcript", str(file)])
    assert f"- seen: {'x' * 300} …\n" in file.read_text("utf-8")
    assert file.read_text("utf-8").endswith("No runbook points to a cause.\n")


@needs_terminal
def test_on_a_terminal_it_asks_and_ctrl_c_ends_with_the_transcript() -> None:
    terminal = Terminal("diagnose", "node NotReady")
    terminal.wait_for("q quit:")
    terminal.type("y\n")
    terminal.wait_for("q quit:")
    terminal.interrupt()
    code, output = terminal.finish()
    assert code == 0
    assert "To paste into the incident:\n\n## Observed\n\n- seen: node NotReady\n" in output
    assert "- **yes**" in output


def test_a_dialogue_ends_when_no_step_tells_more() -> None:
    result = CliRunner().invoke(command, ["node NotReady", "--ask"], input="s\n" * 30)
    assert result.exit_code == 0
    assert "No step would tell much more." in result.output


def test_json_can_be_carried_on_with_more_observations(tmp_path: Path) -> None:
    first = CliRunner().invoke(command, ["node NotReady", "--json"])
    case = tmp_path / "case.json"
    case.write_text(first.output, "utf-8")
    second = CliRunner().invoke(command, ["--observations", str(case), "--seen", "swap is on", "--json"])
    assert [each["text"] for each in json.loads(second.output)["observations"]] == ["node NotReady", "swap is on"]
    step = json.loads(first.output)["next_step"]
    key = {"runbook": step["runbook"], "position": step["position"]}
    answers = [{"text": step["findings"][0]["text"], "seen": True, "step": key}, {"text": "node NotReady"}]
    third = CliRunner().invoke(command, ["--observations", "-", "--json"], input=json.dumps(answers))
    assert json.loads(third.output)["causes"][0]["cause"] == step["findings"][0]["for"][0]


@pytest.mark.parametrize("text", ["", "[1]", "{}", '[{"text": 3}]', '[{"text": "x", "seen": "no"}]'])
def test_a_file_without_observations_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "case.json").write_text(text, "utf-8")
    result = CliRunner().invoke(command, ["--observations", str(tmp_path / "case.json")])
    assert isinstance(result.exception, ConfigurationError)


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, ["--observations", str(tmp_path / "none.json")])
    assert isinstance(result.exception, PathError)


def test_nothing_to_go_by_is_a_mistake_and_nothing_found_is_not() -> None:
    assert CliRunner().invoke(command, []).exit_code == 2
    result = CliRunner().invoke(command, ["asdf"])
    assert result.exit_code == 1
    assert result.output == "no runbook points to a cause\n"


def test_what_a_user_typed_cannot_drive_the_terminal() -> None:
    result = CliRunner().invoke(command, ["node NotReady", "--not-seen", "kubelet is \x1b[31mrunning"])
    assert "\x1b" not in result.output


def test_standard_input_is_a_symptom_or_observations_and_not_both() -> None:
    piped = CliRunner().invoke(command, ["-", "--json"], input="node NotReady\n")
    assert [each["text"] for each in json.loads(piped.output)["observations"]] == ["node NotReady\n"]
    marked = CliRunner().invoke(
        command, ["--observations", "-"], input=b"\xef\xbb\xbf" + b'[{"text": "node NotReady"}]'
    )
    assert "k8s-node-not-ready" in marked.output
    twice = CliRunner().invoke(command, ["-", "--observations", "-"], input="x")
    assert (twice.exit_code, "standard input is given more than once, expected - once" in twice.output) == (2, True)
