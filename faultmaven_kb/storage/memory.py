"""A base in memory: runbooks that were just read, with what `StoredBase` offers to `KnowledgeBase`.

It is imported before the first question and the first file, so numpy, pydantic and the parser are loaded only where
they are needed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faultmaven_kb.diagnostics import Diagnostic
from faultmaven_kb.reading.files import find_runbooks, read_file

if TYPE_CHECKING:
    from faultmaven_kb.model.parse_result import ParseResult
    from faultmaven_kb.model.runbook import Runbook
    from faultmaven_kb.search.answer import Answer
    from faultmaven_kb.search.engine import Searcher
    from faultmaven_kb.search.filters import Filter

__all__ = ["MemoryBase"]


class MemoryBase:
    """Runbooks in the order given, with what is wrong with the files that they come from.

    Of several with one id the first counts, and the others are reported.
    """

    def __init__(self, runbooks: "Iterable[Runbook]", diagnostics: Iterable[Diagnostic]) -> None:
        runbooks = tuple(runbooks)
        self.by_id: dict[str, Runbook] = {}
        self._diagnostics = list(diagnostics)
        if not runbooks:
            return
        from faultmaven_kb.reading.ids import naming_of, unique_ids  # noqa: PLC0415 - not before there is a runbook
        from faultmaven_kb.storage.reported import id_taken  # noqa: PLC0415

        for runbook, runbook_id in zip(runbooks, unique_ids(list(map(naming_of, runbooks))), strict=True):
            if runbook_id is None:
                first = self.by_id.get(runbook.id)
                self._diagnostics.append(id_taken(runbook.id, first.path if first else None, runbook.path))
            else:
                renamed = runbook_id != runbook.id
                self.by_id[runbook_id] = runbook.model_copy(update={"id": runbook_id}) if renamed else runbook

    @classmethod
    def read(cls, paths: Sequence[str | Path], aliases: Mapping[str, str]) -> "MemoryBase":
        """The runbooks in files and folders, read with a team's own headings.

        Raises `PathError` for a path that does not exist.
        """
        results = [_read(path, aliases) for path in find_runbooks(paths)]
        return cls(
            (runbook for result in results for runbook in result.runbooks),
            (diagnostic for result in results for diagnostic in result.diagnostics),
        )

    def diagnostics(self, *, unread: bool = False) -> tuple[Diagnostic, ...]:
        """What is wrong with the files, by file and place; `unread`: only what keeps something from being found."""
        from faultmaven_kb.storage.reported import reported  # noqa: PLC0415 - an answer does not ask for them

        return reported(self._diagnostics, unread=unread)

    @property
    def technologies(self) -> tuple[str, ...]:
        """The technologies of the runbooks, sorted."""
        names = {runbook.metadata.technology for runbook in self.by_id.values()}
        return tuple(sorted(name for name in names if name))

    def passing(self, accept: "Filter") -> "Iterator[Runbook]":
        """The runbooks that pass a filter, in their order."""
        return filter(accept, self.by_id.values())

    def search(self, question: str, *, limit: int, accept: "Filter | None", about: str) -> "Answer":
        """The answer, as `Searcher.search` gives it."""
        return self._searcher.search(question, limit=limit, accept=accept, about=about)

    @cached_property
    def _searcher(self) -> "Searcher":
        from faultmaven_kb.search.engine import Searcher  # noqa: PLC0415 - numpy is loaded only for a search

        return Searcher(tuple(self.by_id.values()))

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in another process needs; it builds its own index."""
        return {name: value for name, value in self.__dict__.items() if name != "_searcher"}


def _read(path: Path, aliases: Mapping[str, str]) -> "ParseResult":
    name, data = read_file(path)
    if isinstance(data, Diagnostic):
        from faultmaven_kb.model.parse_result import ParseResult  # noqa: PLC0415 - pydantic is loaded with the first file

        return ParseResult(None, (data,))
    from faultmaven_kb.reading.reader import parse_runbook  # noqa: PLC0415 - a base that is kept needs no parser

    return parse_runbook(data, path=name, aliases=aliases)
