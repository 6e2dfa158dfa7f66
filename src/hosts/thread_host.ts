/**
 * Runs roles as Deno workers. This is the only place that says `new Worker`, always with a full permission object,
 * because a worker inherits every permission that the object leaves out. Workers share one process: one that runs out
 * of memory ends the process, and one that loops survives `terminate()`. The heartbeat deals with both.
 */
import type { Grant } from "../protocol/grant.ts";
import type { Role, RoleEnd } from "../protocol/port.ts";
import { workerPermissions } from "../permissions/worker_permissions.ts";
import { threadEntryOf } from "./entries.ts";
import type { Host, RoleKind } from "./host.ts";
import { portOf } from "./worker_port.ts";

export const threadHost: Host = {
  name: "threads",
  start(kind: RoleKind, name: string, grants: readonly Grant[]): Role {
    const worker = new Worker(threadEntryOf(kind, import.meta.url), {
      type: "module",
      name,
      deno: { permissions: workerPermissions(grants) },
    });
    let finish: (end: RoleEnd) => void = () => {};
    const ended = new Promise<RoleEnd>((resolve) => finish = resolve);
    const end = () => {
      worker.terminate();
      finish({ reason: "closed" });
    };
    worker.onerror = (event) => {
      // Without this the error would end the whole process.
      event.preventDefault();
      worker.terminate();
      finish({ reason: "failed", message: event.message });
    };
    const over = ended.then(() => {});
    return { name, port: portOf(worker, end), ended, over, end, given: () => null };
  },
};
