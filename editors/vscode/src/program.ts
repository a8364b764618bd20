/** How `fmkb` is started, and what to say when it is not there: nothing here needs an editor, so Node alone can test it. */
import { execFile } from "node:child_process";

/** A program with the arguments that come first. */
export interface Program {
  command: string;
  args: string[];
}

const SLOWEST_MS = 60_000;
const MOST_BYTES = 4_000_000;

/** The program of a setting. Throws when the setting is no list of words with a program at its start. */
export function programFrom(setting: unknown): Program {
  if (Array.isArray(setting) && setting.every((word) => typeof word === "string") && setting[0]) {
    return { command: setting[0], args: setting.slice(1) };
  }
  throw new Error(`the setting "fmkb.command" is ${JSON.stringify(setting)}, expected a list such as ["fmkb"]`);
}

/** How the language server is started; an empty profile leaves the choice to the repository's configuration. */
export function serverOf(program: Program, profile: string): Program {
  return { command: program.command, args: [...program.args, "lsp", ...(profile ? ["--profile", profile] : [])] };
}

/** The card of the runbook in a file, as `fmkb show` prints it. Rejects with a message for a person. */
export function card(program: Program, file: string, folder: string): Promise<string> {
  // `--` so that a file name is never an option; no shell, so that it is never a command.
  const args = [...program.args, "show", "--no-cache", "--", file];
  const options = {
    cwd: folder,
    timeout: SLOWEST_MS,
    maxBuffer: MOST_BYTES,
    encoding: "utf8" as const,
    env: { ...process.env, NO_COLOR: "1", PYTHONUTF8: "1", COLUMNS: "100" },
  };
  return new Promise((resolve, reject) => {
    execFile(program.command, args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === "ENOENT") reject(new Error(missing(program)));
      else if (error.killed) reject(new Error(`fmkb did not answer within ${SLOWEST_MS / 1000} seconds`));
      else reject(new Error(stderr.trim() || stdout.trim() || error.message));
    });
  });
}

/** What to say when the program is not there. */
export function missing(program: Program): string {
  return `"${program.command}" was not found: run pip install "faultmaven-kb[lsp]", or set "fmkb.command" to where fmkb is`;
}
