/**
 * `deno task kato ARGUMENTS`: runs kato from a checkout as its launcher does, with one process that has exactly the
 * permissions of the plan and roles as its threads. The kernel sandbox needs the launcher, so it is off here. This
 * process READS the settings and metadata of the folders that a command names; it starts one child, and writes
 * nothing.
 */
import { fstatSync } from "node:fs";
import { EXIT } from "../src/cli/exit_status.ts";
import { homeOf, NO_HOME } from "../src/cli/home.ts";
import { asksForJson, errorText } from "../src/cli/report/report.ts";
import { makePlan } from "../src/cli/planning/make_plan.ts";
import { planRequestOf } from "../src/cli/planning/plan_request.ts";
import { CLIENT_VARIABLES } from "../src/protocol/clients.ts";
import { denoFlags, engineFlags, memoryFlags, memoryVariables } from "./runtime_flags.ts";
import { SYSTEM_POLICY } from "../src/settings/places.ts";
import { type PlanRequest, unionGrants } from "../src/permissions/plan.ts";
import { renderPlan } from "../src/permissions/plan_text.ts";

const REPOSITORY = new URL("../", import.meta.url).pathname;
const SOURCE = `${REPOSITORY}src`;

/** Variables that a child may see, besides the locale's LC_… . DENO_DIR and XDG_CACHE_HOME say where the dependencies are. */
const PASSED = [
  "HOME",
  "USER",
  "LANG",
  "TZ",
  "TERM",
  "COLUMNS",
  "NO_COLOR",
  "FORCE_COLOR",
  "DENO_DIR",
  "XDG_CACHE_HOME",
];

const FORWARDED = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Ways in which the runtime dies of its own, an exhausted memory among them. */
const CRASHES: ReadonlySet<string> = new Set(["SIGILL", "SIGTRAP", "SIGABRT", "SIGSEGV", "SIGBUS"]);

/** A daemon that falls this often within so short a time will fall again. */
const RESTARTS = 5;
const RESTARTS_WITHIN_MS = 60_000;

function variables(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

function say(message: string): void {
  console.error(`kato: ${message}`);
}

function childEnvironment(command: string): Record<string, string> {
  const locale = Object.keys(Deno.env.toObject()).filter((name) => /^LC_[A-Z]+$/.test(name));
  const passed = isJournal() ? [...PASSED, "JOURNAL_STREAM"] : PASSED;
  return {
    ...variables([...passed, ...locale, ...CLIENT_VARIABLES]),
    ...memoryVariables(command),
    DENO_NO_UPDATE_CHECK: "1",
  };
}

/** As in say.c: whether standard error is the stream that the variable names. */
function isJournal(): boolean {
  const { dev, ino } = fstatSync(2, { bigint: true });
  return Deno.env.get("JOURNAL_STREAM") === `${dev}:${ino}`;
}

type Flags = { readonly ok: true; readonly flags: readonly string[] } | {
  readonly ok: false;
  readonly status: number;
};

/** The runtime's flags, and the arguments that go before the person's own. */
async function planRun(request: PlanRequest, home: string): Promise<Flags> {
  const planned = await makePlan(request, {
    home,
    uid: Deno.uid() ?? 0,
    variables,
    code: [SOURCE],
    system: SYSTEM_POLICY,
    administrator: 0,
  });
  if (!planned.ok) {
    const { outcome } = planned;
    if ("message" in outcome && outcome.message !== null) {
      if (asksForJson(Deno.args)) console.log(errorText("refused", outcome.message).trimEnd());
      else say(outcome.message);
    }
    return { ok: false, status: EXIT.refused };
  }
  const { plan } = planned;
  // The launcher would check this text, so this checks it in the same way.
  const text = renderPlan(plan);
  if (!text.ok) {
    say(`The plan ${text.message}. Use other paths in the command, the policy or the environment.`);
    return { ok: false, status: EXIT.refused };
  }
  const hash = plan.hash === null ? [] : ["--plan-hash", plan.hash];
  const flags = [...engineFlags(memoryFlags(request.profile)), ...denoFlags(unionGrants(plan))];
  const entry = request.profile === "daemon" ? "orchestrator.ts" : "kato.ts";
  return { ok: true, flags: [...flags, `${SOURCE}/${entry}`, ...hash] };
}

/** The planner gets the permissions of this process, except the one to start programs. */
const PLANNING: Flags = {
  ok: true,
  flags: [
    "--no-prompt",
    "--allow-read",
    "--allow-env",
    "--allow-sys=uid",
    "--deny-write",
    `${SOURCE}/kato.ts`,
  ],
};

let child: Deno.ChildProcess | null = null;
let stopping = false;

function forward(signal: Deno.Signal): void {
  if (signal !== "SIGHUP") stopping = true;
  try {
    child?.kill(signal);
  } catch (error) {
    // It has ended in this moment.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function runChild(command: string, flags: readonly string[], line: readonly string[], cwd: string) {
  const base = [
    "run",
    "--quiet",
    "--frozen",
    "--config",
    `${REPOSITORY}deno.json`,
    "--unstable-worker-options",
    // As under the launcher: a command loads the modules that it needs, and no others.
    "--unstable-lazy-dynamic-imports",
  ];
  child = new Deno.Command(Deno.execPath(), {
    args: [...base, ...flags, ...line],
    cwd,
    clearEnv: true,
    env: childEnvironment(command),
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  return await child.status;
}

async function main(line: readonly string[]): Promise<number> {
  const home = homeOf(variables(["HOME"]));
  if (home === null) {
    say(NO_HOME);
    return EXIT.refused;
  }
  // A task runs in the folder of its configuration; this is where the person was.
  const cwd = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  for (const signal of FORWARDED) Deno.addSignalListener(signal, () => forward(signal));

  const request = planRequestOf(line, { cwd, home });
  const isDaemon = request.profile === "daemon";
  if (isDaemon) say("a checkout has no kernel sandbox; the runtime's permissions and the path policy hold.");
  let extra: string[] = [];
  const starts: number[] = [];
  for (;;) {
    const run = line[0] === "plan" ? PLANNING : await planRun(request, home);
    if (!run.ok) return run.status;
    const { code, signal } = await runChild(request.profile, run.flags, [...line, ...extra], cwd);
    const crashed = code === EXIT.bug || (signal !== null && CRASHES.has(signal));
    if (!isDaemon || stopping || !(crashed || code === EXIT.restart)) return code;
    const now = performance.now();
    starts.push(now);
    if (starts.filter((start) => now - start < RESTARTS_WITHIN_MS).length > RESTARTS) {
      say(`the daemon ended ${starts.length} times in a minute; giving up. Its messages above say why.`);
      return code;
    }
    extra = crashed ? ["--after-crash"] : [];
  }
}

Deno.exit(await main(Deno.args));
