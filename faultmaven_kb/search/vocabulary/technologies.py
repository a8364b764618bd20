"""Which technology a text is about: tables of names and of words that only one technology uses.

A question that names one technology damps the runbooks of others: "connection refused" is answered by a Redis runbook
when the line says `redis-cli`. Technologies of one family (a pod is also a container) do not damp each other. The
tables are `data/technologies.tsv` and `data/families.tsv`.
"""

from collections.abc import Collection, Iterable
from functools import cache, lru_cache

from faultmaven_kb.search.vocabulary.tables import column, rows
from faultmaven_kb.search.vocabulary.terms import terms_of

__all__ = ["agree", "related_technologies", "technologies_of", "technology_named", "technology_terms"]

_RUNTIMES = frozenset("jvm nodejs python ruby php dotnet".split())
"""What programs are written in: every error line shows it, whatever the fault is about, if not about another one."""


@cache
def technology_terms() -> dict[str, str]:
    """The technology that each term of the table implies."""
    return {
        term: row[0]
        for row in rows("technologies")
        for word in f"{column(row, 1)} {column(row, 2)}".split()
        for term in terms_of(word)[-1:]
    }


@cache
def related_technologies() -> frozenset[tuple[str, str]]:
    """Pairs of technologies of one family, both ways round."""
    return frozenset(
        pair for name, others in rows("families") for other in others.split() for pair in ((name, other), (other, name))
    )


def technologies_of(terms: Iterable[str]) -> frozenset[str]:
    """The technologies that terms give away."""
    table = technology_terms()
    return frozenset(table[term] for term in terms if term in table)


@lru_cache(maxsize=4096)
def technology_named(name: str) -> str:
    """The table's name for a technology as a runbook spells it, itself where the table does not know it."""
    name = name.casefold()
    known = any(name == row[0] for row in rows("technologies"))
    return name if known else technology_terms().get((terms_of(name) or [""])[-1], name)


def agree(subjects: Collection[str], technology: Collection[str]) -> bool:
    """Whether a runbook of some technologies may answer a question about others; no technology agrees with all."""
    if not technology or not subjects or (_RUNTIMES.issuperset(subjects) and not _RUNTIMES.issuperset(technology)):
        return True
    related = related_technologies()
    return any(mine == other or (mine, other) in related for mine in subjects for other in technology)
