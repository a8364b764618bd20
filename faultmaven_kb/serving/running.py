"""Listens on an address, in one process or in several that share it.

uvicorn serves and, with more than one process, watches over them: one that ends is started again. Each process makes
its application for itself, so what a factory is made of has to be picklable.
"""

import os
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.processes import outside_current_folder

if TYPE_CHECKING:
    from faultmaven_kb.serving.guard import Application

__all__ = ["listen", "serve"]

_MOST_CONNECTIONS = 2_000  # chosen: bounds the open files
_OTHER_FILES = 200  # chosen: modules, runbooks, maps, processes that check
_SECONDS_TO_END = 5  # chosen
_SECONDS_TO_START = 120
"""A process that is still reading its runbooks on a busy machine must not be taken for one that hangs."""


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


def serve(factory: "Callable[[], Application]", listening: socket.socket, *, processes: int = 1) -> None:
    """Answer until the process receives a signal to end."""
    from uvicorn import Config, Server  # noqa: PLC0415 - an extra brings it
    from uvicorn.supervisors import Multiprocess  # noqa: PLC0415

    from faultmaven_kb.serving.connections import BoundedConnection  # noqa: PLC0415

    settings: dict[str, Any] = {
        "factory": True,
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
