/**
 * What the launcher tells `kato doctor` of the kernel: the runtime opens `/proc` to no profile, so who launches kato
 * looks there. Room: cli; no authority, pure.
 */
import { InvalidArgumentError } from "commander";

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
  /** Of this kernel; 0: it has no Landlock. null: not told. */
  readonly landlockAbi: number | null;
  /** Of the daemon that holds the lock of this home. */
  readonly processes: readonly ProcessFacts[];
  /** The service that the daemon runs in. */
  readonly unit: string | null;
  /** Folders of the policy that are not there for the daemon, or are others than for this person. */
  readonly misses: readonly string[];
  /** Whether this person's services could have namespaces of their own. null: not told. */
  readonly userNamespaces: boolean | null;
}

export const NO_KERNEL_FACTS: KernelFacts = {
  landlockAbi: null,
  processes: [],
  unit: null,
  misses: [],
  userNamespaces: null,
};

const SECCOMP = { "0": "off", "1": "strict", "2": "filter" } as const;

const PROCESS = /^(monitor|orchestrator|parser|writer|other),([1-9]\d{0,9}),([01]),([012]),([0-9a-f]{16})$/;

/** `parser,4242,1,2,0000000000000000`, appended to those before it. */
export function parseProcess(text: string, before: readonly ProcessFacts[]): ProcessFacts[] {
  const [, role, pid, noNewPrivs, seccomp, capEff] = PROCESS.exec(text) ?? [];
  if (capEff === undefined) throw new InvalidArgumentError("Write ROLE,PID,NONEWPRIVS,SECCOMP,CAPEFF.");
  return [...before, {
    role: role as ProcessFacts["role"],
    pid: Number(pid),
    noNewPrivs: noNewPrivs === "1",
    seccomp: SECCOMP[seccomp as keyof typeof SECCOMP],
    capEff,
  }];
}

/** One more path, appended to those before it. */
export function parsePath(text: string, before: readonly string[]): string[] {
  if (!text.startsWith("/")) throw new InvalidArgumentError("Write an absolute path.");
  return [...before, text];
}

/** Device and inode of a file, appended to those before it. */
export function parseIdentity(text: string, before: readonly string[]): string[] {
  if (!/^\d{1,20}:\d{1,20}$/.test(text)) throw new InvalidArgumentError("Write DEVICE:INODE.");
  return [...before, text];
}

/** As systemd names units. */
export function parseUnit(text: string): string {
  if (!/^[A-Za-z0-9:_.\\@-]{1,255}$/.test(text)) throw new InvalidArgumentError("Write a unit's name.");
  return text;
}
