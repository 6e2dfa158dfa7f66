/**
 * The monitor's side of docs/design/launcher.md, for tests: starts roles as processes, passes their bytes on, and
 * acknowledges. It has no kernel sandbox. The tests of the native monitor cover its checks and its sandbox.
 */
import { type BytePipe, createPump, readAll, writeAll } from "../../src/hosts/byte_pipe.ts";
import type { FromMonitor, RoleToStart } from "../../src/protocol/control.ts";
import { CONTROL_CHANNEL, createFragmentReader, encodeFragment } from "../../src/protocol/fragments.ts";
import { CHANNEL_WINDOW } from "../../src/protocol/limits.ts";
import type { OpenedFile } from "../../src/protocol/writer_messages.ts";
import { encodeFromMonitor, parseToMonitor } from "./monitor_words.ts";
import type { StartedRole } from "./started_role.ts";

export interface FakeMonitor extends AsyncDisposable {
  /** The roles that run, by name: `parser:claude-code`, `writer`. */
  running(name: string): readonly StartedRole[];
  /** Looks once more into folders that held nothing. */
  look(): void;
  /** The number of starts of each name. */
  starts(name: string): number;
  /** The acts of the orchestrator that the contract does not allow. */
  readonly faults: readonly string[];
}

export interface MonitorOptions {
  /** Frames to the orchestrator. */
  readonly pipe: BytePipe & { close(): Promise<void> };
  readonly start: (role: RoleToStart, name: string) => StartedRole;
  /** Whether the folders of this provider's parser hold anything. */
  readonly isUsed?: (provider: string) => boolean;
}

interface Running {
  readonly name: string;
  readonly role: StartedRole;
  take(bytes: Uint8Array): void;
}

export function startMonitor({ pipe, start, isUsed = () => true }: MonitorOptions): FakeMonitor {
  const roles = new Map<number, Running>();
  const over = new Set<Promise<void>>();
  const faults: string[] = [];
  /** The look that found nothing, of each provider. */
  const awaited = new Map<string, number>();
  const starts = new Map<string, number>();
  let writing: Promise<void> = Promise.resolve();

  /** Sends one frame at a time. The monitor reads on from a role only when the orchestrator has taken its last frame. */
  function pass(channel: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const whole = encodeFragment({ channel, bytes });
    // Reading finds out when the orchestrator is gone.
    writing = writing.then(() => writeAll(pipe, whole)).catch(() => {});
    return writing;
  }

  function say(message: FromMonitor): Promise<void> {
    return pass(CONTROL_CHANNEL, encodeFromMonitor(message));
  }

  function startRole(channel: number, wanted: RoleToStart): void {
    const name = wanted.kind === "parser" ? `parser:${wanted.provider}` : "writer";
    starts.set(name, (starts.get(name) ?? 0) + 1);
    let role: StartedRole;
    let file: OpenedFile | null = null;
    try {
      if (wanted.kind === "writer") file = openDestination(wanted);
      role = start(wanted, name);
    } catch (error) {
      void say({
        type: "ended",
        channel,
        reason: error instanceof Error ? error.message : "it was not started",
      });
      return;
    }
    void say({ type: "started", channel, pid: role.pid, file });
    roles.set(channel, { name, role, take: feed(channel, role) });
    const ending = Promise.all([forward(channel, role), role.ended]).then(async ([, reason]) => {
      roles.delete(channel);
      await role.pipe.close();
      await say({ type: "ended", channel, reason });
    });
    over.add(ending);
    void ending.then(() => over.delete(ending));
  }

  function look(provider: string, channel: number): void {
    const type = isUsed(provider) ? "used" : "empty";
    if (type === "empty") awaited.set(provider, channel);
    else awaited.delete(provider);
    void say({ type, channel, role: `parser:${provider}` });
  }

  /** Bytes to the role. Acknowledges them when the role takes them. */
  function feed(channel: number, role: StartedRole): (bytes: Uint8Array) => void {
    const waiting: Uint8Array[] = [];
    let length = 0;
    const pump = createPump(async () => {
      const bytes = waiting.shift();
      if (bytes === undefined) return false;
      await writeAll(role.pipe, bytes);
      length -= bytes.length;
      await say({ type: "ack", channel, bytes: bytes.length });
      return true;
    }, () => {});
    return (bytes) => {
      waiting.push(bytes);
      length += bytes.length;
      if (length > CHANNEL_WINDOW) faults.push(`${length} bytes under way on channel ${channel}`);
      pump.wake();
    };
  }

  async function forward(channel: number, { pipe }: StartedRole): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    for (;;) {
      const count = await pipe.read(buffer);
      if (count === null) return;
      await pass(channel, buffer.slice(0, count));
    }
  }

  const take = createFragmentReader(({ channel, bytes }) => {
    if (channel !== CONTROL_CHANNEL) return roles.get(channel)?.take(bytes);
    const message = parseToMonitor(bytes);
    if (message === null) return void faults.push("a message that is not of the table");
    if (message.type === "start") return startRole(message.channel, message.role);
    if (message.type === "look") return look(message.provider, message.channel);
    if (message.type === "end") roles.get(message.channel)?.role.kill();
  });
  const reading = readAll(pipe, (piece) => {
    if (!take(piece)) faults.push("something that is no fragment");
  }).then(() => {
    for (const { role } of roles.values()) role.kill();
  });

  return {
    running: (name) => [...roles.values()].filter((running) => running.name === name).map(({ role }) => role),
    look() {
      for (const [provider, channel] of awaited) if (isUsed(provider)) look(provider, channel);
    },
    starts: (name) => starts.get(name) ?? 0,
    faults,
    async [Symbol.asyncDispose]() {
      for (const { role } of roles.values()) role.kill();
      await Promise.all(over);
      await writing;
      await pipe.close();
      await reading;
    },
  };
}

/** Makes a private file exclusively, or opens an existing one, as the monitor does for a writer. Gives facts on the file. */
function openDestination(
  { create, destination, folders }: Extract<RoleToStart, { kind: "writer" }>,
): OpenedFile | null {
  for (const folder of folders) Deno.mkdirSync(folder, { mode: 0o700 });
  using file = Deno.openSync(destination, {
    read: true,
    write: true,
    createNew: create,
    mode: 0o600,
  });
  const { dev, ino, nlink } = file.statSync();
  return { dev, ino: ino ?? 0, links: nlink ?? 0, isFile: true };
}
