"""Standard input as a question: read up to a limit, decoded like everything that is piped."""

import sys

import click

from faultmaven_kb.text.piped import decode_piped

__all__ = ["standard_input"]

_LARGEST_INPUT = 2_000_000  # bytes, chosen; as much as the search reads (`search/questions/pasted.py`)


def standard_input() -> str:
    """What is piped to the command, as text; of a larger input its first two million bytes, which it says."""
    data = sys.stdin.buffer.read(_LARGEST_INPUT + 1)
    if len(data) > _LARGEST_INPUT:
        click.echo(f"fmkb: only the first {_LARGEST_INPUT:,} bytes of the input are read", err=True)
    return decode_piped(data[:_LARGEST_INPUT])
