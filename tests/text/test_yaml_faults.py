"""What is wrong with a text that is not YAML is said alike by both of PyYAML's parsers, which word it differently."""

from typing import Any

import pytest
import yaml

from faultmaven_kb.text.values.yaml_faults import fault_of

LOADERS = [loader for loader in (yaml.SafeLoader, getattr(yaml, "CSafeLoader", None)) if loader is not None]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "message", "start"),
    [
        ("a: b: c", 'unexpected ":", expected quotes around the value or another indentation', 4),
        ("a: [1, 2\nb: 3\n", '"," or "]" is missing after "["', 3),
        ("a: {b: 1", '"," or "}" is missing after "{"', 3),
        ('a: "x\nb: y\n', 'the quote " is not closed', 3),
        ("a: 'x\n---\n", "the quote ' is not closed", 3),
        ("\ta: 1", "unexpected tab", 0),
        ("a:\n  - x\n  for: 5m\n", 'unexpected "for:", expected "- " for the next item', 11),
        ('a: "b" c', 'unexpected "c", expected a key', 7),
        ("a: ]", 'unexpected "]", expected a value', 3),
        ("a: *x", '"*x" has no anchor', 3),
        ("a: @b", 'a value cannot begin with "@", expected quotes around it', 3),
        ("b: 1\nfoo\nc: 1\nd", '":" is missing after the key', 5),
    ],
)
def test_a_fault_is_told_from_its_place_and_not_from_the_parsers_words(
    loader: Any, text: str, message: str, start: int
) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as raised:
        yaml.compose(text, Loader=loader)
    fault = fault_of(raised.value, text)
    assert (fault.message, fault.start) == (message, start)


def test_an_unknown_escape_is_named() -> None:
    for loader in LOADERS:
        with pytest.raises(yaml.MarkedYAMLError) as raised:
            yaml.compose('a: "x\\q"', Loader=loader)
        assert "unknown escape" in fault_of(raised.value, 'a: "x\\q"').message
