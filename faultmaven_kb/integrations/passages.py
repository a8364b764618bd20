"""Questions to passages: the pieces of runbooks that retrieval frameworks hand to a language model.

A passage's score is the confidence in its runbook times the share of the question's words that the piece explains, so
the right section of the right runbook comes first. When the verdict is `none` there is no passage, unless the caller
asks for the nearest ones: a framework would otherwise put unrelated text in front of a model as if it were an answer.
"""

from dataclasses import dataclass

from faultmaven_kb.export.chunks import Chunk, Scalar, chunk_runbook
from faultmaven_kb.knowledge_base import KnowledgeBase
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.answer import Verdict
from faultmaven_kb.search.questions.pasted import signal
from faultmaven_kb.search.vocabulary.terms import terms_of

__all__ = ["FoundPassage", "PassageFinder"]

_HITS = 10  # chosen: more runbooks than a retriever returns pieces


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A piece of a runbook that was found; `confidence` belongs to its runbook."""

    chunk: Chunk
    score: float
    confidence: float
    verdict: Verdict

    @property
    def metadata(self) -> dict[str, Scalar]:
        """What a framework keeps along with the text: the chunk's metadata, the score, the confidence, the verdict."""
        return {
            **self.chunk.metadata,
            "score": self.score,
            "confidence": self.confidence,
            "verdict": self.verdict,
        }


class PassageFinder:
    """Finds passages in a knowledge base; keeps the chunks of the runbooks that it has cut."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._chunks: dict[str, tuple[Chunk, ...]] = {}

    def find(
        self, question: str, *, limit: int, nearest: bool = False, technology: str | None = None
    ) -> tuple[FoundPassage, ...]:
        """The passages for a question, best first, at most `limit`; `nearest` asks for them even on `none`."""
        answer = self._base.search(question, limit=_HITS, technology=technology)
        if answer.verdict == "none" and not nearest:
            return ()
        terms = set(terms_of(signal(question)))
        passages = [
            FoundPassage(chunk, hit.confidence * _share(chunk, terms), hit.confidence, answer.verdict)
            for hit in answer.hits
            for chunk in self._chunks_of(hit.runbook)
        ]
        passages.sort(key=lambda passage: (-passage.score, -passage.confidence, passage.chunk.id))
        return tuple(passages[:limit])

    def _chunks_of(self, runbook: Runbook) -> tuple[Chunk, ...]:
        chunks = self._chunks.get(runbook.id)
        if chunks is None:
            chunks = self._chunks[runbook.id] = tuple(chunk_runbook(runbook))
        return chunks


def _share(chunk: Chunk, terms: set[str]) -> float:
    """The share of the question's terms that are in the chunk; never zero, so that the runbook still counts."""
    common = terms.intersection(terms_of(chunk.text))
    return (len(common) + 1) / (len(terms) + 1)
