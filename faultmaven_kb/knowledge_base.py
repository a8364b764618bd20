"""Many runbooks: loaded from files and folders, found by id, filtered, linked, searched.

A bad file never stops the load: what could be read is there, what is wrong is in `diagnostics`. A knowledge base is
never changed after it is loaded. This room is above search, which is built when the first question comes.
"""

import os
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faultmaven_kb.diagnostics import UNREAD, Diagnostic, Level, Related, did_you_mean
from faultmaven_kb.errors import ConfigurationError, UnknownRunbookError
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.reading.files import find_runbooks, read_file
from faultmaven_kb.source import Span

if TYPE_CHECKING:
    from faultmaven_kb.differential.observation import Observation, StepKey
    from faultmaven_kb.differential.prepared import PreparedRunbook
    from faultmaven_kb.differential.values import Differential
    from faultmaven_kb.export.chunks import Chunk
    from faultmaven_kb.model.parse_result import ParseResult
    from faultmaven_kb.model.runbook import Link, Runbook
    from faultmaven_kb.search.answer import Answer
    from faultmaven_kb.search.engine import Searcher
    from faultmaven_kb.semantic.embedders import Embedder
    from faultmaven_kb.semantic.second_opinion import SecondOpinion
    from faultmaven_kb.storage.base import StoredBase
    from faultmaven_kb.storage.kept import Cache

__all__ = ["KnowledgeBase", "builtin_path", "is_built"]

_START = Span(1, 1, 1, 1)


class KnowledgeBase:
    """Runbooks in the order of their paths.

    An id that only the file's name gave is qualified by folders where another runbook has it (`billing/runbook`); of
    two that were written alike the first counts and the second is reported.
    """

    def __init__(
        self,
        runbooks: "Iterable[Runbook]" = (),
        diagnostics: Iterable[Diagnostic] = (),
    ) -> None:
        by_id: dict[str, Runbook] = {}
        diagnostics_so_far = list(diagnostics)
        runbooks = tuple(runbooks)
        for runbook, runbook_id in zip(runbooks, _ids(runbooks), strict=True):
            if runbook_id is None:
                first = by_id.get(runbook.id)
                diagnostics_so_far.append(_duplicate(runbook.id, first.path if first else None, runbook.path))
            elif runbook_id == runbook.id:
                by_id[runbook_id] = runbook
            else:
                by_id[runbook_id] = runbook.model_copy(update={"id": runbook_id})
        self._by_id: Mapping[str, Runbook] = by_id
        self._second: SecondOpinion | None = None
        self._found: tuple[Diagnostic, ...] = tuple(
            sorted(diagnostics_so_far, key=lambda diagnostic: diagnostic.sort_key)
        )
        self._base: StoredBase | None = None

    @classmethod
    def load(
        cls, *paths: str | Path, cache: "Cache | None" = None, aliases: Mapping[str, str] | None = None
    ) -> "KnowledgeBase":
        """The runbooks in any number of files and folders, or in one file that `build` made.

        `aliases` are headings of one's own with the ones they are read as (`{"Wie beheben": "Solutions"}`); without
        them, those of the configuration in force for the first path count.

        With a `cache` they are kept there as a base on disk, which is brought up to date and opened: only changed files
        are read. Raises `PathError` for a path that does not exist, `ConfigurationError` for a built file given with
        other paths.
        """
        if any(is_built(path) for path in paths):
            return cls.open(_only(paths))
        meant = team_headings(paths) if aliases is None else aliases
        if cache:
            base = cache.base(paths, aliases=meant)
            if base is not None:
                return cls._of(base)
        results = [_read(path, meant) for path in find_runbooks(paths)]
        runbooks = [runbook for result in results for runbook in result.runbooks]
        return cls(runbooks, [diagnostic for result in results for diagnostic in result.diagnostics])

    @classmethod
    def builtin(cls, *, cache: "Cache | None" = None) -> "KnowledgeBase":
        """The runbooks that ship with the package; an installed one brings them read and indexed."""
        from faultmaven_kb.storage.prebuilt import open_beside  # noqa: PLC0415 - numpy is loaded only now

        base = open_beside(builtin_path())
        if base is not None:
            return cls._of(base)
        return cls.load(builtin_path(), cache=cache, aliases={})

    @classmethod
    def build(
        cls,
        *paths: str | Path,
        to: str | Path,
        jobs: int = 1,
        progress: "Callable[[int, int], None] | None" = None,
        aliases: Mapping[str, str] | None = None,
    ) -> "KnowledgeBase":
        """The runbooks at some paths as one file `to`, opened. `aliases` are as in `load`, and are kept in the file.

        The file contains everything: models, texts and index. One that is there is brought up to date: only files that
        have changed are parsed again. `jobs` processes parse, which on some systems asks for the guard of
        `multiprocessing` in the main module; `progress` is called with how many of how many files are done. Raises
        `PathError` when a path does not exist or the file cannot be written.
        """
        from faultmaven_kb.storage.building import build  # noqa: PLC0415 - only for those who build

        meant = team_headings(paths) if aliases is None else aliases
        return cls._of(build(paths, Path(to), jobs=jobs, progress=progress, aliases=meant))

    @classmethod
    def open(cls, path: str | Path) -> "KnowledgeBase":
        """The knowledge base in a file that `build` made; it is mapped, and a runbook is read when it is asked for.

        Raises `PathError` when the file cannot be read, `ConfigurationError` when it is damaged or another version of
        this library made it. Damage that is found later raises the same.
        """
        from faultmaven_kb.storage.base import StoredBase  # noqa: PLC0415 - numpy is loaded only now

        return cls._of(StoredBase(Path(path)))

    @classmethod
    def _of(cls, base: "StoredBase") -> "KnowledgeBase":
        kb = cls()
        kb._by_id, kb._base = base.by_id, base
        return kb

    def refresh(self) -> "KnowledgeBase":
        """The knowledge base as its files are now: itself where it is not one on disk, is the installed one, asks a
        model, or where nothing has changed.

        Only changed files are read. Raises `PathError` when a path is gone or the file cannot be written.
        """
        if self._base is None or self._base.home is not None or self._second:
            return self
        from faultmaven_kb.storage.building import refresh  # noqa: PLC0415 - only for those who build

        base = refresh(self._base)
        return self if base is self._base else self._of(base)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the files, by file and place."""
        return self._found if self._base is None else _sorted_diagnostics(self._base, unread=False)

    @cached_property
    def unread(self) -> tuple[Diagnostic, ...]:
        """Of the diagnostics those that keep something from being found: unreadable files, ids that are taken."""
        if self._base is None:
            return tuple(diagnostic for diagnostic in self._found if diagnostic.code in UNREAD)
        return _sorted_diagnostics(self._base, unread=True)

    @property
    def technologies(self) -> tuple[str, ...]:
        """The technologies that the runbooks name, sorted."""
        if self._base is not None:
            return self._base.technologies
        return tuple(sorted({runbook.metadata.technology for runbook in self if runbook.metadata.technology}))

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> "Iterator[Runbook]":
        return iter(self._by_id.values())

    def __contains__(self, item: object) -> bool:
        return item in self._by_id if isinstance(item, str) else item in self._by_id.values()

    def __getitem__(self, runbook_id: str) -> "Runbook":
        """The runbook with this id. Raises `UnknownRunbookError`, a KeyError that names the nearest id."""
        try:
            return self._by_id[runbook_id]
        except KeyError:
            hint = did_you_mean(runbook_id, self._by_id)
            raise UnknownRunbookError(f'no runbook has the id "{runbook_id}"{hint}') from None

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all runbooks, in their order."""
        return tuple(self._by_id)

    def get(self, runbook_id: str) -> "Runbook | None":
        """The runbook with this id, None if there is none."""
        return self._by_id.get(runbook_id)

    def keys(self) -> tuple[str, ...]:
        """The ids of all runbooks, in their order: as of a dict, but iterating gives the runbooks."""
        return self.ids

    def values(self) -> "tuple[Runbook, ...]":
        """All runbooks, in their order."""
        return tuple(self)

    def items(self) -> "tuple[tuple[str, Runbook], ...]":
        """Each id with its runbook, in their order."""
        return tuple((runbook.id, runbook) for runbook in self)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy in another process needs; what questions have built is built there again."""
        return {name: value for name, value in self.__dict__.items() if name not in ("_prepare", "_searcher")}

    def __repr__(self) -> str:
        return f"KnowledgeBase({len(self)} runbooks, {len(self.diagnostics)} diagnostics)"

    def ids_named(self, name: str) -> tuple[str, ...]:
        """The ids that a name may mean: the id itself, else those that end in it behind a `/` or a `#`.

        `runbook` means `billing/runbook` and `search/runbook`; one result means that the short form is unique.
        """
        from faultmaven_kb.reading.ids import short_forms  # noqa: PLC0415 - loads the model

        return (name,) if name in self._by_id else short_forms(name, self._by_id)

    def filter(
        self,
        *,
        technology: str | None = None,
        severity: str | None = None,
        tag: str | None = None,
        status: str | None = None,
    ) -> "tuple[Runbook, ...]":
        """The runbooks that have every given value; upper and lower case are the same.

        Raises `ConfigurationError` with the nearest word for a severity or a status that no runbook can have.
        """
        from faultmaven_kb.search.filters import filter_of  # noqa: PLC0415 - loads the model

        accept = filter_of(technology, severity, tag, status)
        if self._base is not None and accept is not None:
            return tuple(self._base.runbooks[place] for place in self._base.places_with(accept))
        return tuple(runbook for runbook in self if accept is None or accept(runbook))

    def related(self, runbook_id: str) -> "tuple[Runbook, ...]":
        """The runbooks of this base that a runbook links to, in its order, each once.

        Of runbooks with one file name in several folders it is the one that the link leads to.
        """
        runbook = self[runbook_id]
        ids = dict.fromkeys(name for link in runbook.related if (name := self._linked(runbook, link)))
        return tuple(self._by_id[identity] for identity in ids)

    def _linked(self, runbook: "Runbook", link: "Link") -> str | None:
        candidates = self.ids_named(link.id) if link.id else ()
        if len(candidates) > 1 and runbook.path:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(runbook.path), link.url.partition("#")[0]))
            candidates = tuple(identity for identity in candidates if self._by_id[identity].path == path)
        return candidates[0] if len(candidates) == 1 else None

    def search(
        self,
        question: str,
        *,
        limit: int = 5,
        technology: str | None = None,
        severity: str | None = None,
        tag: str | None = None,
        status: str | None = None,
    ) -> "Answer":
        """The runbooks for a symptom: a sentence, an error line, an alert, a log.

        The answer has a verdict (`match`, `ambiguous` or `none`), at most `limit` hits with confidence and evidence,
        and the words that nothing explains. The filters work as in `filter`; a technology also counts as said in the
        question. Raises `ConfigurationError` for a limit below 1, and as `filter` does.
        """
        if limit < 1:
            raise ConfigurationError(f"limit is {limit}, expected 1 or more")
        from faultmaven_kb.search.filters import filter_of  # noqa: PLC0415 - loads the model

        accept = filter_of(technology, severity, tag, status)

        def ask(most: int) -> "Answer":
            return (self._base or self._searcher).search(question, limit=most, accept=accept, about=technology or "")

        return self._second.review(question, ask, limit=limit, accept=accept) if self._second else ask(limit)

    def with_embedder(
        self,
        embedder: "Embedder",
        *,
        folder: Path | None = None,
        progress: "Callable[[int, int], None] | None" = None,
    ) -> "KnowledgeBase":
        """The same knowledge base whose search asks a model when the words of a question do not decide.

        The runbooks are embedded now; the vectors are kept by content in `folder`, if there is one, and `progress` is
        called with how many of how many texts are embedded. A clear answer by words stays as it is. Raises
        `ConfigurationError` when the model does not give vectors.
        """
        from faultmaven_kb.semantic.second_opinion import SecondOpinion  # noqa: PLC0415 - numpy is loaded only now

        kb = copy(self)
        kb._second = SecondOpinion(  # noqa: SLF001 - its own
            tuple(self), embedder, folder=folder, progress=progress
        )
        return kb

    def chunks(self, *, limit: int = 1_500, count: Callable[[str], int] = len) -> "tuple[Chunk, ...]":
        """The runbooks cut into chunks for a vector store, each at most `limit` long where its blocks allow it.

        `count` measures a text: characters by default, or a tokenizer's number of tokens.
        """
        from faultmaven_kb.export.chunks import chunk_runbooks  # noqa: PLC0415 - only for those who export

        return chunk_runbooks(self, limit=limit, count=count)

    def differential(
        self,
        observations: "str | Mapping[str, bool] | Iterable[str | Observation]",
        *,
        done: "Collection[StepKey]" = (),
        ask: "Callable[[str], Answer] | None" = None,
    ) -> "Differential":
        """The causes, across runbooks, that observations point to, and the step that best distinguishes them.

        An observation is a text that is seen, or a text with yes or no (`{"kubelet is running": False}`); `done` are
        steps that are not to be proposed again. `ask` finds the runbooks for a symptom in place of `search`, for one
        who filters or has the answer already. The result ranks and explains; it is not a diagnosis. Raises
        `ConfigurationError` when there is no observation.
        """
        from faultmaven_kb.differential.engine import differentiate  # noqa: PLC0415 - loads the search
        from faultmaven_kb.differential.observation import observations_of  # noqa: PLC0415

        def search(text: str) -> "Answer":
            return self.search(text, limit=10)

        return differentiate(observations_of(observations), ask or search, done=done, prepare=self._prepare)

    def warm(self) -> None:
        """Build now what the first questions would build: the search index, and what the differential reads."""
        self.search("warm")
        for runbook in self:
            self._prepare(runbook)

    @cached_property
    def _prepare(self) -> "Callable[[Runbook], PreparedRunbook]":
        """What the differential knows of each runbook, read once."""
        from faultmaven_kb.differential.prepared import prepared  # noqa: PLC0415

        by_id: dict[str, PreparedRunbook] = {}

        def prepare(runbook: "Runbook") -> "PreparedRunbook":
            if runbook.id not in by_id:
                by_id[runbook.id] = prepared(runbook)
            return by_id[runbook.id]

        return prepare

    @cached_property
    def _searcher(self) -> "Searcher":
        from faultmaven_kb.search.engine import Searcher  # noqa: PLC0415 - numpy is loaded only for a search

        return Searcher(tuple(self))


def builtin_path() -> Path:
    """The folder of the runbooks that ship with the package; in a checkout, the checkout's `runbooks/`."""
    package = Path(__file__).parent
    packaged = package / "_data" / "runbooks"
    return packaged if packaged.is_dir() else package.parent / "runbooks"


def _read(path: Path, aliases: Mapping[str, str]) -> "ParseResult":
    name, data = read_file(path)
    if isinstance(data, Diagnostic):
        from faultmaven_kb.model.parse_result import ParseResult  # noqa: PLC0415 - pydantic is loaded with the first file

        return ParseResult(None, (data,))
    from faultmaven_kb.reading.reader import parse_runbook  # noqa: PLC0415 - a base that is kept needs no parser

    return parse_runbook(data, path=name, aliases=aliases)


def is_built(path: str | Path) -> bool:
    """Whether a path names a file that `KnowledgeBase.build` makes, by its suffix."""
    return os.fspath(path).endswith(".fmkb")


def _only(paths: Sequence[str | Path]) -> str | Path:
    if len(paths) > 1:
        raise ConfigurationError("a built knowledge base cannot be combined with other paths; build one of all of them")
    return paths[0]


def _ids(runbooks: "Sequence[Runbook]") -> list[str | None]:
    if not runbooks:
        return []
    from faultmaven_kb.reading.ids import naming_of, unique_ids  # noqa: PLC0415 - loads the model

    return unique_ids([naming_of(runbook) for runbook in runbooks])


def _sorted_diagnostics(base: "StoredBase", *, unread: bool) -> tuple[Diagnostic, ...]:
    stored = (diagnostic for diagnostic in base.diagnostics(unread=unread) if not unread or diagnostic.code in UNREAD)
    duplicates = (_duplicate(*pair) for pair in base.duplicates())
    return tuple(sorted((*stored, *duplicates), key=lambda diagnostic: diagnostic.sort_key))


def _duplicate(runbook_id: str, first: str | None, second: str | None) -> Diagnostic:
    message = f'id "{runbook_id}" is already taken by {first or "another runbook"}, expected a unique id'
    related = (Related("also defined here", first or "<text>", _START),)
    return Diagnostic("RB804", "duplicate-id", Level.ERROR, message, second or "<text>", _START, None, related)
