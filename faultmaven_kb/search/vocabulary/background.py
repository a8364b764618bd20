"""How much a word tells in operations, whatever base it is searched in.

In a base of ten runbooks every word is rare, so rarity there says nothing. The table `data/background.tsv` is the
prior: the share of operations texts in which a word would be found. `everyday` words ("error", "pod", "slow") are
nearly everywhere, `common` ones often; all others are taken for rare. `Index` mixes the prior with what the base itself
shows, for the ranking and for the verdict alike.
"""

from functools import cache, lru_cache

from faultmaven_kb.search.vocabulary.tables import rows
from faultmaven_kb.search.vocabulary.terms import NEGATED, stem

__all__ = ["RARE", "background_terms", "is_known", "share"]

_SHARES = {"everyday": 0.4, "common": 0.12}
"""The shares of the table's two groups: a judgement, not counted from a corpus."""

RARE = 0.008
"""The share of operations texts that hold a word of neither group: one in 125, as in a base of that size."""


_KEPT = 20_000  # terms, chosen: bounds the memory


@cache
def background_terms() -> dict[str, float]:
    """The share of every term that the table knows."""
    shares: dict[str, float] = {}
    for group, words in sorted(rows("background")):
        for word in words.split():
            shares[stem(word)] = max(shares.get(stem(word), 0.0), _SHARES[group])
    return shares


@lru_cache(maxsize=_KEPT)
def share(term: str) -> float:
    """The share (0 to 1) of operations texts in which a term is expected.

    Numbers of up to two digits are everyday, and so are syllables in hiragana, which mostly inflect Japanese words.
    """
    if (term.isdigit() and len(term) < 3) or (
        term[:1] >= "\u3040" and all("\u3040" <= letter <= "\u309f" for letter in term)
    ):
        return _SHARES["everyday"]
    if term.startswith(NEGATED):
        return background_terms().get(term.removeprefix(NEGATED), RARE) / 2
    return background_terms().get(term, RARE)


def is_known(term: str) -> bool:
    """Whether the table knows the term, so that it is no typing error whatever a base holds."""
    return term in background_terms()
