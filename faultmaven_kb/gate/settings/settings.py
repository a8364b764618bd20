"""What a knowledge base may set for itself: which rules run, how they weigh, their limits and vocabularies.

Frozen values that are passed down; where they come from (a file, the command line) is `configuration`'s business.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from faultmaven_kb.diagnostics import Level
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.text.characters.decoding import SIZE_LIMIT

__all__ = ["ALWAYS", "CREDENTIALS", "Criteria", "Exclusion", "Profile", "Settings", "profile_named"]

CREDENTIALS = frozenset({"RB701", "RB702"})
"""Rules that nobody may switch off, exclude or suppress unless the configuration says so in this many words."""

ALWAYS = frozenset({"RB013", "RB906", "RB990"})
"""A file that cannot be read, a changed configuration and a rule that crashed are reported whatever is selected."""


class Profile(IntEnum):
    """How much is asked of a runbook; each profile contains the former."""

    INGEST = 1
    CONTRIBUTE = 2
    CURATED = 3

    @property
    def label(self) -> str:
        """The name on the command line."""
        return self.name.lower()


def profile_named(name: str) -> Profile:
    """The profile with a name. Raises `ConfigurationError` for any other word."""
    for profile in Profile:
        if profile.label == name:
            return profile
    options = ", ".join(profile.label for profile in Profile)
    raise ConfigurationError(f'profile is "{name}", expected one of {options}')


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rules that do not apply to some runbooks, and why; without codes it is all of them."""

    reason: str
    codes: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; the defaults are those of a base without configuration.

    `select` leaves only these codes, `extend_select` adds codes of a higher profile, `ignore` takes codes away. The
    words of `technologies` and `tags` are the only ones allowed unless empty; `sections`, `languages` and `hosts` are
    allowed in addition to what the rules know. `schema` is the text of the organisation's own JSON Schema.
    `annotations` are those of an alert that name its runbook, in addition to the usual ones.
    `required_sections` takes the place of the format's own list; `aliases` are headings with the ones they are read as.
    `proofs` are the labs' proofs as the text of one JSON list; a base opts in to proofs by naming them.
    """

    stale_months: int = 12
    weight_tolerance: float = 1.0
    file_size: int = SIZE_LIMIT
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    levels: tuple[tuple[str, Level], ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    technologies: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    required_sections: tuple[str, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    schema: str = ""
    proofs: str = ""
    retired_ids: tuple[str, ...] = ()
    allow_credential_suppression: bool = False

    def reach(self, code: str, profile: Profile) -> Profile | None:
        """Up to which profile the findings of a rule count; None when the rule is switched off."""
        if code in ALWAYS:
            return Profile.CURATED
        if code in self.ignore or (self.select and code not in self.select and code not in self.extend_select):
            return None
        return Profile.CURATED if code in self.select or code in self.extend_select else profile

    def counts(self, code: str, needed: Profile, profile: Profile) -> bool:
        """Whether findings of a rule count in a profile, when the rule needs the profile `needed`."""
        reach = self.reach(code, profile)
        return reach is not None and needed <= reach

    def level(self, code: str, level: Level) -> Level:
        """The level of a rule's finding: the configured one, else its own."""
        return next((configured for name, configured in self.levels if name == code), level)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What every document of a check is judged by: the day, the profile and the settings."""

    today: date
    profile: Profile
    settings: Settings
