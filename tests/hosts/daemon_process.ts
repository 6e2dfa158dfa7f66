/** The daemon as a process under the test monitor. Every process has exactly the grants of its role in the plan. */
import { basename } from "@std/path";
import { planDaemon, type TestHome, TIME_ZONE } from "../daemon/stage/harness.ts";
import { until } from "../daemon/stage/until.ts";
import { writerGrants } from "../../src/permissions/plan.ts";
import type { Status } from "../../src/protocol/status.ts";
import { type FakeMonitor, startMonitor } from "./fake_monitor.ts";
import type { Program } from "./programs.ts";
import { startChild, type StartedRole } from "./started_role.ts";

export interface DaemonProcess extends AsyncDisposable {
  readonly orchestrator: StartedRole;
  readonly monitor: FakeMonitor;
  /** Resolves when the daemon runs and every provider's first scan is over. */
  whenUp(): Promise<Status>;
}

export function startDaemonProcess(
  home: TestHome,
  program: Program,
  launch: readonly string[] = [],
): DaemonProcess {
  const { roles } = planDaemon(home, [program.folder]);
  const env = environmentOf(home);
  const grantsOf = (name: string) => roles.find(({ role }) => role === name)?.grants ?? [];
  const orchestrator = startChild(program.orchestrator, grantsOf("daemon"), {
    runtime: program.runtime,
    env,
    words: ["--roles", "processes", ...launch, "daemon"],
  });
  const monitor = startMonitor({
    pipe: orchestrator.pipe,
    start(role, name) {
      const grants = role.kind === "writer" ? writerGrants([role.destination], []) : grantsOf(name);
      return startChild(program[role.kind], grants, { runtime: program.runtime, env });
    },
  });
  return {
    orchestrator,
    monitor,
    whenUp: () =>
      until(`${basename(program.orchestrator)} is up`, () => {
        const status = home.status();
        const up = status?.pid === orchestrator.pid && status.state === "running" &&
          status.providers.every(({ state }) => ["watching", "polling", "unused"].includes(state));
        return up ? status : null;
      }, { saw: () => JSON.stringify(home.status()) }),
    async [Symbol.asyncDispose]() {
      orchestrator.kill();
      await orchestrator.ended;
      await monitor[Symbol.asyncDispose]();
    },
  };
}

/** The runtime's folder for compiled modules of a checkout must not follow HOME. */
export function environmentOf(home: TestHome): Record<string, string> {
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  return { HOME: home.path, TZ: TIME_ZONE, NO_COLOR: "1", DENO_DIR: cache, DENO_NO_UPDATE_CHECK: "1" };
}
