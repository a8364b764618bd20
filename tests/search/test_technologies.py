"""The table of technologies: what a text gives away, and which runbooks may answer it."""

import pytest

from faultmaven_kb.search.vocabulary.tables import column, rows
from faultmaven_kb.search.vocabulary.technologies import agree, technologies_of, technology_named
from faultmaven_kb.search.vocabulary.terms import terms_of
from tests.documents import builtin_base


@pytest.mark.parametrize(
    ("text", "technology"),
    [
        ("redis-cli says no", "redis"),
        ("pg_wal keeps growing", "postgresql"),
        ("ENOSPC", "linux"),
        ("kubectl hangs", "kubernetes"),
        ("botocore.exceptions.ClientError", "aws"),
        ("cqlsh cannot connect", "cassandra"),
    ],
)
def test_a_word_gives_its_technology_away(text: str, technology: str) -> None:
    assert technologies_of(terms_of(text)) == {technology}


def test_a_technology_is_listed_once_and_every_word_belongs_to_one() -> None:
    names = [row[0] for row in rows("technologies")]
    words = [word for row in rows("technologies") for word in f"{column(row, 1)} {column(row, 2)}".split()]
    assert len(names) == len(set(names))
    assert len(words) == len(set(words))


def test_families_name_technologies_that_runbooks_name() -> None:
    shipped = {runbook.metadata.technology for runbook in builtin_base()}
    known = {row[0] for row in rows("technologies")} | shipped | {"tomcat"}
    assert {name for name, others in rows("families") for name in (name, *others.split())} <= known


def test_a_runbooks_spelling_of_a_technology_is_understood() -> None:
    assert technology_named("PostgreSQL") == technology_named("postgres") == "postgresql"
    assert technology_named("k8s") == "kubernetes"
    assert technology_named("mainframe") == "mainframe"


def test_another_technology_disagrees_its_family_and_the_unknown_do_not() -> None:
    assert not agree({"mysql"}, {"postgresql"})
    assert agree({"docker"}, {"kubernetes"})
    assert agree({"kubernetes"}, {"docker"})
    assert agree((), {"postgresql"})
    assert agree({"mysql"}, ())


def test_the_language_of_a_stack_trace_disagrees_with_nothing() -> None:
    assert agree({"jvm"}, {"network"})
    assert not agree({"jvm", "mysql"}, {"network"})


def test_the_trace_of_one_language_is_not_about_another() -> None:
    assert not agree({"nodejs"}, {"jvm"})
    assert agree({"nodejs", "jvm"}, {"jvm"})


def test_a_name_within_a_name_counts_where_both_are_of_one_product_or_it_is_the_last() -> None:
    assert "dns" in terms_of("CoreDNS")
    assert technologies_of(terms_of("JavaScript")) == {"nodejs"}
    assert terms_of("MongoDB") == ["mongo", "mongodb"]
