"""The published JSON Schema of a declaration, `schemas/lab.schema.json`, generated from its model.

Labs are above the room that generates the other schemas, so theirs is generated here; a test compares the two.
"""

import json
from typing import Any

from faultmaven_kb.labs.declarations.declaration import Lab

__all__ = ["lab_schema", "lab_schema_text"]


def lab_schema() -> dict[str, Any]:
    """The JSON Schema of a `*.lab.yaml`, valid under draft-07 and 2020-12."""
    generated = Lab.model_json_schema(by_alias=True)
    generated.pop("description", None)
    text = json.dumps(generated).replace("#/$defs/", "#/definitions/")
    generated = json.loads(text)
    generated["definitions"] = generated.pop("$defs")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://faultmaven.github.io/faultmaven_kb/schemas/v1/lab.schema.json",
        "description": "A lab: how a server is broken and how the recovery by a runbook's own commands is seen.",
        **generated,
    }


def lab_schema_text() -> str:
    """The schema as the bytes of its committed file."""
    return json.dumps(lab_schema(), ensure_ascii=False, indent=2) + "\n"
