"""Headings that say what is wrong: "Redis refuses connections", "Jobs stuck in the queue", "Requests pile up".

Such a heading is what is seen when what is below it is needed. A deed ("Fix a full disk") and a question are none.
"""

import re

from faultmaven_kb.dialects.pieces.enumerations import heading_number, heading_words
from faultmaven_kb.model.runbook import Symptom
from faultmaven_kb.text.inline import literals
from faultmaven_kb.text.outline import OutlineSection

__all__ = ["counts_problem", "is_small_name", "may_name_fault", "names_fault", "seen_in", "tells_fault"]

_FAULT = re.compile(
    r"\b(?:can(?:no|')t|can’t|couldn['’]t|won['’]t|doesn['’]t|isn['’]t|aren['’]t|not|unable|never|without|missing|fails?|"
    r"failed|failing|failures?|errors?|crash\w*|stuck|hangs?|hung|stops|stopped|timeouts?|timed out|times out|refused|"
    r"denied|rejected|full|low|out of|exhausted|exceeded|expired|invalid|wrong|down|dead|slow|lags?|lagging|mismatch|"
    r"corrupt\w*|unhealthy|unreachable|unavailable|unexpected|already (?:exists|in use)|in use|broken|lost|degraded|"
    r"blocked|deadlocks?|leak\w*|too (?:many|large|long|few|old)|high|returns|false positives?|"
    r"refuses?|rejects?|keeps|grows|growing|(?:piles?|piling|builds?|building|backs?|backed|backing) up|drops|"
    r"dropped|dropping|rises|rising|climbs|climbing|disappears?|vanish(?:es)?|jumps?|twice|duplicated?|stale|outdated|"
    r"empty|late|delayed|behind|backlog|spikes?|surges?|flap(?:s|ping)|freezes?|frozen|offline|pressure|exhaustion|contention|loops?|restarts|restarting|"
    r"disconnects|disconnected|overload(?:ed)?|saturat\w{2,4}|starv\w{3,5}|throttled|throttling|evicted|oom\w{0,6}|killed|"
    r"panics?|unresponsive|inconsistent|drifts|drifted|diverged?|forbidden|unauthori[sz]ed|unassigned|orphan(?:s|ed)|"
    r"outage|garbled|truncated|ignored|skipped)\b|"
    r"(?:^\W{0,3}|\b(?:has|have|gets?|shows?|with|but|there is|there are) )no\b",
    re.IGNORECASE,
)
"""Words of a heading that says what is wrong."""
_FOREIGN = re.compile(
    r"\bne \w{2,20} (?:pas|plus)\b|\b(?:échoue|échec|expirée?|hors ligne|impossible|inaccessible|introuvable|"
    r"manquante?s?|refusée?s?|erreur|saturée?|abgelaufen|abgestürzt|fehlt|fehlgeschlagen|hängt|nicht|fehler|voll|überlastet|"
    r"caído|falla|fallido|lleno|no (?:arranca|funciona|inicia|responde)|rechazada?|vencido|"
    r"cheio|falha|falhou|fora do ar|não (?:conecta|funciona|inicia|responde)|recusada|vencida)\b",
    re.IGNORECASE,
)
"""What is wrong, in French, German, Spanish and Portuguese."""
_TROUBLES = re.compile(
    r"(?!(?:\w{1,20} )?(?:common|current|frequent|general|further|known|more|open|other|possible|potential|"
    r"recurring|related|typical|usual)\b)(?!\w{2,20}ing\b)(?:[\w/-]{2,30} ){1,3}(?:issues|problems|troubles?)$",
    re.IGNORECASE,
)
"""What there are troubles with ("Storage issues"), and not all of them ("Common issues")."""
_CALLED = re.compile(r"\W{0,3}(?:problema?|issue|fault|fehler|problème|問題|问题)\s{0,2}[:：]\s{0,2}\S", re.IGNORECASE)
"""A heading that is called a problem."""
_COUNTED = re.compile(r"\W{0,3}(?:error|failure|fault|incident|issue|problem)s? ?(?:#|no\. ?)?\d{1,2}\b", re.IGNORECASE)
_SMALL_NAME = re.compile(r"[a-z0-9]{1,30}(?:[-_.][a-z0-9]{1,30}){1,8}")
_SAID = 2
"""Blanks in what somebody says; a word in quotes is a value."""
_QUOTES = ('"', "“", "„", "«")
_DEED = re.compile(
    r"\W{0,3}(?:handl|fix|mak|tell|verify|check|avoid|prevent|ensur|set|how|what|why|when|if|comment|que faire|quand|"
    r"wie\b|wann|cómo|como\b|cuando)",
    re.IGNORECASE,
)
"""Beginnings of a heading that says what to do, or when, even where it names a fault."""
_DEED_WITH_OBJECT = re.compile(
    r"\W{0,3}(?:add|change|clean|clear|delete|drain|drop|enable|evict|find|free|identify|increase|inspect|investigate|kill|"
    r"list|move|promote|purge|rebuild|recover|recreate|reduce|reload|remove|repair|replace|reset|resize|resolve|restart|"
    r"restore|retry|review|roll back|rotate|run|scale|start|stop|terminate|troubleshoot|unblock|update|upgrade)"
    r"(?:ing)?[ /-](?!(?:\w{1,20} )?(?:are|can|cannot|does|doesn|fail|failed|failing|fails|failure|hangs|hung|is|isn|"
    r"keeps|loop|loops|never|not|stops|takes|times|won)\b)",
    re.IGNORECASE,
)
"""A deed and what it is done to ("Restart stuck pods"); "Restart fails" and "Update jobs hang" are none."""

_GOOD = (
    r"(?:advanced|automated|based|completed|deployed|detailed|distributed|embedded|enabled|fixed|hosted|managed|needed|"
    r"recommended|related|required|resolved|scheduled|shared|speed|started|supported|tested|updated|used)"
)
_STATE = re.compile(
    rf"\W{{0,3}}(?:(?:[\w/-]{{2,30}} ){{1,3}}(?!{_GOOD}\W{{0,2}}$)[a-z-]{{3,20}}ed\W{{0,2}}$|"
    rf"(?!{_GOOD} )[a-z-]{{3,20}}ed [\w-]{{2,30}}\W{{0,2}}$)",
    re.IGNORECASE,
)
"""What state something is in ("Validator jailed", "Missed blocks"): a fault only among faults."""


def is_small_name(title: str) -> bool:
    """Whether a heading is one name in small letters, as checks and some alerts have ("disk-use-high")."""
    return _SMALL_NAME.fullmatch(title.strip(" `*_")) is not None


def counts_problem(title: str) -> bool:
    """Whether a heading counts a problem ("Issue 2: scripts not found"), whatever it goes on with."""
    return _COUNTED.match(title) is not None


def may_name_fault(title: str) -> bool:
    """Whether a heading tells a state that is a fault where the headings beside it tell faults."""
    return _STATE.match(title) is not None and heading_number(title)[0] is None and _DEED.match(title) is None


def names_fault(title: str) -> bool:
    """Whether a heading says what is wrong, or quotes who says so: no step of a procedure, condition or question."""
    if (
        title.startswith(_QUOTES)
        and title.partition("(")[0].count(" ") >= _SAID
        and not title.rstrip('"”“’»').endswith("?")
    ):
        return True
    if _CALLED.match(heading_number(title)[1]):
        return True
    if heading_number(title)[0] is not None:
        return False
    if not any(pattern.search(title) for pattern in (_FAULT, _FOREIGN)) and _TROUBLES.match(title) is None:
        return False
    title = heading_words(title)
    return not (_DEED.match(title) or _DEED_WITH_OBJECT.match(title))


def tells_fault(title: str) -> bool:
    """Whether the heading of a problem is what is seen, and no bare name; that it heads a problem is known."""
    return not is_small_name(title) and (names_fault(title) or counts_problem(title) or may_name_fault(title))


def seen_in(section: OutlineSection) -> Symptom:
    """The heading of a problem as what is seen."""
    title = heading_words(section.title)
    return Symptom(text=title, literals=literals(title), span=section.span)
