"""The vocabulary of synonyms: read as it is written, and weaker than the words themselves."""

from faultmaven_kb.search.questions.question import read_question
from faultmaven_kb.search.vocabulary.synonyms import expansions, groups, words_of
from faultmaven_kb.search.vocabulary.terms import terms_of


def test_every_member_brings_the_others_of_its_group() -> None:
    for group in groups():
        for member in group:
            brought = [each.others for each in expansions(words_of(f"it is {member}, they say"))]
            others = [set(terms_of(other)) for other in group if not set(terms_of(other)) <= set(terms_of(member))]
            assert any(all(other in list(map(set, members)) for other in others) for members in brought), member


def test_no_member_stands_twice_in_a_group_and_none_is_empty() -> None:
    for group in groups():
        members = [tuple(words_of(member)) for member in group]
        assert len(set(members)) == len(members) > 1
        assert all(terms_of(member) for member in group)


def test_a_phrase_is_found_only_as_a_phrase() -> None:
    assert any("enospc" in terms for each in expansions(words_of("no space left here")) for terms in each.others)
    assert not any("enospc" in terms for each in expansions(words_of("left space no")) for terms in each.others)


def test_a_synonym_weighs_less_than_a_word() -> None:
    question = read_question("the machine ran out of memory")
    assert "oom" in question.synonyms
    assert max(question.synonyms.values()) < min(1.0, question.terms["memori"])
    assert not question.synonyms.keys() & question.terms.keys()


def test_quotes_and_apostrophes_are_no_obstacle() -> None:
    assert words_of("can't 'connect' (k8s)") == ["cant", "connect", "k8s"]
