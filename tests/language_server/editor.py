"""An editor for the tests of the language server: a real client that starts a real process."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient


class Editor:
    """A client with one folder, and the diagnostics that the server last sent for each document."""

    def __init__(self, folder: Path) -> None:
        self.client = LanguageClient("test-editor", "1")
        self.folder = folder
        self.found: dict[str, types.PublishDiagnosticsParams] = {}
        self.arrived = asyncio.Event()
        self.shown: list[str] = []
        self.watched: list[str] = []

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]
        def receive(params: types.PublishDiagnosticsParams) -> None:
            self.found[params.uri] = params
            self.arrived.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)  # type: ignore[untyped-decorator]
        def show(params: types.ShowMessageParams) -> None:
            self.shown.append(params.message)
            self.arrived.set()

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]
        def register(params: types.RegistrationParams) -> None:
            self.watched += [each.method for each in params.registrations]

    async def start(self, *encodings: types.PositionEncodingKind) -> types.InitializeResult:
        await self.client.start_io(sys.executable, "-m", "faultmaven_kb", "lsp", "--profile", "curated")
        watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        workspace = types.WorkspaceClientCapabilities(did_change_watched_files=watching)
        general = types.GeneralClientCapabilities(position_encodings=list(encodings) or None)
        uri = self.folder.as_uri()
        result = await self.client.initialize_async(
            types.InitializeParams(
                types.ClientCapabilities(general=general, workspace=workspace),
                root_uri=uri,
                workspace_folders=[types.WorkspaceFolder(uri, "base")],
            )
        )
        self.client.initialized(types.InitializedParams())
        return result

    async def stop(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()  # type: ignore[no-untyped-call]

    def uri(self, name: str = "redis/redis-out-of-memory.md") -> str:
        return (self.folder / name).as_uri()

    async def open(self, text: str, name: str = "redis/redis-out-of-memory.md") -> list[types.Diagnostic]:
        document = types.TextDocumentItem(self.uri(name), "markdown", 1, text)
        return await self.after(
            name, lambda: self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        )

    async def type(self, place: types.Range, text: str, version: int) -> list[types.Diagnostic]:
        name = "redis/redis-out-of-memory.md"
        identity = types.VersionedTextDocumentIdentifier(version, self.uri(name))
        change = types.TextDocumentContentChangePartial(place, text)
        params = types.DidChangeTextDocumentParams(identity, [change])
        return await self.after(name, lambda: self.client.text_document_did_change(params))

    async def after(self, name: str, action: Callable[[], None]) -> list[types.Diagnostic]:
        self.arrived.clear()
        action()
        await asyncio.wait_for(self.arrived.wait(), 20)
        return list(self.found[self.uri(name)].diagnostics)


def session(folder: Path, talk: Callable[[Editor], Awaitable[None]]) -> None:
    """Start a server, talk to it, and end it in order."""

    async def run() -> None:
        editor = Editor(folder)
        try:
            await editor.start()
            await talk(editor)
        finally:
            await editor.stop()

    asyncio.run(run())
