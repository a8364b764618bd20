"""A check of a text, as a worker process does it: the module imports nothing that only a server needs."""

import datetime

from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.settings.settings import profile_named
from faultmaven_kb.reports.findings.json_report import to_json

__all__ = ["checked"]


def checked(text: str | bytes, today: datetime.date, profile: str) -> bytes:
    """The findings of a text, as `fmkb validate --format json` prints them."""
    return to_json(check_text(text, today=today, profile=profile_named(profile))).encode("utf-8", "replace")
