"""From the trials of a lab to the proof that is committed. What a proof is is in `faultmaven_kb.proofs`."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

from faultmaven_kb.labs.declarations.declaration import Lab
from faultmaven_kb.labs.declarations.plan import LoadedLab, checks_of, parts_of, planned
from faultmaven_kb.labs.machines.images import Image
from faultmaven_kb.labs.proving.phases import Trial
from faultmaven_kb.proofs.extraction import shown_fences
from faultmaven_kb.proofs.proof import ImageProof, Proof, SolutionResult, executed_hash, outdated

__all__ = ["declared_hash", "make_proof", "unproven_since"]


def make_proof(
    loaded: LoadedLab,
    trials: Iterable[Trial],
    *,
    images: Mapping[str, Image],
    versions: Mapping[str, Mapping[str, str]],
    today: date,
) -> Proof | None:
    """The proof that the trials of one lab make, None unless each solution was proven on each of its images."""
    trials = tuple(trial for trial in trials if trial.runbook == loaded.id)
    expected = {
        (image, case.name, solution.label)
        for image in loaded.lab.images
        for case in loaded.lab.cases
        for solution in case.solutions
    }
    if {(trial.image, trial.case, trial.section) for trial in trials} != expected:
        return None
    if not all(trial.proven for trial in trials):
        return None
    return Proof(
        runbook=loaded.id,
        date=today,
        executed=executed_hash(loaded.fences, skipped=loaded.skipped),
        declared=declared_hash(loaded.lab),
        clients=loaded.lab.clients,
        symptoms=tuple(dict.fromkeys(text for case in loaded.lab.cases for text in case.symptom.all_texts)),
        skipped=dict(sorted(loaded.skipped.items())),
        unproven=_unproven(loaded),
        images={name: _image_proof(loaded, images[name], trials, versions[name]) for name in loaded.lab.images},
    )


def declared_hash(lab: Lab) -> str:
    """SHA-256 of what a declaration says; comments and layout are not part of it."""
    return hashlib.sha256(lab.model_dump_json(by_alias=True).encode()).hexdigest()


def unproven_since(proof: Proof | None, loaded: LoadedLab, images: Mapping[str, Image]) -> str:
    """Why a lab is to be run again, empty when its proof is of this runbook, this declaration and these images."""
    if proof is None:
        return "not proven yet"
    reason = outdated(proof, loaded.document.runbook, loaded.fences)
    if reason:
        return reason
    if proof.declared != declared_hash(loaded.lab):
        return f"its declaration has changed since the proof of {proof.date}"
    now = {name: images[name].fingerprint for name in loaded.lab.images if name in images}
    before = {name: image.image for name, image in proof.images.items()}
    changed = sorted(name for name in now if before.get(name) != now[name])
    return f"the image {changed[0]} has changed since the proof of {proof.date}" if changed else ""


def _image_proof(loaded: LoadedLab, of: Image, trials: tuple[Trial, ...], versions: Mapping[str, str]) -> ImageProof:
    image = of.name
    symptoms, solutions = {}, []
    for case in loaded.lab.cases:
        for solution in case.solutions:
            runs = [
                trial
                for trial in trials
                if (trial.image, trial.case, trial.section) == (image, case.name, solution.label)
            ]
            symptoms[case.name] = _symptom(runs[0])
            longest = max(trial.seconds for trial in runs)
            solutions.append(
                SolutionResult(
                    case=case.name,
                    section=solution.label,
                    runs=len(runs),
                    seconds=round(longest, 1),
                    commands=tuple(run.command.id for part in parts_of(solution) for run in planned(loaded, part)),
                    preserved=tuple(checks_of(loaded.lab, case, solution)),
                    permanent=solution.permanent is not None,
                    temporary=solution.temporary or "",
                )
            )
    return ImageProof(
        suite=of.suite, image=of.fingerprint, versions=dict(versions), symptoms=symptoms, solutions=tuple(solutions)
    )


def _unproven(loaded: LoadedLab) -> dict[str, str]:
    """The parts of the quick fix and of the solutions that did not run, with the reason."""
    left_out = {part: reason for part, reason in loaded.skipped.items() if not part.startswith("step-")}
    return dict(sorted({**shown_fences(loaded.document.runbook, loaded.fences), **left_out}.items()))


def _symptom(trial: Trial) -> str:
    broken = next(phase for phase in trial.phases if phase.name == "broken")
    return next(step.output for step in broken.steps if step.name == "symptom probe").strip()[-400:]
