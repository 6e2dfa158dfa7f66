/** A daemon with the real monitor, a stand-in for its orchestrator, and roles of a few lines each. */
import { join } from "@std/path";
import { until } from "../daemon/stage/until.ts";
import { createStage, planOf, type Stage } from "./stage.ts";

export interface Step {
  readonly say?: readonly string[];
  /** Channel, text, number of times. */
  readonly data?: readonly [number, string, number?];
  readonly raw?: readonly number[];
  readonly wait?: number;
  /** Waits until the test calls `go`. */
  readonly untilGo?: boolean;
  readonly read?: boolean;
  readonly exit?: number;
  readonly loop?: boolean;
  /** Holds the lock of the daemon of this home from now on. */
  readonly lock?: boolean;
}

export interface Fact {
  readonly said?: readonly string[];
  readonly channel?: number;
  readonly total?: number;
  readonly text?: string;
  readonly signal?: string;
  readonly began?: readonly string[];
  readonly role?: string;
  readonly results?: Readonly<Record<string, string>>;
}

export interface Daemon extends AsyncDisposable {
  readonly stage: Stage;
  readonly facts: readonly Fact[];
  /** The lines that are no facts. */
  readonly messages: readonly string[];
  readonly child: Deno.ChildProcess;
  /** Resolves when it has ended and all of its output was read. */
  readonly status: Promise<Deno.CommandStatus>;
  /** Lets a waiting orchestrator go on. */
  go(): void;
  /** Waits for the first fact for which `is` holds. */
  find(what: string, is: (fact: Fact) => boolean): Promise<Fact>;
  /** Waits for `ended CHANNEL …`, and gives the reason. */
  reason(channel: number): Promise<string>;
}

export interface DaemonOptions {
  readonly steps: readonly Step[];
  /** Text of the script of each parser, by provider. */
  readonly parsers?: Readonly<Record<string, string>>;
  readonly writer?: string;
  readonly grants?: (stage: Stage) => readonly string[];
  readonly options?: readonly string[];
  readonly line?: readonly string[];
  readonly under?: readonly string[];
  /** Called before it starts. */
  readonly prepare?: (stage: Stage) => void;
}

/** Sends back everything that it receives. */
export const ECHO = "for await (const piece of Deno.stdin.readable) Deno.stdout.writeSync(piece);";

export function startDaemon(options: DaemonOptions): Daemon {
  const { parsers = { echo: ECHO }, writer = ECHO, line = [] } = options;
  const stage = createStage(["kato-probe"]);
  options.prepare?.(stage);
  const providers = Object.keys(parsers);
  const { home } = stage;
  const roles = providers.flatMap((provider) => [`role parser:${provider}`, `read ${home}/${provider}`]);
  const own = [
    `read ${stage.library}`,
    `read ${home}/.kato/state`,
    `write ${home}/.kato/state`,
    `list ${home}/.kato/exports`,
  ];
  const grants = [...own, ...options.grants?.(stage) ?? []];
  stage.plan(planOf("daemon", [...grants, ...roles, "role writer", `write ${home}/.kato/exports`]));
  const steps = JSON.stringify({ steps: options.steps, home });
  stage.script("scenario.json", steps.replaceAll("~", home));
  for (const [provider, text] of Object.entries(parsers)) stage.script(`parser_${provider}.js`, text);
  stage.script("writer.js", writer);
  const scripts = providers.flatMap((
    provider,
  ) => ["--script", `parser:${provider}`, `parser_${provider}.js`]);
  const child = stage.spawn([
    ...options.options ?? [],
    ...scripts,
    "--script",
    "daemon",
    "orchestrator.js",
    "daemon",
    ...line,
  ], { program: "kato-probe", under: options.under ?? [] });
  const facts: Fact[] = [];
  const messages: string[] = [];
  let over = false;
  const listening = (async () => {
    let rest = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const one of lines) {
        const fact = factIn(one);
        if (fact === null) messages.push(one);
        else facts.push(fact);
      }
    }
    over = true;
  })();

  const saw = () => `${JSON.stringify(facts.slice(-20))}\n${messages.join("\n")}`;

  function find(what: string, is: (fact: Fact) => boolean): Promise<Fact> {
    return until(what, () => {
      const isOver = over;
      const found = facts.find(is);
      if (found === undefined && isOver) throw new Error(`ended before: ${what}\n${saw()}`);
      return found;
    }, { saw });
  }

  return {
    stage,
    facts,
    messages,
    child,
    status: listening.then(() => child.status),
    go: () => stage.script("go", ""),
    find,
    async reason(channel) {
      const { said } = await find(
        `the end of channel ${channel}`,
        ({ said }) => said?.[0] === "ended" && said[1] === String(channel),
      );
      return said?.[2] ?? "";
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await child.status;
      await listening;
      await child.stdin.close().catch(() => {});
      await child.stdout.cancel();
      stage[Symbol.dispose]();
    },
  };
}

/** A fact of the orchestrator, or one of another role, to which the monitor adds the role's name. Null for other lines. */
function factIn(line: string): Fact | null {
  const text = /^(?:kato: [\w:-]+: )?(\{.*\})\.?$/.exec(line)?.[1];
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    // Another process may have written into the line.
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** A destination in the one root of the plan. */
export function exportsOf(stage: Stage, path: string): string {
  return join(stage.home, ".kato/exports", path);
}
