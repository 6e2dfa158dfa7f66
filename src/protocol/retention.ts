/** When clients delete their own logs. kato reads no client's settings, so it goes by what a client does without any. Pure. */
import { type Client, type ClientId, CLIENTS } from "./clients.ts";

/** A person is told this long before, in milliseconds: a week has a working day in it. */
export const EXPIRES_SOON_MS = 7 * 86_400_000;

/** Clients delete when they are started. A log that is not gone a day after its time may be gone without kato's knowing. */
export const EXPIRED_MS = 86_400_000;

const DAY_MS = 86_400_000;

/** From when on its client may delete a log that changed at `modified`, in milliseconds since 1970; null: it does not. */
export function expiryOf(provider: ClientId, modified: number): number | null {
  const keeps = keepsOf(provider);
  return keeps === null ? null : modified + keeps.days * DAY_MS;
}

/** How the client deletes, as the end of a sentence; null: it does not. */
export function describeKeeping(provider: ClientId): string | null {
  const keeps = keepsOf(provider);
  if (keeps === null) return null;
  const { name }: Client = CLIENTS[provider];
  return `${name} deletes logs that did not change for ${keeps.days} days, or for the days that ${keeps.setting} in its own ` +
    "settings says; kato does not read those";
}

function keepsOf(provider: ClientId): Client["keeps"] {
  return CLIENTS[provider].keeps;
}
