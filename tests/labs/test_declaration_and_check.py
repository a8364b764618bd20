import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
import yaml

from faultmaven_kb.errors import ConfigurationError, PathError, UnknownRunbookError
from faultmaven_kb.labs.declarations.check import CHECKS, check_lab
from faultmaven_kb.labs.declarations.declaration import Probe, _innermost, read_lab
from faultmaven_kb.labs.declarations.plan import find_labs, load_lab, planned, read_labs
from faultmaven_kb.labs.declarations.schema import lab_schema, lab_schema_text
from faultmaven_kb.labs.machines.images import read_images
from tests.labs.parts import DEMO, IMAGES, ROOT, demo, findings, loaded

LABS = sorted((ROOT / "labs").rglob("*.lab.yaml"))


def test_the_demonstration_has_no_finding(tmp_path: Path) -> None:
    assert findings(demo(tmp_path)) == []


@pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
def test_every_lab_of_the_project_fits_its_runbook_and_the_schema(path: Path) -> None:
    file = read_lab(path)
    assert file.diagnostics == ()
    lab = load_lab(file, {each.stem: each for each in (ROOT / "runbooks").rglob("*.md")})
    assert check_lab(lab, images=IMAGES) == ()
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(lab_schema()).validate(values)
    jsonschema.Draft202012Validator(lab_schema()).validate(values)


def test_the_committed_schema_is_the_generated_one() -> None:
    assert (ROOT / "schemas" / "lab.schema.json").read_text(encoding="utf-8") == lab_schema_text()
    jsonschema.Draft7Validator.check_schema(json.loads(lab_schema_text()))


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("lab: 1", "lab: 2"), 1, 'lab is "2", expected 1'),
        (("size: 64m", "size: 64"), 5, 'size is "64", expected a text'),
        (("size: 64m", "sice: 64m"), 5, 'unknown field "sice"'),
        (("  break: rm /srv/shop/page\n", ""), 16, "cases.0.break is missing"),
        (("size: 64m", "size: &a 64m"), 5, 'anchor "&a" is not allowed in a lab, write the value out'),
        (
            ("size: 64m", "size: 64m: 1"),
            5,
            'the lab is not YAML: unexpected ":", expected quotes around the value or another indentation',
        ),
        (("hold: 0.1", "hold: -1"), 23, 'cases.0.solutions.0.hold is "-1", expected 0 or more'),
        (("hold: 0.1", "hold: 500"), 23, 'cases.0.solutions.0.hold is "500", expected 120 or less'),
        (("hold: 0.1", "hold: long"), 23, 'cases.0.solutions.0.hold is "long", expected a number'),
        (("size: 64m", "size: big"), 5, 'size is "big", expected a text like ^[0-9]+[mg]$'),
        (("images: [bookworm]", "images: []"), 3, 'images is "[]", expected at least 1 items'),
        (("images: [bookworm]", "images: bookworm"), 3, 'images is "bookworm", expected a list'),
    ],
)
def test_a_fault_of_the_declaration_is_reported_at_its_place(
    tmp_path: Path, change: tuple[str, str], line: int, message: str
) -> None:
    file = read_lab(demo(tmp_path, lab=change) / "shop-page-missing.lab.yaml")
    assert file.lab is None
    assert (file.diagnostics[0].span.line, file.diagnostics[0].message) == (line, message)


def test_an_empty_declaration_is_a_finding_and_a_missing_one_an_error(tmp_path: Path) -> None:
    assert [each.code for each in read_lab("").diagnostics] == ["RB011"]
    with pytest.raises(PathError):
        read_lab(tmp_path / "no.lab.yaml")


@pytest.mark.parametrize(
    ("where", "change", "code", "line", "words"),
    [
        ("lab", ("[bookworm]", "[bookwrm]"), "LB103", 3, 'image is "bookwrm", expected one of bookworm, trixie'),
        ("lab", ("section: solution-2", "section: solution-9"), "LB104", 30, 'no executable "solution-9"'),
        ("lab", ("section: solution-1\n", "section: solution-1\n    fences: [4]\n"), "LB104", 27, "has no fence 4"),
        ("lab", ('page: No such file or directory"', 'page: Gone"'), "LB105", 18, "is not a literal of the symptoms"),
        ("lab", ("expect: stock", "expect: stocks"), "LB106", 20, '"stocks" does not occur in step-1'),
        ("lab", ("page-name: {run: echo page}", "site: x"), "LB107", 20, '"<page-name>" in step-1 has no value'),
        ("lab", ("values:\n", "values:\n  site: x\n"), "LB108", 12, 'value "site" is used by no command'),
        (
            "lab",
            ("preserved:\n  the stock: {run: cat /srv/shop/stock, expect: welcome, within: 1}\n", ""),
            "LB115",
            14,
            '"page removed" preserves nothing',
        ),
        (
            "lab",
            ("section: solution-1\n", "section: solution-1\n    after: systemctl restart shop\n"),
            "LB116",
            27,
            '"systemctl restart" repairs or starts by itself',
        ),
        (
            "lab",
            ("run: cat /srv/shop/stock", "run: systemctl start shop"),
            "LB116",
            14,
            '"systemctl start" changes the machine, expected a script that only looks',
        ),
        (
            "lab",
            ("    temporary: nothing writes the page again after this\n", ""),
            "LB117",
            22,
            "quick-fix has neither permanent nor temporary, expected one of them",
        ),
        (
            "lab",
            ("section: solution-2\n", "section: solution-2\n    temporary: for a short time\n"),
            "LB117",
            30,
            "solution-2 has both permanent and temporary",
        ),
        (
            "lab",
            (
                "section: solution-1\n",
                "section: solution-1\n    harmless: {widen quick-fix/fence-1/command-1: it is public}\n",
            ),
            "LB118",
            27,
            '"widen quick-fix/fence-1/command-1" does not belong to a command',
        ),
        (
            "lab",
            ("section: solution-1\n", "section: solution-1\n    after: {section: solution-7}\n"),
            "LB104",
            27,
            'the runbook has no executable "solution-7"',
        ),
        (
            "lab",
            ("  - {section: step-1, expect: stock}\n", "  - {section: quick-fix}\n"),
            "LB109",
            16,
            "step-1/fence-1",
        ),
        ("lab", ("break: rm", "break: systemctl restart shop; rm"), "", 0, ""),
        ("lab", ("cp -p", "cp"), "", 0, ""),
        (
            "lab",
            ("break: rm /srv/shop/page", "break: |\n    rm /srv/shop/page\n    systemctl daemon-reload"),
            "LB110",
            17,
            "repeats solution-2/fence-2/command-1",
        ),
        ("runbook", ("lab: skip it", "lab: skipp it"), "LB111", 84, 'unknown directive "skipp"'),
        ("runbook", ("ls /srv/shop\n", "if /srv/shop\n"), "LB112", 41, "step-1/fence-1 is not valid shell"),
        ("runbook", ("ls /srv/shop\n", "sudo nano /srv/shop/page\n"), "LB113", 43, '"sudo nano" waits for a person'),
        ("runbook", ("ls /srv/shop\n", "sudo tail -f /srv/shop/page\n"), "LB113", 43, '"sudo tail -f" waits'),
        ("runbook", ("ls /srv/shop\n", "sudo journalctl -u shop -f\n"), "LB113", 43, "waits for a person"),
        ("runbook", ("ls /srv/shop\n", "uptime; top -p 1\n"), "LB113", 43, '"; top" waits for a person'),
        ("runbook", ("ls /srv/shop\n", "sudo top -H -b -n 1 | head\n"), "", 0, ""),
        ("runbook", ("ls /srv/shop\n", "max_connections = 200\n"), "LB114", 43, "is a line of a configuration"),
    ],
)
def test_a_lab_that_does_not_fit_its_runbook_is_found_without_running_it(
    tmp_path: Path, where: str, change: tuple[str, str], code: str, line: int, words: str
) -> None:
    folder = demo(tmp_path, runbook=change) if where == "runbook" else demo(tmp_path, lab=change)
    found = findings(folder)
    if not code:
        assert found == []
        return
    assert [(each, place) for each, place, message in found if words in message] == [(code, line)], found


def test_what_is_skipped_must_exist(tmp_path: Path) -> None:
    skipped = "skipped:\n- {part: solution-1/fence-7, reason: it is not there}\ncases:\n"
    found = findings(demo(tmp_path, lab=("cases:\n", skipped)))
    assert found == [("LB104", 16, 'the runbook has no executable "solution-1/fence-7"')]


def test_every_check_is_explained() -> None:
    assert [code for code, _, _ in CHECKS] == [f"LB{number}" for number in range(101, 119)]
    assert all(why.endswith(".") for _, _, why in CHECKS)


def test_a_plan_holds_the_commands_that_run_with_their_hosts(tmp_path: Path) -> None:
    host = "section: solution-1\n    host: {solution-1/fence-1/command-2: client, solution-1: router}\n"
    lab = loaded(demo(tmp_path, lab=("section: solution-1\n", host)))
    solutions = lab.lab.cases[0].solutions
    assert [each.on for each in planned(lab, solutions[1])] == ["router", "client", "router"]
    assert [each.command.id for each in planned(lab, solutions[2])] == [
        "solution-2/fence-1/command-1",
        "solution-2/fence-2/command-1",
        "solution-2/fence-2/command-2",
    ]
    assert lab.skipped == {"solution-2/fence-3": "it never ends"}


def test_texts_may_differ_between_releases() -> None:
    probe = Probe.model_validate({"run": "x", "expect": {"bookworm": "old", "trixie": ["new", "old"]}})
    assert probe.texts("bookworm") == ("old",)
    assert probe.texts("sid") == ()
    assert probe.all_texts == ("old", "new")


def test_labs_are_found_below_folders_and_only_there(tmp_path: Path) -> None:
    assert find_labs([DEMO]) == (DEMO / "shop-page-missing.lab.yaml",)
    assert len(read_labs([DEMO / "shop-page-missing.lab.yaml", DEMO])) == 1
    with pytest.raises(PathError):
        find_labs([tmp_path / "no"])


def test_a_lab_of_an_unknown_runbook_cannot_be_loaded() -> None:
    with pytest.raises(UnknownRunbookError, match="shop-page-missing"):
        load_lab(read_lab(DEMO / "shop-page-missing.lab.yaml"), {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n", "images.yaml: expected a mapping from image name"),
        ("y: {suite: s}\nx: 1\n", "images.yaml: x: "),
        ("x: {suite: 1}\n", "images.yaml: x.suite: "),
        ("a: {suite: s}\nb: &b {suite: s}\n", "images.yaml:2: "),
        ("a: {suite: s}\na: {suite: t}\n", "images.yaml:2: duplicate key"),
        ("a: [\n", "images.yaml:2: "),
    ],
)
def test_an_images_file_that_is_none_says_where(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "images.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_images(tmp_path / "images.yaml")
    assert words in str(caught.value)


def test_images_lie_over_one_another_only_so_deep(tmp_path: Path) -> None:
    layers = "".join(f"a{number}: {{base: a{number + 1}}}\n" for number in range(300))
    (tmp_path / "images.yaml").write_text(layers + "a300: {suite: bookworm}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="a20 is below more than 20 images, expected fewer"):
        read_images(tmp_path / "images.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
def test_a_declaration_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    shutil.copy(DEMO / "shop-page-missing.lab.yaml", tmp_path)
    (tmp_path / "bad.lab.yaml").symlink_to("bad.lab.yaml")
    bad, good = read_labs([tmp_path])
    assert [found.code for found in bad.diagnostics] == ["RB013"]
    assert good.lab is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x: {packages: [less]}\n", "x has neither suite nor base, expected one of them"),
        ("x: {suite: a, base: x}\n", "x has both suite and base, expected one of them"),
        ("x: {base: y}\nz: {suite: a}\n", 'x: base is "y", expected one of z'),
        ("x: {base: y}\ny: {base: x}\nz: {suite: a}\n", 'y: base is "x", expected one of z'),
    ],
)
def test_a_layer_has_a_base_that_exists_and_is_not_above_it(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "images.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"{message}$"):
        read_images(tmp_path / "images.yaml")


def test_a_package_more_in_one_layer_changes_no_other(tmp_path: Path) -> None:
    def fingerprints(redis: str, base: str = "[]") -> dict[str, str]:
        text = f"b: {{suite: trixie, packages: {base}}}\nr: {{base: b, packages: [{redis}]}}\nn: {{base: b}}\n"
        (tmp_path / "images.yaml").write_text(text, encoding="utf-8")
        return {name: image.fingerprint for name, image in read_images(tmp_path / "images.yaml").items()}

    before, after, below = fingerprints("redis"), fingerprints("redis, lsof"), fingerprints("redis", "[less]")
    assert [name for name in before if before[name] != after[name]] == ["r"]
    assert [name for name in before if before[name] != below[name]] == ["b", "r", "n"]


def test_stable_releases_have_security_updates(tmp_path: Path) -> None:
    text = "a: {suite: trixie}\nb: {suite: sid}\nc: {suite: trixie, mirror: 'http://mirror.example.com/debian'}\n"
    (tmp_path / "images.yaml").write_text(text, encoding="utf-8")
    assert [image.sources[1:] for image in read_images(tmp_path / "images.yaml").values()] == [
        ("deb http://deb.debian.org/debian-security trixie-security main",),
        (),
        (),
    ]


def test_a_changed_recipe_is_another_image(tmp_path: Path) -> None:
    bookworm, trixie = IMAGES["bookworm"], IMAGES["trixie"]
    assert bookworm.fingerprint != trixie.fingerprint
    assert bookworm.folder(tmp_path).name == f"bookworm-{bookworm.fingerprint}"


def test_faults_of_a_lab_are_compared_with_few_others() -> None:
    compared = 0

    class Counted(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str(self) == str(other)

    errors: list[dict[str, tuple[object, ...]]] = [
        {"loc": (Counted("cases"), number, Counted("name"))} for number in range(300)
    ]
    errors += [{"loc": (Counted("cases"), number)} for number in range(300)]
    failure = SimpleNamespace(errors=lambda **_: errors)
    assert _innermost(failure) == errors[:300]  # type: ignore[arg-type]
    assert compared < 20 * len(errors)
