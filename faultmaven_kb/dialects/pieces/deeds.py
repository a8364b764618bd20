"""Words that say what to do, in headings and in the items of lists: to look, to mend, to go on.

Nothing but the words decides. A deed is told from what explains something, from what somebody else does, and from what
is done day by day.
"""

import re

from faultmaven_kb.dialects.pieces.enumerations import heading_words
from faultmaven_kb.dialects.pieces.parts import all_commands, item_text
from faultmaven_kb.text.markdown import ListBlock, ListItem
from faultmaven_kb.text.outline import OutlineSection

__all__ = [
    "explain",
    "is_deed",
    "is_of_deeds",
    "is_of_looks",
    "is_routine",
    "looks",
    "names_mending",
    "prepares",
    "tell_of_others",
]

_FIXES = re.compile(
    r"\W{0,4}"
    r"(?:restart|reboot|fix|mitigate|remediate|recover|restore|repair|roll(?:ing)? ?back|scale|increase|raise|reduce|"
    r"free|clear|clean|delete|remove|purge|drain|cordon|evict|kill|terminate|reset|rotate|renew|replace|rebuild|"
    r"recreate|re-?deploy|re-?start|upgrade|patch|disable|enable|switch|fail ?over|promote|throttle|block|unblock|"
    r"apply|change|set|add|extend|resize|expand|move|pause|resume|stop|start|reload|flush|truncate|vacuum|force)(?:ing)?\b",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"\W{0,4}(?:analy[sz]|check|collect|compar|confirm|count|debug|determin|diagnos|does |examin|find|gather|get|"
    r"identify|inspect|investigat|is |are |list|look|measure|monitor|open |query|read|retriev|review|search|see|show|"
    r"test|triage|troubleshoot|verify|view)",
    re.IGNORECASE,
)
_MEANS = re.compile(r"`[^`\n]{1,80}`\s{1,2}(?:[-–—]|means\b|is\b)|`?/[\w./-]{1,200}`?$")
_GOES = re.compile(
    r"\W{0,4}(?:access|acknowledge|ask|call|choose|click|communicate|connect|contact|contain|copy|create|document|edit|ensure|escalate|execute|"
    r"go to|install|isolate|launch|log ?in|make sure|navigate|notify|pass|ping|post|re-?run|record|request|retry|run|"
    r"select|send|snapshot|ssh|stabili[sz]e|take|tell|trigger|update|use|validate|wait|write)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\W{0,3}(?:an?|the|each|every|this) ", re.IGNORECASE)
_MENDINGS = frozenset(
    "recovery restart remediation rollback failover cleanup restore restoration repair fix workaround mitigation "
    "replacement reset reboot".split()
)
_PREPARES = re.compile(
    r"\W{0,3}(?:(?:set|define|export|declare|load|prepare|setup)(?:ting|ing)? (?:up )?"
    r"(?:the |your |some |these |all )?"
    r"(?:\w+ ){0,2}(?:variables?|vars|environment|context|kubeconfig)|(?:environment |shell )?variables?|"
    r"environment(?: setup)?|setup|set-?up)\W{0,3}$",
    re.IGNORECASE,
)
"""Headings of what is typed before all else."""
_ROUTINE = re.compile(r"\W{0,3}(?P<deed>start|stop|restart)(?:ing)?\b(?P<object>[^\n]{0,80})", re.IGNORECASE)
_START_AND_STOP = ("start", "stop")


def looks(text: str) -> bool:
    """Whether a heading or an item of a list says to look at something, not to change it."""
    return _LOOKS.match(text) is not None


def prepares(title: str) -> bool:
    """Whether a heading is about what is set before all else ("Set variables"), which mends nothing."""
    return _PREPARES.match(title) is not None


def names_mending(section: OutlineSection) -> bool:
    """Whether a heading says that something is mended."""
    if prepares(heading_words(section.title)):
        return False
    return section.key.rsplit(" ", 1)[-1] in _MENDINGS or _FIXES.match(section.title) is not None


def is_of_deeds(block: ListBlock) -> bool:
    """Whether most items of a list say what to do."""
    return 2 * sum(map(is_deed, block.items)) > len(block.items)


def is_of_looks(block: ListBlock) -> bool:
    """Whether most items of a list say to look at something."""
    return 2 * sum(looks(item_text(item)) for item in block.items) > len(block.items)


def explain(items: list[ListItem]) -> bool:
    """Whether the items say what some code means, or are only names: "`-ctime +1` - created over a day ago"."""
    texts = [item_text(item) for item in items]
    return 2 * sum(_MEANS.match(text) is not None for text in texts) > len(texts)


def tell_of_others(items: list[ListItem]) -> bool:
    """Whether most items say what somebody or something does by itself: "A user uploads a file"."""
    return 2 * sum(_SUBJECT.match(item_text(item)) is not None for item in items) > len(items)


def is_deed(item: ListItem) -> bool:
    """Whether an item says what to do, in words or as a command."""
    text = item_text(item)
    named = text.lstrip("*_ ").startswith("`")  # the name of something, which may sound like a deed
    says = not named and (looks(text) or _FIXES.match(text) or _GOES.match(text))
    return bool(says or all_commands(item.blocks))


def is_routine(section: OutlineSection, sections: list[OutlineSection]) -> bool:
    """Whether a section says how something is started and stopped day by day, alone or beside its opposite."""
    own = _ROUTINE.match(section.title)
    if own is None:
        return False
    if all(re.search(rf"\b{deed}", section.title, re.IGNORECASE) for deed in _START_AND_STOP):
        return True
    others = (match for other in sections if (match := _ROUTINE.match(other.title)))
    deeds = {match["deed"].lower() for match in others if match["object"].casefold() == own["object"].casefold()}
    return deeds.issuperset(_START_AND_STOP)
