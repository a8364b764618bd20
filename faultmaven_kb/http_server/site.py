"""Serves the files of a built site along with the endpoints; a request that names no file of it goes on to them."""

import os
import stat
from pathlib import Path

from starlette.staticfiles import StaticFiles

from faultmaven_kb.serving.guard import Application, Receive, Scope, Send

__all__ = ["WithSite"]

_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class WithSite:
    """An application with the files of a folder before it, `index.html` for an address that ends in `/`.

    Only regular files inside of the folder are served, none that is hidden or that a link leads to outside.
    """

    def __init__(self, app: Application, folder: Path) -> None:
        self._app, self._files = app, StaticFiles(directory=folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, or hand the request on."""
        file = self._found(scope["path"]) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        if file is None:
            await self._app(scope, receive, send)
            return
        response = self._files.file_response(*file, scope)
        response.headers["content-security-policy"] = _POLICY
        response.headers["cache-control"] = "private, no-cache"
        scope["route"] = _SITE
        await response(scope, receive, send)

    def _found(self, path: str) -> tuple[str, os.stat_result] | None:
        """The file that a path names, with its state."""
        parts = [part for part in f"{path}index.html".split("/") if part] if path.endswith("/") else path.split("/")[1:]
        if not parts or any(not part or part.startswith(".") or set(part) & set("\\:\0") for part in parts):
            return None
        try:
            file, state = self._files.lookup_path(os.path.join(*parts))  # noqa: PTH118 - an argument of Starlette's
        except (OSError, ValueError):
            return None
        return (file, state) if state is not None and stat.S_ISREG(state.st_mode) else None


class _Route:
    path = "site"


_SITE = _Route()
