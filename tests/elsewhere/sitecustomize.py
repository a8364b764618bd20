"""Another day, and other words from the dependencies: what no test and no behaviour may hang on.

Python imports this module by itself at the start of every process that has this folder on its PYTHONPATH; `./check`
runs the tests that way, the processes they start included. FMKB_DAYS_AHEAD says how far the clock is set forward. Of
messages only the words change: types, codes, places and the values that a message names stay. Messages of pydantic are
made in Rust, out of reach from here.
"""

import datetime
import gettext
import importlib.abc
import importlib.machinery
import os
import re
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

_WORDS = "in other words"


def _reworded(message: str) -> str:
    """The message with its own words in capitals; what is filled in later stays."""
    return "".join(
        part if part.startswith(("{", "%(")) else part.upper() for part in re.split(r"(\{.*?\}|%\(\w+\)s)", message)
    )


def _yaml(module: ModuleType) -> None:
    original = module.MarkedYAMLError.__init__

    def init(self: Any, context: Any = None, context_mark: Any = None, problem: Any = None, *more: Any) -> None:
        original(self, context and _WORDS, context_mark, problem and _WORDS, *more)

    module.MarkedYAMLError.__init__ = init


def _json(module: ModuleType) -> None:
    original = module.JSONDecodeError.__init__
    module.JSONDecodeError.__init__ = lambda self, _, doc, pos: original(self, _WORDS, doc, pos)


def _toml(module: ModuleType) -> None:
    if hasattr(module, "suffixed_err"):  # before Python 3.14
        original = vars(module)["suffixed_err"]
        vars(module)["suffixed_err"] = lambda src, pos, _: original(src, pos, _WORDS)
    else:
        init = module.TOMLDecodeError.__init__
        module.TOMLDecodeError.__init__ = lambda self, _="", *more: init(self, _WORDS, *more)


def _jsonschema(module: ModuleType) -> None:
    original = module._Error.__init__

    def init(self: Any, message: str, *more: Any, **named: Any) -> None:
        original(self, _WORDS, *more, **named)

    module._Error.__init__ = init


def _sqlglot(module: ModuleType) -> None:
    original = module.ParseError.__init__

    def init(self: Any, _: str, errors: Any = None) -> None:
        original(self, _WORDS, [{**error, "description": _WORDS} for error in errors or ()])

    module.ParseError.__init__ = init


_CHANGES: dict[str, Callable[[ModuleType], None]] = {
    "yaml.error": _yaml,
    "json.decoder": _json,
    "tomllib._parser": _toml,
    "jsonschema.exceptions": _jsonschema,
    "sqlglot.errors": _sqlglot,
}


class _Loader(importlib.abc.Loader):
    """Loads a module as ever and changes it before anyone sees it."""

    def __init__(self, inner: importlib.abc.Loader) -> None:
        self.inner = inner

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.inner.exec_module(module)
        _CHANGES[module.__name__](module)


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if fullname in _CHANGES else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


if days := int(os.environ.get("FMKB_DAYS_AHEAD") or 0):
    import time_machine

    time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days), tick=True).start()
_gettext, _ngettext = gettext.gettext, gettext.ngettext
gettext.gettext = lambda message: _reworded(_gettext(message))  # click's words go through here
gettext.ngettext = lambda msgid1, msgid2, n: _reworded(_ngettext(msgid1, msgid2, n))
sys.meta_path.insert(0, _Finder())
for _name in _CHANGES.keys() & sys.modules.keys():
    _CHANGES[_name](sys.modules[_name])
