"""Procedures beside one another on a page: "Add a server" and "Remove a server", headings below "Common procedures".

Steps that follow one another are one procedure, whatever their headings are called. Headings are procedures of their
own where something says so: what stands above them is called so in the plural, each is called so itself, one undoes
the other, or each counts its steps from one. Each is a solution then, because nobody follows all of them. Headings that
only say where the same is done ("Using the console", "Using the CLI") are as many ways to do it.
"""

import re
from collections.abc import Callable, Iterable

from faultmaven_kb.dialects.loose.listing import one_solution
from faultmaven_kb.dialects.pieces.enumerations import heading_number, heading_words
from faultmaven_kb.dialects.pieces.faults import names_fault, seen_in
from faultmaven_kb.dialects.pieces.parts import all_commands, text_of, without_notes
from faultmaven_kb.model.runbook import Instruction, Solution, Symptom
from faultmaven_kb.text.outline import OutlineSection, blocks_with_headings, walk

__all__ = ["counted_procedures", "counted_steps", "fault_above", "in_turn", "procedures_beside", "ways_to_do"]

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
_PLACE = (
    r"(?:the |an? )?(?:[\w.-]{1,20} ){0,2}(?:ansible|api|cli|command[- ]line(?: interface| tool)?|console|dashboard|"
    r"gui|helm|kubectl|portal|powershell|sdk|shell|terminal|terraform|(?:web )?(?:ui|interface))"
)
_WAY = re.compile(
    rf"\W{{0,3}}(?:(?:by|from|in|through|using|via|with) {_PLACE}|"
    rf"{_PLACE} (?:approach|command|method|option|way)s?)\W{{0,2}}",
    re.IGNORECASE,
)
"""A heading that only says where something is done."""
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
    if in_turn(sections):
        return False
    if above.key.rpartition(" ")[2] in _PLURALS or all(_NAMED.match(section.title) for section in sections):
        return True
    verbs = {match["verb"].lower() for section in sections if (match := _VERB.match(section.title))}
    return any(pair <= verbs for pair in _OPPOSITES)


def in_turn(sections: Iterable[OutlineSection]) -> bool:
    """Whether a heading among some says that they are parts of one procedure, done one after the other."""
    return any(_IN_TURN.match(section.title) for section in sections)


def fault_above(procedure: tuple[OutlineSection, ...], outline: Iterable[OutlineSection]) -> tuple[Symptom, ...]:
    """The fault that the heading right above the steps of a procedure names."""
    above = (section for section in walk(outline) if section.level > 1 and procedure[0] in section.children)
    return tuple(seen_in(section) for section in above if names_fault(section.title))


def counted_procedures(
    outline: Iterable[OutlineSection], steps: tuple[OutlineSection, ...]
) -> tuple[OutlineSection, ...]:
    """The sections that each count some of the steps from one, where all steps are theirs; empty for a sole procedure.

    Headings that are called so ("Procedure - large hosts") are variants of the page's own procedure.
    """
    places = {step.span for step in steps}
    found = []
    for section in walk(outline):
        own = [child for child in section.children if child.span in places]
        if not own:
            continue
        named = section.heading is not None and section.level > 1 and heading_number(section.title)[0] is None
        variant = _IN_TURN.match(section.title) or _NAMED.match(section.title)
        if not named or variant or len(own) < _FEWEST or heading_number(own[0].title)[0] != 1:
            return ()
        found.append(section)
    return tuple(found) if len(found) >= _FEWEST else ()


def counted_steps(section: OutlineSection) -> Solution:
    """A procedure as a solution; where its steps are numbered headings, each of these is an instruction."""
    instructions = list[Instruction]()
    for child in section.children:
        number, blocks = heading_number(child.title)[0], blocks_with_headings(child)
        if number is not None:
            said = "\n\n".join(text for text in (heading_words(child.title), text_of(without_notes(blocks))) if text)
            instructions.append(Instruction(number=number, text=said, commands=all_commands(blocks), span=child.span))
    solution = one_solution(section.title, blocks_with_headings(section), section.span)
    return solution.model_copy(update={"instructions": tuple(instructions)}) if instructions else solution


def ways_to_do(outline: Iterable[OutlineSection], does: Callable[[OutlineSection], bool]) -> tuple[OutlineSection, ...]:
    """The sections that do the same in several places, in document order; empty where there is one way only."""
    ways = [section for section in outline if _WAY.fullmatch(section.title) and does(section)]
    return tuple(ways) if len(ways) >= _FEWEST else ()
