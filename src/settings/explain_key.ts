/** Explains the value of a key of policy: the value of each layer, and which one holds. Pure. */
import { type EffectivePolicy, type Origin, POLICY_KEYS, type Said } from "./merge.ts";

export interface KeyStep extends Said {
  /** `holds`: it is in force; `replaced`: a later layer has another value; `ignored`: it would allow too much. */
  readonly outcome: "holds" | "replaced" | "ignored";
}

export interface KeyExplanation {
  readonly key: string;
  /** The meaning of the key. */
  readonly says: string;
  /** The value in force. */
  readonly value: unknown;
  /** The place where an administrator enforces the key; null when no administrator does. */
  readonly enforced: Origin | null;
  /** Every layer that sets the key, in order of precedence. One of them holds. */
  readonly steps: readonly KeyStep[];
}

/** The keys with this name: the key itself, or all keys of the table. */
export function keysNamed(name: string): string[] {
  return POLICY_KEYS.map((key) => key.name).filter((key) => key === name || key.startsWith(`${name}.`));
}

/** @param key One of `POLICY_KEYS`. */
export function explainKey({ said, enforced }: EffectivePolicy, key: string): KeyExplanation {
  const known = POLICY_KEYS.find(({ name }) => name === key);
  const own = said.filter((one) => one.key === key);
  const holds = own.findLast(({ ignored }) => !ignored);
  if (known === undefined || holds === undefined) throw new Error(`internal error: nothing says ${key}`);
  return {
    key,
    says: known.says,
    value: holds.value,
    enforced: enforced[key] ?? null,
    steps: own.map((one) => ({
      ...one,
      outcome: one.ignored ? "ignored" : one === holds ? "holds" : "replaced",
    })),
  };
}
