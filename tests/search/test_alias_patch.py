"""The patch that missed questions suggest: applied by git, it gives the runbook the alias and changes nothing else."""

import subprocess
from pathlib import Path

import pytest

from faultmaven_kb import KnowledgeBase, parse_runbook
from faultmaven_kb.evaluation.alias_patch import alias_patch, with_aliases
from faultmaven_kb.evaluation.explaining import Explanation

_BODY = "\n# Gizmo stuck\n\nThe gizmo needs grease.\n"
_HEAD = '---\nid: gizmo-stuck\ntitle: "Gizmo stuck"\ntechnology: gizmo\n'


def _explanation(alias: str, *, right: str = "gizmo-stuck") -> Explanation:
    return Explanation("q", right, "other", (), (), "", alias, 0.0, 0.0)


@pytest.mark.parametrize(
    ("front", "aliases"),
    [
        ("", ("flywheel: hits", 'a "cog"')),
        ("aliases:\n  - seized gizmo\n", ("seized gizmo", "flywheel: hits", 'a "cog"')),
        ("aliases:\n- seized gizmo\n- jam\ntags:\n- x\n", ("seized gizmo", "jam", "flywheel: hits", 'a "cog"')),
        ("aliases: [seized gizmo]\n", ("seized gizmo", "flywheel: hits", 'a "cog"')),
        ("aliases: []\n", ("flywheel: hits", 'a "cog"')),
    ],
)
def test_aliases_are_added_in_the_form_that_the_front_matter_has(front: str, aliases: tuple[str, ...]) -> None:
    text = f"{_HEAD}{front}---\n{_BODY}"
    after = parse_runbook(with_aliases(text, ["flywheel: hits", 'a "cog"']), path="g.md").runbook
    assert after is not None
    assert after.metadata.aliases == aliases
    assert after.title == "Gizmo stuck"


@pytest.mark.parametrize("text", ["# No front matter\n", "---\nid: never-ends\n", ""])
def test_a_text_without_front_matter_stays_as_it_is(text: str) -> None:
    assert with_aliases(text, ["x"]) == text


def test_the_patch_applies_and_the_alias_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kb").mkdir()
    Path("kb/gizmo.md").write_bytes(f"{_HEAD}---\n{_BODY}".encode())
    kb = KnowledgeBase.load(Path("kb"))
    patch = alias_patch([_explanation("flywheel cog"), _explanation("Flywheel Cog"), _explanation("")], kb.get)
    assert patch.left_out == ()
    assert patch.text.count("\n+") == 3  # the line of the new file's name, the key, the alias
    subprocess.run(["git", "apply", "-"], input=patch.text.encode(), check=True)
    after = KnowledgeBase.load(Path("kb"))
    assert after["gizmo-stuck"].metadata.aliases == ("flywheel cog",)
    assert alias_patch([_explanation("FLYWHEEL cog")], after.get) == ("", ())


def test_what_cannot_be_changed_line_by_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"# Plain\n{_BODY}", encoding="utf-8")
    (tmp_path / "b.md").write_text(f"{_HEAD}aliases: [\n  seized]\n---\n{_BODY}", encoding="utf-8")
    (tmp_path / "c.md").write_text(f"{_HEAD.replace('gizmo-stuck', 'gizmo-gone')}---\n{_BODY}", encoding="utf-8")
    kb = KnowledgeBase.load(tmp_path)
    plain = next(runbook.id for runbook in kb if runbook.id not in ("gizmo-stuck", "gizmo-gone"))
    (tmp_path / "c.md").unlink()
    nowhere = kb["gizmo-gone"].model_copy(update={"id": "nowhere", "path": None})
    asked = [_explanation("cog", right=name) for name in (plain, "gizmo-stuck", "gizmo-gone", "nowhere", "unknown")]
    found = alias_patch(asked, lambda name: nowhere if name == "nowhere" else kb.get(name))
    assert found == ("", tuple(sorted((plain, "gizmo-stuck", "gizmo-gone", "nowhere"))))
