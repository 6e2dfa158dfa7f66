/**
 * The closed table of what monitor and orchestrator say to each other on channel 0: one message a fragment, fields
 * ended by NUL. Room: protocol; no authority.
 */
import { FRAGMENT_BYTES } from "./limits.ts";
import type { OpenedFile } from "./writer_messages.ts";

export type ToMonitor =
  | { readonly type: "start"; readonly channel: number; readonly role: RoleToStart }
  | { readonly type: "end"; readonly channel: number }
  /** The orchestrator's heart. */
  | { readonly type: "beat" };

export type RoleToStart =
  | { readonly kind: "parser"; readonly provider: string }
  | {
    readonly kind: "writer";
    readonly destination: string;
    /** The monitor makes the file; else it is there already. */
    readonly create: boolean;
    /** What it makes first, outermost first. */
    readonly folders: readonly string[];
  };

export type FromMonitor =
  /** `file`: what a writer was given; null for every other role. The monitor gives regular files only. */
  | {
    readonly type: "started";
    readonly channel: number;
    readonly pid: number;
    readonly file: OpenedFile | null;
  }
  /** Once for every `start`, whatever became of it; `reason` is a sentence. */
  | { readonly type: "ended"; readonly channel: number; readonly reason: string }
  /** So many bytes reached the role. */
  | { readonly type: "ack"; readonly channel: number; readonly bytes: number };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** null: a field cannot be said (it holds a NUL), or all of them are longer than a fragment. */
export function encodeToMonitor(message: ToMonitor): Uint8Array<ArrayBuffer> | null {
  const fields = fieldsToMonitor(message);
  if (fields.some((field) => field.includes("\0"))) return null;
  const bytes = encoder.encode(fields.map((field) => `${field}\0`).join(""));
  return bytes.length <= FRAGMENT_BYTES ? bytes : null;
}

/** null: not of the table. */
export function parseFromMonitor(bytes: Uint8Array): FromMonitor | null {
  const [type, channelField, value, ...rest] = fieldsOf(bytes) ?? [];
  const channel = numberOf(channelField);
  if (channel === null || value === undefined) return null;
  if (type === "started") {
    const pid = numberOf(value);
    const file = rest.length === 0 ? null : fileOf(rest);
    return pid === null || file === undefined ? null : { type, channel, pid, file };
  }
  if (rest.length > 0) return null;
  if (type === "ended") return { type, channel, reason: value };
  const count = numberOf(value);
  return type === "ack" && count !== null ? { type, channel, bytes: count } : null;
}

function fieldsToMonitor(message: ToMonitor): readonly string[] {
  switch (message.type) {
    case "beat":
      return ["beat"];
    case "end":
      return ["end", String(message.channel)];
    case "start": {
      const { role } = message;
      const words = role.kind === "parser"
        ? [`parser:${role.provider}`]
        : ["writer", role.create ? "create" : "existing", role.destination, ...role.folders];
      return ["start", String(message.channel), ...words];
    }
  }
}

/** Device, inode and number of names; undefined: no file. */
function fileOf(fields: readonly string[]): OpenedFile | undefined {
  const [dev, ino, links] = fields.map((field) => /^(0|[1-9][0-9]{0,19})$/.test(field) ? Number(field) : NaN);
  if (fields.length !== 3 || dev === undefined || ino === undefined || links === undefined) return undefined;
  return Number.isNaN(dev + ino + links) ? undefined : { dev, ino, links, isFile: true };
}

function fieldsOf(bytes: Uint8Array): string[] | null {
  const text = decoder.decode(bytes);
  return text.endsWith("\0") ? text.slice(0, -1).split("\0") : null;
}

/** A channel, a process id, a number of bytes. */
function numberOf(field = ""): number | null {
  return /^(0|[1-9][0-9]{0,9})$/.test(field) ? Number(field) : null;
}
