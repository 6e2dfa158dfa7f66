/**
 * Runs roles as processes, each in a kernel sandbox of its own. The monitor starts them at this host's request, and
 * passes bytes between their pipes and ours (docs/design/launcher.md). The host needs no authority: the plan says what
 * a role may touch, and the monitor has the plan.
 */
import { every } from "./timers.ts";
import {
  encodeToMonitor,
  type FromMonitor,
  parseFromMonitor,
  type RoleToStart,
} from "../protocol/control.ts";
import { CONTROL_CHANNEL, createFragmentReader, encodeFragment } from "../protocol/fragments.ts";
import type { Grant } from "../protocol/grant.ts";
import { BEAT_MS } from "../protocol/limits.ts";
import type { Role, RoleEnd } from "../protocol/port.ts";
import type { OpenedFile } from "../protocol/writer_messages.ts";
import { type BytePipe, createPump, readAll, writeAll } from "./byte_pipe.ts";
import { type Channel, createChannel } from "./channels.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Host, Look, Opening, RoleKind } from "./host.ts";

export interface ProcessHost extends Host {
  readonly name: "processes";
  look(provider: ProviderId, said: (isUsed: boolean) => void): Look;
  /** Stops the heartbeat, so that the process can end. */
  close(): void;
}

/** @param lost Called once when the monitor has gone. Nothing is left to do then but to end. */
export function createProcessHost(pipe: BytePipe, lost: (why: string) => void): ProcessHost {
  const channels = new Map<number, Channel>();
  /** The role of each name that runs or is being ended: two writers never have the same file open. */
  const latest = new Map<string, Channel>();
  /** The file that the monitor opened for each writer. */
  const files = new Map<number, OpenedFile>();
  const looks = new Map<number, (isUsed: boolean) => void>();
  const control: Uint8Array<ArrayBuffer>[] = [];
  let lastChannel = CONTROL_CHANNEL;
  /** The channel that was served last: a busy role must not keep the others waiting. */
  let lastServed = 0;
  let gone = false;

  function lose(why: string): void {
    if (gone) return;
    gone = true;
    stopBeating();
    for (const channel of channels.values()) channel.finish(failed(why));
    lost(why);
  }

  const pump = createPump(async () => {
    const bytes = control.shift() ?? nextFragment();
    if (bytes === null) return false;
    await writeAll(pipe, bytes);
    return true;
  }, () => lose("the monitor no longer reads"));

  function nextFragment(): Uint8Array<ArrayBuffer> | null {
    const all = [...channels.values()];
    for (let step = 0; step < all.length; step += 1) {
      lastServed = (lastServed + 1) % all.length;
      const bytes = all[lastServed]?.nextFragment() ?? null;
      if (bytes !== null) return bytes;
    }
    return null;
  }

  function say(message: Parameters<typeof encodeToMonitor>[0]): boolean {
    const bytes = encodeToMonitor(message);
    if (bytes === null) return false;
    control.push(encodeFragment({ channel: CONTROL_CHANNEL, bytes }));
    pump.wake();
    return true;
  }

  function obey(message: FromMonitor): void {
    const channel = channels.get(message.channel);
    switch (message.type) {
      case "started":
        if (message.file !== null) files.set(message.channel, message.file);
        return;
      case "ack":
        channel?.acknowledge(message.bytes);
        return pump.wake();
      case "empty":
      case "used":
        return looks.get(message.channel)?.(message.type === "used");
      case "ended":
        channels.delete(message.channel);
        files.delete(message.channel);
        return channel?.finish(failed(message.reason));
    }
  }

  const take = createFragmentReader(({ channel, bytes }) => {
    if (channel !== CONTROL_CHANNEL) return channels.get(channel)?.receive(bytes);
    const message = parseFromMonitor(bytes);
    if (message === null) return lose("the monitor sent a message that the protocol does not have");
    obey(message);
  });
  void readAll(pipe, (piece) => {
    if (!take(piece)) lose("the monitor sent bytes that are no fragment");
  }).then(() => lose("the monitor has gone"));

  const stopBeating = every(BEAT_MS, () => say({ type: "beat" }));

  function start(kind: RoleKind, name: string, _grants: readonly Grant[], opening?: Opening): Role {
    lastChannel += 1;
    const id = lastChannel;
    const channel = createChannel(id, {
      wake: pump.wake,
      end() {
        if (channels.has(id)) say({ type: "end", channel: id });
      },
    });
    const before = latest.get(name);
    latest.set(name, channel);
    void channel.over.then(() => {
      if (latest.get(name) === channel) latest.delete(name);
    });
    const begin = () => {
      if (gone || channel.isEnded()) return channel.finish(failed("it was not started"));
      channels.set(id, channel);
      if (say({ type: "start", channel: id, role: roleToStart(kind, name, opening) })) return pump.wake();
      channels.delete(id);
      channel.finish(failed("its destination needs too many new folders: create some of them first"));
    };
    if (before === undefined) begin();
    else void before.over.then(begin);
    const given = () => files.get(id) ?? null;
    const { port, ended, over, end } = channel;
    return { name, port, ended, over, end, given };
  }

  function look(provider: ProviderId, said: (isUsed: boolean) => void): Look {
    lastChannel += 1;
    const channel = lastChannel;
    looks.set(channel, said);
    const again = () => void say({ type: "look", channel, provider });
    again();
    return { again, stop: () => void looks.delete(channel) };
  }

  return { name: "processes", start, look, close: stopBeating };
}

const failed = (message: string): RoleEnd => ({ reason: "failed", message });

function roleToStart(kind: RoleKind, name: string, opening?: Opening): RoleToStart {
  if (kind === "parser") return { kind, provider: name.replace(/^parser:/, "") };
  if (opening === undefined) throw new Error("internal error: a writer without a destination");
  return { kind, ...opening };
}
