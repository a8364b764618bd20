"""Listens on an address, in one process or in several that share it.

uvicorn serves and, with more than one process, watches over them: one that ends is started again. Each process makes
its application for itself, so what a factory is made of has to be picklable.
"""

import os
import socket
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.processes import outside_current_folder

if TYPE_CHECKING:
    from faultmaven_kb.serving.guard import Application

__all__ = ["SharedSocket", "listen", "serve"]

_MOST_CONNECTIONS = 2_000  # chosen: bounds the open files
_OTHER_FILES = 200  # chosen: modules, runbooks, maps, processes that check
_SECONDS_TO_END = 5  # chosen
_SECONDS_TO_START = 120
"""A process that is still reading its runbooks on a busy machine must not be taken for one that hangs."""

_PAUSE = 0.000_5  # seconds, chosen: long enough for another process to wake up, short beside an answer's 10 ms


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises `ConfigurationError` where nothing can listen."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, number)
        try:
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(1024)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            f"cannot listen on {host}:{port} ({reason}), expected a free --port and an address of this machine"
        ) from None
    listening.set_inheritable(True)
    return listening


class SharedSocket(socket.socket):
    """Takes one connection at a time and pauses, so that the processes that share it take turns.

    asyncio accepts all that are waiting at once: of sixteen clients that connect together one process would get all,
    while the others have nothing to do.
    """

    _taken = False

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection; after each one the event loop is told once that none is waiting."""
        if self._taken:
            self._taken = False
            time.sleep(_PAUSE)
            raise BlockingIOError
        connection = super().accept()
        self._taken = True
        return connection

    def __reduce__(self) -> tuple[Callable[..., socket.socket], tuple[Any, ...]]:
        """As multiprocessing sends any socket to a process that it starts."""
        from multiprocessing.reduction import DupFd  # noqa: PLC0415 - not on Windows

        return _received, (DupFd(self.fileno()), self.family, self.type, self.proto)


def _received(descriptor: Any, family: int, kind: int, number: int) -> socket.socket:
    return SharedSocket(family, kind, number, fileno=descriptor.detach())


def serve(factory: "Callable[[], Application]", listening: socket.socket, *, processes: int = 1) -> None:
    """Answer until the process receives a signal to end."""
    from uvicorn import Config, Server  # noqa: PLC0415 - an extra brings it
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415

    from faultmaven_kb.serving.connections import BoundedConnection  # noqa: PLC0415

    settings: dict[str, Any] = {
        "factory": True,
        "loop": "asyncio",  # also where uvloop is installed: it knows nothing of turns
        "http": BoundedConnection,
        "ws": "none",
        "log_level": "error",  # a warning for each thing that is no request would let strangers fill the log
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": _most_connections(),
        "timeout_graceful_shutdown": _SECONDS_TO_END,
        "workers": processes,
        "timeout_worker_healthcheck": _SECONDS_TO_START,
    }
    config = Config(factory, **settings)
    if processes > 1:
        if os.name == "posix":  # on Windows asyncio accepts one by one itself
            listening = SharedSocket(fileno=listening.detach())
            listening.set_inheritable(True)
        with outside_current_folder():
            Multiprocess(config, sockets=[listening]).run()
    else:
        Server(config).run(sockets=[listening])


def _most_connections() -> int:
    """As many connections as leave files for the runbooks, of which a shell permits a process 1,024 unless it asks."""
    if sys.platform == "win32":
        return _MOST_CONNECTIONS
    import resource  # noqa: PLC0415 - not on Windows

    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _OTHER_FILES
    if 0 <= files < wanted:  # less than 0 is no limit
        files = wanted if most < 0 else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return _MOST_CONNECTIONS if files < 0 else max(min(_MOST_CONNECTIONS, files - _OTHER_FILES), 1)
