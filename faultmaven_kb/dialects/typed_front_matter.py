"""Runbooks that say so in their front matter: `type: runbook` with services, symptoms, a `sev1` scale, lastValidated.

Only the front matter has a form of its own; the body is read by whichever other dialect fits it. Symptoms and services
of the front matter fill what the body leaves empty.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from faultmaven_kb.dialects.causal_chain import CAUSAL_CHAIN
from faultmaven_kb.dialects.dialect import Dialect, Document
from faultmaven_kb.dialects.faultmaven import FAULTMAVEN
from faultmaven_kb.dialects.four_section import FOUR_SECTION
from faultmaven_kb.dialects.generic import GENERIC
from faultmaven_kb.dialects.headings import HEADINGS
from faultmaven_kb.dialects.pieces.contents import Contents
from faultmaven_kb.model.runbook import Symptom
from faultmaven_kb.text.inline import literals

__all__ = ["TYPED_FRONT_MATTER"]

_BODIES = (FAULTMAVEN, CAUSAL_CHAIN, FOUR_SECTION)
_MARKS = ("services", "symptoms", "lastValidated")
_SEVERITIES = {"sev0": "critical", "sev1": "critical", "sev2": "high", "sev3": "medium", "sev4": "low", "sev5": "low"}


def _fit(document: Document) -> int:
    values = document.front_matter.values
    kind = values.get("type")
    if not isinstance(kind, str) or kind.casefold() != "runbook":
        return 0
    return 30 if any(mark in values for mark in _MARKS) else 0


def _translate(values: Mapping[str, Any]) -> dict[str, Any]:
    translated = dict(values)
    severity = values.get("severity")
    if isinstance(severity, str):
        translated["severity"] = _SEVERITIES.get(severity.casefold().replace("-", ""), severity)
    services = values.get("services")
    if "technology" not in values and isinstance(services, list) and services and isinstance(services[0], str):
        translated["technology"] = services[0]
    if "last_updated" not in values and isinstance(values.get("lastValidated"), str):
        translated["last_updated"] = values["lastValidated"]
    return translated


def _read(document: Document) -> Contents:
    fit, body = max(((dialect.fit(document), dialect) for dialect in _BODIES), key=lambda pair: pair[0])
    parts = (body if fit else GENERIC).read(document)
    return parts if parts.symptoms else replace(parts, symptoms=tuple(_symptoms(document)))


def _symptoms(document: Document) -> list[Symptom]:
    listed = document.front_matter.values.get("symptoms")
    texts = listed if isinstance(listed, list) else [listed] if isinstance(listed, str) else []
    return [
        Symptom(text=text, literals=literals(text), span=document.front_matter.value_span("symptoms", index))
        for index, text in enumerate(texts)
        if isinstance(text, str) and text.strip()
    ]


TYPED_FRONT_MATTER = Dialect("typed-front-matter", HEADINGS, _fit, _read, _translate, ("type", *_MARKS))
