/** `kato init`. Requires write on `~/.kato/config`; writes two files there, and only if they are not there. */
import { starterConfig, starterPolicy } from "../../settings/starter.ts";
import { placesOf } from "../../settings/places.ts";
import type { Context } from "../context.ts";
import { DONE, type Outcome } from "../outcome.ts";
import { tilde } from "../terminal/style.ts";

export function writeSettings({ home, out }: Context): Outcome {
  const { config, configFile, policyFile } = placesOf(home);
  Deno.mkdirSync(config, { recursive: true, mode: 0o700 });
  const files = [[configFile, starterConfig()], [policyFile, starterPolicy()]] as const;
  for (const [path, text] of files) {
    const shown = tilde(path, home);
    out.write(writeNew(path, text) ? `wrote ${shown}\n` : `kept  ${shown}, which was there already\n`);
  }
  out.write(
    "Nothing in them is set: take the # of a line away to change it, then run 'kato policy check'.\n",
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
