"""The published JSON Schemas, generated from the models so that the two can never say different things.

They keep to what draft-07 and 2020-12 share, because editors still read the former; a test compares them with the
committed files under `schemas/` and validates them against both drafts.
"""

import json
from typing import Any

from pydantic import BaseModel

from faultmaven_kb.model.metadata import MetadataContract
from faultmaven_kb.model.runbook import Runbook

__all__ = ["SCHEMAS", "schema", "schema_text"]

_VERSION = "1"
_BASE = "https://faultmaven.github.io/faultmaven_kb/schemas"

SCHEMAS: dict[str, tuple[type[BaseModel], str]] = {
    "frontmatter": (MetadataContract, "The YAML front matter of a complete runbook."),
    "runbook": (Runbook, "A parsed runbook as JSON, as `fmkb show --json` prints it."),
}
"""The schemas by name: the model each is generated from, and what it describes."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema called `frontmatter` or `runbook`. Raises KeyError for any other name."""
    model, description = SCHEMAS[name]
    for field in model.model_fields.values():
        if isinstance(field.default, BaseModel):  # pydantic 2.12.0 cannot write one that nobody built
            type(field.default).model_rebuild()
    mode = "validation" if name == "frontmatter" else "serialization"
    generated = model.model_json_schema(mode=mode)  # type: ignore[arg-type]
    generated.pop("description", None)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"{_BASE}/v{_VERSION}/{name}.schema.json",
        "description": description,
        **generated,
    }


def schema_text(name: str) -> str:
    """The schema as the bytes of its committed file."""
    return json.dumps(schema(name), ensure_ascii=False, indent=2) + "\n"
