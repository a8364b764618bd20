"""What a rule is: a code, a name, a level, the profile from which on it applies, a why, and one short generator.

A rule looks at one document (`check`) or at the whole base (`check_base`) and yields findings; it never raises for
content and never prints. Its docstring is its why. What the reading stages already diagnose has a rule without a
generator, so that every code is explained in one place.
"""

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, TypeVar

from faultmaven_kb.diagnostics import Fix, Level, Related
from faultmaven_kb.fences.snippets import Snippet, snippets_of
from faultmaven_kb.gate.facts.collect import facts_of
from faultmaven_kb.gate.facts.records import Change, Facts
from faultmaven_kb.gate.facts.tree import Tree
from faultmaven_kb.gate.hazards.destructive import created_names, harms_in
from faultmaven_kb.gate.hazards.harm import Harm
from faultmaven_kb.gate.settings.settings import Profile, Settings
from faultmaven_kb.reading.reader import ReadDocument
from faultmaven_kb.source import Span
from faultmaven_kb.text.outline import OutlineSection, walk

__all__ = [
    "Base",
    "Checked",
    "Finding",
    "Profile",
    "Rule",
    "Settings",
    "base_rule",
    "reading_rule",
    "rule",
]


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule yields; `level` and `profile` replace the rule's own where it depends on the case."""

    message: str
    span: Span
    fix: Fix | None = None
    related: tuple[Related, ...] = ()
    level: Level | None = None
    profile: Profile | None = None


@dataclass(frozen=True)
class Checked:
    """A document under check, with the day and the settings: all that a rule may look at."""

    document: ReadDocument
    today: date
    profile: Profile = Profile.CURATED
    settings: Settings = field(default_factory=Settings)
    _made: dict[Callable[["Checked"], Any], Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, work: "Callable[[Checked], _T]") -> _T:
        """What a function makes of this document, made only when it is asked for the first time."""
        if work not in self._made:
            self._made[work] = work(self)
        result: _T = self._made[work]
        return result

    @property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends."""
        return self.document.source.lines

    @property
    def file(self) -> PurePosixPath:
        """The path as it was given."""
        return PurePosixPath(self.document.path)

    @cached_property
    def sections(self) -> tuple[OutlineSection, ...]:
        """All sections in document order."""
        return tuple(walk(self.document.outline))

    @cached_property
    def facts(self) -> Facts:
        """What other documents may ask of this one: its links, anchors, symptoms."""
        return facts_of(self.document, sketched=self.settings.reach("RB811", self.profile) is Profile.CURATED)

    @cached_property
    def snippets(self) -> tuple[Snippet, ...]:
        """All code blocks in document order, with what is around them."""
        return snippets_of(self.document)

    @cached_property
    def harms(self) -> tuple[tuple[Snippet, Harm], ...]:
        """The destructive commands, each with its code block; three rules ask for them."""
        own_names = created_names("\n".join(snippet.code for snippet in self.snippets))
        return tuple((snippet, harm) for snippet in self.snippets for harm in harms_in(snippet, own_names))

    @property
    def is_relaxed(self) -> bool:
        """Whether completeness is not asked for: a draft is not yet, a deprecated runbook is no longer complete."""
        return self.value("status") in ("draft", "deprecated")

    def value(self, key: str) -> object:
        """A front matter value, None when it is absent."""
        return self.document.front_matter.values.get(key)

    def value_span(self, *path: str | int) -> Span:
        """Where a front matter value is; line 1 when it is absent."""
        return self.document.front_matter.value_span(*path)


def _nothing(place: str) -> Facts | None:
    """No document but those that are checked."""
    return None


@dataclass(frozen=True)
class Base:
    """The facts of all documents of one run, for the rules that compare them.

    `tree` contains the files that links lead to (None when the document is not a file), `load` reads the facts of a
    document in it that is not checked itself, `change` is what is about to be merged, if that is known. `left_out` are
    the places of documents that belong to the base and are not checked this time.
    """

    documents: tuple[Facts, ...]
    today: date
    settings: Settings = field(default_factory=Settings)
    tree: Tree | None = None
    load: Callable[[str], Facts | None] = _nothing
    change: Change | None = None
    left_out: tuple[str, ...] = ()

    @cached_property
    def places(self) -> Mapping[str, Facts]:
        """The checked documents by their path relative to the tree's root."""
        if self.tree is None:
            return {facts.path: facts for facts in self.documents}
        placed = ((self.tree.relative(facts.path), facts) for facts in self.documents)
        return {place: facts for place, facts in placed if place is not None}

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """Where each document is relative to the tree's root, by its path as given."""
        return {facts.path: place for place, facts in self.places.items()}

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders in which documents are, relative to the tree's root."""
        return frozenset(posixpath.dirname(place) for place in (*self.places, *self.left_out))

    def at(self, place: str) -> Facts | None:
        """The document at a place, checked in this run or not; None if there is none."""
        return self.places.get(place) or self.load(place)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    `checks` says what the rule looks for and `why` what a finding costs the reader. `options` names the configuration
    keys that change what it reports, and `url` is the page of a rule that is not described in this project's own docs.
    `linked_only` is for a rule over the base that looks at a document and what its links lead to, so that the other
    documents do not change whether it finds something.
    """

    code: str
    name: str
    level: Level
    profile: Profile
    why: str
    check: Callable[[Checked], Iterator[Finding]] | None = None
    check_base: Callable[[Base], Iterator[tuple[Facts, Finding]]] | None = None
    url: str = ""
    checks: str = ""
    options: tuple[str, ...] = ()
    linked_only: bool = False

    @property
    def description(self) -> str:
        """What the rule checks and why, in one paragraph."""
        return f"{self.checks} {self.why}".strip()


def rule(
    code: str, name: str, level: Level, profile: Profile, *, options: tuple[str, ...] = ()
) -> Callable[[Callable[[Checked], Iterator[Finding]]], Rule]:
    """Make a rule of a generator over one document.

    The first paragraph of its docstring says what it checks and the rest why; a single paragraph is the why.
    """

    def make(check: Callable[[Checked], Iterator[Finding]]) -> Rule:
        checks, why = _paragraphs(check.__doc__)
        return Rule(code, name, level, profile, why, check=check, checks=checks, options=options)

    return make


def base_rule(
    code: str,
    name: str,
    level: Level,
    profile: Profile,
    *,
    options: tuple[str, ...] = (),
    linked_only: bool = False,
) -> Callable[[Callable[[Base], Iterator[tuple[Facts, Finding]]]], Rule]:
    """Make a rule of a generator over the whole base, with a docstring as in `rule`."""

    def make(check: Callable[[Base], Iterator[tuple[Facts, Finding]]]) -> Rule:
        checks, why = _paragraphs(check.__doc__)
        return Rule(
            code, name, level, profile, why, check_base=check, checks=checks, options=options, linked_only=linked_only
        )

    return make


def reading_rule(
    code: str, name: str, checks: str, why: str, level: Level = Level.ERROR, *, options: tuple[str, ...] = ()
) -> Rule:
    """A rule whose findings the reading stages yield; it applies in every profile."""
    return Rule(code, name, level, Profile.INGEST, why, checks=checks, options=options)


def _paragraphs(docstring: str | None) -> tuple[str, str]:
    """The first paragraph of a docstring and the rest, each in one line; "" and the text when there is only one."""
    first, _, rest = (docstring or "").partition("\n\n")
    checks, why = (" ".join(text.split()) for text in (first, rest))
    return (checks, why) if why else ("", checks)
