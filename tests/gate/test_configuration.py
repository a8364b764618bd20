"""The configuration: every key does what it says, and what is not understood is refused at its line."""

from datetime import date
from pathlib import Path

import pytest

from faultmaven_kb import ConfigurationError, Level
from faultmaven_kb.gate.configuration.file import Configuration, codes_named, has_table, read_configuration
from faultmaven_kb.gate.engine.check import check_paths, check_text
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.settings.policy import matches_path
from faultmaven_kb.gate.toolkit.rule_model import Profile, Settings
from tests.documents import text_of

TODAY = date(2026, 11, 22)
FULL = """\
profile = "curated"
select = ["RB2", "malformed-link"]
extend-select = ["RB811"]
ignore = ["RB215"]
retired-ids = ["redis-old"]
allow-credential-suppression = true

[limits]
stale-months = 6
weight-tolerance = 0.5
file-size = 200000

[vocabulary]
technologies = ["redis"]
tags = ["a", "b"]
sections = ["Escalation"]
languages = ["promql"]
hosts = ["db1.ours.example"]
fields = ["team"]

[levels]
RB219 = "error"
"RB22" = "info"

[[exclude]]
rules = ["RB206"]
paths = ["old/**"]
ids = ["redis-old"]
reason = "is archived"
"""


def _read(text: str, path: str = ".fmkb.toml") -> Configuration:
    return read_configuration(text, path, read=lambda name: Path(name).read_text("utf-8"))


def test_every_key_becomes_a_setting() -> None:
    configuration = _read(FULL)
    settings = configuration.settings
    assert configuration.profile is Profile.CURATED
    assert {"RB201", "RB223", "RB810"} <= set(settings.select)
    assert (settings.ignore, settings.extend_select, settings.retired_ids) == (("RB215",), ("RB811",), ("redis-old",))
    assert (settings.stale_months, settings.weight_tolerance, settings.file_size) == (6, 0.5, 200_000)
    assert (settings.technologies, settings.tags, settings.sections) == (("redis",), ("a", "b"), ("Escalation",))
    assert (settings.languages, settings.hosts, settings.fields) == (("promql",), ("db1.ours.example",), ("team",))
    assert settings.level("RB219", Level.INFO) is Level.ERROR
    assert settings.level("RB222", Level.ERROR) is Level.INFO
    (exclusion,) = settings.exclusions
    assert (exclusion.reason, exclusion.codes, exclusion.paths) == ("is archived", ("RB206",), ("old/**",))
    assert configuration.lines["limits.stale-months"] == 9
    assert configuration.lines["exclude"] == 25


def test_pyproject_has_the_same_keys_in_its_table() -> None:
    text = "[project]\nname = 'x'\n\n[tool.faultmaven-kb]\nprofile = 'ingest'\n"
    text += "\n[tool.faultmaven-kb.limits]\nstale-months = 3\n"
    configuration = _read(text, "pyproject.toml")
    assert (configuration.profile, configuration.settings.stale_months) == (Profile.INGEST, 3)
    assert has_table(text)
    assert not has_table("[tool.other]\nurl = 'faultmaven-kb'\n")
    assert not has_table("not toml at all [")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('profil = "curated"', '.fmkb.toml:1: unknown key "profil" (did you mean "profile"?)'),
        (
            "\n[limits]\nstale_months = 3",
            '.fmkb.toml:3: unknown key "limits.stale_months" (did you mean "stale-months"?)',
        ),
        ("zzz = 1", '.fmkb.toml:1: unknown key "zzz", expected one of profile, select, '),
        ('profile = "strict"', '.fmkb.toml:1: profile is "strict", expected one of ingest, contribute, curated'),
        ("profile = 3", ".fmkb.toml:1: profile is 3, expected the name of a profile"),
        ('ignore = ["RB999"]', '.fmkb.toml:1: ignore: no rule is called "RB999"'),
        ('ignore = ["mojibak"]', 'ignore: no rule is called "mojibak" (did you mean "mojibake"?)'),
        ("ignore = [1]", "ignore has an item that is not a text"),
        ('ignore = "RB201"', 'ignore is "RB201", expected a list'),
        ("[limits]\nstale-months = 0", ".fmkb.toml:2: limits.stale-months is 0, expected a number from 1 to 1200"),
        ("[limits]\nstale-months = true", "limits.stale-months is true, expected a number"),
        ("[limits]\nfile-size = 5000000", "limits.file-size is 5000000, expected a number from 1 to 200000"),
        ("limits = 3", "limits is 3, expected a table"),
        ('[levels]\nRB201 = "fatal"', '.fmkb.toml:2: level of RB201 is "fatal", expected one of error, warning, info'),
        ('[levels]\nRB2x1 = "info"', '.fmkb.toml:2: no rule is called "RB2x1"'),
        ("exclude = [1]", "exclude is a list of values"),
        ('[[exclude]]\npaths = ["a"]', "exclude has no reason"),
        ('[[exclude]]\nreason = "x"', "exclude names no runbook"),
        ('[[exclude]]\nreasn = "x"', 'unknown key "exclude.reasn" (did you mean "reason"?)'),
        ("a = \n", ".fmkb.toml:1:5: not TOML: "),
        ("[vocabulary]\ntag = []", 'unknown key "vocabulary.tag" (did you mean "tags"?)'),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as failure:
        _read(text)
    assert message in str(failure.value)


def test_broken_toml_that_means_us_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not TOML"):
        has_table("[tool.faultmaven-kb\nprofile = 1")


@pytest.mark.parametrize("key", ["ignore = ['RB9']", "[[exclude]]\nreason = 'x'\npaths = ['a']\nrules = ['RB9']"])
def test_credentials_are_switched_off_only_in_so_many_words(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faultmaven_kb.gate.configuration.file.CREDENTIALS", frozenset({"RB901"}))
    with pytest.raises(ConfigurationError, match="allow-credential-suppression"):
        _read(key)
    _read("allow-credential-suppression = true\n" + key)


def test_rules_are_named_by_code_name_or_beginning() -> None:
    assert codes_named(["mojibake", "rb206"]) == ("RB005", "RB206")
    assert {"RB801", "RB817"} <= set(codes_named(["RB8"]))


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("old", "runbooks/old/x.md", True),
        ("old/", "old/x.md", True),
        ("*.md", "runbooks/redis/x.md", True),
        ("runbooks/*.md", "runbooks/redis/x.md", False),
        ("runbooks/**/x.md", "runbooks/redis/x.md", True),
        ("runbooks/**/x.md", "runbooks/x.md", True),
        ("./runbooks/redis", "runbooks/redis/x.md", True),
        ("runbooks/re?is/*", "runbooks/redis/x.md", True),
        ("redis", "runbooks/redis-old/x.md", False),
        ("/redis", "runbooks/redis/x.md", False),
    ],
)
def test_path_patterns_read_like_those_of_gitignore(pattern: str, path: str, matches: bool) -> None:
    assert matches_path(pattern, path) is matches


def _check(settings: Settings, profile: Profile = Profile.CURATED) -> Report:
    text = (
        text_of("sample.md")
        .replace("severity: high", "severity: hgih")
        .replace("  - delivery\n", "  - delivery\n  - Mail\n")
    )
    return check_text(text, today=TODAY, path="mail/mail-queue-growing.md", profile=profile, settings=settings)


def _codes(settings: Settings, profile: Profile = Profile.CURATED) -> set[str]:
    return {found.code for found in _check(settings, profile).diagnostics}


def test_selected_rules_run_whatever_the_profile_and_no_others() -> None:
    assert _codes(Settings(select=("RB217",)), Profile.INGEST) == {"RB217"}
    assert _codes(Settings(extend_select=("RB217",)), Profile.INGEST) == {"RB209", "RB217"}
    assert "RB209" not in _codes(Settings(ignore=("RB209",)))


def test_levels_and_exclusions_count() -> None:
    settings = _read('[levels]\nRB209 = "info"\n').settings
    (found,) = [each for each in _check(settings).diagnostics if each.code == "RB209"]
    assert found.level is Level.INFO
    for exclusion in ('ids = ["mail-queue-growing"]', 'paths = ["mail/"]'):
        text = f'[[exclude]]\n{exclusion}\nrules = ["RB209"]\nreason = "x"\n'
        codes = _codes(_read(text).settings)
        assert "RB209" not in codes
        assert "RB217" in codes
    assert _codes(_read('[[exclude]]\npaths = ["mail"]\nreason = "x"\n').settings) == set()


def test_limits_and_vocabularies_count(tmp_path: Path) -> None:
    assert _codes(Settings(file_size=100)) == {"RB006"}
    assert "RB222" in _codes(Settings(tags=("mail",)))
    assert "RB204" in {d.code for d in _extra_field(tmp_path, Settings()).diagnostics}
    assert "RB204" not in {d.code for d in _extra_field(tmp_path, Settings(fields=("team",))).diagnostics}


@pytest.mark.parametrize(
    ("text", "code", "settings"),
    [
        ("```promqlx\nup\n```\n", "RB602", Settings(languages=("PromQLx",))),
        ("Ask db7.corp.internal for it.\n", "RB710", Settings(hosts=("db7.corp.internal",))),
    ],
)
def test_a_word_of_the_base_is_known_to_the_rule(text: str, code: str, settings: Settings) -> None:
    for chosen, expected in ((Settings(), True), (settings, False)):
        report = check_text(f"# A\n\n{text}", today=TODAY, profile=Profile.CURATED, settings=chosen)
        assert (code in {found.code for found in report.diagnostics}) is expected


def _extra_field(folder: Path, settings: Settings) -> Report:
    file = folder / "mail" / "mail-queue-growing.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text_of("sample.md").replace("severity:", "team: x\nseverity:", 1), "utf-8")
    return check_paths([folder], today=TODAY, profile=Profile.CURATED, settings=settings)


SCHEMA = """{"type": "object", "required": ["team", "tier"], "additionalProperties": false,
"properties": {"team": {"const": "storage"}, "tier": {"type": "integer", "minimum": 1, "maximum": 3},
 "id": {"minLength": 99}, "tags": {"minItems": 9, "items": {"$ref": "#/$defs/tag"}}, "title": {"not": {}}},
"$defs": {"tag": {"maxLength": 4}}}"""


def test_an_organisation_s_schema_is_checked_at_the_places_of_the_values(tmp_path: Path) -> None:
    (tmp_path / "ours.json").write_text(SCHEMA, "utf-8")
    configuration = read_configuration(
        'schema = "ours.json"', ".fmkb.toml", read=lambda name: (tmp_path / name).read_text("utf-8")
    )
    text = '---\nid: a-b\ntitle: "A - B"\nteam: network\ntags:\n  - short\nzzz: 1\n---\n\n# A - B\n'
    report = check_text(text, today=TODAY, path="a/a-b.md", settings=configuration.settings)
    found = [(d.span.line, d.span.column, d.message) for d in report.diagnostics if d.code == "RB223"]
    assert found == [
        (1, 1, "tier is missing, expected by the organisation's schema"),
        (2, 5, 'id is "a-b", expected at least 99 characters'),
        (3, 8, 'title is "A - B", expected what the schema asks for (not)'),
        (4, 7, 'team is "network", expected "storage"'),
        (6, 3, 'tags is ["short"], expected at least 9 items'),
        (6, 5, 'tags item 1 is "short", expected at most 4 characters'),
        (7, 1, 'field "zzz" is not in the organisation\'s schema'),
    ]
    assert configuration.settings.fields == ("team", "tier", "id", "tags", "title")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("{", "schema is not JSON"),
        ('{"type": "strin"}', "schema is not a JSON Schema, at type"),
        ('{"$ref": "https://example.com/schema.json"}', 'schema refers to "https://example.com/schema.json"'),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(schema: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_configuration('schema = "x.json"', ".fmkb.toml", read=lambda name: schema)


def test_a_team_chooses_its_required_sections_and_its_own_headings() -> None:
    required = 'select = ["RB301"]\n[sections]\nrequired = ["Symptoms", "Contacts"]\n'
    text = f'{required}[sections.aliases]\n"Wer hilft" = "Contacts"\n'
    settings = _read(text).settings
    page = "---\nid: x\n---\n\n# X\n\n## What you see\n\n- slow\n\n## Diagnosis\n\nLook.\n"

    found = check_text(page, path="x.md", today=TODAY, settings=settings).diagnostics
    assert [each.message for each in found] == ['section "Contacts" is missing, expected by the configuration']
    assert not check_text(page + "\n## Wer hilft\n\nCall.\n", path="x.md", today=TODAY, settings=settings).diagnostics
    with pytest.raises(ConfigurationError, match=r"sections\.aliases\.a is 1, expected the heading it is read as"):
        _read("[sections.aliases]\na = 1\n")
