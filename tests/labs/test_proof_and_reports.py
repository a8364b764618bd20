from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.labs.declarations.plan import LoadedLab
from faultmaven_kb.labs.proving.mutation import judge, mutants
from faultmaven_kb.labs.proving.phases import Mutation, Phase, Step, Trial
from faultmaven_kb.labs.proving.proof_making import make_proof
from faultmaven_kb.labs.proving.runner import jobs_for
from faultmaven_kb.labs.proving.transcript import failure_lines, to_junit, to_transcript, trial_values
from faultmaven_kb.proofs.proof import (
    Proof,
    executed_hash,
    joined_proofs,
    outdated,
    parse_proofs,
    plain_version,
    proof_text,
    read_proofs,
)
from tests.labs.parts import IMAGES, ROOT, demo, loaded

VERSIONS = {"bookworm": {"coreutils": "9.1-1"}}
FOREVER = """3. Look at it forever.
   <!-- lab: skip it never ends -->
   ```bash
   watch cat /srv/shop/page
   ```
"""
SEEN = Step("symptom probe", 0, "cat /srv/shop/page", "cat: /srv/shop/page: No such file or directory\n", 1, 0.1)


def trials_of(lab: LoadedLab) -> list[Trial]:
    phases = (Phase("healthy", (), 0.1), Phase("broken", (SEEN,), 0.2), Phase("recovered", (), 0.1))
    return [
        Trial(lab.id, "x.md", job.image.name, job.case.name, job.solution.label, phases, 1.24)
        for job in jobs_for([lab], IMAGES)
    ]


def proof_of(lab: LoadedLab) -> Proof:
    proof = make_proof(lab, trials_of(lab), images=IMAGES, versions=VERSIONS, today=date(2026, 11, 22))
    assert proof is not None
    return proof


def reason(folder: Path, proof: Proof) -> str:
    lab = loaded(folder)
    return outdated(proof, lab.document.runbook, lab.fences)


def test_a_proof_names_versions_symptoms_and_times(tmp_path: Path) -> None:
    proof = proof_of(loaded(demo(tmp_path)))
    assert proof.summary == "lab bookworm coreutils 9.1; without solution-2/fence-3"
    assert proof.symptoms == ("cat: /srv/shop/page: No such file or directory",)
    assert [(each.section, each.runs, each.seconds) for each in proof.images["bookworm"].solutions] == [
        ("quick-fix", 1, 1.2),
        ("solution-1", 1, 1.2),
        ("solution-2", 1, 1.2),
    ]
    assert proof.skipped == {"solution-2/fence-3": "it never ends"}
    last = proof.images["bookworm"].solutions[2]
    assert (last.commands[-1], last.preserved, last.permanent) == ("solution-2/fence-2/command-2", ("the stock",), True)
    assert proof.images["bookworm"].solutions[0].temporary == "nothing writes the page again after this"
    assert Proof.model_validate_json(proof_text(proof)) == proof


@pytest.mark.parametrize(
    ("change", "status", "unproven"),
    [
        (("", ""), "verified in part", {"solution-2/fence-3": "it never ends"}),
        (
            ("   <!-- lab: skip it never ends -->\n   ```bash\n   watch cat /srv/shop/page\n   ```\n", ""),
            "verified",
            {},
        ),
        (
            (
                "   <!-- lab: skip it never ends -->\n   ```bash\n   watch cat /srv/shop/page\n",
                "   ```yaml\n   page: 1\n",
            ),
            "verified in part",
            {"solution-2 (yaml)": "the fence is shown and not run"},
        ),
        (
            ("   <!-- lab: skip it never ends -->\n   ```bash\n   watch cat /srv/shop/page\n", "   ```text\n   page\n"),
            "verified",
            {},
        ),
        (
            (
                FOREVER,
                "\n### Solution 3: Ask\n\nAsk somebody.\n",
            ),
            "verified in part",
            {"solution-3": "it has no command that a machine can run"},
        ),
    ],
)
def test_a_runbook_is_verified_only_when_every_solution_ran(
    tmp_path: Path, change: tuple[str, str], status: str, unproven: dict[str, str]
) -> None:
    proof = proof_of(loaded(demo(tmp_path, runbook=change)))
    assert (proof.status, proof.unproven) == (status, unproven)


def test_a_proof_of_the_older_rules_is_outdated(tmp_path: Path) -> None:
    proof = proof_of(loaded(demo(tmp_path)))
    old = proof.model_copy(update={"proof": 1})
    assert reason(tmp_path, old) == "its proof of 2026-11-22 did not look at what the solutions preserve"


def test_one_solution_that_is_missing_or_red_makes_no_proof(tmp_path: Path) -> None:
    lab = loaded(demo(tmp_path))
    trials = trials_of(lab)
    assert make_proof(lab, trials[1:], images=IMAGES, versions=VERSIONS, today=date(2026, 11, 22)) is None
    red = replace(trials[0], phases=(Phase("control", (), 0.1, "it recovers by itself"),))
    assert make_proof(lab, [red, *trials], images=IMAGES, versions=VERSIONS, today=date(2026, 11, 22)) is None


def test_prose_may_change_and_the_proof_stands(tmp_path: Path) -> None:
    proof = proof_of(loaded(demo(tmp_path / "a")))
    assert reason(demo(tmp_path / "b", runbook=("somebody tidied up", "who knows")), proof) == ""
    assert reason(demo(tmp_path / "c", runbook=("watch cat", "watch tail")), proof) == ""


@pytest.mark.parametrize(
    "change",
    [
        ("| sudo tee", "| tee"),
        ("ls /srv/shop\n", "ls -l /srv/shop\n"),
        ('   ls "$folder"\n', ""),
        ("Type=oneshot", "Type=simple"),
        ("system/shop.service -->", "system/shop2.service -->"),
        ("- `page` is missing", "```bash\nls\n```\n\n- `page` is missing"),
    ],
)
def test_a_command_that_changes_comes_or_goes_unproves(tmp_path: Path, change: tuple[str, str]) -> None:
    proof = proof_of(loaded(demo(tmp_path / "a")))
    found = reason(demo(tmp_path / "b", runbook=change), proof)
    assert found == "its commands have changed since the proof of 2026-11-22"


def test_a_symptom_that_was_proven_must_stay(tmp_path: Path) -> None:
    proof = proof_of(loaded(demo(tmp_path / "a")))
    found = reason(demo(tmp_path / "b", runbook=("page: No such", "page: no such")), proof)
    assert "is no longer listed" in found


def test_the_hash_knows_what_is_left_out(tmp_path: Path) -> None:
    fences = loaded(demo(tmp_path)).fences
    assert executed_hash(fences, skipped=["step-1"]) == executed_hash(fences, skipped=["step-1/fence-1"])
    assert executed_hash(fences) != executed_hash(fences, skipped=["step-1"])


@pytest.mark.parametrize(
    ("version", "plain"),
    [
        ("5:7.0.15-1~deb12u7", "7.0.15"),
        ("15.18-0+deb12u1", "15.18"),
        ("7.88.1-10+x", "7.88.1"),
        ("1.20.5+really1.20.2-1.1+deb12u1", "1.20.2"),
        ("1.6.20~ds1-1+deb12u3", "1.6.20"),
    ],
)
def test_versions_are_shown_without_epoch_and_revision(version: str, plain: str) -> None:
    assert plain_version(version) == plain


def test_proofs_are_read_from_a_folder_and_nothing_else_is_taken_for_one(tmp_path: Path) -> None:
    assert read_proofs(tmp_path / "none") == {}
    proof = proof_of(loaded(demo(tmp_path / "demo")))
    results = tmp_path / "results"
    results.mkdir()
    (results / "shop-page-missing.json").write_text(proof_text(proof), encoding="utf-8")
    assert read_proofs(results) == {"shop-page-missing": proof}
    (results / "other.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="not a list of proofs"):
        parse_proofs(joined_proofs(results))


def test_every_committed_proof_belongs_to_the_text_of_its_runbook() -> None:
    from faultmaven_kb.labs.declarations.declaration import read_lab
    from faultmaven_kb.labs.declarations.plan import load_lab

    paths = {path.stem: path for path in (ROOT / "runbooks").rglob("*.md")}
    proofs = read_proofs(ROOT / "labs" / "results")
    assert proofs
    for name, proof in proofs.items():
        (path,) = (ROOT / "labs").rglob(f"{name}.lab.yaml")
        lab = load_lab(read_lab(path), paths)
        assert outdated(proof, lab.document.runbook, lab.fences) == "", name
        assert tuple(proof.images) == lab.lab.images


def red_trial() -> Trial:
    step = Step("solution-1/fence-1/command-1", 60, "cp a b", "cp: \x1b[1mmissing\n", 1, 0.1, "ended with exit code 1")
    phases = (Phase("broken", (SEEN,), 0.2), Phase("solution", (step,), 0.1, f"{step.name} ended with exit code 1"))
    return Trial("shop", "shop.md", "bookworm", "page removed", "solution-1", phases, 2.0)


def test_a_red_trial_says_phase_command_line_and_output() -> None:
    assert failure_lines(red_trial()) == (
        "solution: solution-1/fence-1/command-1 ended with exit code 1",
        "shop.md:60: solution-1/fence-1/command-1",
        "  $ cp a b",
        "  cp: ␛[1mmissing",
    )
    values = trial_values(red_trial())
    assert (values["failed"]["phase"], values["failed"]["line"], values["proven"]) == ("solution", 60, False)


def test_a_phase_without_a_faulty_command_shows_its_last_one() -> None:
    trial = replace(red_trial(), phases=(Phase("diagnosis", (SEEN,), 0.2, 'step-1 does not show "x"'),))
    assert failure_lines(trial)[:2] == ('diagnosis: step-1 does not show "x"', "the lab: symptom probe")
    assert failure_lines(replace(trial, phases=(Phase("machine", (), 0.2, "it did not start"),))) == (
        "machine: it did not start",
    )
    assert trial_values(trial)["failed"]["command"] is None


def test_transcript_and_junit_hold_every_phase_and_trial(tmp_path: Path) -> None:
    green = trials_of(loaded(demo(tmp_path)))[0]
    text = to_transcript(red_trial())
    assert "NOT PROVEN" in text
    assert "**ended with exit code 1**" in text
    assert "proven in 1.2 s" in to_transcript(green)
    assert failure_lines(green) == ()
    assert trial_values(green)["failed"] is None
    stopped = replace(SEEN, code=None, name="x")
    assert "stopped" in to_transcript(replace(green, phases=(Phase("solution", (stopped,), 0.1),)))
    suite = ET.fromstring(to_junit([green, red_trial()]))
    assert (suite.get("tests"), suite.get("failures"), len(suite)) == ("2", "1", 2)
    assert "shop.md:60" in (suite[1][0].text or "")


def test_every_command_of_a_solution_has_two_mutants_and_the_verdict_weighs_them(tmp_path: Path) -> None:
    lab = loaded(demo(tmp_path))
    jobs = [job for job in mutants(jobs_for([lab], IMAGES)) if job.solution.section == "solution-1"]
    assert [(job.mutation.id[-9:], job.mutation.kind) for job in jobs if job.mutation] == [
        ("command-1", "remove"),
        ("command-1", "break"),
        ("command-2", "remove"),
        ("command-2", "break"),
        ("command-3", "remove"),
        ("command-3", "break"),
    ]
    assert jobs[0].name.endswith("solution-1 remove solution-1/fence-1/command-1")
    green = trials_of(lab)[1]
    results = [red_trial(), red_trial(), red_trial(), red_trial(), green, red_trial()]
    verdict = judge(zip(jobs, results, strict=True))
    assert (verdict.killed, verdict.total, verdict.faults) == (5, 6, ())
    assert verdict.not_needed[0].endswith("solution-1/fence-1/command-3")
    verdict = judge(zip(jobs, [green] * 6, strict=True))
    assert len([each for each in verdict.faults if "stays green" in each]) == 3
    assert verdict.faults[-1].endswith("leaving out any single command changes nothing")
    assert jobs[3].mutation and jobs[3].mutation.text == "fmkb-lab-no-such-command sudo"


def test_an_unknown_image_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match='did you mean "bookworm"'):
        jobs_for([loaded(demo(tmp_path))], IMAGES, chosen=("bokworm",))


@pytest.mark.parametrize(
    ("harmless", "proven", "faults"),
    [
        ({}, False, ()),
        ({}, True, ('the harmful change "widen" stays green: chmod a+rwX /srv/shop/page',)),
        ({"widen solution-1/fence-1/command-1": "the page is public"}, True, ()),
        (
            {"widen solution-1/fence-1/command-1": "the page is public"},
            False,
            ('"widen" is called harmless and turns the proof red',),
        ),
    ],
)
def test_a_harmful_change_must_be_noticed_or_be_called_harmless(
    tmp_path: Path, harmless: dict[str, str], proven: bool, faults: tuple[str, ...]
) -> None:
    lab = loaded(demo(tmp_path))
    job = next(job for job in jobs_for([lab], IMAGES) if job.solution.section == "solution-1")
    solution = job.solution.model_copy(update={"harmless": harmless})
    mutation = Mutation("solution-1/fence-1/command-1", "widen", "chmod a+rwX /srv/shop/page")
    trial = trials_of(lab)[1] if proven else red_trial()
    found = judge([(replace(job, solution=solution, mutation=mutation), trial)]).faults
    name = "shop-page-missing bookworm page removed: solution-1: solution-1/fence-1/command-1: "
    assert [each.removeprefix(name) for each in found] == list(faults)
