"""A look at the site while one writes: a server for this machine alone that builds again when a runbook changes.

The pages poll a file with the number of the build and load again when it has grown; the script that does so is added
while serving and is in no file of a built site. The server listens on the loopback interface only and answers only
requests that name this machine, so that no page of the web can read the runbooks through another name for it.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from faultmaven_kb.errors import ConfigurationError, FaultmavenError

__all__ = ["Preview"]

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
_HOSTS = frozenset(("127.0.0.1", "localhost", "[::1]"))
_VERSION, _RELOAD = "preview/version", "preview/reload.js"
_SCRIPT = """"use strict";
(() => {
  const known = document.currentScript.dataset.version;
  setInterval(async () => {
    try {
      const version = await (await fetch("/preview/version", { cache: "no-store" })).text();
      if (version !== known) location.reload();
    } catch { /* the server is gone; it may come back */ }
  }, 700);
})();
"""


class Preview:
    """Serves what `build` makes on the loopback interface; `stamp` says what the runbooks look like now, and the site
    is built again when it says something else. `say` is called with the error of a build that failed; the last good one
    stays."""

    def __init__(
        self,
        build: Callable[[], Mapping[str, bytes]],
        stamp: Callable[[], object],
        *,
        port: int = 0,
        say: Callable[[str], None],
    ) -> None:
        self._build, self._stamp, self._say = build, stamp, say
        self._built_from = stamp()
        self._state: tuple[int, Mapping[str, bytes]] = (1, build())
        self._stopped = threading.Event()
        preview = self

        class Handler(_Handler):
            def answer(self, name: str) -> bytes | None:
                return preview.content(name)

        try:
            self._server = _Server(("127.0.0.1", port), Handler)
        except OSError as error:
            raise ConfigurationError(f"port {port} cannot be used: {error.strerror or error}") from None

    @property
    def url(self) -> str:
        """The address of the start page."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/"

    def content(self, name: str) -> bytes | None:
        """A file of the site as it is served; None if there is none."""
        number, files = self._state
        if name == _VERSION:
            return str(number).encode()
        if name == _RELOAD:
            return _SCRIPT.encode()
        content = files.get(name)
        if content is not None and name.endswith(".html"):
            # The page says which build it is: a first question of the script may come after the next build.
            script = f'<script src="/{_RELOAD}" data-version="{number}"></script>'
            return content.replace(b"</body>", f"{script}\n</body>".encode())
        return content

    def look(self) -> bool:
        """Build again if a runbook has changed; whether it was built."""
        try:
            stamp = self._stamp()
            if stamp == self._built_from:
                return False
            self._built_from = stamp
            built = self._build()
        except FaultmavenError as error:
            self._say(str(error))
            return False
        self._state = (self._state[0] + 1, built)
        return True

    def run(self, *, every: float = 0.5) -> None:
        """Serve until `stop` is called, and look for changes every this many seconds."""
        serving = threading.Thread(target=self._server.serve_forever, daemon=True)
        serving.start()
        try:
            while not self._stopped.wait(every):
                self.look()
        finally:
            self._server.shutdown()
            self._server.server_close()

    def stop(self) -> None:
        """End `run`, from another thread."""
        self._stopped.set()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say what went wrong, unless it is a browser that did not wait for its answer."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server_version, sys_version = "fmkb", ""
    protocol_version = "HTTP/1.1"

    def answer(self, name: str) -> bytes | None:
        raise NotImplementedError

    def do_GET(self) -> None:
        """Send a file, the whole of it."""
        self._respond(body=True)

    def do_HEAD(self) -> None:
        """Send what `do_GET` would, without the content."""
        self._respond(body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal belongs to what is wrong with the runbooks."""

    def _respond(self, *, body: bool) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        name = _named(self.path)
        content = self.answer(name) if host in _HOSTS else None
        status = HTTPStatus.OK if content is not None else HTTPStatus.NOT_FOUND
        content = content if content is not None else b"there is no such page\n"
        kind = _TYPES.get(Path(name).suffix, "text/plain; charset=utf-8") if status is HTTPStatus.OK else "text/plain"
        self.send_response(status)
        for header, value in _headers(kind, len(content)):
            self.send_header(header, value)
        self.end_headers()
        if body:
            self.wfile.write(content)


def _named(address: str) -> str:
    """The file that the address in a request names, empty for one that cannot be."""
    try:
        return unquote(urlsplit(address).path).lstrip("/") or "index.html"
    except ValueError:
        return ""


def _headers(kind: str, length: int) -> Iterator[tuple[str, str]]:
    yield "Content-Type", kind
    yield "Content-Length", str(length)
    yield "Cache-Control", "no-store"
    yield "X-Content-Type-Options", "nosniff"
    yield "X-Frame-Options", "DENY"
