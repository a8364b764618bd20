"""Patterns of paths as git writes them, read by pathspec and matched by RE2: the one place that compiles one."""

import re
import warnings
from typing import TYPE_CHECKING, Any

from faultmaven_kb.errors import ConfigurationError

if TYPE_CHECKING:
    from pathspec import PathSpec

__all__ = ["read_path_pattern"]

_LONGEST = 1_000  # characters of a pattern, chosen: RE2 compiles any of that length


def read_path_pattern(pattern: str, *, plain: bool = False) -> "PathSpec[Any]":
    """The compiled pattern; `plain` as in CODEOWNERS, else as in `.gitignore`. `!` and `#` at its start are literal.

    RE2, because Python's `re` takes minutes for a pattern of a dozen stars. Raises `ConfigurationError` for a pattern
    that is not understood, a range from right to left or a named class among them.
    """
    import re2  # noqa: PLC0415 - only a base with exclusions or owners needs it
    from pathspec import GitIgnoreSpec, PathSpec  # noqa: PLC0415

    literal = "\\" if pattern.startswith(("!", "#")) else ""
    try:
        if len(pattern) > _LONGEST:
            raise ValueError
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of sets that another version of Python would read otherwise
            if plain:
                return PathSpec.from_lines("gitignore", [literal + pattern], backend="re2")
            return GitIgnoreSpec.from_lines([literal + pattern], backend="re2")
    except (ValueError, Warning, re.error, re2.error) as error:
        raise ConfigurationError(f'pattern "{pattern[:80]}" is not understood') from error
