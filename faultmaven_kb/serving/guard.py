"""A guard in front of an HTTP server that decides who may ask, how often and how much.

An ASGI application around another one, without a framework, so that the HTTP door and the MCP server have the same: the
Host header (a page in a browser must not reach the loopback address under its own name, which is what DNS rebinding
does), a token, a rate for each address, a size, and a time in which a request has to arrive. An unexpected fault ends
here as an answer without a traceback.

The rate is counted before the token is looked at, so that tokens cannot be guessed any faster than that.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

import anyio

from faultmaven_kb.serving.problems import PROBLEM_TYPE, problem
from faultmaven_kb.serving.rules import GuardRules
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["Application", "Guard", "Message", "Receive", "Scope", "Send"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_MOST_ADDRESSES = 10_000  # chosen: bounds the memory
_BURST_SECONDS = 2.0  # chosen (docs/how-to/serve-over-http.md)
_HOST = r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s\[\]:/?#@\\]+))(?::[0-9]{0,5})?"
"""A name or an address and a port, nothing more: `localhost/x` and `me@localhost` are what no client of HTTP sends."""

_HOST_HEADER, _ORIGIN_HEADER = re.compile(_HOST), re.compile(rf"^[A-Za-z][A-Za-z0-9+.-]{{0,20}}://{_HOST}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
)


class _Refusal(NamedTuple):
    status: int
    detail: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


_TWO_LENGTHS = _Refusal(
    400,
    "the request has a Content-Length and a Transfer-Encoding, expected one of them",
    ((b"connection", b"close"),),  # RFC 9112, 6.3: a proxy that believed the other one would see two requests
)


class _RefusedError(Exception):
    """A request whose body is not to be read any further."""

    def __init__(self, refusal: _Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


class _LeftError(Exception):
    """The client left before its request was there: nobody waits for an answer."""


class Guard:
    """The application behind some rules; `now` gives seconds that only go up."""

    def __init__(self, app: Application, rules: GuardRules, *, now: Callable[[], float] = time.monotonic) -> None:
        self._app, self._rules = app, rules
        self._rate = _Rate(rules.rate, now) if rules.rate else None
        self._token = _digest(rules.token.encode()) if rules.token else None
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or hand it on; other events of the server pass."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._guarded(scope, receive, _Answer(send, self._stream_begun))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _guarded(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        self._running += 1
        try:
            refusal = self._refusal(scope)
            if refusal is None:
                try:
                    await self._app(scope, await self._body(scope, receive), answer)
                except _RefusedError as error:
                    refusal = error.refusal
                except _LeftError:
                    return
            if refusal is not None:
                await answer.refuse(refusal)
        except Exception as error:  # the promise is: an answer, never a traceback
            logging.getLogger(__name__).error("internal error: %s", printable(f"{type(error).__name__}: {error}"))
            if not answer.started:
                await answer.refuse(_Refusal(500, f"internal error ({type(error).__name__}), please report it"))
        finally:
            self._running -= not answer.is_stream

    def _stream_begun(self) -> None:
        """A stream that only waits for news is no work: it must not take the place of requests."""
        self._running -= 1

    def _refusal(self, scope: Scope) -> _Refusal | None:
        """Why a request is not answered, by its head alone."""
        headers = _headers(scope)
        if self._running > self._rules.most_at_once:
            return _Refusal(503, "too many requests at once, try again in a second", ((b"retry-after", b"1"),))
        if self._rate is not None:
            wait = self._rate.wait(_address(scope))
            if wait > 0:
                seconds = str(max(1, round(wait + 0.5))).encode()
                return _Refusal(
                    429,
                    f"more than {self._rules.rate:g} requests a second, expected fewer or a higher --rate",
                    ((b"retry-after", seconds),),
                )
        if b"transfer-encoding" in headers and b"content-length" in headers:
            return _TWO_LENGTHS
        return self._wrong_host(headers) or self._wrong_token(scope, headers) or self._too_large(headers)

    def _wrong_host(self, headers: dict[bytes, bytes]) -> _Refusal | None:
        hosts = self._rules.hosts
        if hosts is None:
            return None
        host = headers.get(b"host", b"").decode("latin-1")
        if _host_name(_HOST_HEADER, host) not in hosts:
            return _Refusal(
                421, f'the Host header is "{host[:100]}", expected {_listed(hosts)}; --allow-host adds a name'
            )
        origin = headers.get(b"origin", b"").decode("latin-1")
        if origin and _host_name(_ORIGIN_HEADER, origin) not in hosts:
            return _Refusal(403, f'the Origin header is "{origin[:100]}", expected {_listed(hosts)} or none')
        return None

    def _wrong_token(self, scope: Scope, headers: dict[bytes, bytes]) -> _Refusal | None:
        if self._token is None or scope["path"] in self._rules.open_paths:
            return None
        token = _token_in(headers.get(b"authorization", b""))
        if token is not None and hmac.compare_digest(_digest(token), self._token):
            return None
        what = "no token" if token is None else "a wrong token"
        detail = f"the request has {what}, expected the header Authorization: Bearer TOKEN with the server's token"
        challenge = b'Bearer realm="fmkb", Basic realm="fmkb", charset="UTF-8"'
        return _Refusal(401, detail, ((b"www-authenticate", challenge),))

    def _too_large(self, headers: dict[bytes, bytes]) -> _Refusal | None:
        length = headers.get(b"content-length", b"0")
        return self._oversized() if length.isdigit() and int(length[:20]) > self._rules.most_bytes else None

    def _oversized(self) -> _Refusal:
        return _Refusal(413, f"the request is larger than {self._rules.most_bytes:,} bytes, expected a smaller one")

    async def _body(self, scope: Scope, receive: Receive) -> Receive:
        """A receiver of the whole body, which has arrived when this returns; raises `_RefusedError` otherwise."""
        if scope["method"] in ("GET", "HEAD"):
            return receive
        first = await self._arrived(receive)
        waiting = [first]

        async def receive_again() -> Message:
            return waiting.pop() if waiting else await receive()

        return receive_again

    async def _arrived(self, receive: Receive) -> Message:
        body = bytearray()
        with anyio.move_on_after(self._rules.seconds_to_arrive):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise _LeftError
                body += message.get("body", b"")
                if len(body) > self._rules.most_bytes:
                    raise _RefusedError(self._oversized())
                if not message.get("more_body", False):
                    return {"type": "http.request", "body": bytes(body), "more_body": False}
        seconds = self._rules.seconds_to_arrive
        raise _RefusedError(_Refusal(408, f"the request did not arrive within {seconds:g} seconds"))


class _Answer:
    """Sends an answer with the headers that every answer has; says when it is a stream of events that begins."""

    def __init__(self, send: Send, stream_begun: Callable[[], None]) -> None:
        self._send, self._stream_begun = send, stream_begun
        self.started, self.is_stream = False, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = list(message.get("headers", ()))
            names = {name.lower(): value for name, value in headers}
            if names.get(b"content-type", b"").startswith(b"text/event-stream"):
                self.is_stream = True
                self._stream_begun()
            message = {**message, "headers": headers + [header for header in _HEADERS if header[0] not in names]}
        await self._send(message)

    async def refuse(self, refusal: _Refusal) -> None:
        body = problem(refusal.status, refusal.detail)
        headers = [
            (b"content-type", PROBLEM_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *refusal.headers,
        ]
        await self({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


class _Rate:
    """How long an address has to wait: a bucket for each that fills at the rate; the oldest are forgotten."""

    def __init__(self, rate: float, now: Callable[[], float]) -> None:
        self._rate, self._now = rate, now
        self._most = max(rate * _BURST_SECONDS, 1.0)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until the address may ask, 0 when it may now; only then is the request counted."""
        now = self._now()
        left, since = self._left.pop(address, (self._most, now))
        left = min(left + (now - since) * self._rate, self._most)
        allowed = left >= 1
        self._left[address] = (left - 1 if allowed else left, now)
        if len(self._left) > _MOST_ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """The headers by name; one that was sent twice counts as empty."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        headers[name] = b"" if name in headers else value
    return headers


def _address(scope: Scope) -> str:
    """Who asks: an address, of IPv6 the network of one customer."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    return host if address.version == 4 else str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))


def _host_name(form: "re.Pattern[str]", header: str) -> str | None:
    """The host in a header without its port, in lower case; None for what has another form."""
    match = form.fullmatch(header)
    return (match[1] or match[2]).lower() if match else None


def _listed(hosts: frozenset[str]) -> str:
    return "one of " + ", ".join(sorted(hosts))


def _token_in(authorization: bytes) -> bytes | None:
    """The token of a header: of `Bearer` itself, of `Basic`, which browsers and scrapers know, the password."""
    scheme, _, value = authorization.strip().partition(b" ")
    if scheme.lower() == b"bearer":
        return value.strip()
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


def _digest(token: bytes) -> bytes:
    """Digests have one length, so that comparing them takes the same time for every token."""
    return hashlib.sha256(token).digest()
