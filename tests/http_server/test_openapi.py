"""The server against its own OpenAPI document: schemathesis asks what it allows and what it forbids.

Each answer is compared with the document: its status, its type, its shape; what the document forbids has to be refused.
The requests are the same at every run.
"""

import json
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra `http` is not installed")
pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings

from faultmaven_kb import Runbook
from faultmaven_kb.http_server.starting import ServerSettings, server
from faultmaven_kb.serving.rules import GuardRules
from tests.documents import LAST_UPDATED, ROOT

_SLOW = {"POST /validate": 4}
"""A check starts a process, so there are fewer of them."""
_CAN_BE_WRONG = (None, "application/json")
"""Every text is a text: what schemathesis takes for a wrong one arrives as its characters."""
_EXAMPLES = 20
ASKED = (
    "GET /search",
    "POST /search",
    "GET /runbooks",
    "GET /runbooks/{id}",
    "POST /validate",
    "POST /differential",
    "POST /alerts",
    "GET /health",
    "GET /metrics",
)
WITHOUT_INPUT = ("GET /health", "GET /metrics")


@pytest.fixture(scope="module")
def schema() -> Any:
    app = server(ServerSettings(GuardRules(), today=lambda: LAST_UPDATED))
    found = schemathesis.openapi.from_asgi("/openapi.json", app)
    rejects = found.config.checks.negative_data_rejection
    rejects.expected_statuses = [*rejects.expected_statuses, "413"]  # too large is a refusal too
    return found


def test_every_endpoint_is_asked(schema: Any) -> None:
    assert tuple(each.ok().label for each in schema.get_all_operations()) == ASKED


@pytest.mark.parametrize("label", ASKED)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_answers_are_what_the_document_says(schema: Any, label: str, mode: str) -> None:
    if mode == "negative" and label in WITHOUT_INPUT:
        return
    operation = next(each.ok() for each in schema.get_all_operations() if each.ok().label == label)
    count = 0

    @settings(
        max_examples=_SLOW.get(label, _EXAMPLES),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)))
    def ask(case: Any) -> None:
        nonlocal count
        assume(mode == "positive" or case.media_type in _CAN_BE_WRONG)
        count += 1
        case.validate_response(case.call(timeout=60))

    ask()
    assert count >= 1


def test_a_runbook_is_described_as_in_its_published_schema(schema: Any) -> None:
    """The document is made of the model of which the schema in the repository is made."""
    described = schema.raw_schema["components"]["schemas"]
    published = json.loads((ROOT / "schemas" / "runbook.schema.json").read_text(encoding="utf-8"))
    assert list(described["Runbook"]["properties"]) == list(Runbook.model_fields)
    assert set(described["Runbook"]["properties"]) == set(published["properties"]) - {"$schema"}


def test_every_error_is_described_as_a_problem(schema: Any) -> None:
    for path, methods in schema.raw_schema["paths"].items():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)
