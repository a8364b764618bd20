"""The language server as an editor meets it: a real client, a real process, standard input and output."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.documents import ROOT, alone, copy_redis
from tests.language_server.editor import Editor, session

GOOD = alone((ROOT / "runbooks" / "redis" / "redis-out-of-memory.md").read_bytes().decode())


@pytest.fixture
def base(tmp_path: Path) -> Path:
    copy_redis(tmp_path / "redis")
    # Editors have no --today: one day the shipped runbooks are stale.
    (tmp_path / ".fmkb.toml").write_text('ignore = ["RB219"]\n', encoding="utf-8")
    return tmp_path


def place(line: int, start: int, end: int | None = None) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, start if end is None else end))


def line_of(needle: str, text: str = GOOD) -> int:
    return text[: text.index(needle)].count("\n")


def test_findings_come_and_go_while_typing(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        assert await editor.open(GOOD) == []
        line = line_of("severity: ")
        value = GOOD.split("\n")[line]
        (found,) = await editor.type(place(line, 0, len(value)), "severity: hgih", 2)
        assert (found.code, found.severity, found.source) == ("RB209", types.DiagnosticSeverity.Error, "fmkb")
        assert found.range == place(line, 10, 14)
        assert found.code_description
        assert found.code_description.href.endswith("/RB209/")
        assert await editor.type(place(line, 0, 14), value, 3) == []
        assert editor.found[editor.uri()].version == 3

    session(base, talk)


def test_columns_after_emoji_count_utf_16_units(base: Path) -> None:
    text = GOOD.replace("## Solutions", "- 🔍🔍 ‚úÖ garbled\n\n## Solutions", 1)

    async def talk(editor: Editor) -> None:
        (found,) = await editor.open(text)
        assert found.range == place(line_of("- 🔍🔍", text), 7, 10)

    session(base, talk)


def test_a_quick_fix_is_offered_at_its_finding_and_mends_it(base: Path) -> None:
    text = GOOD.replace("severity: ", "severity: HIGH # ", 1)

    async def talk(editor: Editor) -> None:
        (found,) = await editor.open(text)
        context = types.CodeActionContext([found])
        params = types.CodeActionParams(types.TextDocumentIdentifier(editor.uri()), found.range, context)
        actions = await editor.client.text_document_code_action_async(params)
        quick, everything = actions or ()
        assert isinstance(quick, types.CodeAction)
        assert isinstance(everything, types.CodeAction)
        assert (quick.title, quick.is_preferred) == ("RB209: use high", True)
        assert quick.edit
        assert quick.edit.changes
        assert list(quick.edit.changes[editor.uri()]) == [types.TextEdit(found.range, "high")]
        assert everything.kind == types.CodeActionKind.SourceFixAll
        assert everything.edit
        assert everything.edit.changes
        assert everything.edit.changes[editor.uri()][0].new_text == text.replace("HIGH", "high")

    session(base, talk)


def test_no_fix_is_offered_where_nothing_is_wrong(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        await editor.open(GOOD)
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(editor.uri()), place(5, 0), types.CodeActionContext([])
        )
        assert not await editor.client.text_document_code_action_async(params)

    session(base, talk)


async def ask(editor: Editor, method: str, params: Any) -> Any:
    return await getattr(editor.client, f"text_document_{method}_async")(params)


def test_hovering_tells_the_why_of_a_rule_and_the_use_of_a_field(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        text = GOOD.replace("severity: ", "severity: HIGH # ", 1)
        await editor.open(text)
        identity, line = types.TextDocumentIdentifier(editor.uri()), line_of("severity: ")
        why = await ask(editor, "hover", types.HoverParams(identity, types.Position(line, 12)))
        assert "invalid-severity** (error)\n\nChecks that `severity`" in why.contents.value
        use = await ask(editor, "hover", types.HoverParams(identity, types.Position(line, 2)))
        assert use.contents.value == "How bad the incident is while it lasts."
        assert await ask(editor, "hover", types.HoverParams(identity, types.Position(line_of("# Redis"), 0))) is None

    session(base, talk)


def test_the_outline_is_a_tree_of_sections(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        await editor.open(GOOD)
        identity = types.TextDocumentIdentifier(editor.uri())
        found = await ask(editor, "document_symbol", types.DocumentSymbolParams(identity))
        assert [symbol.name for symbol in found] == ["redis-out-of-memory", "Redis - Out of Memory"]
        sections = found[1].children
        names = [symbol.name for symbol in sections]
        assert names[:2] == ["Quick Reference Card", "Diagnostic Steps"]
        for outer, inner in ((found[1], section) for section in sections):
            assert outer.range.start.line <= inner.selection_range.start.line <= inner.range.end.line
            assert inner.range.end.line <= outer.range.end.line

    session(base, talk)


async def proposals(editor: Editor, text: str, marker: str = "@@") -> dict[str, str | None]:
    """What is proposed where the marker stands: label to inserted text."""
    line = line_of(marker, text)
    column = text.split("\n")[line].index(marker)
    await editor.open(text.replace(marker, ""), "redis/new-runbook.md")
    identity = types.TextDocumentIdentifier(editor.uri("redis/new-runbook.md"))
    params = types.CompletionParams(identity, types.Position(line, column))
    items = await ask(editor, "completion", params)
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(identity))
    return {item.label: item.insert_text for item in items}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("severity: high", "severity: @@", {"critical": "critical", "low": "low"}),
        ("status: ", "status: @@ # ", {"draft": "draft", "verified": "verified"}),
        ("technology: redis", "technology: @@", {"redis": "redis"}),
        ("difficulty: ", "@@\ndifficult: ", {"difficulty": "difficulty: "}),
        ("## Prevention", "## @@", {"Prevention": "Prevention"}),
        ("## Prevention", "##@@", {"Prevention": " Prevention"}),
        ("## Root Cause Analysis", "### @@\n\n## Root Cause Analysis", {"Step 4:": "Step 4: "}),
        ("## Prevention", "### @@\n\n## Prevention", {"Solution 5:": "Solution 5: "}),
        ("### Best Practices", "### @@", {"Best Practices": "Best Practices"}),
        ("## Version History", "- [a](@@\n", {"redis-connection-refused": "redis-connection-refused.md"}),
        (
            "## Version History",
            "- [@@\n",
            {"redis-connection-refused": "Redis - Connection Refused](redis-connection-refused.md)"},
        ),
        ("## Version History", "words @@\n", {}),
        ("id: redis", "- @@\nid: redis", {}),
    ],
)
def test_completion_knows_what_can_stand_here(base: Path, before: str, after: str, expected: dict[str, str]) -> None:
    assert before in GOOD

    async def talk(editor: Editor) -> None:
        found = await proposals(editor, GOOD.replace(before, after, 1))
        assert expected.items() <= found.items()
        assert bool(expected) == bool(found)

    session(base, talk)


def test_a_link_and_an_id_lead_to_their_runbook_and_nowhere_else(base: Path) -> None:
    (base.parent / "outside.md").write_text(GOOD, encoding="utf-8")
    end = "\n".join(
        (
            "- [Refused](./redis-connection-refused.md#prevention)",
            "- redis-connection-refused, no-such-runbook",
            "- [out](../../outside.md) [anchor](#prevention)",
        )
    )
    text = f"{GOOD}\n{end}\n"
    first = line_of("- [Refused]", text)

    async def talk(editor: Editor) -> None:
        await editor.open(text)
        identity = types.TextDocumentIdentifier(editor.uri())

        async def target(line: int, column: int) -> str | None:
            found = await ask(editor, "definition", types.DefinitionParams(identity, types.Position(line, column)))
            return found.uri if found else None

        expected = editor.uri("redis/redis-connection-refused.md")
        assert await target(first, 15) == expected
        assert await target(first + 1, 4) == expected
        assert await target(first + 1, 35) is None
        assert await target(first + 2, 10) is None
        assert await target(first + 2, 30) is None
        assert await target(0, 0) is None

    session(base, talk)


def test_a_saved_file_is_found_at_once(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        assert "redis-new" not in await proposals(editor, GOOD.replace("## Version History", "- [@@\n", 1))
        (base / "redis" / "redis-new.md").write_text(
            GOOD.replace("id: redis-out-of-memory", "id: redis-new"), encoding="utf-8"
        )
        identity = types.TextDocumentIdentifier(editor.uri("redis/redis-new.md"))
        editor.client.text_document_did_save(types.DidSaveTextDocumentParams(identity))
        assert "redis-new" in await proposals(editor, GOOD.replace("## Version History", "- [@@\n", 1))

    session(base, talk)


def test_links_are_followed_and_related_places_are_named(base: Path) -> None:
    text = GOOD.replace("redis-connection-refused.md", "redis-connection-refusd.md").replace(
        "  - redis\n", "  - redis\n  - redis\n"
    )
    (base / ".git").mkdir()

    async def talk(editor: Editor) -> None:
        found = {each.code: each for each in await editor.open(text)}
        assert set(found) == {"RB801", "RB216"}
        (related,) = found["RB216"].related_information or ()
        assert (related.location.uri, related.message) == (editor.uri(), "first here")

    session(base, talk)


def test_the_configuration_counts_at_once_and_a_wrong_one_is_shown(base: Path) -> None:
    text = GOOD.replace("severity: ", "severity: HIGH # ", 1)
    file = base / ".fmkb.toml"

    async def talk(editor: Editor) -> None:
        assert len(await editor.open(text)) == 1
        file.write_text('ignore = ["RB209", "RB219"]\n', encoding="utf-8")
        editor.arrived.clear()
        changes = types.DidChangeWatchedFilesParams([types.FileEvent(file.as_uri(), types.FileChangeType.Changed)])
        editor.client.workspace_did_change_watched_files(changes)
        await asyncio.wait_for(editor.arrived.wait(), 20)
        assert editor.found[editor.uri()].diagnostics in ([], ())
        assert editor.watched == [types.WORKSPACE_DID_CHANGE_WATCHED_FILES]
        file.write_text('ignored = ["RB209"]\n', encoding="utf-8")
        editor.arrived.clear()
        editor.client.workspace_did_change_watched_files(changes)
        await asyncio.wait_for(editor.arrived.wait(), 20)
        assert 'did you mean "ignore"?' in editor.shown[0]

    session(base, talk)


def test_a_readme_and_an_empty_file_are_left_in_peace(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        assert await editor.open("# Words\n", "README.md") == []
        (found,) = await editor.open("", "redis/empty.md")
        assert found.code == "RB011"
        identity = types.TextDocumentIdentifier(editor.uri("redis/empty.md"))
        start = types.Position(0, 0)
        assert await ask(editor, "document_symbol", types.DocumentSymbolParams(identity)) == []
        assert await ask(editor, "completion", types.CompletionParams(identity, start)) == []
        assert await ask(editor, "definition", types.DefinitionParams(identity, start)) is None
        device = types.TextDocumentIdentifier("file:///dev/zero")  # not open, and reading it would never end
        assert await ask(editor, "document_symbol", types.DocumentSymbolParams(device)) == []
        assert (
            "There is nothing to parse"
            in (await ask(editor, "hover", types.HoverParams(identity, start))).contents.value
        )

    session(base, talk)


@pytest.mark.parametrize(
    ("encoding", "start"),
    [(types.PositionEncodingKind.Utf8, 11), (types.PositionEncodingKind.Utf32, 5)],
)
def test_a_client_may_count_otherwise(base: Path, encoding: types.PositionEncodingKind, start: int) -> None:
    text = GOOD.replace("## Solutions", "- 🔍🔍 ‚úÖ garbled\n\n## Solutions", 1)

    async def run() -> None:
        editor = Editor(base)
        try:
            result = await editor.start(encoding)
            assert result.capabilities.position_encoding == encoding
            (found,) = await editor.open(text)
            assert found.range.start.character == start
            identity = types.TextDocumentIdentifier(editor.uri())
            hover = await ask(editor, "hover", types.HoverParams(identity, found.range.start))
            assert "mojibake" in hover.contents.value
        finally:
            await editor.stop()

    asyncio.run(run())


@pytest.mark.parametrize("uri", ["file:///a%00b.md", f"file:///{'a' * 5_000}.md", f"file:///{'a/' * 5_000}b.md", "x:["])
def test_a_document_whose_address_is_no_path_is_read_as_one_without_a_name(base: Path, uri: str) -> None:
    async def talk(editor: Editor) -> None:
        document = types.TextDocumentItem(uri, "markdown", 1, "# A\n")
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        await asyncio.wait_for(editor.arrived.wait(), 20)
        assert editor.found[uri].diagnostics
        identity = types.TextDocumentIdentifier(uri)
        found = await ask(editor, "document_symbol", types.DocumentSymbolParams(identity))
        assert [symbol.name for symbol in found] == ["A"]

    session(base, talk)


def test_a_document_with_a_blank_in_its_path_is_checked_when_it_is_opened_and_when_another_is_saved(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        name = "redis/run book.md"
        before = [each.code for each in await editor.open("# A\n", name)]
        assert "RB101" in before
        (base / ".fmkb.toml").write_text('ignore = ["RB101"]\n', encoding="utf-8")
        identity = types.TextDocumentIdentifier(editor.uri("redis/other.md"))
        saved = types.DidSaveTextDocumentParams(identity)
        after = await editor.after(name, lambda: editor.client.text_document_did_save(saved))
        assert [each.code for each in after] == [code for code in before if code != "RB101"]

    session(base, talk)


def test_a_text_beyond_the_size_limit_is_one_finding_until_it_is_short_enough(base: Path) -> None:
    async def talk(editor: Editor) -> None:
        (found,) = await editor.open("\n" * 300_000 + GOOD)
        assert (found.code, found.range) == ("RB006", place(0, 0))
        (found,) = await editor.type(place(250_000, 0), "words", 2)
        assert found.code == "RB006"
        whole = types.Range(types.Position(0, 0), types.Position(300_000, 0))
        assert await editor.type(whole, "", 3) == []

    session(base, talk)


def test_an_edit_below_a_line_separator_of_unicode_is_made_where_the_editor_makes_it(base: Path) -> None:
    text = GOOD.replace("## Prevention", "words\u2028words\n\n## Prevention", 1)

    async def talk(editor: Editor) -> None:
        before = await editor.open(text)
        line = len(text.split("\n")) - 1
        (*rest, found) = await editor.type(place(line, 0), "\nResum\u202e\n", 2)
        assert rest == before
        assert found.range.start.line == line + 1

    session(base, talk)
