"""The language server: each request of the protocol, one line of wiring to the function that answers it.

A document is read and checked once for each version of its text. The folders are listed again when a file is saved or
changes on disk. Files that are not runbooks (README and similar) are ignored.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePath
from urllib.parse import unquote

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from faultmaven_kb._version import __version__
from faultmaven_kb.errors import ConfigurationError
from faultmaven_kb.gate.engine.report import Report
from faultmaven_kb.gate.fixes.fixes import Check
from faultmaven_kb.language_server.catalogue import Catalogue, read_catalogue
from faultmaven_kb.language_server.completion import completions, field_help
from faultmaven_kb.language_server.findings import code_actions, hover, to_diagnostic
from faultmaven_kb.language_server.navigation import runbook_at, symbols
from faultmaven_kb.language_server.open_text import OpenText
from faultmaven_kb.language_server.positions import from_position, to_range
from faultmaven_kb.reading.files import NOT_RUNBOOKS
from faultmaven_kb.reading.reader import ReadDocument, read_document
from faultmaven_kb.source import Position, Source, Span
from faultmaven_kb.text.characters.decoding import SIZE_LIMIT
from faultmaven_kb.text.characters.terminal_text import printable

__all__ = ["make_server"]


_WATCHED = ("**/*.md", "**/.fmkb.toml", "**/pyproject.toml")


@dataclass(frozen=True, slots=True)
class _Opened:
    """One version of an open document; `document` is None when there is nothing to read in it.

    `source` is empty for a text beyond the size limit: its only finding is at its beginning, and a list of its lines
    would take many times its memory.
    """

    uri: str
    text: str
    source: Source
    document: ReadDocument | None
    report: Report


@dataclass
class _State:
    """What the server remembers between requests."""

    check: Check
    today: Callable[[], date]
    opened: dict[str, _Opened] = field(default_factory=dict)
    catalogue: Catalogue | None = None

    def open(self, uri: str, text: str) -> _Opened:
        """Read and check a text, unless it is the one that is known."""
        known = self.opened.get(uri)
        if known is None or known.text != text:
            path = PurePath(_path_of(uri) or "untitled.md").as_posix()
            report = self.check(text, path)
            document, _ = read_document(text, path=path, aliases=report.aliases)
            source = Source(text if len(text) <= SIZE_LIMIT else "", path)
            known = self.opened[uri] = _Opened(uri, text, source, document, report)
        return known

    def runbooks(self, server: LanguageServer) -> Catalogue:
        if self.catalogue is None:
            folders = [_path_of(folder.uri) for folder in server.workspace.folders.values()] or [
                server.workspace.root_path
            ]
            self.catalogue = read_catalogue(Path(folder) for folder in folders if folder)
        return self.catalogue


def _path_of(uri: str) -> str | None:
    """The path that an address names; None for one that no system has: too long, with a NUL, half an emoji in it."""
    try:
        path = to_fs_path(uri)
        os.lstat(path or "")
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return path
    except (OSError, ValueError):
        return None
    return path


def make_server(*, check: Check, today: Callable[[], date]) -> LanguageServer:
    """A language server that is not yet connected; `start_io` connects it to standard input and output.

    `check` is asked about each version of a document; a configuration that it cannot understand is shown to the user.
    """
    server = LanguageServer("fmkb", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
    state = _State(check, today)
    _watch(server, state)
    _answer(server, state)
    _navigate(server, state)
    return server


def _current(server: LanguageServer, state: _State, uri: str) -> _Opened:
    documents = server.workspace.text_documents
    opened = documents.get(unquote(uri)) or documents.get(uri)  # the library knows `a%20b.md` as `a b.md`
    # only open documents: the workspace would read any other path from disk, even a pipe that never ends
    return state.open(uri, opened.source if opened is not None else "")


def _at(server: LanguageServer, opened: _Opened, position: types.Position) -> Position:
    return from_position(opened.source, position, server.workspace.position_encoding)


def _publish(server: LanguageServer, state: _State, uri: str, version: int | None) -> None:
    diagnostics = []
    if PurePath(_path_of(uri) or "").name not in NOT_RUNBOOKS:
        encoding = server.workspace.position_encoding
        try:
            opened = _current(server, state, uri)
        except ConfigurationError as error:
            server.window_show_message(types.ShowMessageParams(types.MessageType.Error, printable(f"fmkb: {error}")))
            return
        report, source = opened.report, opened.source
        diagnostics = [to_diagnostic(finding, report, source, uri, encoding) for finding in report.diagnostics]
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))


def _watch(server: LanguageServer, state: _State) -> None:
    """What the editor tells: texts that open, change and close, files that change on disk."""

    @server.feature(types.INITIALIZED)
    def ready(ls: LanguageServer, params: types.InitializedParams) -> None:
        workspace = ls.client_capabilities.workspace
        watched = workspace.did_change_watched_files if workspace else None
        if watched and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wish = types.Registration("files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            ls.client_register_capability(types.RegistrationParams([wish]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: LanguageServer, params: types.DidOpenTextDocumentParams) -> None:
        item, codec = params.text_document, ls.workspace.position_codec
        document = OpenText(item.uri, item.text, item.version, item.language_id, position_codec=codec)
        ls.workspace.text_documents[unquote(item.uri)] = document
        _publish(ls, state, params.text_document.uri, params.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: LanguageServer, params: types.DidChangeTextDocumentParams) -> None:
        _publish(ls, state, params.text_document.uri, params.text_document.version)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: LanguageServer, params: types.DidCloseTextDocumentParams) -> None:
        state.opened.pop(params.text_document.uri, None)
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: LanguageServer, params: types.DidSaveTextDocumentParams) -> None:
        refresh(ls)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def moved(ls: LanguageServer, params: types.DidChangeWatchedFilesParams) -> None:
        refresh(ls)

    def refresh(ls: LanguageServer) -> None:
        """Other files have changed: list them again and check the open documents again."""
        state.catalogue = None
        state.opened.clear()
        for document in list(ls.workspace.text_documents.values()):
            _publish(ls, state, document.uri, document.version)


def _answer(server: LanguageServer, state: _State) -> None:
    """What the editor asks about a place: fixes, explanations, completions."""
    kinds = [types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    def actions(ls: LanguageServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        opened = _current(ls, state, params.text_document.uri)
        encoding = ls.workspace.position_encoding
        return code_actions(opened.report, opened.source, opened.uri, params.range, encoding, state.check)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def explain(ls: LanguageServer, params: types.HoverParams) -> types.Hover | None:
        opened = _current(ls, state, params.text_document.uri)
        position = _at(ls, opened, params.position)
        text = hover(opened.report, position) or _field_at(opened, position)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["#", ":", " ", "(", "["])
    )
    def complete(ls: LanguageServer, params: types.CompletionParams) -> list[types.CompletionItem]:
        opened = _current(ls, state, params.text_document.uri)
        if opened.document is None:
            return []
        return completions(opened.document, _at(ls, opened, params.position), state.runbooks(ls), state.today())


def _navigate(server: LanguageServer, state: _State) -> None:
    """What the editor asks about the whole: the outline, and where a link leads."""

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(ls: LanguageServer, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        opened = _current(ls, state, params.text_document.uri)
        return symbols(opened.document, ls.workspace.position_encoding) if opened.document else []

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def follow(ls: LanguageServer, params: types.DefinitionParams) -> types.Location | None:
        opened = _current(ls, state, params.text_document.uri)
        if opened.document is None:
            return None
        entry = runbook_at(opened.document, _at(ls, opened, params.position), state.runbooks(ls))
        start = to_range(Source(""), Span(1, 1, 1, 1), ls.workspace.position_encoding)
        return types.Location(entry.path.resolve().as_uri(), start) if entry else None


def _field_at(opened: _Opened, position: Position) -> str:
    """What the front matter field under the cursor is for."""
    if opened.document is None:
        return ""
    front_matter = opened.document.front_matter
    for key in front_matter.values:
        span = front_matter.key_span(key)
        if span.start <= position <= span.end:
            return field_help(key)
    return ""
