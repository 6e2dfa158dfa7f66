/**
 * What the launcher says to `kato doctor` about the kernel. The runtime opens `/proc` to no profile, so the launcher
 * looks there.
 */
import { InvalidArgumentError } from "commander";
import type { Kind } from "./command.ts";

/** One process of the daemon, as `/proc/PID/status` has it. */
export interface ProcessFacts {
  readonly role: "monitor" | "orchestrator" | "parser" | "writer" | "other";
  readonly pid: number;
  readonly noNewPrivs: boolean;
  readonly seccomp: "off" | "strict" | "filter";
  /** Effective capabilities, 16 hexadecimal digits. */
  readonly capEff: string;
}

export interface KernelFacts {
  /** Of this kernel. 0: it has no Landlock; null: not said. */
  readonly landlockAbi: number | null;
  /** Of the daemon that holds the lock of this home. */
  readonly processes: readonly ProcessFacts[];
  /** The service that the daemon runs in. */
  readonly unit: string | null;
  /** Folders of the policy that the daemon does not see, or that are other folders to it than to this person. */
  readonly misses: readonly string[];
  /** Whether this person's services could have namespaces of their own. null: not said. */
  readonly userNamespaces: boolean | null;
}

const SECCOMP = { "0": "off", "1": "strict", "2": "filter" } as const;

const FACTS = /^(monitor|orchestrator|parser|writer|other),([1-9]\d{0,9}),([01]),([012]),([0-9a-f]{16})$/;

/** `parser,4242,1,2,0000000000000000` */
export const PROCESS: Kind<readonly ProcessFacts[]> = kind((text) => {
  const [, role, pid, noNewPrivs, seccomp, capEff] = FACTS.exec(text) ?? [];
  return capEff === undefined ? null : [{
    role: role as ProcessFacts["role"],
    pid: Number(pid),
    noNewPrivs: noNewPrivs === "1",
    seccomp: SECCOMP[seccomp as keyof typeof SECCOMP],
    capEff,
  }];
}, "Write ROLE,PID,NONEWPRIVS,SECCOMP,CAPEFF.");

export const PATH = kind((text) => text.startsWith("/") ? [text] : null, "Write an absolute path.");

/** Device and inode of a file. */
export const IDENTITY = kind(
  (text) => /^\d{1,20}:\d{1,20}$/.test(text) ? [text] : null,
  "Write DEVICE:INODE.",
);

/** As systemd names units. */
export const UNIT_NAME = kind(
  (text) => /^[A-Za-z0-9:_.\\@-]{1,255}$/.test(text) ? text : null,
  "Write a unit's name.",
);

/** `landlock-tcp,landlock-scope` */
export const WORDS = kind((text) => {
  const words = text.split(",");
  return words.every((word) => /^[a-z][a-z0-9-]{0,63}$/.test(word)) ? words : null;
}, "Write plain words.");

/** The launcher types these, so no shell completes them. */
function kind<Value>(read: (text: string) => Value | null, mend: string): Kind<Value> {
  return {
    read(text) {
      const value = read(text);
      if (value === null) throw new InvalidArgumentError(mend);
      return value;
    },
    completion: { kind: "text" },
  };
}
