"""From the trials of a lab to the proof that is committed. What a proof is stands in `faultmaven_kb.proofs`."""

from collections.abc import Iterable, Mapping
from datetime import date

from faultmaven_kb.labs.declarations.plan import LoadedLab, checks_of, parts_of, planned
from faultmaven_kb.labs.proving.phases import Trial
from faultmaven_kb.proofs.extraction import shown_fences
from faultmaven_kb.proofs.proof import ImageProof, Proof, SolutionResult, executed_hash

__all__ = ["make_proof"]


def make_proof(
    loaded: LoadedLab, trials: Iterable[Trial], *, versions: Mapping[str, Mapping[str, str]], today: date
) -> Proof | None:
    """The proof that the trials of one lab make, None unless each solution was proven on each of its images."""
    trials = tuple(trial for trial in trials if trial.runbook == loaded.id)
    wanted = {
        (image, case.name, each.label)
        for image in loaded.lab.images
        for case in loaded.lab.cases
        for each in case.solutions
    }
    if {(trial.image, trial.case, trial.section) for trial in trials} != wanted:
        return None
    if not all(trial.proven for trial in trials):
        return None
    return Proof(
        runbook=loaded.id,
        date=today,
        executed=executed_hash(loaded.fences, skipped=loaded.skipped),
        clients=loaded.lab.clients,
        symptoms=tuple(dict.fromkeys(text for case in loaded.lab.cases for text in case.symptom.all_texts)),
        skipped=dict(sorted(loaded.skipped.items())),
        unproven=_unproven(loaded),
        images={name: _image_proof(loaded, name, trials, versions[name]) for name in loaded.lab.images},
    )


def _image_proof(loaded: LoadedLab, image: str, trials: tuple[Trial, ...], versions: Mapping[str, str]) -> ImageProof:
    symptoms, solutions = {}, []
    for case in loaded.lab.cases:
        for each in case.solutions:
            found = [t for t in trials if (t.image, t.case, t.section) == (image, case.name, each.label)]
            symptoms[case.name] = _symptom(found[0])
            longest = max(trial.seconds for trial in found)
            solutions.append(
                SolutionResult(
                    case=case.name,
                    section=each.label,
                    runs=len(found),
                    seconds=round(longest, 1),
                    commands=tuple(run.command.id for part in parts_of(each) for run in planned(loaded, part)),
                    preserved=tuple(checks_of(loaded.lab, case, each)),
                    permanent=each.permanent is not None,
                    temporary=each.temporary or "",
                )
            )
    return ImageProof(versions=dict(versions), symptoms=symptoms, solutions=tuple(solutions))


def _unproven(loaded: LoadedLab) -> dict[str, str]:
    """The parts of the quick fix and of the solutions that did not run, with the reason."""
    left_out = {part: reason for part, reason in loaded.skipped.items() if not part.startswith("step-")}
    return dict(sorted({**shown_fences(loaded.document.runbook, loaded.fences), **left_out}.items()))


def _symptom(trial: Trial) -> str:
    broken = next(phase for phase in trial.phases if phase.name == "broken")
    return next(step.output for step in broken.steps if step.name == "symptom probe").strip()[-400:]
