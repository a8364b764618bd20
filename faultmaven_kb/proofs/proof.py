"""A proof: the committed result of a lab, and whether it still belongs to the text of a runbook.

Its hash covers what was executed (fences of the quick fix, steps and solutions, with their directives) and nothing
else: a changed command or a new one un-proves a runbook, a changed sentence does not. The symptoms that were seen are
kept as well, and a runbook must still name them. What was left out is part of the proof: a runbook is verified only
when every command of its quick fix and solutions ran, and `verified in part` otherwise. Clocks stay outside: the day is
passed in.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from faultmaven_kb.disk.regular import read_regular
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.proofs.extraction import LabFence

__all__ = [
    "VERSION",
    "ImageProof",
    "Proof",
    "SolutionResult",
    "executed_hash",
    "joined_proofs",
    "outdated",
    "parse_proofs",
    "proof_text",
    "read_proofs",
]

_FILE_LIMIT = 256_000
"""Bytes of one proof, which takes some thousand."""


VERSION = 2
"""Proofs of version 1 did not look at what a solution preserves, nor at what a restart alone does."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SolutionResult(_Part):
    """One solution of one case: how often it was proven in a row, and its longest time in seconds.

    `commands` ran, each of the checks in `preserved` passed afterwards, and the repair outlasted a restart if it is
    `permanent`; `temporary` says why it does not.
    """

    case: str
    section: str
    runs: int
    seconds: float
    commands: tuple[str, ...] = ()
    preserved: tuple[str, ...] = ()
    permanent: bool = False
    temporary: str = ""


class ImageProof(_Part):
    """What was proven on one image: versions of the packages, symptoms as the software printed them, solutions.

    `suite` is its Debian release, `image` the fingerprint of its recipe.
    """

    suite: str = ""
    image: str = ""
    versions: dict[str, str]
    symptoms: dict[str, str]
    solutions: tuple[SolutionResult, ...]


class Proof(_Part):
    """The last complete proof of a runbook, in `labs/results/ID.json`.

    `skipped` are the parts that no machine ran, with the reason, and `unproven` those of them (and the fences that are
    only shown) that belong to the quick fix or to a solution. `executed` is the hash of the commands, `declared` that
    of the lab's declaration.
    """

    proof: int = VERSION
    runbook: str
    date: date
    executed: str
    declared: str = ""
    clients: dict[str, str] = {}
    symptoms: tuple[str, ...]
    skipped: dict[str, str]
    unproven: dict[str, str] = {}
    images: dict[str, ImageProof]

    @property
    def summary(self) -> str:
        """The line for `verified_by`: `lab bookworm redis-server 7.0.15, trixie redis-server 8.0.2`.

        With what was left out: `...; without solution-1/fence-2`.
        """
        parts = []
        for name, image in self.images.items():
            versions = [f"{package} {plain_version(version)}" for package, version in image.versions.items()]
            parts.append(f"{image.suite or name} {' '.join(versions)}")
        without = sorted({*self.skipped, *self.unproven})
        return "lab " + ", ".join(parts) + (f"; without {', '.join(without)}" if without else "")

    @property
    def status(self) -> Literal["verified", "verified in part"]:
        """What the runbook may call itself."""
        return "verified in part" if self.unproven else "verified"


_PROOFS: TypeAdapter[tuple[Proof, ...]] = TypeAdapter(tuple[Proof, ...])


def plain_version(version: str) -> str:
    """A Debian version without its epoch and revision: `5:7.0.15-1~deb12u7` is `7.0.15`.

    `1.20.5+really1.20.2-1` is `1.20.2`: what comes after `+really` is what the package contains, by Debian's
    convention; `1.6.20~ds1-1` is `1.6.20`, whose source was repacked.
    """
    upstream = version.split(":", 1)[-1].rsplit("-", 1)[0].rsplit("+really", maxsplit=1)[-1]
    return upstream.split("+", maxsplit=1)[0].split("~ds", maxsplit=1)[0]


def executed_hash(fences: Iterable[LabFence], *, skipped: Iterable[str] = ()) -> str:
    """SHA-256 of what is executed: name, language, directives and code of each fence that is not skipped whole."""
    left_out = set(skipped)
    digest = hashlib.sha256()
    for fence in fences:
        if fence.id in left_out or fence.section in left_out:
            continue
        directives = [[directive.kind, directive.value] for directive in fence.directives]
        text = json.dumps([fence.id, fence.language, directives, fence.code.rstrip()], ensure_ascii=False)
        digest.update(text.encode() + b"\n")
    return digest.hexdigest()


def proof_text(proof: Proof) -> str:
    """The proof as the bytes of its file."""
    return json.dumps(proof.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


@lru_cache(maxsize=8)
def parse_proofs(text: str) -> Mapping[str, Proof]:
    """The proofs in a JSON list by runbook id. Raises `ConfigurationError` for anything else."""
    try:
        return {proof.runbook: proof for proof in _PROOFS.validate_json(text)}
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole text"
        raise ConfigurationError(f"not a list of proofs, at {where}") from None


def _text(file: Path) -> str:
    try:
        return read_regular(file, limit=_FILE_LIMIT).decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}: not UTF-8") from None


def joined_proofs(folder: Path, *, read: Callable[[Path], str] = _text) -> str:
    """The proofs in a folder as one JSON list, in the order of their names; text that is not a proof stays as it is.

    `read` yields the text of a file.
    """
    return f"[{','.join(read(path) for path in sorted(folder.glob('*.json')))}]"


def read_proofs(folder: Path) -> Mapping[str, Proof]:
    """The proofs in a folder by runbook id, none without the folder. Raises `ConfigurationError` for a bad file."""
    return parse_proofs(joined_proofs(folder)) if folder.is_dir() else {}


def outdated(proof: Proof, runbook: Runbook, fences: Iterable[LabFence]) -> str:
    """Why a proof does not belong to this text of the runbook, empty when it does."""
    if proof.proof < VERSION:
        return f"its proof of {proof.date} did not look at what the solutions preserve"
    if executed_hash(fences, skipped=proof.skipped) != proof.executed:
        return f"its commands have changed since the proof of {proof.date}"
    literals = {literal for symptom in runbook.symptoms for literal in symptom.literals}
    missing = [symptom for symptom in proof.symptoms if symptom not in literals]
    return f'the symptom "{missing[0]}" that was proven is no longer listed' if missing else ""
