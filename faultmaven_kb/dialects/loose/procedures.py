"""Procedures beside one another on a page: "Add a server" and "Remove a server", headings below "Common procedures".

Steps that follow one another are one procedure, whatever their headings are called. Headings are procedures of their
own where something says so: what stands above them is called so in the plural, each is called so itself, or one undoes
the other. Each is a solution then, because nobody follows all of them.
"""

import re
from collections.abc import Callable, Iterable

from faultmaven_kb.text.outline import OutlineSection

__all__ = ["procedures_beside"]

_FEWEST = 2
_PLURALS = frozenset(
    "how-tos howtos operations playbooks procedures processes recipes routines runbooks sops tasks workflows".split()
)
"""Last words of a heading whose headings are procedures."""
_NAMED = re.compile(
    r"\W{0,3}(?:how-?to|playbook|procedure|process|recipe|runbook|sop|task|workflow)\s?[:：–—-]\s", re.IGNORECASE
)
_IN_TURN = re.compile(
    r"\W{0,3}(?:after|afterwards|before|check|clean|cleanup|cut ?over|during|final|finally|finish|first|follow|initial|"
    r"next|part|phase|post|pre|preparation|prepare|prerequisites|rollback|stage|step|then|validate|validation|"
    r"verification|verify)\b",
    re.IGNORECASE,
)
"""Beginnings of headings that are parts of one procedure, done one after the other."""
_OPPOSITES = tuple(
    frozenset(pair.split("/"))
    for pair in (
        "add/remove", "add/delete", "attach/detach", "create/delete", "create/destroy", "create/remove",
        "cordon/uncordon", "deploy/undeploy", "disable/enable", "grant/revoke", "install/uninstall", "install/remove",
        "join/leave", "lock/unlock", "mount/unmount", "onboard/offboard", "pause/resume", "register/deregister",
        "start/stop", "suspend/resume", "export/import", "back/restore", "backup/restore",
    )
)  # fmt: skip
_VERB = re.compile(r"\W{0,3}(?:to |how to )?(?P<verb>[a-z]{3,20}?)(?:ing)?\b", re.IGNORECASE)


def procedures_beside(
    outline: Iterable[OutlineSection], does: Callable[[OutlineSection], bool]
) -> tuple[OutlineSection, ...]:
    """The sections that are a procedure each, in document order; `does` says whether something is done in one."""
    found: list[OutlineSection] = []
    for section in outline:
        below = [child for child in section.children if does(child)]
        if len(below) >= _FEWEST and _are_beside(section, below):
            found.extend(below)
        else:
            found.extend(procedures_beside(section.children, does))
    return tuple(found)


def _are_beside(above: OutlineSection, sections: list[OutlineSection]) -> bool:
    if any(_IN_TURN.match(section.title) for section in sections):
        return False
    if above.key.rpartition(" ")[2] in _PLURALS or all(_NAMED.match(section.title) for section in sections):
        return True
    verbs = {match["verb"].lower() for section in sections if (match := _VERB.match(section.title))}
    return any(pair <= verbs for pair in _OPPOSITES)
