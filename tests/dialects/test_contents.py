"""Two sections that say something about one field: nothing that an author wrote is lost."""

from faultmaven_kb import parse_runbook


def test_two_prevention_sections_of_an_alert_keep_their_words_and_practices() -> None:
    text = """# KubePodCrashLooping

## Meaning

The pod restarts again and again.

## Impact

Requests fail.

## Prevention

Set limits by what was measured.

- Keep probes cheap.

## Prevention

Review the limits each quarter.

- Alert on restarts.
"""
    runbook = parse_runbook(text, dialect="four-section").runbook
    assert runbook is not None
    assert runbook.purpose == "The pod restarts again and again."
    assert [passage.text for passage in runbook.prevention.passages] == [
        "Set limits by what was measured.",
        "Review the limits each quarter.",
    ]
    assert [practice.text for practice in runbook.prevention.do] == ["Keep probes cheap.", "Alert on restarts."]


def test_a_skill_with_two_goals_keeps_both() -> None:
    text = """---
name: drain-queue
description: Drains a mail queue.
---

# Drain the queue

## Goal

Deliver what waits.

## Overview

Works on Postfix.
"""
    runbook = parse_runbook(text, dialect="skill").runbook
    assert runbook is not None
    assert (runbook.id, runbook.purpose) == ("drain-queue", "Deliver what waits.\n\nWorks on Postfix.")
