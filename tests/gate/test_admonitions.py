"""A warning in a site generator's form warns of a command (RB703) exactly as one in Markdown's."""

from datetime import date

import pytest

from faultmaven_kb.gate.engine.check import check_text
from faultmaven_kb.gate.settings.settings import Settings

_COMMAND = "```bash\nrm -rf /var/lib/queue\n```\n"
FORMS = {
    "GitHub": "> [!WARNING]\n> {text}\n\n{command}",
    "MkDocs": "!!! warning\n    {text}\n\n{command}",
    "MkDocs with a title": '!!! danger "{text}"\n    Be careful.\n\n{command}',
    "MkDocs, folded": "??? danger\n    {text}\n\n{command}",
    "Docusaurus": ":::danger\n\n{text}\n\n:::\n\n{command}",
    "Docusaurus with a title": ":::danger[{text}]\nSee below.\n:::\n\n{command}",
    "Docusaurus around the command": ":::warning\n{text}\n\n{command}:::\n",
    "Hugo": "{{{{< hint danger >}}}}\n{text}\n{{{{< /hint >}}}}\n\n{command}",
    "GitBook": '{{% hint style="warning" %}}\n{text}\n{{% endhint %}}\n\n{command}',
}


def _codes(form: str, text: str) -> list[str]:
    body = FORMS[form].format(text=text, command=_COMMAND)
    page = f"# Queue\n\n## Solutions\n\n### Solution 1: Empty it\n\n{body}"
    settings = Settings(select=("RB703",))
    return [each.code for each in check_text(page, path="q.md", today=date(2026, 1, 1), settings=settings).diagnostics]


@pytest.mark.parametrize("form", FORMS)
def test_what_says_what_is_lost_warns(form: str) -> None:
    assert "RB703" not in _codes(form, "This deletes every message for good.")


@pytest.mark.parametrize("form", FORMS)
def test_what_says_something_else_does_not_warn_of_a_deletion(form: str) -> None:
    assert "RB703" in _codes(form, "Ask the team in the channel first.")
