"""The options of commands that listen on an address, and the rules for those who ask that follow from them."""

import os
import socket
from pathlib import Path

import click

from faultmaven_kb.cli.shared.options import options
from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.serving.rules import LOOPBACK, GuardRules, is_loopback

__all__ = ["listening_options", "rules_for", "shown_address"]


_VARIABLE = "FMKB_TOKEN"
_SHORTEST_TOKEN = 16  # chosen: 128 bits if every byte is random
_RATE = 50.0  # requests a second, chosen; `python -m benchmarks.http_door` measures what a process answers


listening_options = options(
    click.option(
        "--allow-host",
        "allowed",
        multiple=True,
        metavar="NAME",
        help="A name that the Host header may have, for a proxy in front; may be given more than once.",
    ),
    click.option(
        "--rate",
        type=click.FloatRange(min=0),
        show_default=f"{_RATE:g} beyond the loopback address, else 0",
        help="Requests a second from one address, twice as many at once; 0 for no limit.",
    ),
    click.option(
        "--token-file",
        type=click.Path(path_type=Path),
        help=f"A file with the token that requests must send; {_VARIABLE} may contain it instead. Required if "
        "--host is not a loopback address.",
    ),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8000,
        show_default=True,
        help="The port to listen on, 0 for any that is free.",
    ),
    click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on."),
)
"""The options for the address, the token and the limits."""


def rules_for(host: str, token_file: Path | None, rate: float | None, allowed: tuple[str, ...]) -> GuardRules:
    """The rules that the options ask for.

    Raises `ConfigurationError` where others reach the address and there is no token, or one that can be guessed.
    """
    token = _token(token_file)
    alone = is_loopback(host)
    if not alone and token is None:
        raise ConfigurationError(
            f"{host} is not a loopback address, so others can reach it: expected a token in --token-file or "
            f"{_VARIABLE}, for instance from `openssl rand -hex 32`"
        )
    hosts = frozenset(name.lower() for name in allowed)
    if alone:
        hosts |= LOOPBACK | {host.lower()}
    if rate is None:
        rate = 0.0 if alone else _RATE
    return GuardRules(token=token, hosts=hosts or None, rate=rate)


def shown_address(listening: socket.socket) -> str:
    """Where a socket listens, as an URL writes it."""
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _token(file: Path | None) -> str | None:
    if file is None:
        token, place = os.environ.get(_VARIABLE, ""), _VARIABLE
        if not token:
            return None
    else:
        place = str(file)
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise PathError(f'cannot read the token in "{file}": {getattr(error, "strerror", None) or error}') from None
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"the token in {place} cannot be used, expected {_SHORTEST_TOKEN} or more ASCII characters without spaces, "
            "for instance from `openssl rand -hex 32`"
        )
    return token
