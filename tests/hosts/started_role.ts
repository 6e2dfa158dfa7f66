/** The roles that the test monitor starts: real ones as child processes, and ones that the test plays. */
import type { BytePipe } from "../../src/hosts/byte_pipe.ts";
import { streamPort } from "../../src/hosts/stream_port.ts";
import { denoFlags } from "../../tools/runtime_flags.ts";
import type { Grant } from "../../src/protocol/grant.ts";
import type { Act, Acting } from "../daemon/stage/fake_roles.ts";
import { pipeOver, pipePair, type TestPipe } from "./pipes.ts";

export interface StartedRole {
  readonly pid: number;
  readonly pipe: TestPipe;
  /** The end of the role, as a sentence. */
  readonly ended: Promise<string>;
  kill(): void;
}

const ROOT = new URL("../../", import.meta.url).pathname;

export interface ChildOptions {
  /** Flags of the runtime, instead of those for a checkout. */
  readonly runtime?: readonly string[];
  /** The whole environment. Without it, the test's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of the program itself. */
  readonly words?: readonly string[];
}

const CHECKOUT = ["--frozen", "--no-check"];

/** Starts `entry` with exactly `grants`, like the monitor, but without the kernel's sandbox. */
export function startChild(
  entry: string,
  grants: readonly Grant[],
  { runtime = CHECKOUT, env, words = [] }: ChildOptions = {},
): StartedRole {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...runtime, "--unstable-worker-options", ...denoFlags(grants), entry, ...words],
    cwd: ROOT,
    ...(env === undefined ? {} : { env, clearEnv: true }),
    stdin: "piped",
    stdout: "piped",
    stderr: Deno.env.has("KATO_TEST_STDERR") ? "inherit" : "null",
  }).spawn();
  const pipe = pipeOver(child.stdout, child.stdin);
  return {
    pid: child.pid,
    pipe,
    ended: child.status.then(({ code, signal }) =>
      signal === null ? `it ended with status ${code}` : `it was killed by ${signal}`
    ),
    kill: () => kill(child),
  };
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // The process ended a moment ago.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** A role that the test plays message by message. Its frames travel as bytes, like those of a real role. */
export function playRole(act: Act): StartedRole {
  return playBytes((pipe, end) => {
    const port = streamPort(pipe, () => {});
    const acting: Acting = {
      send: (header, payload) => port.send({ header, payload: payload ?? null }),
      fail: end,
    };
    port.receive(({ header }) => act(header as Parameters<Act>[0], acting));
  });
}

/** A role that the test plays byte by byte. */
export function playBytes(play: (pipe: BytePipe, end: (why: string) => void) => void): StartedRole {
  const [own, pipe] = pipePair();
  let finish: (why: string) => void = () => {};
  const ended = new Promise<string>((resolve) => finish = resolve);
  const end = (why: string) => {
    finish(why);
    void own.close();
  };
  play(own, end);
  return { pid: Deno.pid, pipe, ended, kill: () => end("it was killed by SIGKILL") };
}
