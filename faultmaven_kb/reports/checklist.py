"""The review of a runbook as a list of questions: which rules answer each, and which only a person can.

The table is the whole of it: a question without rules is a person's. Codes may be families (`RB7`).
"""

from dataclasses import dataclass

from faultmaven_kb.gate.rules.catalogue import all_rules
from faultmaven_kb.gate.settings.settings import Profile

__all__ = ["CHECKLIST", "ChecklistItem"]


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One box of the review. `codes` are the rules (or the beginnings of their codes) that answer it."""

    step: str
    text: str
    codes: tuple[str, ...] = ()

    def answered(self, profile: Profile) -> bool:
        """Whether a rule that a profile runs answers it."""
        return any(rule.code.startswith(self.codes) and rule.profile <= profile for rule in all_rules() if self.codes)


_FORM, _COMMANDS, _SAFETY, _CONTENT, _FIT = (
    "1. Form",
    "2. Commands and claims",
    "3. Safety",
    "4. Completeness",
    "5. Its place among the others",
)

CHECKLIST: tuple[ChecklistItem, ...] = (
    ChecklistItem(_FORM, "The file can be read: UTF-8, no conflict markers, no hidden characters", ("RB0",)),
    ChecklistItem(_FORM, "The front matter is there and is valid YAML", ("RB1",)),
    ChecklistItem(
        _FORM, "Every required field is there and has a valid value", ("RB20", "RB210", "RB211", "RB212", "RB213")
    ),
    ChecklistItem(
        _FORM, "Dates, tags, verifier and order of fields are right", ("RB214", "RB215", "RB216", "RB217", "RB218")
    ),
    ChecklistItem(_FORM, "Every section is there, once, in its order and at its level", ("RB3",)),
    ChecklistItem(_COMMANDS, "Code blocks name their language and parse", ("RB60", "RB610")),
    ChecklistItem(_COMMANDS, "The commands were run against the versions that the text names"),
    ChecklistItem(_COMMANDS, "Each solution fixes the cause that it is given for, and was tried"),
    ChecklistItem(_COMMANDS, "The expected outputs are real ones"),
    ChecklistItem(_SAFETY, "No credential and no private key is in the text", ("RB701", "RB702")),
    ChecklistItem(_SAFETY, "Destructive commands have a warning and a way back", ("RB703", "RB704", "RB705", "RB706")),
    ChecklistItem(
        _SAFETY, "Nothing opens the system, names a real host or hides a privilege", ("RB707", "RB708", "RB709", "RB71")
    ),
    ChecklistItem(_SAFETY, "A person under stress cannot do harm by reading from the top"),
    ChecklistItem(_CONTENT, "The card has symptoms, weighed causes, a quick fix and a time", ("RB4",)),
    ChecklistItem(_CONTENT, "Symptoms are what one sees, in the words the software uses", ("RB414",)),
    ChecklistItem(_CONTENT, "Steps and solutions are complete and numbered", ("RB50", "RB51")),
    ChecklistItem(_CONTENT, "Prevention and version history are complete", ("RB52", "RB219")),
    ChecklistItem(_CONTENT, "All text of the template was replaced", ("RB220",)),
    ChecklistItem(_CONTENT, "The weights agree with what this team has seen"),
    ChecklistItem(_FIT, "Links lead somewhere, and ids are unique", ("RB80", "RB810", "RB813", "RB815", "RB816")),
    ChecklistItem(_FIT, "No other runbook says the same", ("RB811", "RB817")),
    ChecklistItem(_FIT, "It is listed and linked where a reader looks for it", ("RB812", "RB814")),
    ChecklistItem(_FIT, "A change has a new version and a new date", ("RB904",)),
    ChecklistItem(_FIT, "It belongs into this knowledge base, and somebody will keep it current"),
)
"""The questions in the order in which a curator asks them."""
