"""What the language server's parts do where no editor shows it: missing extras, unreadable files, other documents."""

import itertools
import random
import re
import sys
import tracemalloc
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from lsprotocol import types

from faultmaven_kb.cli.servers.lsp import command
from faultmaven_kb.diagnostics import Diagnostic, Edit, Fix, Level, Related
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.language_server import findings, positions
from faultmaven_kb.language_server.catalogue import read_catalogue
from faultmaven_kb.language_server.findings import code_actions, hover, to_diagnostic
from faultmaven_kb.language_server.open_text import OpenText
from faultmaven_kb.reading.reader import read_document
from faultmaven_kb.source import Position, Source, Span, utf16_column

HERE = Span(1, 1, 1, 2)


def test_without_pygls_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygls", None)
    result = CliRunner().invoke(command, [])
    assert isinstance(result.exception, ConfigurationError)
    assert "pip install 'faultmaven-kb[lsp]'" in str(result.exception)


def test_the_catalogue_leaves_out_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nid: redis-a\ntitle: 7\n---\n", encoding="utf-8")
    (tmp_path / "b.md").write_text("no front matter", encoding="utf-8")
    (tmp_path / "c.md").write_bytes(b"\0\xff")
    catalogue = read_catalogue([tmp_path, tmp_path / "gone"])
    assert [(entry.id, entry.title) for entry in catalogue.entries] == [("redis-a", "a")]


def test_a_related_place_in_another_file_begins_at_the_same_root(tmp_path: Path) -> None:
    path = (tmp_path / "kb" / "a.md").as_posix()
    related = Related("first here", "other/b.md", Span(3, 1, 3, 4))
    found = Diagnostic("RB804", "duplicate-id", Level.ERROR, "m", path, HERE, related=(related,))
    report = Report((found,), (path,), {path: Source("x", path)}, {path: "kb/a.md"})
    shown = to_diagnostic(found, report, report.sources[path], "file:///a.md", types.PositionEncodingKind.Utf16)
    (place,) = shown.related_information or ()
    assert place.location.uri == (tmp_path / "other" / "b.md").as_uri()
    assert place.location.range.start.line == 2


def test_fixes_of_a_whole_document_are_tried_as_far_as_an_editor_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is tried by reading the document again: for five hundred headings in 3 KB that took 40 seconds."""
    source = Source("# Title\n\n" + f"a word{' more' * 80}\n\n" * 30, "a.md")
    spans = [Span(line, 1, line, 2) for line in range(3, 63, 2)]
    words = [Diagnostic("XX001", "own", Level.INFO, "m", "a.md", span, _one(span)) for span in spans]
    report = Report(tuple(words), ("a.md",), {"a.md": source}, aliases={"Was tun wir": "Mitigation"})
    texts = list[str]()

    def reading(text: str, *, path: str, aliases: Mapping[str, str]) -> object:
        texts.append(text)
        assert aliases == report.aliases
        return read_document(text, path=path, aliases=aliases)

    monkeypatch.setattr(findings, "read_document", reading)
    everything = types.Range(types.Position(0, 0), types.Position(5_000, 0))
    actions = code_actions(
        report, source, "file:///a.md", everything, types.PositionEncodingKind.Utf16, lambda text, path: report
    )
    assert len(actions) == 5
    assert texts.count(source.text) == 1
    assert sum(map(len, texts)) < 60_000 + 2 * len(source.text)


def _one(span: Span) -> Fix:
    return Fix("write it out", (Edit(span, "one"),), safe=False)


def test_hovering_over_a_finding_without_a_rule_shows_its_message() -> None:
    found = Diagnostic("XX001", "own", Level.INFO, "team is missing", "a.md", HERE)
    assert hover(Report((found,), (), {}), Position(1, 1)).endswith("(info)\n\nteam is missing")


@pytest.mark.parametrize(
    ("encoding", "places"),
    [
        (None, [1, 2, 2, 3, 4, 4]),
        (types.PositionEncodingKind.Utf8, [1, 2, 2, 2, 2, 3]),
        (types.PositionEncodingKind.Utf32, [1, 2, 3, 4, 4, 4]),
    ],
)
def test_a_place_within_a_character_is_its_beginning(encoding: positions.Encoding, places: list[int]) -> None:
    source = Source("a\U0001f600\ud800")
    found = [positions.from_position(source, types.Position(0, number), encoding) for number in range(6)]
    assert found == [Position(1, place) for place in places]


def test_a_place_in_a_long_line_is_found_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    columns: list[int] = []

    def counted(line: str, column: int) -> int:
        columns.append(column)
        return utf16_column(line, column)

    monkeypatch.setattr(positions, "utf16_column", counted)
    place = types.Position(0, 10**9)
    assert positions.from_position(Source("x" * 5_000), place, None) == Position(1, 5_001)
    assert sum(columns) <= 3 * 5_000


_UNITS = {None: ("utf-16-le", 2), types.PositionEncodingKind.Utf8: ("utf-8", 1), types.PositionEncodingKind.Utf32: None}


@pytest.mark.parametrize("encoding", list(_UNITS))
def test_an_offset_is_that_of_a_slow_count_over_all_lines(encoding: types.PositionEncodingKind | None) -> None:
    choice = random.Random(11)
    for _ in range(300):
        text = "".join(
            choice.choices(["a", "\n", "\r", "\r\n", "\u2028", "\x0c", "\U0001f600", "é"], k=choice.randrange(12))
        )
        lines = re.split(r"\r\n|\r|\n", text)
        starts = [match.end() for match in re.finditer(r"\A|\r\n|\r|\n", text)]
        for number, line in enumerate(lines):
            places = itertools.accumulate((_width(each, encoding) for each in line), initial=0)
            for column, place in enumerate(places):
                assert positions.offset_of(text, types.Position(number, place), encoding) == starts[number] + column
            assert positions.offset_of(text, types.Position(number, 99), encoding) == starts[number] + len(line)
        assert positions.offset_of(text, types.Position(len(lines), 0), encoding) == len(text)


def _width(character: str, encoding: types.PositionEncodingKind | None) -> int:
    units = _UNITS[encoding]
    return len(character.encode(units[0])) // units[1] if units else 1


def test_an_edit_of_a_long_text_makes_no_list_of_its_lines() -> None:
    place = types.Range(types.Position(500_000, 0), types.Position(500_001, 0))
    change = types.TextDocumentContentChangePartial(place, "words\n")
    document = OpenText("file:///a.md", "\n" * 1_000_000)
    tracemalloc.start()
    document.apply_change(change)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert document.source == "\n" * 500_000 + "words\n" + "\n" * 499_999
    assert most < 5_000_000
