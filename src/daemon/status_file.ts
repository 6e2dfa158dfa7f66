/** Shows the command line how the daemon is, through `state/status.json`. Requires write on the state folder. */
import { after } from "../hosts/timers.ts";
import type { ProviderId } from "../protocol/event.ts";
import { keepFew } from "../protocol/few_names.ts";
import { TROUBLE_NAMES } from "../protocol/limits.ts";
import type { SessionRef } from "../protocol/session.ts";
import { type Status, status as statusSchema } from "../protocol/status.ts";
import { writeAtomically } from "../disk/atomic_file.ts";
import { describeFailure } from "./failure.ts";

/** The file is written no more often than this. Milliseconds. */
const GATHER_MS = 200;

/** The pause after a failed write. Milliseconds. */
const AGAIN_MS = 1_000;

/** So many of the latest denials and errors are shown. */
const LATEST = 20;

type Providers = Status["providers"][number];

/** A provider's troubles, by kind and name. Names come from a parser, so they are bounded here, too. */
interface Troubles {
  readonly few: (name: string) => string;
  readonly all: Map<string, Providers["troubles"][number]>;
}

/** Fixed values, and functions that are asked at each write. */
export interface StatusSource {
  readonly fixed: Pick<
    Status,
    "version" | "pid" | "started" | "host" | "kernelSandbox" | "kernelMissing" | "policy"
  >;
  readonly providers: () => Status["providers"];
  readonly recordings: () => Status["recordings"];
  readonly waiting: () => readonly Status["waiting"][number][];
  /** The file cannot be written. Nothing else depends on it. */
  readonly failed: (problem: string) => void;
}

export type StatusFile = ReturnType<typeof createStatusFile>;

export function createStatusFile(path: string, source: StatusSource) {
  const denials: Status["denials"] = [];
  const errors: Status["errors"] = [];
  let expiring: NonNullable<Status["expiring"]> = [];
  const troubles = new Map<ProviderId, Troubles>();
  let state: Status["state"] = "starting";
  let cancel: (() => void) | null = null;
  let written = -GATHER_MS;
  /** Why the latest write failed; null if it did not. */
  let problem: string | null = null;
  let closed = false;

  function write(next: Status["state"] = state): void {
    state = next;
    cancel?.();
    cancel = null;
    written = performance.now();
    try {
      writeAtomically(path, `${JSON.stringify(statusSchema.parse(describe()), null, 1)}\n`);
      problem = null;
    } catch (error) {
      const { why } = describeFailure(error);
      if (problem === null) source.failed(why);
      problem = why;
      if (!closed) cancel = after(AGAIN_MS, write);
    }
  }

  function describe(): Status {
    return {
      v: 1,
      ...source.fixed,
      state,
      updated: new Date().toISOString(),
      providers: source.providers(),
      recordings: source.recordings(),
      expiring,
      denials,
      waiting: source.waiting().slice(0, LATEST).map((held) => ({ ...held })),
      errors,
    };
  }

  function touch(): void {
    // The first change after a quiet time is written at once. Those that follow are gathered.
    if (!closed) cancel ??= after(Math.max(0, written + GATHER_MS - performance.now()), write);
  }

  return {
    /** Something changed: the file is written soon. */
    touch,
    /** Writes at once. Never throws: a failed write is tried again. */
    write,
    deny(denial: Omit<Status["denials"][number], "time">) {
      denials.unshift({ time: new Date().toISOString(), ...denial });
      denials.length = Math.min(denials.length, LATEST);
      touch();
    },
    error(message: string) {
      errors.unshift({ time: new Date().toISOString(), message });
      errors.length = Math.min(errors.length, LATEST);
      touch();
    },
    /** Leaves out what it has of this session. */
    forget({ session }: SessionRef) {
      const others = denials.filter((denial) => denial.session !== session);
      denials.splice(0, denials.length, ...others);
      expiring = expiring.filter((one) => one.session !== session);
      touch();
    },
    /** Sessions whose logs may be deleted soon. */
    expire(sessions: NonNullable<Status["expiring"]>) {
      expiring = sessions;
      touch();
    },
    trouble(provider: ProviderId, kind: string, what: string, count: number) {
      const own = troubles.get(provider) ?? { few: keepFew(TROUBLE_NAMES), all: new Map() };
      troubles.set(provider, own);
      const name = own.few(what);
      const key = `${kind}\n${name}`;
      own.all.set(key, { kind, what: name, count: (own.all.get(key)?.count ?? 0) + count });
      touch();
    },
    troubles: (provider: ProviderId) => [...troubles.get(provider)?.all.values() ?? []],
    close() {
      closed = true;
      cancel?.();
      cancel = null;
    },
  };
}
