"""What `fmkb init` writes for a folder of runbooks: each file's path below the root, and its text.

The texts pin this version, name the folder with forward slashes on every system, and contain nothing to fill in that
would make them invalid: where an owner is not known, the line of CODEOWNERS is a comment.
"""

import re
from datetime import date

from faultmaven_kb._version import __version__
from faultmaven_kb.gate.configuration.regular import BASELINE_FILE, CONFIGURATION_FILE
from faultmaven_kb.gate.settings.settings import Profile
from faultmaven_kb.model.template import new_runbook

__all__ = ["starting_files"]

_CONFIGURATION = """\
# How the runbooks are checked. Every key: docs/reference/configuration.md of faultmaven_kb, or `fmkb rules`.
profile = "{profile}"
baseline = "{baseline}" # the findings of today; only new ones fail. `fmkb validate --write-baseline` updates it.

# [sections]
# required = ["Symptoms", "Diagnosis", "Resolution"]
# [sections.aliases]
# "What you see" = "Symptoms"
"""
_WORKFLOW = """\
name: runbooks
on:
  pull_request:
    paths: ["{folder}/**", "{configuration}", "{baseline}"]
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          fetch-depth: 0 # with its history: the configuration before the change decides, not the one in it
          persist-credentials: false
      - uses: actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0
        with:
          python-version: "3.13"
      - run: pip install "faultmaven-kb=={version}"
      - run: fmkb validate --since "$BASE" "{folder}"
        env:
          BASE: origin/${{{{ github.base_ref }}}}
"""
_HOOK = """\
repos:
  - repo: local
    hooks:
      - id: fmkb-validate
        name: check changed runbooks
        entry: fmkb validate
        language: python
        additional_dependencies: ["faultmaven-kb=={version}"]
        files: ^{pattern}/.*\\.md$
        exclude: ^-|(^|/)(README|TEMPLATE|CONTRIBUTING|REVIEW_GUIDELINES|_index)\\.md$
        require_serial: true
"""
_OWNERS = """\
# Who is asked to review a change of the runbooks.
{owner}
"""


def starting_files(folder: str, *, profile: Profile, owner: str, today: date) -> dict[str, str]:
    """The files for a folder (its path below the root, with forward slashes), by their paths, in the order to write."""
    names = {"folder": folder, "profile": profile.label, "version": __version__}
    names |= {"baseline": BASELINE_FILE, "configuration": CONFIGURATION_FILE}
    rule = f"/{folder.replace(' ', chr(92) + ' ')}/"
    return {
        CONFIGURATION_FILE: _CONFIGURATION.format(**names),
        ".github/workflows/runbooks.yml": _WORKFLOW.format(**names),
        ".pre-commit-config.yaml": _HOOK.format(pattern=re.escape(folder), **names),
        ".github/CODEOWNERS": _OWNERS.format(owner=f"{rule} {owner}" if owner else f"# {rule} @your-team"),
        f"{folder}/TEMPLATE.md": new_runbook("technology-problem", "technology", today),
    }
