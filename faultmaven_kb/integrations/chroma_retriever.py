"""Joins what a Chroma collection finds with what the knowledge base's own search finds.

Both rank runbooks, and their ranks are added up as reciprocals (Cormack, Clarke and Büttcher 2009, "Reciprocal Rank
Fusion"), so neither score has to be comparable with the other. Whether anything is an answer at all is decided by the
knowledge base's own search: vectors always find something, even for a question that no runbook covers.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from faultmaven_kb.export.agent_text import safe_id
from faultmaven_kb.export.chroma import Collection, Embedder
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.answer import Verdict

__all__ = ["ChromaRetriever", "JoinedAnswer", "JoinedHit", "Passage"]

_FUSION = 60  # Cormack, Clarke, Büttcher 2009: reciprocal rank fusion
_CHUNKS_PER_RUNBOOK = 3  # chosen: evidence, not the whole runbook


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that Chroma found: its section, its lines in the file, and its distance from the question."""

    id: str
    text: str
    section: str
    line: int
    end_line: int
    distance: float


@dataclass(frozen=True, slots=True)
class JoinedHit:
    """A runbook; the ranks (from 1) say who found it. `confidence` is the own search's, None where it did not."""

    runbook: Runbook
    score: float
    confidence: float | None
    search_rank: int | None
    chroma_rank: int | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class JoinedAnswer:
    """The own search's verdict and the joined hits, best first; on `none` the hits are only the nearest runbooks."""

    verdict: Verdict
    reason: str
    hits: tuple[JoinedHit, ...]


class ChromaRetriever:
    """Asks a collection that `fmkb export chroma` filled, and the knowledge base it was filled from."""

    def __init__(self, base: KnowledgeBase, collection: Collection, *, embedder: Embedder | None = None) -> None:
        self._base, self._collection, self._embedder = base, collection, embedder

    def search(self, question: str, *, limit: int = 5) -> JoinedAnswer:
        """The runbooks that either of the two finds, at most `limit`."""
        answer = self._base.search(question, limit=max(limit, 5) * 2)
        passages = self._passages(question, max(limit, 5) * 4)
        own = {safe_id(hit.runbook.id): (rank, hit.confidence) for rank, hit in enumerate(answer.hits, start=1)}
        theirs = {identity: rank for rank, identity in enumerate(passages, start=1)}
        hits = []
        for identity in (*own, *(other for other in theirs if other not in own)):
            runbook = self._base.get(identity) or self._base.get(unquote(identity, errors="surrogateescape"))
            if runbook is None:  # the collection is behind the base
                continue
            rank, confidence = own.get(identity, (None, None))
            chroma = theirs.get(identity)
            score = sum(1 / (_FUSION + position) for position in (rank, chroma) if position)
            hits.append(JoinedHit(runbook, score, confidence, rank, chroma, tuple(passages.get(identity, ()))))
        hits.sort(key=lambda hit: (-hit.score, hit.runbook.id))
        return JoinedAnswer(answer.verdict, answer.reason, tuple(hits[:limit]))

    def _passages(self, question: str, number: int) -> dict[str, list[Passage]]:
        """The nearest chunks by runbook, the runbook of the nearest chunk first."""
        query = (
            {"query_embeddings": [[float(x) for x in self._embedder([question])[0]]]}
            if self._embedder
            else {"query_texts": [question]}
        )
        result = self._collection.query(n_results=number, include=["documents", "metadatas", "distances"], **query)
        rows = zip(
            result["ids"][0], result["documents"][0], result["metadatas"][0], result["distances"][0], strict=True
        )
        passages: dict[str, list[Passage]] = {}
        for identity, text, about, distance in rows:
            runbook = passages.setdefault(str(about.get("runbook_id", "")), [])
            if len(runbook) < _CHUNKS_PER_RUNBOOK:
                place = (str(about.get("section", "")), int(about.get("line", 1)), int(about.get("end_line", 1)))
                runbook.append(Passage(identity, text, *place, float(distance)))
        return passages
