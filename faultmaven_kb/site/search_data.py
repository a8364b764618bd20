"""The search index as a script that the browser loads: the library's own texts, terms and tables.

The browser scores as `faultmaven_kb.search` does, from the same terms: every text is there as the numbers of its terms,
field by field, so that weights, rarities and phrases are computed from what Python computes them from. The tables of
the search travel as terms already. A term's number is one character of a string, frequent terms first, because a
browser reads strings faster than anything else and gzip makes them small; it is a script and not JSON because a page
opened from a disk may load the one and not the other.
"""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from faultmaven_kb.fences.languages import COMMANDS
from faultmaven_kb.model.runbook import Runbook
from faultmaven_kb.search.answer import ALSO, LEADING, SHOWN
from faultmaven_kb.search.calibration import BACKED, BIAS, LIKELY, MATCH, NAMED, USUAL_LEAD, WEIGHTS
from faultmaven_kb.search.engine import DEPRECATED, technologies_in
from faultmaven_kb.search.fields import ALIASES, FIELDS, POINTED, SUBJECT, TITLE
from faultmaven_kb.search.index import END, Index
from faultmaven_kb.search.vocabulary.background import background_terms
from faultmaven_kb.search.vocabulary.languages import all_languages
from faultmaven_kb.search.vocabulary.signatures import topics
from faultmaven_kb.search.vocabulary.spelling import telling_terms
from faultmaven_kb.search.vocabulary.synonyms import groups, words_of
from faultmaven_kb.search.vocabulary.tables import rows
from faultmaven_kb.search.vocabulary.technologies import related_technologies, technology_terms
from faultmaven_kb.search.vocabulary.terms import SINGULAR, STOP_WORDS, product_names, terms_of
from faultmaven_kb.site.markup import first_command, visible
from faultmaven_kb.site.pages import Site
from faultmaven_kb.text.inline import plain

__all__ = ["encoded", "search_data"]

_FIRST = 35  # "#": the first character that JSON strings leave unescaped, after the quote
_SURROGATES = 0xD800  # Unicode
_PRIVATE = 0xE000  # Unicode
_ONE = _SURROGATES - _FIRST
_LOW = 11  # bits: 6,400 private characters times 2,048 are enough for every number
_MOST_SYMPTOMS, _MOST_CAUSES = 8, 5


def search_data(site: Site) -> str:
    """The script `search-data.js`: one constant, `FMKB_DATA`."""
    index = Index(site.runbooks)
    terms = list(index.vocabulary)
    counts = np.zeros(len(terms), dtype=np.int64)
    for text in index.texts:
        counts += np.bincount(text.terms, minlength=len(terms))
    counts[END] = counts.max(initial=0) + 1
    order = np.argsort(-counts, kind="stable")
    number = np.empty(len(terms), dtype=np.int64)
    number[order] = np.arange(len(terms))
    data = {
        "tables": _tables(),
        "model": {
            "bias": BIAS,
            "weights": [weight for _, weight in WEIGHTS],
            "match": MATCH,
            "usualLead": USUAL_LEAD,
            "backed": BACKED,
            "likely": LIKELY,
            "named": NAMED,
        },
        "shown": {"least": SHOWN, "also": ALSO, "leading": LEADING},
        "places": [POINTED, TITLE, ALIASES, SUBJECT],
        "fields": [field.weight for field in FIELDS],
        "terms": [terms[place] for place in order.tolist()],
        "texts": [[encoded(number[text.terms].tolist()), list(text.starts)] for text in index.texts],
        "runbooks": [_card(site, runbook) for runbook in site.runbooks],
    }
    return f"globalThis.FMKB_DATA = {json.dumps(data, ensure_ascii=False, separators=(',', ':'))};\n"


def encoded(numbers: Iterable[int]) -> str:
    """Numbers as a string: one character each, two from 55,261 on."""
    parts = []
    for number in numbers:
        if number < _ONE:
            parts.append(chr(number + _FIRST))
        else:
            high, low = divmod(number - _ONE, 1 << _LOW)
            parts.append(chr(_PRIVATE + high) + chr(_FIRST + low))
    return "".join(parts)


def _card(site: Site, runbook: Runbook) -> dict[str, Any]:
    """What a result shows of a runbook, and what the ranking asks of it."""
    entry = site.entries[runbook.id]
    fix = next((command for command in runbook.quick_fix if command.language in COMMANDS), None)
    return {
        "id": visible(entry.id),
        "title": visible(entry.title),
        "page": entry.page,
        "technology": visible(entry.technology),
        "severity": entry.severity,
        "status": entry.status,
        "speaksOf": sorted(technologies_in(runbook)),
        "damping": DEPRECATED if runbook.metadata.status == "deprecated" else 1,
        "symptoms": [visible(plain(symptom.text)) for symptom in runbook.symptoms[:_MOST_SYMPTOMS]],
        "causes": [
            [visible(cause.name), cause.weight, visible(cause.weight_text)] for cause in runbook.causes[:_MOST_CAUSES]
        ],
        "fix": first_command(fix.code, fix.language) if fix else "",
    }


def _tables() -> dict[str, Any]:
    """The vocabularies of the search, as terms."""
    shares = background_terms()
    return {
        "stop": sorted(STOP_WORDS),
        "names": sorted(product_names()),
        "singular": sorted([plural, single] for plural, single in SINGULAR.items()),
        "shares": {
            str(share): [term for term in sorted(shares) if shares[term] == share]
            for share in sorted(set(shares.values()))
        },
        "synonyms": [[[words_of(member), sorted(set(terms_of(member)))] for member in group] for group in groups()],
        "technologies": technology_terms(),
        "related": sorted([*pair] for pair in related_technologies()),
        "languages": [sorted(words) for words in all_languages()],
        "signatures": [
            [kind, words_of(sign) if kind in ("topic", "phrase") else sign, about]
            for kind, sign, about, _ in rows("signatures")
        ],
        "topics": [[name, sorted(words)] for name, words in topics()],
        "telling": sorted(telling_terms()),
    }
