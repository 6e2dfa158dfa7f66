/** `kato init`. Requires write on `~/.kato/config`; writes two files there, and only if they are not there. */
import { starterConfig, starterPolicy } from "../../settings/starter.ts";
import { placesOf } from "../../settings/places.ts";
import type { Context } from "../context.ts";
import { reportText } from "../report/report.ts";
import { DONE, type Outcome } from "../outcome.ts";
import { tilde } from "../terminal/style.ts";

export function writeSettings({ json }: { readonly json: boolean }, { home, out }: Context): Outcome {
  const { config, configFile, policyFile, exports } = placesOf(home);
  Deno.mkdirSync(config, { recursive: true, mode: 0o700 });
  const texts = [[configFile, starterConfig()], [policyFile, starterPolicy()]] as const;
  const files = texts.map(([path, text]) => ({
    path,
    state: writeNew(path, text) ? "written" as const : "kept" as const,
  }));
  if (json) {
    out.write(reportText("init", { files }));
    return DONE;
  }
  for (const { path, state } of files) {
    const shown = tilde(path, home);
    out.write(state === "written" ? `wrote ${shown}\n` : `kept  ${shown}, which was there already\n`);
  }
  out.write(
    "Nothing in them is set: take the # of a line away to change it, then run 'kato policy check'.\n" +
      `Recordings go to ${tilde(exports, home)}, which file managers hide. For a folder that you see:\n` +
      "  mkdir -m 700 ~/Recordings && kato policy allow ~/Recordings --default\n",
  );
  return DONE;
}

/** Whether it was written: an existing file, or whatever else has that name, stays as it is. */
function writeNew(path: string, text: string): boolean {
  try {
    using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
