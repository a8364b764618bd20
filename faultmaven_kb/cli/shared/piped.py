"""Standard input as a question: read up to a limit, decoded like everything that is piped."""

import sys

import click

from faultmaven_kb.text.characters.piped import LARGEST_INPUT, decode_piped

__all__ = ["standard_input"]


def standard_input() -> str:
    """What is piped to the command, as text; of a larger input its first million bytes, which it says."""
    data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(data) > LARGEST_INPUT:
        click.echo(f"fmkb: only the first {LARGEST_INPUT:,} bytes of the input are read", err=True)
    return decode_piped(data[:LARGEST_INPUT])
