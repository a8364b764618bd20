"""The LlamaIndex retriever inside a query engine of the framework."""

import asyncio

import pytest

pytest.importorskip("llama_index.core", reason="the extra `llama-index` is not installed")

from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine

from faultmaven_kb.integrations.llama_index import RunbookRetriever
from tests.documents import builtin_base

BASE = builtin_base()
QUESTION = "FATAL: sorry, too many clients already"


def test_a_node_says_where_it_comes_from() -> None:
    nodes = RunbookRetriever(BASE, limit=3).retrieve(QUESTION)

    assert len(nodes) == 3
    first = nodes[0]
    assert first.metadata["runbook_id"] == "postgres-connection-pool-exhausted"
    assert first.metadata["verdict"] == "match"
    assert first.metadata["section"]
    assert first.metadata["line"] <= first.metadata["end_line"]
    assert first.score == first.metadata["score"]
    assert [node.score for node in nodes] == sorted((node.score or 0 for node in nodes), reverse=True)


def test_a_query_engine_answers_from_the_runbook() -> None:
    engine = RetrieverQueryEngine.from_args(RunbookRetriever(BASE, limit=2), llm=MockLLM())

    response = engine.query(QUESTION)

    assert {node.metadata["runbook_id"] for node in response.source_nodes} == {"postgres-connection-pool-exhausted"}
    assert "too many clients already" in str(response)


def test_asynchronous_calls_give_the_same_nodes() -> None:
    retriever = RunbookRetriever(BASE, technology="redis")

    found = asyncio.run(retriever.aretrieve("maxmemory"))

    assert [node.node_id for node in found] == [node.node_id for node in retriever.retrieve("maxmemory")]
    assert {node.metadata["technology"] for node in found} == {"redis"}


def test_nothing_is_yielded_for_a_question_that_no_runbook_covers_unless_asked() -> None:
    assert RunbookRetriever(BASE).retrieve("the coffee machine is broken") == []
    nearest = RunbookRetriever(BASE, nearest=True).retrieve("broken coffee, timeout")
    assert all(node.metadata["verdict"] == "none" for node in nearest)
