/** Files and folders that a person names as a command's input. Requires read on them. */
import { reasonOf, systemWords } from "../disk/entry_at.ts";
import { fail, type Outcome } from "./outcome.ts";
import { plain, tilde } from "./terminal/style.ts";

/** Why the first of `paths` that cannot be read cannot; null: all can. The paths are absolute. */
export function whyNoInput(paths: readonly string[], home: string): Outcome | null {
  for (const path of paths) {
    try {
      const { isFile, isDirectory } = Deno.statSync(path);
      // Nothing else is opened here: a FIFO would wait for a writer.
      if (isFile) Deno.openSync(path).close();
      if (isDirectory) Deno.readDirSync(path).next();
    } catch (error) {
      return noInput(path, error, home);
    }
  }
  return null;
}

/** The outcome where the system refused to read `path`. Throws every other error. */
export function noInput(path: string, error: unknown, home: string): Outcome {
  if (systemWords(error) === null) throw error;
  return fail("no-input", `Cannot read ${tilde(path, home)}: ${plain(reasonOf(error))}.`);
}
