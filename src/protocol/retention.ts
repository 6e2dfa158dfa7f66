/**
 * When clients delete their own logs. kato reads no client's settings, which may hold keys: it goes by what policy says of a
 * client (`providers.*.keeps_days`), else by what the client does without settings. Pure.
 */
import { type Client, type ClientId, CLIENTS } from "./clients.ts";

/** A person is told this long before, in milliseconds: a week has a working day in it. */
export const EXPIRES_SOON_MS = 7 * 86_400_000;

/** Clients delete when they are started. A log that is not gone a day after its time may be gone without kato's knowing. */
export const EXPIRED_MS = 86_400_000;

const DAY_MS = 86_400_000;

/**
 * From when on its client may delete a log that changed at `modified`, in milliseconds since 1970; null: it does not.
 *
 * @param days As policy says; 0: it says nothing.
 */
export function expiryOf(provider: ClientId, modified: number, days: number): number | null {
  const kept = days || (keepsOf(provider)?.days ?? 0);
  return kept === 0 ? null : modified + kept * DAY_MS;
}

/**
 * How the client deletes, as the end of a sentence; null: it does not.
 *
 * @param days As policy says; 0: it says nothing.
 */
export function describeKeeping(provider: ClientId, days: number): string | null {
  const keeps = keepsOf(provider);
  const key = `providers.${provider}.keeps_days`;
  const begin = `${(CLIENTS[provider] as Client).name} deletes logs that did not change for`;
  if (days > 0) return `${begin} ${days} ${days === 1 ? "day" : "days"}, as ${key} in policy says`;
  return keeps === null
    ? null
    : `${begin} ${keeps.days} days. If ${keeps.setting} in its settings says otherwise, say so in policy: ${key}`;
}

function keepsOf(provider: ClientId): Client["keeps"] {
  return CLIENTS[provider].keeps;
}
