/**
 * The request spool: `kato record|capture|stop|forget|clean` in a terminal. Any program of the person's account may put anything
 * there. An entry that is no request is recorded and moved away, and ends nothing. Requires read and write on the spool
 * folder and the folder for refused entries.
 */
import { join } from "@std/path";
import type { ReasonOf } from "../audit/reasons.ts";
import { type Answer, type AnyRequest, anyRequest } from "../protocol/request.ts";
import { REFUSED_REQUESTS, REQUEST_BYTES } from "../protocol/limits.ts";
import { makePrivateFolder, writeAtomically } from "../disk/atomic_file.ts";
import { removeIfThere, systemWords } from "../disk/entry_at.ts";
import { describeFailure } from "./failure.ts";
import type { Log } from "./log.ts";

/** An answer that nobody fetches is removed after this time. Milliseconds. */
const ANSWER_KEPT_MS = 60_000;

/** Nobody waits for an answer to an older request: its command was killed. Milliseconds. */
const REQUEST_KEPT_MS = 60_000;

/** A request's name is its id. */
const REQUEST = /^([0-9a-f-]{8,64})\.json$/;
const ANSWER = /^[0-9a-f-]{8,64}\.answer\.json$/;

export interface Requests {
  /** Looks for requests that no event announced. */
  look(): void;
  close(): void;
}

export interface RequestsOptions {
  readonly folder: string;
  /** The folder for refused entries. */
  readonly refused: string;
  readonly obey: (request: AnyRequest) => Promise<Answer>;
  /** Records that the entry at `path` is refused. The record is on the disk when it returns. */
  readonly record: (path: string, reason: ReasonOf<"request-refused">, detail: string | null) => void;
  readonly log: Log;
}

/** Takes each request once: removes it before it is obeyed, and always answers it. */
export function takeRequests({ folder, refused, obey, record, log }: RequestsOptions): Requests {
  const underWay = new Set<string>();
  /** Entries that could not be moved away. They are recorded and left alone. */
  const left = new Set<string>();
  let problem: string | null = null;

  function look(): void {
    try {
      for (const entry of Deno.readDirSync(folder)) if (!left.has(entry.name)) lookAtEntry(entry);
      problem = null;
    } catch (error) {
      reportProblem(error);
    }
  }

  function reportProblem(error: unknown): void {
    const { why } = describeFailure(error);
    if (problem !== why) log.report("spool-failed", { problem: why });
    problem = why;
  }

  function lookAtEntry({ name, isFile }: Deno.DirEntry): void {
    if (isFile && (ANSWER.test(name) || name.startsWith("."))) return removeOld(join(folder, name));
    const id = REQUEST.exec(name)?.[1];
    if (id === undefined) return setAside(name, "odd-name", null);
    if (!isFile) return setAside(name, "no-file", null);
    if (!underWay.has(name)) void take(name, id);
  }

  /** Records first: an entry that cannot be recorded stays until it can. */
  function setAside(name: string, reason: ReasonOf<"request-refused">, detail: string | null): void {
    if (left.size >= REFUSED_REQUESTS) return;
    record(join(folder, name), reason, detail);
    let kept: string | null = null;
    try {
      makePrivateFolder(refused);
      // Its own name may be anything.
      kept = join(refused, crypto.randomUUID());
      if ([...Deno.readDirSync(refused)].length >= REFUSED_REQUESTS) kept = null;
      else Deno.renameSync(join(folder, name), kept);
    } catch (error) {
      if (systemWords(error) === null) throw error;
      kept = null;
    }
    if (kept === null) left.add(name);
    log.report("request-refused", { name, problem: detail ?? reason, kept: kept ?? "where it was" });
  }

  async function take(name: string, id: string): Promise<void> {
    const path = join(folder, name);
    underWay.add(name);
    try {
      const found = read(path, id);
      if ("problem" in found) {
        setAside(name, found.problem, found.detail);
        const isLate = found.problem === "too-late";
        const why = isLate
          ? "The request came too late. Ask again."
          : "kato does not understand this request.";
        return answer(refuse(id, found.problem, why));
      }
      // The asker may have taken it back: only a request that can still be removed is obeyed.
      if (found.request === null || !removeIfThere(path)) return;
      answer(await obey(found.request));
    } catch (error) {
      reportProblem(error);
      const { why } = describeFailure(error);
      answer(refuse(id, "not-now", `That cannot be done now: ${why}. Try again when it can.`));
    } finally {
      underWay.delete(name);
    }
  }

  /** If it fails, the command line reports that no answer came. */
  function answer(text: Answer): void {
    try {
      writeAtomically(join(folder, `${text.id}.answer.json`), JSON.stringify(text));
    } catch (error) {
      reportProblem(error);
    }
  }

  async function follow(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const event of watcher) if (event.kind !== "access") look();
    } catch (error) {
      // Requests wait for the next look.
      reportProblem(error);
    }
  }

  const watcher = watch(folder);
  if (watcher !== null) void follow(watcher);
  look();
  return { look, close: () => watcher?.close() };
}

/** Null when the kernel has no watch left, most likely. Requests wait for the next look. */
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

type Read =
  /** Null: the file is gone. */
  | { readonly request: AnyRequest | null }
  | { readonly problem: ReasonOf<"request-refused">; readonly detail: string | null };

function read(path: string, id: string): Read {
  try {
    const { isFile, nlink, size, mtime } = Deno.lstatSync(path);
    // Opening a FIFO would block, and a link leads elsewhere.
    if (!isFile || nlink !== 1) return { problem: "no-file", detail: null };
    if (Date.now() - (mtime?.getTime() ?? 0) > REQUEST_KEPT_MS) return { problem: "too-late", detail: null };
    if (size > REQUEST_BYTES) return { problem: "malformed-request", detail: `it has ${size} bytes` };
    const { data } = anyRequest.safeParse(JSON.parse(Deno.readTextFileSync(path)));
    if (data === undefined || data.id !== id) return { problem: "malformed-request", detail: null };
    return { request: data };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { request: null };
    if (error instanceof SyntaxError) return { problem: "malformed-request", detail: "it is not JSON" };
    const words = systemWords(error);
    if (words === null) throw error;
    return { problem: "unreadable-request", detail: words };
  }
}

/** Removes an old answer, or a file that a crash left. Either may vanish at any moment. */
function removeOld(path: string): void {
  try {
    const modified = Deno.lstatSync(path).mtime?.getTime() ?? 0;
    if (Date.now() - modified > ANSWER_KEPT_MS) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
