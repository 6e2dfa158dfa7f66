/** Whose log it is, and on which machine. Requires read on `/etc/machine-id`, and the host's name; writes nothing. */
import type { AuditOrigin } from "./record.ts";

/** @param user The account's name, as the login or systemd says it in `USER`. */
export function readOrigin(user: string | undefined): AuditOrigin {
  return { machine: readMachineId(), host: Deno.hostname(), uid: Deno.uid() ?? 0, user: user ?? null };
}

/** Null on a machine that has none, such as a container. */
function readMachineId(): string | null {
  try {
    return /^[0-9a-f]{32}\n?$/.exec(Deno.readTextFileSync("/etc/machine-id"))?.[0].trim() ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
