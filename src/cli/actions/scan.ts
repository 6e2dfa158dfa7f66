/** `kato scan`. Requires read on the files that are named and on the settings; writes nothing. */
import type { Redaction } from "../../protocol/redaction.ts";
import type { Context } from "../context.ts";
import type { ScanGiven } from "../commands/scan.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { noInput, whyNoInput } from "../input.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadForSessions } from "../planning/load_settings.ts";
import { reportText } from "../report/report.ts";
import { findInFile, type FoundSecret } from "../scan/find_in_file.ts";
import { count, plain, tilde } from "../terminal/style.ts";

export function scanFiles({ files, json }: ScanGiven, context: Context): Outcome {
  const { cwd, home, out } = context;
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const named = files.map((typed) => ({ typed, file: absolutePath(typed, cwd, home) }));
  const missing = whyNoInput(named.map(({ file }) => file), home) ?? whyNoFile(named, home);
  if (missing !== null) return missing;
  const found: { readonly file: string; readonly line: number; readonly rule: string }[] = [];
  for (const { typed, file } of named) {
    const secrets = secretsOf(file, loaded.value.policy.redaction, home);
    if ("outcome" in secrets) return secrets;
    for (const { line, rule } of secrets) {
      found.push({ file, line, rule });
      if (!json) out.write(`${plain(typed)}:${line}: ${rule}\n`);
    }
  }
  if (json) out.write(reportText("scan", { ok: found.length === 0, files: files.length, found }));
  else if (found.length === 0) out.write(`No secret found in ${count(files.length, "file")}.\n`);
  if (found.length === 0) return DONE;
  const holding = new Set(found.map(({ file }) => file)).size;
  const message = `Found ${count(found.length, "secret")} in ${holding} of ${count(files.length, "file")}. ` +
    "Take them out of there, and have each one replaced where it is valid.";
  return fail("failed", json ? null : message);
}

/** Only what reading refuses is the file's fault: the caller's output may fail, too. */
function secretsOf(file: string, redaction: Redaction, home: string): readonly FoundSecret[] | Outcome {
  try {
    return [...findInFile(file, redaction)];
  } catch (error) {
    return noInput(file, error, home);
  }
}

function whyNoFile(named: readonly { readonly file: string }[], home: string): Outcome | null {
  for (const { file } of named) {
    const { isFile, isDirectory } = Deno.statSync(file);
    if (isFile) continue;
    const what = isDirectory ? "it is a folder. Name the files in it" : "it is no file";
    return fail("no-input", `Cannot read ${tilde(file, home)}: ${what}.`);
  }
  return null;
}
