"""Small bases of runbooks for the tests of the search."""

from collections.abc import Sequence

from faultmaven_kb import Runbook, parse_runbook

__all__ = ["numbered", "plain", "runbook"]


def plain(id: str, title: str, text: str) -> Runbook:
    """A document without structure."""
    found = parse_runbook(f"# {title}\n\n{text}\n", path=f"{id}.md").runbook
    assert found is not None
    return found


def runbook(
    id: str,
    title: str,
    *,
    symptoms: Sequence[str] = (),
    technology: str = "redis",
    aliases: Sequence[str] = (),
    alerts: Sequence[str] = (),
    status: str = "verified",
) -> Runbook:
    """A runbook with symptoms, by default of Redis."""
    listed = "\n".join(f"- {symptom}" for symptom in symptoms)
    lists = {"aliases": aliases, "alerts": alerts}
    fields = "".join(f"{key}: [{', '.join(names)}]\n" for key, names in lists.items() if names)
    text = (
        f'---\nid: {id}\ntitle: "{title}"\ntechnology: {technology}\nstatus: {status}\n{fields}'
        f"---\n\n# {title}\n\n## Quick Reference Card\n\n**🔍 Symptoms:**\n{listed}\n"
    )
    found = parse_runbook(text, path=f"{id}.md").runbook
    assert found is not None
    return found


def numbered(count: int) -> list[Runbook]:
    """Documents about things that no question of these tests asks for."""
    return [
        plain(
            f"other-{n}", f"Widget {n} of line {n * 7}", f"The widget {n} needs oil {n * 3} and a new gasket {n * 5}."
        )
        for n in range(count)
    ]
