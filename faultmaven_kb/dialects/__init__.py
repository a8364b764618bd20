"""The dialects, in the order in which they are asked. A new family of documents is one module and one entry here."""

from faultmaven_kb.dialects.dialect import Dialect, Document
from faultmaven_kb.dialects.faultmaven import FAULTMAVEN
from faultmaven_kb.dialects.four_section import FOUR_SECTION
from faultmaven_kb.dialects.generic import GENERIC

__all__ = ["DIALECTS", "best_dialect"]

DIALECTS: tuple[Dialect, ...] = (FAULTMAVEN, FOUR_SECTION, GENERIC)


def best_dialect(document: Document) -> Dialect:
    """The dialect whose headings fit the document best; the earlier one on a tie, the generic one for none."""
    fits = [(dialect.fit(document), dialect) for dialect in DIALECTS]
    best = max(fits, key=lambda fit: fit[0])
    return best[1] if best[0] > 0 else GENERIC
