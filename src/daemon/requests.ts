/**
 * The request spool: `kato record|capture|stop` from outside the chat. Requires read and write on the spool folder.
 * Room: daemon; edge.
 */
import { basename, join } from "@std/path";
import { type Answer, type Request, request as requestSchema } from "../protocol/request.ts";
import { REQUEST_BYTES } from "../protocol/limits.ts";
import { writeAtomically } from "../system/atomic_file.ts";
import { removeIfThere } from "../system/look.ts";

/** Answers that nobody fetched are removed after this long. Milliseconds. */
const ANSWER_KEPT_MS = 60_000;

export interface Requests {
  /** Looks for requests that no event told of. */
  look(): void;
  close(): void;
}

/** Takes each request once: it is removed before it is answered, and answered whatever becomes of it. */
export function takeRequests(folder: string, obey: (request: Request) => Promise<Answer>): Requests {
  const underWay = new Set<string>();

  function look(): void {
    for (const entry of Deno.readDirSync(folder)) {
      const path = join(folder, entry.name);
      if (entry.name.endsWith(".answer.json") || entry.name.startsWith(".")) removeOld(path);
      else if (entry.isFile && entry.name.endsWith(".json") && !underWay.has(path)) void take(path);
    }
  }

  async function take(path: string): Promise<void> {
    const id = basename(path, ".json");
    underWay.add(path);
    try {
      const request = read(path);
      // Whoever asked may have given up meanwhile: only what is still there to be removed is obeyed.
      if (!removeIfThere(path)) return;
      const answer: Answer = request === null || request.id !== id
        ? refuse(id, "malformed-request", "The request is not one that kato understands.")
        : await obey(request);
      writeAtomically(join(folder, `${id}.answer.json`), JSON.stringify(answer));
    } finally {
      underWay.delete(path);
    }
  }

  const watcher = watch(folder);
  if (watcher !== null) {
    void (async () => {
      for await (const event of watcher) if (event.kind !== "access") look();
    })();
  }
  look();
  return { look, close: () => watcher?.close() };
}

/** Null where the kernel has no watch left for us, most likely: a request waits for the next look then. */
function watch(folder: string): Deno.FsWatcher | null {
  try {
    return Deno.watchFs(folder, { recursive: false });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
}

export function refuse(id: string, reason: string, message: string): Answer {
  return { v: 1, id, result: "failed", reason, message, destination: null };
}

function read(path: string): Request | null {
  try {
    if (Deno.lstatSync(path).size > REQUEST_BYTES) return null;
    return requestSchema.safeParse(JSON.parse(Deno.readTextFileSync(path))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Removes an answer that nobody fetched, or what a crash left; both may vanish at any moment. */
function removeOld(path: string): void {
  try {
    const modified = Deno.lstatSync(path).mtime?.getTime() ?? 0;
    if (Date.now() - modified > ANSWER_KEPT_MS) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
