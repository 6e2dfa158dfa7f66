/** Why a key of policy has the value that it has: what each layer says, what became of it, and what decided. Pure. */
import { type EffectivePolicy, type Origin, POLICY_KEYS, type Said } from "./merge.ts";

export interface KeyStep extends Said {
  /** `holds`: it is in force; `replaced`: a later layer says something else; `ignored`: it would allow too much. */
  readonly outcome: "holds" | "replaced" | "ignored";
}

export interface KeyExplanation {
  readonly key: string;
  /** What it means. */
  readonly says: string;
  /** The value in force. */
  readonly value: unknown;
  /** Where an administrator says that people may only narrow it; null when nobody does. */
  readonly enforced: Origin | null;
  /** Every layer that says something, in order of precedence. One of them holds. */
  readonly steps: readonly KeyStep[];
}

/** The keys that `name` stands for: itself, or what is in that table. */
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
