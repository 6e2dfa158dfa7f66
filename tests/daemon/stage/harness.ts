/**
 * Runs the real daemon in a home of its own, with exactly the permissions of its plan, or an installed daemon. A test
 * sees the same files as a person: the status file, the audit log, the recordings.
 */
import { dirname } from "@std/path";
import { denoFlags, memoryVariables } from "../../../tools/runtime_flags.ts";
import { mergePolicy } from "../../../src/settings/merge.ts";
import { type Places, placesOf, SYSTEM_POLICY } from "../../../src/settings/places.ts";
import { type Plan, plan, unionGrants } from "../../../src/permissions/plan.ts";
import { type AuditRecord, auditRecord } from "../../../src/audit/record.ts";
import { type RecordingStatus, type Status, status as statusSchema } from "../../../src/protocol/status.ts";
import { CLIENT_VARIABLES, clientRoots } from "../../../src/protocol/clients.ts";
import { makePrivateFolder } from "../../../src/disk/atomic_file.ts";
import { listRotated } from "../../../src/audit/files.ts";
import { KATO } from "../../installed.ts";
import { startService } from "./service.ts";
import { until } from "./until.ts";

/** Recordings show times in this zone on every machine. */
export const TIME_ZONE = "Europe/Berlin";

const SOURCE = new URL("../../../src", import.meta.url).pathname;
const TESTS = new URL(".", import.meta.url).pathname;
const ENTRY = new URL("daemon_entry.ts", import.meta.url).pathname;

export interface TestHome extends AsyncDisposable {
  readonly path: string;
  /** Where Claude Code keeps its logs. */
  readonly root: string;
  readonly exports: string;
  readonly places: Places;
  /** The main log of `session` in the project folder `slug`, whose folder exists. */
  log(session: string, slug?: string): string;
  readExport(name: string): string;
  audit(): AuditRecord[];
  /** The daemon's last status; null when there is none. */
  status(): Status | null;
}

/** A home with the clients' folders alone, and with a person's policy if one is given. */
export async function makeHome(policy = ""): Promise<TestHome> {
  const path = await Deno.makeTempDir({ prefix: "kato-home-" });
  const places = placesOf(path);
  const root = `${path}/.claude/projects`;
  for (const folder of Object.values(clientRoots(path, {})).flat()) {
    Deno.mkdirSync(folder, { recursive: true });
  }
  // As the launcher does.
  const { base, config, state, logs, exports } = places;
  for (const folder of [base, config, state, logs, exports]) makePrivateFolder(folder);
  if (policy !== "") Deno.writeTextFileSync(places.policyFile, policy, { mode: 0o600 });
  return {
    path,
    root,
    exports: places.exports,
    places,
    log(session, slug = "-home-ada-work") {
      const folder = `${root}/${slug}`;
      Deno.mkdirSync(folder, { recursive: true });
      return `${folder}/${session}.jsonl`;
    },
    readExport: (name) => Deno.readTextFileSync(`${places.exports}/${name}`),
    audit() {
      const files = [...listRotated(places.logs), places.auditFile];
      // A record without its line end is not complete yet: a reader may see half of one write.
      const lines = files.flatMap((file) => (readText(file) ?? "").split("\n").slice(0, -1));
      return lines.filter((line) => line !== "").map((line) => auditRecord.parse(JSON.parse(line)));
    },
    status() {
      const text = readText(places.statusFile);
      return text === null ? null : statusSchema.parse(JSON.parse(text));
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

function readText(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** The plan, made in the way of the launcher. `code`: the program's files. */
export function planDaemon(home: TestHome, code: readonly string[] = [SOURCE, TESTS]): Plan {
  const policyText = readText(home.places.policyFile);
  const layers = policyText === null
    ? []
    : [{ origin: "user" as const, file: home.places.policyFile, text: policyText }];
  const merged = mergePolicy(layers, home.path);
  if (!merged.ok) throw new Error(JSON.stringify(merged.errors));
  const roots = clientRoots(home.path, {});
  return plan({ profile: "daemon" }, merged.effective, {
    home: home.path,
    system: SYSTEM_POLICY,
    code,
    clientRoots: roots,
    clientVariables: CLIENT_VARIABLES,
    besides: [],
    nearestFolder: null,
    hasUnit: false,
    realPaths: realPathsOf([
      ...Object.values(roots).flat(),
      ...merged.effective.policy.destinations.roots,
    ]),
  });
}

function realPathsOf(paths: readonly string[]): Record<string, string> {
  const real: Record<string, string> = {};
  for (const path of paths) {
    try {
      real[path] = Deno.realPathSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return real;
}

export interface DaemonOptions {
  /** In the form that `umask` takes in a shell. */
  readonly umask?: string;
  /** Options of the runtime, before the permissions. An installed launcher has its own. */
  readonly runtime?: readonly string[];
  readonly afterCrash?: boolean;
  /** More variables of its process. An installed launcher clears them. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program that starts it and becomes it, with its arguments. */
  readonly under?: readonly string[];
  /** `kato daemon` of these files, instead of the checkout's own daemon. */
  readonly program?: {
    readonly folder: string;
    readonly orchestrator: string;
    readonly runtime: readonly string[];
  };
}

export interface Daemon extends AsyncDisposable {
  readonly exit: Promise<Deno.CommandStatus>;
  /** Its output on stderr so far. */
  said(): string;
  /** Resolves with the first status of this process for which `look` is true. */
  whenStatus(what: string, look: (status: Status) => boolean, ms?: number): Promise<Status>;
  /** Resolves when it runs and every provider's first scan is over. */
  whenUp(): Promise<Status>;
  /** Resolves when the recording into the export `name` has reached `state` (`active` by default). */
  whenRecording(name: string, state?: RecordingStatus["state"], ms?: number): Promise<RecordingStatus>;
  signal(signal: Deno.Signal): void;
  /** Ends it in good order, and gives its exit status. */
  stop(): Promise<number>;
  kill(): Promise<void>;
  /** Kills the process that the status names. In an installed daemon that is the orchestrator, not its monitor. */
  killOrchestrator(): Promise<void>;
  /** The most bytes of memory that it had in use, as the kernel counts. Of an installed daemon, its largest process. */
  peakMemory(): number;
}

/** The runtime with the daemon of the checkout, or of `options.program`. */
function runtimeLine(home: TestHome, { program, ...options }: DaemonOptions): string[] {
  const grants = unionGrants(planDaemon(home, program === undefined ? undefined : [program.folder]));
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    ...program?.runtime ?? ["--frozen", "--no-check"],
    "--unstable-worker-options",
    ...options.runtime ?? [],
    ...denoFlags(grants),
    ...program === undefined ? [ENTRY] : [program.orchestrator, "daemon"],
  ];
}

/** Starts the daemon of `home`, and waits for nothing. */
export function startDaemon(home: TestHome, options: DaemonOptions = {}): Daemon {
  const kato = options.program === undefined ? KATO : null;
  const line = kato === null ? runtimeLine(home, options) : [kato, "daemon"];
  const command = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      `umask ${options.umask ?? "022"}; exec "$@"`,
      "sh",
      ...options.under ?? [],
      ...line,
      ...(options.afterCrash === true ? ["--after-crash"] : []),
    ],
    cwd: dirname(SOURCE),
    clearEnv: true,
    env: {
      HOME: home.path,
      TZ: TIME_ZONE,
      NO_COLOR: "1",
      DENO_DIR: denoDir(),
      DENO_NO_UPDATE_CHECK: "1",
      ...memoryVariables("daemon"),
      ...options.env,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const service = startService(command, kato !== null);
  const { said } = service;

  async function whenStatus(what: string, look: (status: Status) => boolean, ms?: number): Promise<Status> {
    return await until(what, () => {
      if (service.ended()) throw new Error(`the daemon has ended, while waited for: ${what}\n${said()}`);
      const status = home.status();
      return status !== null && service.runs(status.pid) && look(status) ? status : null;
    }, {
      ...(ms === undefined ? {} : { ms }),
      saw: () => `${JSON.stringify(home.status(), null, 1)}\n${said()}`,
    });
  }

  return {
    exit: service.exit,
    said,
    whenStatus,
    whenUp: () =>
      whenStatus(
        "the daemon is up",
        ({ state, providers }) =>
          state === "running" && providers.length > 0 &&
          providers.every(({ state }) => ["watching", "polling", "unused"].includes(state)),
      ),
    async whenRecording(name, wanted, ms) {
      const state = wanted ?? "active";
      const find = ({ recordings }: Status) =>
        recordings.find((recording) =>
          recording.destination.endsWith(`/${name}`) && recording.state === state
        );
      const status = await whenStatus(`${name} is ${state}`, (status) => find(status) !== undefined, ms);
      const found = find(status);
      if (found === undefined) throw new Error("internal error: found and not found");
      return found;
    },
    signal: service.signal,
    stop: () => service.end("SIGTERM"),
    async kill() {
      await service.end("SIGKILL");
    },
    async killOrchestrator() {
      const pid = home.status()?.pid;
      await service.endBy(pid !== undefined && service.runs(pid) ? pid : service.pid());
    },
    peakMemory: service.peakMemory,
    async [Symbol.asyncDispose]() {
      await service.end("SIGKILL");
    },
  };
}

/** The runtime's folder for compiled modules. Tests of the daemon change HOME, and this folder must stay. */
function denoDir(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
}
