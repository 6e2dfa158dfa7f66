/** A daemon whose system calls fail, or end it, where a test wants that: injector.c between it and the system. */
import { COMPILER } from "../launcher/build.ts";
import { KATO } from "../installed.ts";
import type { Need } from "../needs.ts";

/** The kinds of calls that change files. */
export const KINDS = ["open", "write", "sync", "rename", "unlink", "truncate", "mkdir", "link"] as const;
/** Those by which folders are watched. */
export const WATCHING = ["inotify", "watch"] as const;
/** Those that only look: a file is opened to be read, read, or asked for what it is; a folder is listed. */
export const READING = ["open to read", "read", "stat", "list"] as const;
/** Each has its bit in this order, which is that of injector.c. */
const ALL_KINDS = [...KINDS, ...WATCHING, ...READING] as const;
export type Kind = typeof ALL_KINDS[number];

/** Numbers of Linux, for both architectures. */
export const ERRNO = { ENOSPC: 28, EIO: 5, EROFS: 30, EDQUOT: 122, ESTALE: 116 } as const;
/** `DEAF`: the watch is made, and tells nothing. */
const LIMITS = { EMFILE: 24, DEAF: 999 } as const;
const SIGNALS = { SIGHUP: 1001, SIGINT: 1002, SIGTERM: 1015 } as const;
export type ErrorName = keyof typeof ERRNO;

/** The loader takes no library into an installed launcher, which clears its environment. */
export const NOT_INSTALLED: Need = {
  isMet: KATO === null,
  otherwise: "a launcher lets no library in: deno task test runs it",
};

export const NEEDS: readonly Need[] = [COMPILER, NOT_INSTALLED];

const PATH_MAX = 4096;
const FOLDER_AT = 32;
const FOREVER = 2 ** 32 - 1;

/** What fails from now on. */
export interface Fault {
  /** Only calls below it count. */
  readonly folder: string;
  /** All that change files by default. */
  readonly kinds?: readonly Kind[];
  /** The number of the first call that fails, counted from now; the first by default. */
  readonly from?: number;
  /** The last one; none by default. */
  readonly to?: number;
  /** `kill`: the process ends before the call. A signal comes before the call, which is made. */
  readonly how: ErrorName | keyof typeof LIMITS | keyof typeof SIGNALS | "kill";
}

export interface Faults extends Disposable {
  /** For the environment of the daemon's process. */
  readonly env: Readonly<Record<string, string>>;
  arm(fault: Fault): void;
  mend(): void;
  /** Puts the clock of the daemon ahead of the system's; back when negative. It stays so when faults are mended. */
  putClock(seconds: number): void;
  /** Calls that counted since it was armed. */
  count(): number;
  /** Calls that failed since it was armed. */
  failed(): number;
  /** The last call that failed: its kind, and the path below `home` with digits of temporary names left out. */
  hit(home: string): string;
}

let library: string | null = null;

/** Compiles the injector once. Needs a C compiler. */
function build(): string {
  if (library !== null) return library;
  const folder = Deno.makeTempDirSync({ prefix: "kato-faults-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const made = `${folder}/injector.so`;
  const source = new URL("injector.c", import.meta.url).pathname;
  const { success, stderr } = new Deno.Command(Deno.env.get("CC") ?? "cc", {
    args: [
      ..."-std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC -o".split(" "),
      made,
      source,
      "-ldl",
      "-lpthread",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return library = made;
}

/** @param record A file that gets every change below `watch`, in order: recorded.ts reads it. */
export function createFaults(record?: { readonly file: string; readonly watch: string }): Faults {
  const preload = build();
  const steering = Deno.makeTempFileSync({ prefix: "kato-faults-" });
  Deno.truncateSync(steering, FOLDER_AT + 2 * PATH_MAX);
  const file = Deno.openSync(steering, { read: true, write: true });

  function put(at: number, bytes: Uint8Array): void {
    file.seekSync(at, Deno.SeekMode.Start);
    file.writeSync(bytes);
  }
  function putNumbers(at: number, ...numbers: readonly number[]): void {
    put(at, new Uint8Array(Uint32Array.from(numbers).buffer));
  }
  function get(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    file.seekSync(at, Deno.SeekMode.Start);
    file.readSync(bytes);
    return bytes;
  }
  const number = (at: number) => new DataView(get(at, 4).buffer).getUint32(0, true);
  const mend = () => putNumbers(4, 0);

  return {
    env: {
      LD_PRELOAD: preload,
      KATO_FAULTS: steering,
      ...record === undefined ? {} : { KATO_FAULTS_RECORD: record.file, KATO_FAULTS_WATCH: record.watch },
    },
    arm({ folder, kinds = KINDS, from = 1, to = FOREVER, how }) {
      mend();
      put(FOLDER_AT, new TextEncoder().encode(`${folder}\0`));
      const bits = kinds.reduce((sum, kind) => sum | 1 << ALL_KINDS.indexOf(kind), 0);
      putNumbers(8, to, how === "kill" ? 0 : { ...ERRNO, ...LIMITS, ...SIGNALS }[how], bits, 0);
      putNumbers(0, 0);
      putNumbers(4, from);
    },
    mend,
    putClock: (seconds) => put(28, new Uint8Array(Int32Array.of(seconds).buffer)),
    count: () => number(0),
    failed: () => number(20),
    hit(home) {
      const path = new TextDecoder().decode(get(FOLDER_AT + PATH_MAX, PATH_MAX));
      const own = path.slice(0, path.indexOf("\0")).replace(`${home}/`, "");
      return `${ALL_KINDS[number(24)]} ${own.replace(/[^/]*\.tmp$/, "temporary").replace(/\d+/g, "N")}`;
    },
    [Symbol.dispose]() {
      file.close();
      Deno.removeSync(steering);
    },
  };
}
