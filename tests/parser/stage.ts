/** A folder of its own, and a provider as simple as one can be, for tests of what reads logs. */
import { TYPED } from "../../src/protocol/evidence.ts";
import { zstdCompressSync } from "node:zlib";
import type { Source } from "../../src/providers/provider.ts";
import type { Provider } from "../../src/providers/provider.ts";
import type { ReadResult } from "../../src/parser/log_file.ts";

export interface Stage extends Disposable {
  readonly root: string;
  /** Writes a file below the root, with its folders; its path. */
  write(name: string, content: string | Uint8Array): string;
  remove(name: string): string;
}

export function makeStage(): Stage {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-parser-" }));
  const at = (name: string) => `${root}/${name}`;
  return {
    root,
    write(name, content) {
      const path = at(name);
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      if (typeof content === "string") Deno.writeTextFileSync(path, content);
      else Deno.writeFileSync(path, content);
      return path;
    },
    remove(name) {
      Deno.removeSync(at(name));
      return at(name);
    },
    [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }),
  };
}

/** A record of the plain provider: what its log is, or something that was said. */
export type PlainRecord =
  | { readonly log: Source }
  | { readonly id: string; readonly say: string; readonly time?: string };

/**
 * Logs are `….jsonl`, `….jsonl.zst` and `….json`; a record with `log` says what its log is, and every record with
 * `say` is a text that a person typed, but in the log of a sub-agent.
 */
export function makeProvider(): Provider {
  return {
    id: "codex",
    classify: (relative) => /\.(?:jsonl(?:\.zst)?|json)$/.test(relative) ? { kind: "unnamed" } : null,
    introduce(_, head) {
      for (const record of head) if (isRecord(record) && "log" in record) return record.log;
      return null;
    },
    recordsOf: (document) => Array.isArray(document) ? document : [],
    agentFolder: () => null,
    classifyAgent: () => null,
    begin: (agent, part = "") => ({ agent, part, read: 0 }),
    handBack: (_, { value }) => {
      const agent = isRecord(value) && "handBack" in value ? String(value.handBack) : null;
      return agent === null ? null : { agent, call: null, time: null };
    },
    read(state, { value }) {
      (state as { read: number }).read += 1;
      if (!isRecord(value) || !("say" in value)) return { outs: [], origin: "injected" };
      const event = { id: value.id, time: value.time ?? null, type: "user", text: value.say } as const;
      return { outs: [{ out: "event", event, said: { ...TYPED, typed: value.say } }], origin: "user" };
    },
    endsRun: ({ value }) => isRecord(value) && "ends" in value,
    timeOf: () => null,
    identity: () => null,
    startingCall: () => null,
  };
}

function isRecord(value: unknown): value is PlainRecord {
  return typeof value === "object" && value !== null;
}

export function linesOf(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

export function compress(text: string | Uint8Array): Uint8Array {
  return new Uint8Array(zstdCompressSync(text));
}

const decoder = new TextDecoder();

/** The lines of a result, as text; what it says instead, where it has none. */
export function textsOf(result: ReadResult): string[] | string {
  if (result.result !== "lines") return result.result;
  return result.lines.map(({ bytes }) => bytes === null ? "(too long)" : decoder.decode(bytes));
}
