/** The person, the machine and the terminal, as a command sees them. Types only. */
import type { Launch } from "./command_line/launch.ts";

/** A stream to print to. */
export interface Output {
  /** Blocks until all of `text` is written. Throws Deno.errors.BrokenPipe when nobody reads any more. */
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colour: boolean;
}

/** A stream to read from. */
export interface Input {
  /** How many bytes it put into `bytes`; null at the end. Blocks until there are any. */
  readSync(bytes: Uint8Array): number | null;
}

export interface Context extends Launch {
  /** Absolute, normalised. */
  readonly home: string;
  readonly uid: number;
  readonly cwd: string;
  /** The variables of `names` that are set and that this process may read. */
  readonly variables: (names: readonly string[]) => Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** IANA name of the system's zone. A function, because the answer takes milliseconds and few commands need it. */
  readonly timeZone: () => string;
  /** The administrator's policy folder: `/etc/kato`, except in tests. */
  readonly system: string;
  /** Files and folders of the program. */
  readonly code: readonly string[];
  readonly input: Input;
  readonly out: Output;
  readonly err: Output;
}
