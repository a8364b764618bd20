"""Work on untrusted text in its own process, with a deadline: one slow document keeps no other client waiting.

Python cannot stop a thread, so what may take long (checking a text, reading a folder) runs in a worker process that is
ended when its time is over. The worker is started afresh for each piece of work: a check costs a fraction of a second
more, and no state, no leak and no crash of one outlives it. The deadline is the work's: on a busy machine the start of
an interpreter may take longer than the check of a text, and has a time of its own.
"""

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from faultmaven_kb.errors import FaultmavenError
from faultmaven_kb.processes import outside_current_folder

__all__ = ["DeadlineError", "Workers"]

_Result = TypeVar("_Result")
_STARTING = 60.0  # seconds for the imports, chosen: .3 on an idle machine, over 10 on a loaded one
_CONTEXT = multiprocessing.get_context("spawn")  # a fork would copy the locks that other threads hold


class DeadlineError(FaultmavenError):
    """A piece of work was not done in time, or its process ended; its result is lost."""


class Workers:
    """Runs functions in other processes, at most `most` at a time, each for at most `seconds`."""

    def __init__(self, *, seconds: float, most: int = 2) -> None:
        self._seconds, self._room = seconds, threading.BoundedSemaphore(most)

    def run(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """What the function returns; it and its arguments are picklable. Blocks the calling thread only.

        Raises what the function raises, and `DeadlineError` when the time is over or no worker becomes free in it.
        """
        if not self._room.acquire(timeout=self._seconds):
            raise DeadlineError(f"busy: no worker was free within {self._seconds:g} seconds, try again later")
        try:
            return self._run(function, arguments)
        finally:
            self._room.release()

    def _run(self, function: Callable[..., _Result], arguments: tuple[Any, ...]) -> _Result:
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        process = _CONTEXT.Process(target=_work, args=(theirs, function, arguments), daemon=True)
        with outside_current_folder():
            process.start()
        theirs.close()
        try:
            if not ours.poll(_STARTING):
                raise DeadlineError(f"busy: no worker could start within {_STARTING:g} seconds, try again later")
            ours.recv()
            if not ours.poll(self._seconds):
                raise DeadlineError(f"not done within {self._seconds:g} seconds, expected a smaller or simpler text")
            done, value = ours.recv()
        except EOFError:
            raise DeadlineError("the worker process ended before it was done") from None
        finally:
            process.kill()
            process.join()
            process.close()
            ours.close()
        if not done:
            raise value
        result: _Result = value
        return result


def _work(answer: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    answer.send(None)  # the imports are done, the work begins
    try:
        answer.send((True, function(*arguments)))
    except Exception as error:  # it is raised again where the work was asked for
        answer.send((False, error))
