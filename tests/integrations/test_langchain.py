"""The LangChain retriever passes LangChain's own tests and works in a chain."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="the extra `langchain` is not installed")
pytest.importorskip("langchain_tests", reason="langchain-tests is not installed")

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_tests.integration_tests.retrievers import RetrieversIntegrationTests

from faultmaven_kb.integrations.langchain import RunbookRetriever
from tests.documents import builtin_base

BASE = builtin_base()
QUESTION = "FATAL: sorry, too many clients already"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio  # their asynchronous test has no mark of its own
class TestStandard(RetrieversIntegrationTests):
    """LangChain's standard tests for retrievers."""

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return RunbookRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"base": BASE}

    @property
    def retriever_query_example(self) -> str:
        return QUESTION


def test_a_document_says_where_it_comes_from() -> None:
    document = RunbookRetriever(base=BASE, k=1).invoke(QUESTION)[0]

    assert document.metadata["runbook_id"] == "postgres-connection-pool-exhausted"
    assert document.metadata["verdict"] == "match"
    assert document.metadata["section"]
    assert document.metadata["line"] <= document.metadata["end_line"]
    assert 0 < document.metadata["score"] <= document.metadata["confidence"] <= 1
    assert document.id
    assert "too many clients already" in document.page_content


def test_nothing_is_yielded_for_a_question_that_no_runbook_covers_unless_asked() -> None:
    question = "the coffee machine is broken"

    assert RunbookRetriever(base=BASE).invoke(question) == []
    nearest = RunbookRetriever(base=BASE, nearest=True).invoke("the coffee machine is broken, connection refused, x")
    assert all(document.metadata["verdict"] == "none" for document in nearest)


def test_it_answers_in_a_chain_and_asynchronously() -> None:
    retriever = RunbookRetriever(base=BASE, k=2, technology="postgresql")

    def technologies(documents: list[Document]) -> list[str]:
        return [document.metadata["technology"] for document in documents]

    chain = retriever | RunnableLambda(technologies)

    assert chain.invoke(QUESTION) == ["postgresql", "postgresql"]
    assert [document.id for document in asyncio.run(retriever.ainvoke(QUESTION))] == [
        document.id for document in retriever.invoke(QUESTION)
    ]
