"""Words by which a script of a lab gives itself away: it starts, sets or repairs what only the runbook's commands may.

A list of words cannot know every way to repair something; it catches the honest mistake at the line where it was made.
What really decides is the trial: the control, and the relapse in front of a claim that a repair is permanent.
"""

import re

__all__ = ["changing_words", "repairing_words"]

_STARTS = re.compile(
    "|".join(
        (
            r"\bsystemctl (?:-\S+ ){0,5}(?:start|restart|reload|try-restart|reload-or-restart)\b",
            r"\bsystemctl (?:-\S+ ){0,5}(?:enable|reset-failed|unmask)\b",
            r"\bservice \S+ (?:start|restart|reload)\b",
            r"\b(?:pg_ctl|pg_ctlcluster|invoke-rc\.d)\b",
            r"\bnginx -s\b",
            r"\bdocker (?:start|restart|compose up)\b",
            r"\bkubectl (?:apply|create|delete|patch|replace|scale|set|edit|label|annotate)\b",
            r"\bkubectl rollout (?:restart|undo|pause|resume)\b",
            r"\bCONFIG (?:SET|REWRITE)\b",
            r"\b(?:pg_terminate_backend|pg_cancel_backend|pg_reload_conf)\b",
            r"\bALTER (?:SYSTEM|ROLE|TABLE|USER)\b",
        )
    )
)
_REPAIRS = re.compile(
    "|".join(
        (
            r"\b(?:chmod|chown|chgrp|setfacl|kill|pkill|killall|truncate|mv|rm|iptables|ip6tables|sysctl)\b",
            r"\bsed -i",
            r"\bnft (?:-\S+ ){0,5}(?:add|insert|replace|delete|flush|destroy|-f)\b",
            r"\bip (?:-\S+ \S+ )?(?:route|addr|link) (?:add|del|set|replace|flush)\b",
            r"\b(?:CREATE|DROP|GRANT|REINDEX|VACUUM|ANALYZE|FLUSHALL|FLUSHDB|UNLINK)\b",
        )
    )
)


def changing_words(script: str) -> str:
    """The first words of a script that start or set something, empty without any: for looks and preparations."""
    words = _STARTS.search(script)
    return words[0] if words else ""


def repairing_words(script: str) -> str:
    """The first words that start, set or repair something: for what the world does after a solution."""
    words = _STARTS.search(script) or _REPAIRS.search(script)
    return words[0] if words else ""
