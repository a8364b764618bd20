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

from faultmaven_kb.diagnostics import Diagnostic, did_you_mean
from faultmaven_kb.errors import ConfigurationError, UnknownRunbookError
from faultmaven_kb.gate.configuration.headings import team_headings
from faultmaven_kb.storage.memory import MemoryBase

if TYPE_CHECKING:
    from faultmaven_kb.differential.observation import Observation, StepKey
    from faultmaven_kb.differential.prepared import PreparedOnce
    from faultmaven_kb.differential.values import Differential
    from faultmaven_kb.export.chunks import Chunk
    from faultmaven_kb.model.runbook import Link, Runbook
    from faultmaven_kb.search.answer import Answer
    from faultmaven_kb.semantic.embedders import Embedder
    from faultmaven_kb.semantic.second_opinion import SecondOpinion
    from faultmaven_kb.storage.base import StoredBase
    from faultmaven_kb.storage.kept import Cache

__all__ = ["KnowledgeBase", "builtin_path", "is_built"]


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
        self._base: MemoryBase | StoredBase = MemoryBase(runbooks, diagnostics)
        self._second: SecondOpinion | None = None

    @classmethod
    def load(
        cls, *paths: str | Path, cache: "Cache | None" = None, aliases: Mapping[str, str] | None = None
    ) -> "KnowledgeBase":
        """The runbooks in any number of files and folders, or in one file that `build` made.

        `aliases` maps your own headings to the headings they are read as (`{"Wie beheben": "Solutions"}`); without it,
        the configuration in force for the first path decides.

        With a `cache` the base is kept there on disk, brought up to date and opened: only changed files are read.
        Raises `PathError` for a path that does not exist, `ConfigurationError` for a built file given with other paths.
        """
        if any(is_built(path) for path in paths):
            return cls.open(_only(paths))
        headings = team_headings(paths) if aliases is None else aliases
        if cache:
            base = cache.base(paths, aliases=headings)
            if base is not None:
                return cls._of(base)
        return cls._of(MemoryBase.read(paths, headings))

    @classmethod
    def builtin(cls, *, cache: "Cache | None" = None) -> "KnowledgeBase":
        """The runbooks that ship with the package; an installed package has them parsed and indexed."""
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

        The file contains everything: models, texts and index. An existing file is brought up to date: only changed
        runbooks are parsed again. `jobs` is the number of processes that parse; more than one needs the guard of
        `multiprocessing` in the main module on some systems. `progress` is called with how many of how many files are
        done. Raises `PathError` when a path does not exist or the file cannot be written.
        """
        from faultmaven_kb.storage.building import build  # noqa: PLC0415 - only for those who build

        headings = team_headings(paths) if aliases is None else aliases
        return cls._of(build(paths, Path(to), jobs=jobs, progress=progress, aliases=headings))

    @classmethod
    def open(cls, path: str | Path) -> "KnowledgeBase":
        """The knowledge base in a file that `build` made; it is mapped, and each runbook is read on first use.

        Raises `PathError` when the file cannot be read, `ConfigurationError` when it is damaged or was made by another
        version of this library; damage that is found later raises the same.
        """
        from faultmaven_kb.storage.base import StoredBase  # noqa: PLC0415 - numpy is loaded only now

        return cls._of(StoredBase(Path(path)))

    @classmethod
    def _of(cls, base: "MemoryBase | StoredBase") -> "KnowledgeBase":
        kb = cls()
        kb._base = base
        return kb

    def refresh(self) -> "KnowledgeBase":
        """The knowledge base with its files as they are now; only changed files are read.

        It is the same object if nothing has changed, and for a base that is not on disk, that is the installed one, or
        that asks a model. Raises `PathError` when a path is gone or the file cannot be written.
        """
        if isinstance(self._base, MemoryBase) or self._base.home is not None or self._second:
            return self
        from faultmaven_kb.storage.building import refresh  # noqa: PLC0415 - only for those who build

        base = refresh(self._base)
        return self if base is self._base else self._of(base)

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the files, by file and place."""
        return self._base.diagnostics()

    @cached_property
    def unread(self) -> tuple[Diagnostic, ...]:
        """Of the diagnostics those that keep something from being found: unreadable files, ids that are taken."""
        return self._base.diagnostics(unread=True)

    @property
    def technologies(self) -> tuple[str, ...]:
        """The technologies that the runbooks name, sorted."""
        return self._base.technologies

    @property
    def _by_id(self) -> "Mapping[str, Runbook]":
        return self._base.by_id

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
        return {name: value for name, value in self.__dict__.items() if name != "_prepare"}

    def __repr__(self) -> str:
        return f"KnowledgeBase({len(self)} runbooks, {len(self.diagnostics)} diagnostics)"

    def ids_named(self, name: str) -> tuple[str, ...]:
        """The ids that a name may mean: the id itself, else those that end in it behind a `/` or a `#`.

        `runbook` means `billing/runbook` and `search/runbook`; one result means that the short form is unique.
        """
        from faultmaven_kb.reading.ids import short_forms  # noqa: PLC0415 - importing this class imports little

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
        from faultmaven_kb.search.filters import filter_of  # noqa: PLC0415 - importing this class imports little

        accept = filter_of(technology, severity, tag, status)
        return tuple(self) if accept is None else tuple(self._base.passing(accept))

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
        from faultmaven_kb.search.filters import filter_of  # noqa: PLC0415 - importing this class imports little

        accept = filter_of(technology, severity, tag, status)

        def ask(most: int) -> "Answer":
            return self._base.search(question, limit=most, accept=accept, about=technology or "")

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
        steps that are not to be proposed again. `ask` finds the runbooks for a symptom instead of `search`: to filter
        them, or to use an answer that you have already. The result ranks and explains; it is not a diagnosis. Raises
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
    def _prepare(self) -> "PreparedOnce":
        """What the differential knows of each runbook."""
        from faultmaven_kb.differential.prepared import PreparedOnce  # noqa: PLC0415 - loads the search

        return PreparedOnce()


def builtin_path() -> Path:
    """The folder of the runbooks that ship with the package; in a checkout, the checkout's `runbooks/`."""
    package = Path(__file__).parent
    packaged = package / "_data" / "runbooks"
    return packaged if packaged.is_dir() else package.parent / "runbooks"


def is_built(path: str | Path) -> bool:
    """Whether a path names a file that `KnowledgeBase.build` makes, by its suffix."""
    return os.fspath(path).endswith(".fmkb")


def _only(paths: Sequence[str | Path]) -> str | Path:
    if len(paths) > 1:
        raise ConfigurationError("a built knowledge base cannot be combined with other paths; build one of all of them")
    return paths[0]
