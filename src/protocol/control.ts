/** The closed table of messages between monitor and orchestrator: one a fragment of channel 0, fields ended by NUL. */
import { FRAGMENT_BYTES } from "./limits.ts";
import type { OpenedFile } from "./writer_messages.ts";

export type ToMonitor =
  | { readonly type: "start"; readonly channel: number; readonly role: RoleToStart }
  /** Whether the folders of this provider's parser hold anything. `channel` only names the question. */
  | { readonly type: "look"; readonly channel: number; readonly provider: string }
  | { readonly type: "end"; readonly channel: number }
  /** The orchestrator's heartbeat. */
  | { readonly type: "beat" };

export type RoleToStart =
  | { readonly kind: "parser"; readonly provider: string }
  | {
    readonly kind: "writer";
    readonly destination: string;
    /** The monitor creates the file; else it is there already. */
    readonly create: boolean;
    /** Folders that it creates first, outermost first. */
    readonly folders: readonly string[];
  };

export type FromMonitor =
  /** `file`: the file that a writer was given, always a regular one; null for every other role. */
  | {
    readonly type: "started";
    readonly channel: number;
    readonly pid: number;
    readonly file: OpenedFile | null;
  }
  /** Once for every `start`, also when nothing was started; `reason` is a sentence. */
  | { readonly type: "ended"; readonly channel: number; readonly reason: string }
  /** The answer to `look`. After `empty`, `used` comes once more by itself, when there is something. */
  | { readonly type: "empty" | "used"; readonly channel: number; readonly role: string }
  /** This many bytes have reached the role. */
  | { readonly type: "ack"; readonly channel: number; readonly bytes: number };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Null when a field holds a NUL, or when the message is longer than a fragment. */
export function encodeToMonitor(message: ToMonitor): Uint8Array<ArrayBuffer> | null {
  const fields = fieldsToMonitor(message);
  if (fields.some((field) => field.includes("\0"))) return null;
  const bytes = encoder.encode(fields.map((field) => `${field}\0`).join(""));
  return bytes.length <= FRAGMENT_BYTES ? bytes : null;
}

/** Null when the message is not of the table. */
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
  if (type === "empty" || type === "used") return { type, channel, role: value };
  const count = numberOf(value);
  return type === "ack" && count !== null ? { type, channel, bytes: count } : null;
}

function fieldsToMonitor(message: ToMonitor): readonly string[] {
  switch (message.type) {
    case "beat":
      return ["beat"];
    case "look":
      return ["look", String(message.channel), `parser:${message.provider}`];
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

/** Device, inode and number of names; undefined when the fields are no file. */
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
