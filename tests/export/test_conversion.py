"""Conversion: a draft says what it invented and left out, and loses nothing that both forms can hold."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from faultmaven_kb import ConfigurationError, Runbook
from faultmaven_kb.cli.exports.convert import command
from faultmaven_kb.dialects.pieces.durations import read_duration
from faultmaven_kb.export.conversion import convert
from faultmaven_kb.export.draft import NOTES_TITLE
from faultmaven_kb.model.runbook import (
    Cause,
    ChainLink,
    Command,
    Indicator,
    Instruction,
    Note,
    Practice,
    Prevention,
    Solution,
    Step,
    Symptom,
)
from faultmaven_kb.source import Span
from faultmaven_kb.text.inline import literals
from tests.documents import builtin_base, read

FIXTURES = Path(__file__).parent.parent / "fixtures" / "dialects"
TODAY = date(2026, 11, 22)
PLACE = Span(1, 1, 1, 1)
OWN_FORM = (
    "id title purpose symptoms causes quick_fix resolution_time steps solutions prevention history related resources "
    "root_cause_analysis metadata"
).split()
CHAIN_FORM = "id title symptoms causes steps solutions prevention resources passages metadata".split()


def _again(runbook: Runbook, to: str) -> Runbook:
    return read(convert(runbook, to, today=TODAY).text)


def _same(first: Runbook, second: Runbook, fields: list[str]) -> None:
    for field in fields:
        assert getattr(second, field) == getattr(first, field), field


@pytest.mark.parametrize("runbook", builtin_base(), ids=lambda runbook: runbook.id)
def test_the_own_form_holds_everything_of_its_own(runbook: Runbook) -> None:
    again = _again(runbook, "faultmaven")

    assert again.dialect == "faultmaven"
    _same(runbook, again, OWN_FORM)


def test_the_causal_chain_form_holds_everything_of_its_own() -> None:
    runbook = read(FIXTURES / "causal-chain.md")

    draft = convert(runbook, "causal-chain", today=TODAY)

    _same(runbook, read(draft.text), CHAIN_FORM)
    assert draft.marks == ()


WORD = st.sampled_from(
    ["disk", "full", "`df -h`", "node", "restart", "slow", "5xx", "queue", "it's", "größe", "10.0.0.1"]
)
SENTENCE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
NAME = st.lists(st.sampled_from(["Disk", "leak", "wrong", "limit", "Bad", "route"]), min_size=1, max_size=4).map(
    " ".join
)
CODE = st.sampled_from(["df -h\n", "cat <<'E'\n---\nE\n", "```\nnested\n```\n", "a\n\n  b\n"])


def _command(code: str) -> Command:
    return Command(language="bash", code=code, span=PLACE)


def _symptom(text: str) -> Symptom:
    return Symptom(text=text, literals=literals(text), span=PLACE)


def _numbered(parts: list[Any]) -> tuple[Any, ...]:
    return tuple(part.model_copy(update={"number": number}) for number, part in enumerate(parts, start=1))


COMMANDS = st.lists(CODE.map(_command), max_size=2).map(tuple)
STEPS = st.lists(
    st.builds(
        Step,
        title=NAME,
        what_to_check=st.just("") | SENTENCE,
        commands=COMMANDS,
        expected_output=st.sampled_from(["", "ok", "a\n---\nb"]),
        look_for=st.lists(SENTENCE, max_size=2).map(tuple),
        meaning=st.just("") | SENTENCE,
        span=st.just(PLACE),
    ),
    max_size=3,
).map(_numbered)
INSTRUCTION = st.builds(Instruction, text=SENTENCE, commands=COMMANDS, span=st.just(PLACE))


def _solution(title: str, steps: list[Instruction], outcome: str, time: str, warning: str) -> Solution:
    return Solution(
        title=title,
        instructions=_numbered(steps),
        commands=tuple(command for step in steps for command in step.commands),
        expected_outcome=outcome,
        resolution_time=read_duration(time),
        notes=(Note(kind="warning", text=warning, span=PLACE),) if warning else (),
        span=PLACE,
    )


SOLUTIONS = st.lists(
    st.builds(
        _solution,
        NAME,
        st.lists(INSTRUCTION, min_size=1, max_size=2),
        st.just("") | SENTENCE,
        st.sampled_from(["", "~10 minutes", "1-2 hours"]),
        st.just("") | SENTENCE,
    ),
    max_size=3,
).map(_numbered)


def _weighed(weight: tuple[float | None, str], **fields: Any) -> Cause:
    return Cause(weight=weight[0], weight_text=weight[1], **fields)


CAUSES = st.lists(
    st.builds(
        _weighed,
        st.sampled_from([(None, ""), (0.5, "50%"), (0.25, "20-30%"), (0.25, "~25 %"), (None, "rare")]),
        name=NAME,
        description=st.just("") | SENTENCE,
        chain=st.lists(
            st.builds(ChainLink, node=st.sampled_from(["root", "s1", "D"]), text=SENTENCE, span=st.just(PLACE)),
            max_size=3,
        ).map(tuple),
        indicators=st.lists(
            st.builds(
                Indicator,
                node=st.sampled_from(["", "root", "D"]),
                source=st.sampled_from(["", "step 2", "symptom"]),
                text=SENTENCE,
                span=st.just(PLACE),
            ),
            max_size=2,
        ).map(tuple),
        span=st.just(PLACE),
    ),
    max_size=3,
).map(_numbered)
RUNBOOKS = st.builds(
    Runbook,
    id=st.sampled_from(["disk-full", "a-b-c"]),
    title=NAME,
    dialect=st.just("faultmaven"),
    purpose=st.just("") | SENTENCE,
    symptoms=st.lists(SENTENCE.map(_symptom), max_size=3).map(tuple),
    causes=CAUSES,
    quick_fix=COMMANDS,
    steps=STEPS,
    solutions=SOLUTIONS,
    prevention=st.builds(
        Prevention,
        do=st.lists(st.builds(Practice, text=SENTENCE, span=st.just(PLACE)), max_size=2).map(tuple),
        avoid=st.lists(st.builds(Practice, text=SENTENCE, span=st.just(PLACE)), max_size=2).map(tuple),
    ),
)


def _bare(cause: Cause) -> Cause:
    return cause.model_copy(update={"chain": (), "indicators": ()})


@pytest.mark.parametrize("form", ["faultmaven", "causal-chain", "skills"])
def test_what_to_avoid_stays_what_to_avoid(form: str) -> None:
    runbook = builtin_base()["linux-disk-full"]
    again = _again(runbook, form)

    assert again.prevention.avoid == runbook.prevention.avoid
    assert [practice for practice in again.prevention.do if practice in runbook.prevention.avoid] == []


def test_a_purpose_of_several_paragraphs_keeps_them_where_they_read_as_such() -> None:
    text = "# X\n\n## Meaning\n\nOne\nline.\n\n- a\n- b\n\n{}\n\n## Diagnosis\n\nLook.\n"

    assert _again(read(text.format("Two.")), "faultmaven").purpose == "One line.\n\n- a\n- b\n\nTwo."
    assert _again(read(text.format("**Symptoms:** x")), "faultmaven").purpose == "One line. - a - b **Symptoms:** x"


@settings(deadline=None)
@given(RUNBOOKS)
def test_the_own_form_loses_nothing_that_it_can_hold(runbook: Runbook) -> None:
    again = _again(runbook, "faultmaven")

    for field in ("id", "title", "purpose", "symptoms", "quick_fix", "steps", "solutions", "prevention"):
        if getattr(runbook, field) and getattr(runbook, field) != Prevention():
            assert getattr(again, field) == getattr(runbook, field), field
    if runbook.causes:
        assert again.causes == tuple(map(_bare, runbook.causes))


@settings(deadline=None)
@given(RUNBOOKS)
def test_the_causal_chain_form_loses_nothing_that_it_can_hold(runbook: Runbook) -> None:
    again = _again(runbook, "causal-chain")

    assert again.dialect == "causal-chain"
    for field in ("id", "title", "symptoms", "steps", "prevention"):
        if getattr(runbook, field) and getattr(runbook, field) != Prevention():
            assert getattr(again, field) == getattr(runbook, field), field
    for mine, theirs in zip(runbook.causes, again.causes, strict=bool(runbook.causes)):
        assert (theirs.name, theirs.number) == (mine.name, mine.number)
        assert theirs.description == (mine.description or "TODO")
        assert theirs.chain == mine.chain or not mine.chain
        assert theirs.indicators == mine.indicators or not mine.indicators
    written = [command for solution in again.solutions for command in solution.commands]
    for solution in runbook.solutions:
        assert all(command in written for command in solution.commands)
        assert any(solution.expected_outcome == other.expected_outcome for other in again.solutions)


def _told(parts: tuple[Step | Solution, ...]) -> list[str]:
    """The parts as text, without places; a line of three hyphens is what a skill cannot hold."""
    texts = [repr(part.model_dump(mode="json")) for part in parts]
    return [re.sub(r"'span': \{[^}]*\}", "", text).replace("\\n----\\n", "\\n---\\n") for text in texts]


@settings(deadline=None)
@given(RUNBOOKS)
def test_a_skill_loses_nothing_that_it_can_hold(runbook: Runbook) -> None:
    again = _again(runbook, "skills")

    assert again.dialect == "skill"
    for field in ("id", "title", "purpose", "symptoms"):
        if getattr(runbook, field):
            assert getattr(again, field) == getattr(runbook, field), field
    for field in ("steps", "solutions"):
        if getattr(runbook, field):
            assert _told(getattr(again, field)) == _told(getattr(runbook, field)), field
    assert [cause.name for cause in again.causes] == [cause.name for cause in runbook.causes]


@pytest.mark.parametrize("target", ["faultmaven", "causal-chain", "skills"])
@pytest.mark.parametrize("file", sorted(FIXTURES.rglob("*.md")), ids=lambda file: file.name)
def test_a_draft_lists_every_mark_in_its_last_section(file: Path, target: str) -> None:
    draft = convert(read(file), target, today=TODAY)

    notes = draft.text.split(f"## {NOTES_TITLE}\n", 1)[1]
    assert [line for line in notes.splitlines() if line] == [
        f"- {mark.kind}: {mark.what}" for mark in draft.marks
    ] or not draft.marks
    invented = [mark for mark in draft.marks if mark.kind == "invented"]
    assert "TODO" in draft.text.split(f"## {NOTES_TITLE}")[0] or target == "skills" or not invented


def test_what_was_invented_for_an_alert_runbook_says_todo() -> None:
    draft = convert(read(FIXTURES / "four-section-variants.md"), "faultmaven", today=TODAY)

    assert "severity: medium  # TODO invented" in draft.text
    assert "- TODO what is seen" in draft.text
    assert "invented: the symptoms" in draft.text
    assert "left out: the impact" in draft.text
    assert "## Kept: Rollback\n\n```bash\nrestore --last\n```" in draft.text
    assert draft.name == "four-section-variants.md"


def test_an_unknown_target_is_a_mistake_of_the_call() -> None:
    with pytest.raises(ConfigurationError, match="expected one of faultmaven, causal-chain, skills"):
        convert(builtin_base()["redis-out-of-memory"], "word", today=TODAY)


def test_the_command_line_prints_or_writes_a_draft(tmp_path: Path) -> None:
    run = CliRunner().invoke
    source = str(FIXTURES / "typed-front-matter.md")

    printed = run(command, [source, "--to", "faultmaven", "--today", "2026-11-22"])
    written = run(command, ["redis-out-of-memory", "--to", "skills", "-o", str(tmp_path / "out")])
    again = run(command, ["redis-out-of-memory", "--to", "skills", "-o", str(tmp_path / "out")])
    blocked = run(
        command,
        ["redis-out-of-memory", "--to", "faultmaven", "-o", str(tmp_path / "out" / "redis-out-of-memory" / "SKILL.md")],
    )

    assert printed.exit_code == 0
    assert "invented: the quick fix" in printed.stderr
    assert printed.stdout.startswith("---\nid: ")
    assert (tmp_path / "out" / "redis-out-of-memory" / "SKILL.md").is_file()
    assert written.exit_code == 0
    assert "exists already" in str(again.exception)
    assert blocked.exit_code == 2


def test_a_file_without_text_cannot_be_converted(tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("", encoding="utf-8")

    result = CliRunner().invoke(command, [str(tmp_path / "empty.md"), "--to", "skills"])

    assert result.exit_code == 2
