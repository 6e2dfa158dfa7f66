/** Whether a folder can be one that recordings go to. Looks at its metadata, and writes nothing. */
import { decide } from "../destination/decide.ts";
import type { Request } from "../destination/decision.ts";
import { lookUp } from "../destination/lookup.ts";
import { shellPath } from "../destination/shell_word.ts";
import { expandFolder, whyNoRoot } from "../settings/folders.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import type { Context } from "./context.ts";
import { fail, type Outcome } from "./outcome.ts";
import { findClientRoots } from "./planning/load_settings.ts";
import { plain, tilde } from "./terminal/style.ts";

export const UNCHANGED = "Nothing was changed.";

/** Why `path` cannot be a root, whatever the settings say. */
export function whyNoFolder(path: string, home: string): Outcome | null {
  const shown = tilde(path, home);
  const expanded = expandFolder(path, home);
  const named = "message" in expanded ? expanded.message : whyNoRoot(path, home);
  if (named !== null) return fail("denied", `${shown} ${named}. ${UNCHANGED}`);
  try {
    const info = Deno.lstatSync(path);
    if (info.isDirectory) return null;
    const what = info.isSymlink ? "a symbolic link; name the folder that it leads to" : "no folder";
    return fail("denied", `${shown} is ${what}. ${UNCHANGED}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      const made = shellPath(path, home);
      return fail(
        "failed",
        `${shown} does not exist. ${UNCHANGED} Run: mkdir -p -m 0700 ${made} && kato policy allow ${made}`,
      );
    }
    if (!(error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied)) {
      throw error;
    }
    return fail("denied", `${shown} cannot be examined: name a folder of your own. ${UNCHANGED}`);
  }
}

/** Why the daemon could not make a file in `folder`; null: it could. */
export function whyDenied(folder: string, { policy }: EffectivePolicy, context: Context) {
  const { home, uid } = context;
  const { extensions, roots } = policy.destinations;
  const path = `${folder}/${crypto.randomUUID()}.${extensions[0]}`;
  const request: Request = {
    asker: "spool",
    destination: path,
    generated: "",
    home,
    cwd: null,
    uid,
    providerRoots: [
      ...Object.values(policy.providers).flatMap((provider) => provider.roots),
      ...Object.values(findClientRoots(context)).flat(),
    ],
    created: new Set(),
    force: false,
  };
  const decision = decide(policy, request, path, lookUp(path, roots, home));
  if (decision.allow) return null;
  // The message is to name the folder: the person did not name a file.
  return { reason: decision.reason, message: plain(decision.message.replaceAll(path, folder)) };
}
