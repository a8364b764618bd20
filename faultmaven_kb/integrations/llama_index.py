"""A LlamaIndex retriever over a knowledge base (extra `llama-index`).

>>> from faultmaven_kb import KnowledgeBase
>>> from faultmaven_kb.integrations.llama_index import RunbookRetriever
>>> nodes = RunbookRetriever(KnowledgeBase.builtin(), limit=1).retrieve("FATAL: sorry, too many clients already")
>>> nodes[0].metadata["runbook_id"]
'postgres-connection-pool-exhausted'
"""

import asyncio

from faultmaven_kb.export.extras import missing
from faultmaven_kb.integrations.passages import PassageFinder
from faultmaven_kb.knowledge_base import KnowledgeBase

try:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
except ModuleNotFoundError as error:  # this class is one of the framework's, so the import cannot wait
    raise ModuleNotFoundError(missing("llama_index.core", extra="llama-index"), name=error.name) from error

__all__ = ["RunbookRetriever"]


class RunbookRetriever(BaseRetriever):
    """Yields pieces of runbooks; their metadata says runbook, section, lines, score, confidence and verdict.

    Nothing is yielded when no runbook covers the question, unless `nearest` is true. `technology` narrows the search.
    """

    def __init__(
        self, base: KnowledgeBase, *, limit: int = 4, nearest: bool = False, technology: str | None = None
    ) -> None:
        super().__init__()
        self._finder = PassageFinder(base)
        self._limit, self._nearest, self._technology = limit, nearest, technology

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        passages = self._finder.find(
            query_bundle.query_str, limit=self._limit, nearest=self._nearest, technology=self._technology
        )
        return [
            NodeWithScore(
                node=TextNode(id_=passage.chunk.id, text=passage.chunk.text, metadata=dict(passage.metadata)),
                score=passage.score,
            )
            for passage in passages
        ]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
