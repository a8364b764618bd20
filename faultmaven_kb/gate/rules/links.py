"""RB801 to RB815, the links: where they lead, whether anything is there, and what it calls itself.

Targets are resolved inside the tree of files only; what lies outside of its root is reported and never looked at. A
link with a scheme is not checked: whether a page on the network exists is not a question for a gate.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from faultmaven_kb.diagnostics import Edit, Fix, Level, did_you_mean, nearest, suggestion
from faultmaven_kb.gate.facts.link_scan import find_malformed, is_external
from faultmaven_kb.gate.facts.records import Facts, FoundLink
from faultmaven_kb.gate.facts.tree import actual_name, kind_of
from faultmaven_kb.gate.toolkit.rule_model import Base, Checked, Finding, Profile, Rule, base_rule, rule
from faultmaven_kb.reading.files import NOT_RUNBOOKS
from faultmaven_kb.text.inline import plain
from faultmaven_kb.text.slugs import anchor_key

__all__ = ["RULES", "related_targets"]

_RUNBOOK_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*\.md", re.IGNORECASE)
_PRIVATE_SUFFIXES = (".example", ".invalid", ".local", ".internal", ".localhost", ".test", ".svc", ".lan", ".home.arpa")
_EXAMPLE_HOST = re.compile(r"(?:.+\.)?example\.(?:com|net|org)")


@dataclass(frozen=True, slots=True)
class _Target:
    """A relative link, resolved: the place it names (None outside the root) and the anchor behind it."""

    facts: Facts
    link: FoundLink
    place: str | None
    anchor: str


def _targets(base: Base) -> Iterator[_Target]:
    """Every relative link of the base that can be resolved."""
    for facts in base.documents:
        home = base.homes.get(facts.path)
        for link in facts.links:
            if home is None or is_external(link.target) or not link.target.strip("#"):
                continue
            path, _, anchor = link.target.partition("#")
            path = unquote(path.partition("?")[0]).replace("\\", "/")
            if not path:
                yield _Target(facts, link, home, anchor)
                continue
            start = "" if path.startswith("/") else posixpath.dirname(home)
            place = posixpath.normpath(posixpath.join(start, path.lstrip("/")))
            outside = place == ".." or place.startswith("../")
            yield _Target(facts, link, None if outside else place.removeprefix("./"), anchor)


def related_targets(base: Base) -> Iterator[tuple[Facts, FoundLink, str]]:
    """The links among related issues to other runbooks, with the place each names."""
    for target in _targets(base):
        if target.link.related and target.place and target.place.lower().endswith(".md"):
            yield target.facts, target.link, target.place


def _missing(base: Base) -> Iterator[_Target]:
    """Targets that do not exist, not even under the same name in other case."""
    if base.tree is None:
        return
    for target in _targets(base):
        place = target.place
        if place is not None and kind_of(base.tree, place) is None and actual_name(base.tree, place) is None:
            yield target


def _names_runbook(base: Base, target: _Target) -> bool:
    """Whether a target is meant to be a runbook: by the section it is in, or by its name and folder."""
    folder, name = posixpath.split(target.place or "")
    if name in NOT_RUNBOOKS or not _RUNBOOK_NAME.fullmatch(name) or name != name.lower():
        return target.link.related and name.endswith(".md") and name not in NOT_RUNBOOKS
    home = posixpath.dirname(base.homes[target.facts.path])
    return target.link.related or folder in base.folders or posixpath.dirname(folder) == posixpath.dirname(home) != ""


@base_rule("RB801", "dangling-runbook-link", Level.ERROR, Profile.CONTRIBUTE, linked_only=True)
def dangling_runbook_link(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that linked runbooks exist.

    A broken link costs the reader time during an incident.
    """
    near = _Nearest(base)
    for target in _missing(base):
        if _names_runbook(base, target):
            message = f'runbook "{target.link.target}" does not exist'
            place = near.place(posixpath.basename(target.place or "")[:-3])
            fix = _retarget(base, target, place, safe=False) if place else None
            hint = suggestion(fix.edits[0].replacement if fix else None)
            yield target.facts, Finding(message + hint, target.link.target_span, fix)


class _Nearest:
    """Finds the runbook whose id is most like a word. Only ids with a word in common are compared letter by letter."""

    def __init__(self, base: Base) -> None:
        self._places = {facts.id: place for place, facts in base.places.items()}
        self._known: dict[str, str | None] = {}
        self._by_word: dict[str, list[str]] = {}
        for identity in self._places:
            for word in identity.split("-"):
                self._by_word.setdefault(word, []).append(identity)

    def place(self, identity: str) -> str | None:
        """Where the most similar runbook is, None when none is near."""
        if identity not in self._known:
            counts = Counter(other for word in identity.split("-") for other in self._by_word.get(word, ()))
            other = nearest(identity, [identity_near for identity_near, _ in counts.most_common(20)])
            self._known[identity] = self._places[other] if other else None
        return self._known[identity]


def _retarget(base: Base, target: _Target, place: str, *, safe: bool) -> Fix:
    """Let a link lead to another place; its anchor stays."""
    home = posixpath.dirname(base.homes[target.facts.path])
    path = quote(posixpath.relpath(place, home or "."), safe="/:@!$&'*+,;=~")
    if target.link.target.startswith("/"):
        path = "/" + quote(place)
    elif target.link.target.startswith("./"):
        path = f"./{path}"
    text = f"{path}#{target.anchor}" if target.anchor else path
    return Fix(f"link to {text}", (Edit(target.link.target_span, text),), safe=safe)


@base_rule("RB802", "dangling-file-link", Level.ERROR, Profile.CONTRIBUTE, linked_only=True)
def dangling_file_link(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that linked files and images exist.

    If the file was moved or never added, the reader sees an error page.
    """
    for target in _missing(base):
        if not _names_runbook(base, target):
            kind = "image" if target.link.image else "file"
            yield target.facts, Finding(f'{kind} "{target.link.target}" does not exist', target.link.target_span)


@base_rule("RB803", "dangling-anchor", Level.WARNING, Profile.CONTRIBUTE, linked_only=True)
def dangling_anchor(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that the anchor of a link is a heading of the linked file.

    If the heading was renamed, the link opens the top of the page and the reader has to search.
    """
    for target in _targets(base):
        if not target.anchor or target.place is None or target.link.image:
            continue
        here = target.place == base.homes[target.facts.path]
        other = target.facts if here else base.at(target.place) if target.place.lower().endswith(".md") else None
        anchor = anchor_key(target.anchor)
        if other is None or anchor in other.anchors or anchor == "top":
            continue
        where = "this file" if here else f'"{target.link.target.partition("#")[0]}"'
        hint = did_you_mean(anchor, other.anchors)
        yield target.facts, Finding(f'no heading of {where} has the anchor "#{anchor}"{hint}', target.link.target_span)


@base_rule("RB805", "self-link", Level.WARNING, Profile.CONTRIBUTE, linked_only=True)
def self_link(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks for links from a runbook to itself.

    A runbook that lists itself as related leads the reader in a circle.
    """
    for target in _targets(base):
        if not target.anchor and target.place == base.homes[target.facts.path]:
            yield target.facts, Finding(f'"{target.link.target}" is this runbook itself', target.link.target_span)


@base_rule("RB807", "link-text-mismatch", Level.INFO, Profile.CURATED, linked_only=True)
def link_text_mismatch(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that the text of a link to a related runbook is its title. Links in other sections may have any text.

    Readers see the same title in the list and on the page it leads to.
    """
    for facts, link, place in related_targets(base):
        other = base.at(place)
        if other and other is not facts and plain(link.text) != plain(other.title):
            fix = Fix("use the title", (Edit(link.text_span, other.title),), safe=True)
            message = f'link text is "{plain(link.text)}", expected the title "{other.title}"'
            yield facts, Finding(message, link.text_span, fix)


@base_rule("RB808", "link-to-deprecated", Level.WARNING, Profile.CONTRIBUTE, linked_only=True)
def link_to_deprecated(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks for links to deprecated runbooks.

    A deprecated runbook is kept for its history and should not be followed in an incident.
    """
    for target in _targets(base):
        other = base.at(target.place) if target.place and target.place.lower().endswith(".md") else None
        if other and other is not target.facts and other.status == "deprecated" != target.facts.status:
            yield target.facts, Finding(f'runbook "{other.id}" is deprecated', target.link.target_span)


@rule("RB809", "insecure-link", Level.INFO, Profile.CURATED)
def insecure_link(checked: Checked) -> Iterator[Finding]:
    """Checks for links to public hosts over http.

    Instructions that are loaded over http can be changed on the way.
    """
    for link in checked.facts.links:
        if link.target[:7].lower() == "http://" and _is_public(link.target):
            span = link.target_span
            fix = Fix("use https", (Edit(span, f"https://{link.target[7:]}"),), safe=False)
            yield Finding(f'link is "{link.target}", expected https', span, fix)


def _is_public(url: str) -> bool:
    """Whether a URL names a host on the internet: no address, no single word, no name kept for examples."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    if "." not in host or ":" in host or host.endswith(_PRIVATE_SUFFIXES) or _EXAMPLE_HOST.fullmatch(host):
        return False
    return not host.replace(".", "").isdigit()


@rule("RB810", "malformed-link", Level.ERROR, Profile.CONTRIBUTE)
def malformed_link(checked: Checked) -> Iterator[Finding]:
    """Checks for Markdown that looks like a link but is not rendered as one, and for links without a target.

    The reader cannot follow it.
    """
    for link in find_malformed(checked.document):
        span = link.span
        if link.kind == "empty":
            yield Finding(f'link "{link.text}" has no target', span)
        elif link.kind == "undefined":
            message = f'reference "[{link.target or link.text}]" is not defined anywhere in the file'
            yield Finding(message, span, level=Level.WARNING)
        else:
            right = f"[{link.text}]({link.target})"
            fix = Fix(f"write {right}", (Edit(span, right),), safe=True)
            yield Finding(f'"{checked.document.source.slice(span)}" is not a link, expected "{right}"', span, fix)


@base_rule("RB813", "link-escapes-repository", Level.ERROR, Profile.INGEST, linked_only=True)
def link_escapes_repository(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks for links that leave the repository, directly or through a symbolic link.

    Such a path works on one machine at best, and it reveals how that machine is set up.
    """
    for target in _targets(base):
        if target.place is None:
            message = f'link "{target.link.target}" leads out of the repository'
            yield target.facts, Finding(message, target.link.target_span)
        elif base.tree is not None and kind_of(base.tree, target.place) == "outside":
            message = f'link "{target.link.target}" leads out of the repository through a symbolic link'
            yield target.facts, Finding(message, target.link.target_span)


@base_rule("RB815", "link-case-mismatch", Level.ERROR, Profile.CONTRIBUTE, linked_only=True)
def link_case_mismatch(base: Base) -> Iterator[tuple[Facts, Finding]]:
    """Checks that a link has the same upper and lower case as the file.

    Some file systems ignore case, so the link works on a laptop and fails on the server.
    """
    if base.tree is None:
        return
    for target in _targets(base):
        if target.place is None or kind_of(base.tree, target.place) is not None:
            continue
        actual = actual_name(base.tree, target.place)
        if actual is not None:
            fix = _retarget(base, target, actual, safe=True)
            message = f'link is "{target.link.target}", the file is "{fix.edits[0].replacement}"'
            yield target.facts, Finding(message, target.link.target_span, fix)


RULES: tuple[Rule, ...] = (
    dangling_runbook_link,
    dangling_file_link,
    dangling_anchor,
    self_link,
    link_text_mismatch,
    link_to_deprecated,
    insecure_link,
    malformed_link,
    link_escapes_repository,
    link_case_mismatch,
)
