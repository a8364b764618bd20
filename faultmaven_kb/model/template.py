"""The runbook that `fmkb new` writes: every part of the format in its place, TODO where the author's words belong."""

from datetime import date

__all__ = ["new_runbook", "title_of_id"]

_TEMPLATE = """\
---
id: {id}
title: "{title}"
technology: {folder}
severity: medium
tags:
  - {folder}
  - todo-second-tag
  - todo-third-tag
difficulty: intermediate
version: "0.1.0"
last_updated: "{today}"
verified_by: "none yet"
status: draft
---

# {title}

> **Purpose**: TODO one sentence: which fault this fixes

## Quick Reference Card

**🔍 Symptoms:**
- `TODO the message exactly as the software prints it`
- TODO another thing that is seen: a metric, a state

**⚡ Common Causes:**
1. **TODO likeliest cause** (60% of cases) - TODO how it comes about
2. **TODO next cause** (40% of cases) - TODO how it comes about

**🚀 Quick Fix:**
```bash
# TODO what this does; it must destroy nothing
echo TODO
```

**⏱️ Estimated Resolution Time:** 5-15 minutes (quick fix), 1-2 hours (root cause fix)

---

## Diagnostic Steps

### Step 1: TODO look at the state

**What to check:** TODO

**How to check:**
```bash
# TODO what this shows
echo TODO
```

**Expected output:**
```text
TODO what a healthy system prints
```

**Look for:**
- TODO what points at a cause

**What this tells you:** TODO which cause it supports or rules out

### Step 2: TODO distinguish the causes

**What to check:** TODO

**How to check:**
```bash
# TODO what this shows
echo TODO
```

**Expected output:**
```text
TODO what a healthy system prints
```

**Look for:**
- TODO what points at a cause

**What this tells you:** TODO which cause it supports or rules out

---

## Root Cause Analysis

TODO why this happens, in a few short paragraphs.

---

## Solutions

### Solution 1: TODO fix the likeliest cause

**When to use this solution:** TODO

**Prerequisites:**
- TODO access, tools, permissions

**Implementation Steps:**

1. TODO first step

   ```bash
   # TODO what this does
   echo TODO
   ```

**Expected outcome:** TODO what shows that it worked

**Time to resolution:** ~10 minutes

### Solution 2: TODO fix the next cause

**When to use this solution:** TODO

**Prerequisites:**
- TODO access, tools, permissions

**Implementation Steps:**

1. TODO first step

   ```bash
   # TODO what this does
   echo TODO
   ```

**Expected outcome:** TODO what shows that it worked

**Time to resolution:** ~30 minutes

---

## Prevention

### Immediate Prevention (Tactical)

1. **TODO alert or limit** - TODO

### Long-term Prevention (Strategic)

1. **TODO change of design** - TODO

### Best Practices

- ✅ TODO
- ❌ TODO

### Security Considerations

- TODO what the commands above expose or need

---

## Related Issues

**Related runbooks:**
- TODO link to a runbook: its title, its relative path

**External resources:**
- TODO link to the official documentation

---

## Version History

| Version | Date       | Author | Changes       |
|---------|------------|--------|---------------|
| 0.1.0   | {today} | TODO   | First version |
"""


def new_runbook(runbook_id: str, technology: str, today: date) -> str:
    """The text of a new runbook that passes the `ingest` profile; the TODOs are what `contribute` asks for."""
    title = title_of_id(runbook_id, technology)
    return _TEMPLATE.format(id=runbook_id, title=title, folder=technology, today=today.isoformat())


def title_of_id(runbook_id: str, technology: str) -> str:
    """The title that an id suggests: "Redis - Out Of Memory"."""
    problem = " ".join(word.capitalize() for word in runbook_id.split("-")[1:])
    return f"{technology.capitalize()} - {problem}"
