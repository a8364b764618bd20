"""Our detector of credentials beside detect-secrets: what each finds of the same texts, and where it is wrong.

    uv run --with detect-secrets python -m benchmarks.credentials

True cases are the samples of RB701 and RB702 in the tests; false ones are the blocks that no rule may report and the
shipped runbooks, in which every credential is an example. detect-secrets runs with its default plug-ins and filters.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from faultmaven_kb.gate.hazards.credentials import credentials_in, private_keys_in
from tests.documents import RUNBOOKS
from tests.gate.command_samples import FINE, FOUND

Detector = Callable[[str, str], int]
"""How many credentials are in a text, which is in a language."""


def ours(text: str, language: str) -> int:
    """The findings of RB701 and RB702."""
    return len(list(credentials_in(text, is_code=language != "markdown"))) + len(list(private_keys_in(text)))


def theirs(text: str, language: str) -> int:
    """The findings of detect-secrets in a file of that language."""
    from detect_secrets import SecretsCollection  # type: ignore[import-not-found,unused-ignore]
    from detect_secrets.settings import default_settings  # type: ignore[import-not-found,unused-ignore]

    endings = {"bash": "sh", "python": "py", "markdown": "md", "text": "txt", "console": "txt"}
    with tempfile.TemporaryDirectory() as folder, default_settings():
        file = Path(folder, f"sample.{endings.get(language, language)}")
        file.write_text(text + "\n", encoding="utf-8")
        found = SecretsCollection()
        found.scan_file(str(file))
        return sum(1 for _ in found)


def _true() -> Iterator[tuple[str, str]]:
    yield from ((code, language) for rule, language, code in FOUND if rule in ("RB701", "RB702"))


def _false() -> Iterator[tuple[str, str]]:
    yield from ((code, language) for language, code in FINE)
    yield from ((file.read_text(encoding="utf-8"), "markdown") for file in RUNBOOKS)


def main() -> None:
    """Print the figures and the cases on which the detectors differ."""
    true, false = list(_true()), list(_false())
    detectors: dict[str, Detector] = {"ours": ours, "detect-secrets": theirs}
    for name, detector in detectors.items():
        missed = [code for code, language in true if not detector(code, language)]
        alarms = [(code, count) for code, language in false if (count := detector(code, language))]
        print(
            f"{name}: {len(true) - len(missed)} of {len(true)} found, {sum(count for _, count in alarms)} false alarms"
        )
        print(f"    in {len(alarms)} of {len(false)} texts")
        for code in missed:
            print(f"    missed: {code[:90]!r}")
        for code, count in alarms:
            print(f"    {count} false in {code[:90]!r}")


if __name__ == "__main__":
    main()
