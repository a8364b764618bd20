import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { card, programFrom, serverOf } from "../dist/program.mjs";

const fmkb = programFrom(JSON.parse(process.env.FMKB_COMMAND ?? '["fmkb"]'));
const folder = mkdtempSync(join(tmpdir(), "card-"));

function runbook(name) {
  const file = join(folder, name);
  writeFileSync(file, "---\nid: disk-full\ntitle: Disk - Full\n---\n# Disk - Full\n\n## Symptoms\n- `No space left on device`\n");
  return file;
}

test("a command that is no list of words is refused with what was expected", () => {
  for (const setting of ["fmkb", [], [""], [1], null, { command: "fmkb" }]) {
    assert.throws(() => programFrom(setting), /"fmkb\.command" is .*, expected a list such as \["fmkb"\]/);
  }
});

test("the profile is passed on only when one is chosen", () => {
  const program = programFrom(["uvx", "--from", "x", "fmkb"]);
  assert.deepEqual(serverOf(program, "").args, ["--from", "x", "fmkb", "lsp"]);
  assert.deepEqual(serverOf(program, "curated").args, ["--from", "x", "fmkb", "lsp", "--profile", "curated"]);
});

test("the card of a runbook is what fmkb show prints", async () => {
  assert.match(await card(fmkb, runbook("disk.md"), folder), /No space left on device/);
});

test("a file name is never an option or a command", async () => {
  for (const name of ["--help", "; touch PWNED", "$(touch PWNED).md"]) {
    const shown = await card(fmkb, join(folder, name), folder).catch((error) => error.message);
    assert.doesNotMatch(shown, /^Options:/m);
  }
  await assert.rejects(card(fmkb, join(folder, "PWNED"), folder));
});

test("a program that is not there is told with the remedy", async () => {
  await assert.rejects(card({ command: "no-such-fmkb", args: [] }, runbook("disk.md"), folder), /pip install "faultmaven-kb\[lsp\]"/);
});

test("a failure shows what the program said, not a stack", async (t) => {
  if (process.platform === "win32") return t.skip("needs an executable script");
  const failing = join(folder, "failing");
  writeFileSync(failing, "#!/bin/sh\necho 'no runbook here' >&2\nexit 2\n");
  chmodSync(failing, 0o755);
  await assert.rejects(card({ command: failing, args: [] }, "x.md", folder), { message: "no runbook here" });
});
