"""Plain alert runbooks and any other Markdown load into the same model."""

from faultmaven_kb import parse_runbook
from tests.documents import read

ALERT = """\
# QueueDepthHigh

## Meaning

The queue holds more than `1000` messages.
See the [manual](https://example.com/queue).

## Impact

Mail is late.

## Diagnosis

Ask the broker:

```shell
queuectl status
```

Then ask the workers.

```shell
queuectl workers
```

- look for `blocked`

### Broker disk

Is there room?

## Mitigation

Do one of these.

### Restart the workers

1. Restart them

   ```shell
   queuectl restart-workers
   ```

### Empty the disk

> **Warning:** keep the journal

Remove old files.

## Additional resources

- [More](https://example.org/more)
"""


def test_the_four_sections_find_their_places() -> None:
    runbook = parse_runbook(ALERT, path="alerts/QueueDepthHigh.md").runbook
    assert runbook is not None
    assert (runbook.dialect, runbook.id, runbook.title) == ("four-section", "QueueDepthHigh", "QueueDepthHigh")
    assert runbook.purpose.startswith("The queue holds more than")
    assert runbook.impact == "Mail is late."
    assert [(step.number, len(step.commands)) for step in runbook.steps] == [(1, 1), (2, 1), (3, 0)]
    assert runbook.steps[0].what_to_check == "Ask the broker:"
    assert runbook.steps[1].what_to_check == "Then ask the workers.\n\n- look for `blocked`"
    assert runbook.steps[2].title == "Broker disk"
    assert [solution.title for solution in runbook.solutions] == ["Restart the workers", "Empty the disk"]
    assert runbook.solutions[0].instructions[0].commands[0].code == "queuectl restart-workers\n"
    assert runbook.solutions[0].passages[0].text == "Do one of these."
    assert [note.text for note in runbook.solutions[1].notes] == ["keep the journal"]
    assert [link.url for link in runbook.resources] == ["https://example.com/queue", "https://example.org/more"]
    assert runbook.metadata.severity is None


def test_front_matter_may_name_a_plain_runbook() -> None:
    runbook = read(f"---\nid: queue-depth-high\ntitle: Queue - Depth High\n---\n{ALERT}")
    assert (runbook.id, runbook.title, runbook.dialect) == ("queue-depth-high", "Queue - Depth High", "four-section")


def test_variants_of_the_headings_are_known() -> None:
    text = "# A\n\n## Summary\n\nS.\n\n## Symptoms\n\nPages hang.\n\n"
    text += "## Possible causes\n\n- One\n- Two\n\n## Resolution\n\nR.\n"
    runbook = read(text)
    assert runbook.purpose == "S."
    assert [symptom.text for symptom in runbook.symptoms] == ["Pages hang."]
    assert [cause.name for cause in runbook.causes] == ["One", "Two"]
    assert [solution.title for solution in runbook.solutions] == ["Resolution"]


def test_any_other_markdown_loads_and_keeps_all_its_text() -> None:
    text = "# Notes\n\nAbout the [queue](https://example.com).\n\n## Errors\n\n- `queue full`\n\n## Odds\n\nMore.\n"
    runbook = read(text)
    assert (runbook.dialect, runbook.id, runbook.title) == ("generic", "notes", "Notes")
    assert runbook.purpose == "About the [queue](https://example.com)."
    assert runbook.symptoms[0].literals == ("queue full",)
    assert [section.title for section in runbook.sections] == ["Notes", "Errors", "Odds"]
    assert [section.text for section in runbook.sections][2] == "## Odds\n\nMore."


def test_text_without_any_heading_has_an_id_and_a_section() -> None:
    runbook = read("just words\n")
    assert (runbook.id, runbook.title, runbook.sections[0].level) == ("untitled", "Untitled", 0)
    assert runbook.sections[0].text == "just words"


def test_an_empty_mitigation_yields_no_solution() -> None:
    runbook = read("# A\n\n## Meaning\n\nM.\n\n## Diagnosis\n\n## Mitigation\n\n---\n")
    assert (runbook.steps, runbook.solutions) == ((), ())
