"""What a server writes to standard error about faults: a line for each, whatever a client has sent.

The SDK of MCP would draw a traceback with its source for each call of a prompt that is not there. With a long name that
takes a minute, in which nobody is answered. The library of the language server draws one for each message that it does
not understand.
"""

import logging

from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["log_in_lines"]

_LONGEST = 300  # characters, chosen


def log_in_lines() -> None:
    """Log warnings and errors of libraries in lines, unless whoever runs this process logs in another way already."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """The first line of the message and the error, without the traceback."""
        message = record.getMessage().partition("\n")[0][:_LONGEST]
        error = record.exc_info[1] if record.exc_info else None
        why = f": {type(error).__name__}: {str(error)[:_LONGEST]}" if error else ""
        return printable(f"fmkb: {message}{why}")
