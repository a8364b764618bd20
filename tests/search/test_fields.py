"""The fields of a runbook: what is searched, and where it stands."""

import pytest

from faultmaven_kb import parse_runbook
from faultmaven_kb.search.fields import BODY, FIELDS, POINTED, segment_at
from tests.documents import builtin_base

BUILTIN = list(builtin_base())


@pytest.mark.parametrize("field", range(len(FIELDS)), ids=[field.name for field in FIELDS])
def test_a_segment_is_found_by_its_number_and_has_one_line(field: int) -> None:
    for runbook in BUILTIN:
        segments = list(FIELDS[field].segments(runbook))
        assert FIELDS[field].texts(runbook) == "\n".join(segment.said for segment in segments)
        assert all("\n" not in segment.text for segment in segments)
        for number in (0, len(segments) // 2, len(segments) - 1):
            assert segment_at(runbook, field, number) == segments[number]


def test_there_is_no_line_after_the_last() -> None:
    with pytest.raises(IndexError):
        segment_at(BUILTIN[0], BODY, 100_000)


def test_the_pointed_fields_stand_before_the_headings_and_the_body() -> None:
    assert [field.name for field in FIELDS[POINTED:]] == ["headings", "subject", "body"]


def test_the_language_of_a_fence_is_no_word_of_the_runbook() -> None:
    runbook = parse_runbook("# Jobs stop\n\n## Diagnosis\n\n```bash\necho bash\n```\n\n~~~ json\n{}\n~~~\n").runbook
    assert runbook is not None
    texts = FIELDS[BODY].texts(runbook).splitlines()
    assert [line for line in texts if "bash" in line or "json" in line] == ["echo bash"]
