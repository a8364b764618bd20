"""RB314: a knowledge base that opts in believes `status: verified` only with a proof of the very text, and all of it.

The proofs come with the settings, as text (key `proofs` of the configuration); without them the rule is silent. A proof
is what a lab leaves behind: the hash of the executed commands, the symptoms that were seen, the server versions.
"""

from collections.abc import Iterator

from faultmaven_kb.diagnostics import Edit, Fix, Level
from faultmaven_kb.gate.toolkit.rule_model import Checked, Finding, Profile, Rule, rule
from faultmaven_kb.model.vocabularies import VERIFIED

__all__ = ["RULES"]


@rule("RB314", "unproven-verified", Level.ERROR, Profile.INGEST, options=("proofs",))
def unproven_verified(checked: Checked) -> Iterator[Finding]:
    """Checks that `status: verified` is backed by a lab's proof of the current commands, and that `verified_by`
    agrees with it. The rule runs only if the configuration names proofs.

    "Verified" is only a claim until a lab has repaired a broken server with exactly these commands.
    """
    status = checked.value("status")
    if not checked.settings.proofs or status not in VERIFIED:
        return
    from faultmaven_kb.proofs.extraction import extract  # noqa: PLC0415 - labs are loaded only by a base that opts in
    from faultmaven_kb.proofs.proof import outdated, parse_proofs  # noqa: PLC0415

    runbook = checked.document.runbook
    proof = parse_proofs(checked.settings.proofs).get(runbook.id)
    span = checked.value_span("status")
    to_draft = Fix("use draft", (Edit(span, "draft"),), safe=False)
    if proof is None:
        message = f'status is "{status}" but no lab has proven "{runbook.id}", expected draft or a proof'
        yield Finding(message, span, to_draft)
        return
    reason = outdated(proof, runbook, extract(runbook, checked.document.source, clients=proof.clients))
    if reason:
        yield Finding(f'status is "{status}" but {reason}, expected draft or a new proof', span, to_draft)
        return
    if status != proof.status:
        left_out = f"left out {', '.join(proof.unproven)}" if proof.unproven else "left nothing out"
        fix = Fix(f"use {proof.status}", (Edit(span, proof.status),), safe=True)
        yield Finding(f'status is "{status}" but the proof {left_out}, expected "{proof.status}"', span, fix)
    if checked.value("verified_by") != proof.summary:
        place = checked.value_span("verified_by")
        fix = Fix("use the proof's words", (Edit(place, f'"{proof.summary}"'),), safe=True)
        value = checked.value("verified_by")
        yield Finding(f'verified_by is "{value}", expected "{proof.summary}" as the proof says', place, fix)


RULES: tuple[Rule, ...] = (unproven_verified,)
