"""A LangChain retriever over a knowledge base (extra `langchain`).

    >>> from faultmaven_kb import KnowledgeBase
    >>> from faultmaven_kb.integrations.langchain import RunbookRetriever
    >>> retriever = RunbookRetriever(base=KnowledgeBase.builtin(), k=1)
    >>> retriever.invoke("FATAL: sorry, too many clients already")[0].metadata["runbook_id"]
    'postgres-connection-pool-exhausted'

Asynchronous calls (`ainvoke`) run in LangChain's executor: a search takes less time than a switch of tasks.
"""

from functools import cached_property
from typing import Any

from faultmaven_kb.export.extras import missing
from faultmaven_kb.integrations.passages import PassageFinder
from faultmaven_kb.knowledge_base import KnowledgeBase

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ModuleNotFoundError as error:  # this class is one of the framework's, so the import cannot wait
    raise ModuleNotFoundError(missing("langchain_core", extra="langchain"), name=error.name) from error

__all__ = ["RunbookRetriever"]


class RunbookRetriever(BaseRetriever):
    """Yields pieces of runbooks; their metadata says runbook, section, lines, score, confidence and verdict.

    Nothing is yielded when no runbook covers the question, unless `nearest` is true. `technology` narrows the search.
    """

    base: KnowledgeBase
    k: int = 4
    nearest: bool = False
    technology: str | None = None

    @cached_property
    def _finder(self) -> PassageFinder:
        return PassageFinder(self.base)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None, **_: Any
    ) -> list[Document]:
        passages = self._finder.find(
            query, limit=self.k if k is None else k, nearest=self.nearest, technology=self.technology
        )
        return [
            Document(id=passage.chunk.id, page_content=passage.chunk.text, metadata=dict(passage.metadata))
            for passage in passages
        ]
