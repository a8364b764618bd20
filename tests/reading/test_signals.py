"""What decides how a document is read, and what is kept as its author wrote it."""

from tests.documents import read

PUMP = b"# Pump is down\n\nThe pump feeds the tank.\n\n## Solutions\n\n```bash\npump restart\n```\n"


def test_one_heading_does_not_make_a_page_this_format() -> None:
    runbook = read(PUMP)
    assert runbook.dialect == "four-section"
    assert runbook.purpose == "The pump feeds the tank."
    assert [command.code for command in runbook.solutions[0].commands] == ["pump restart\n"]


def test_two_signals_do() -> None:
    assert read(PUMP + b"\n## Diagnostic Steps\n\n### Look\n\nLook.\n").dialect == "faultmaven"
    assert read(PUMP.replace(b"```bash", b"### Solution 1: Restart\n\n```bash")).dialect == "faultmaven"
    assert read(b"---\ntechnology: pump\n---\n" + PUMP).dialect == "faultmaven"


def test_values_of_unknown_keys_stay_as_written() -> None:
    front = b"---\nbuild: 1.10\nwindow: 10:00\nports: [007, 8080]\nlimits: {cpu: 0.50, memory: 2}\nlive: true\n---\n"
    assert read(front + PUMP).metadata.other == {
        "build": "1.10",
        "window": "10:00",
        "ports": ["007", 8080],
        "limits": {"cpu": "0.50", "memory": 2},
        "live": True,
    }
