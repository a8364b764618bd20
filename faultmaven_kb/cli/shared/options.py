"""Options that commands share, as one decorator."""

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def options(*decorators: Callable[[Any], Any]) -> Callable[[_Command], _Command]:
    """A decorator that adds some options to a command; its help lists them from the last to the first."""

    def decorate(command: _Command) -> _Command:
        """The command with the options."""
        for decorator in decorators:
            command = decorator(command)
        return command

    return decorate
