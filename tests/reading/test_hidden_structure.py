"""Structure inside code fences and HTML comments is no structure: hiding a part removes exactly that part."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from faultmaven_kb import Runbook
from tests.documents import read, text_of

SAMPLE = text_of("sample.md")
LINES = SAMPLE.split("\n")
WHOLE = read(SAMPLE)


@dataclass(frozen=True)
class Part:
    """Lines of the sample (from 1, the end exclusive) and what the runbook is without them."""

    name: str
    start: int
    end: int
    without: Callable[[Runbook], dict[str, object]]


def _line(text: str) -> int:
    return LINES.index(text) + 1


def _symptom(index: int) -> Part:
    line = WHOLE.symptoms[index].span.line
    return Part(
        f"symptom {index}",
        line,
        line + 1,
        lambda rb: {"symptoms": rb.symptoms[:index] + rb.symptoms[index + 1 :]},
    )


def _cause(index: int) -> Part:
    line = WHOLE.causes[index].span.line
    return Part(f"cause {index}", line, line + 1, lambda rb: {"causes": rb.causes[:index] + rb.causes[index + 1 :]})


def _step(index: int) -> Part:
    span = WHOLE.steps[index].span
    return Part(
        f"step {index}", span.line, span.end_line + 1, lambda rb: {"steps": rb.steps[:index] + rb.steps[index + 1 :]}
    )


def _solution(index: int) -> Part:
    span = WHOLE.solutions[index].span
    end = next(n for n in range(span.line, span.end_line + 2) if n > span.end_line or LINES[n - 1] == "---")
    return Part(
        f"solution {index}",
        span.line,
        end,
        lambda rb: {"solutions": rb.solutions[:index] + rb.solutions[index + 1 :]},
    )


def _section(heading: str, following: str, **empty: object) -> Part:
    return Part(heading, _line(heading), _line(following), lambda _: empty)


PARTS = (
    *map(_symptom, range(4)),
    *map(_cause, range(4)),
    *map(_step, range(3)),
    *map(_solution, range(4)),
    _section("## Diagnostic Steps", "## Solutions", steps=()),
    _section("## Solutions", "## Prevention", solutions=()),
    _section("## Version History", "## License & Attribution", history=()),
    _section("## Related Issues", "## Version History", related=(), resources=()),
)


def _hidden(part: Part, opening: str, closing: str) -> str:
    """The sample with a part wrapped; fences inside a comment and shorter fences inside a fence stay what they are."""
    inside = LINES[part.start - 1 : part.end - 1]
    return "\n".join([*LINES[: part.start - 1], opening, *inside, closing, *LINES[part.end - 1 :]])


def _comparable(runbook: Runbook) -> Runbook:
    """The runbook without the raw text, in which the hidden part of course still stands."""
    return runbook.model_copy(update={"sections": (), "passages": ()})


@given(st.sampled_from(PARTS))
def test_hiding_a_part_in_a_comment_removes_exactly_that_part(part: Part) -> None:
    found = _comparable(read(_hidden(part, "<!--", "-->")))
    assert found == _comparable(WHOLE.model_copy(update=part.without(WHOLE)))


@given(st.sampled_from([part for part in PARTS if not part.name.startswith(("symptom", "cause", "step", "solution"))]))
def test_hiding_a_section_in_a_fence_removes_exactly_that_section(part: Part) -> None:
    found = _comparable(read(_hidden(part, "`````text", "`````")))
    expected = _comparable(WHOLE.model_copy(update=part.without(WHOLE)))
    before = part.name == "## Diagnostic Steps"  # the fence then stands in the card, where a fence is a command
    update = {"quick_fix": expected.quick_fix} if before else {}
    solutions = tuple(
        solution.model_copy(update={"commands": tuple(c for c in solution.commands if c.language != "text")})
        for solution in found.solutions
    )
    steps = tuple(
        step.model_copy(update={"commands": tuple(c for c in step.commands if c.language != "text")})
        for step in found.steps
    )
    assert found.model_copy(update={**update, "solutions": solutions, "steps": steps}) == expected


@given(
    st.sampled_from(PARTS),
    st.sampled_from(
        ["## Solutions", "**🔍 Symptoms:**", "- `oops`", "### Solution 9: No", "---", "1. **X** (90%) - y"]
    ),
)
def test_a_line_inside_a_fence_of_a_step_is_never_structure(part: Part, line: str) -> None:
    fence = next(n for n, text in enumerate(LINES) if text == "```bash")
    text = "\n".join([*LINES[: fence + 1], line, *LINES[fence + 1 :]])
    found = read(text)
    assert len(found.symptoms) == 4
    assert len(found.causes) == 4
    assert len(found.solutions) == 4
    assert line in found.quick_fix[0].code


def test_an_inline_comment_is_not_part_of_a_text() -> None:
    text = SAMPLE.replace("- Mail arrives hours late", "- Mail arrives <!-- ## Solutions --> hours late")
    assert read(text).symptoms[1].text == "Mail arrives  hours late"


def test_a_comment_mark_inside_code_is_code() -> None:
    text = SAMPLE.replace("- Mail arrives hours late", "- Page shows `<!-- error -->`")
    assert read(text).symptoms[1].literals == ("<!-- error -->",)
