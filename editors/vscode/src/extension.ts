/** Starts `fmkb lsp` for Markdown files and shows the card of a runbook beside its source. */
import { dirname } from "node:path";
import * as vscode from "vscode";
import { LanguageClient, State } from "vscode-languageclient/node";
import { card, missing, type Program, programFrom, serverOf } from "./program";

const SCHEME = "fmkb-card";
let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const cards = new Cards();
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, cards),
    vscode.workspace.onDidSaveTextDocument((document) => cards.refresh(document.uri)),
    vscode.commands.registerCommand("fmkb.showCard", () => showCard(cards)),
    vscode.commands.registerCommand("fmkb.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("fmkb")) void restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void restart()),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  const old = client;
  client = undefined;
  if (old && old.state !== State.Stopped) await old.stop().catch(() => undefined);
}

function program(): Program {
  return programFrom(vscode.workspace.getConfiguration("fmkb").get("command"));
}

async function restart(): Promise<void> {
  await deactivate();
  let started: Program | undefined;
  try {
    started = program();
    const { command, args } = serverOf(started, vscode.workspace.getConfiguration("fmkb").get("profile", ""));
    client = new LanguageClient("fmkb", "Runbooks", { command, args }, { documentSelector: [{ language: "markdown", scheme: "file" }] });
    await client.start();
  } catch (error) {
    const absent = started && /ENOENT/.test(String(error));
    void vscode.window.showErrorMessage(`Runbooks: ${absent ? missing(started as Program) : messageOf(error)}`);
  }
}

async function showCard(cards: Cards): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "markdown" || document.uri.scheme !== "file") {
    void vscode.window.showInformationMessage("Runbooks: open a runbook first.");
    return;
  }
  if (document.isDirty) await document.save();
  const uri = cardUri(document.uri);
  cards.refresh(document.uri);
  const shown = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
}

function cardUri(file: vscode.Uri): vscode.Uri {
  // The name of the tab is the end of the path; the file itself is in the query.
  return vscode.Uri.from({ scheme: SCHEME, path: `${file.path}.card`, query: file.toString() });
}

/** Cards as read-only plain text: nothing of a runbook is rendered or run. */
class Cards implements vscode.TextDocumentContentProvider {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;

  refresh(file: vscode.Uri): void {
    if (file.scheme === "file") this.changes.fire(cardUri(file));
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const file = vscode.Uri.parse(uri.query, true);
    try {
      return await card(program(), file.fsPath, dirname(file.fsPath));
    } catch (error) {
      return `${messageOf(error)}\n`;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
