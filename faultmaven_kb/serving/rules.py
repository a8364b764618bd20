"""Who may ask a server, how often and how much: plain values, which a command line can make without any extra."""

import ipaddress
from dataclasses import dataclass, replace

__all__ = ["LOOPBACK", "GuardRules", "is_loopback"]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""The names under which a machine reaches itself."""


@dataclass(frozen=True, slots=True)
class GuardRules:
    """Who may ask and how much; the defaults ask for nothing but a bounded size.

    `hosts` are the names that a Host or Origin header may have, None for any. `rate` is in requests a second for each
    address, 0 for no limit; twice that may come at once. Requests to `open_paths` need no token.
    """

    token: str | None = None
    hosts: frozenset[str] | None = None
    rate: float = 0.0
    most_bytes: int = 2_000_000
    most_at_once: int = 256
    seconds_to_arrive: float = 20.0
    open_paths: frozenset[str] = frozenset({"/health"})

    def shared_by(self, processes: int) -> "GuardRules":
        """The rules for each of several processes that share an address: of what is counted each has its part."""
        return replace(self, rate=self.rate / processes, most_at_once=max(self.most_at_once // processes, 1))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
