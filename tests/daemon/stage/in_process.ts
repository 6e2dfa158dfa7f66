/** The orchestrator inside the test's own process, with a host that the test chooses. */
import { createOrchestrator, type Orchestrator } from "../../../src/daemon/orchestrator.ts";
import { openState } from "../../../src/daemon/state.ts";
import type { Host } from "../../../src/hosts/host.ts";
import { DEFAULT_CONFIG } from "../../../src/settings/defaults.ts";
import { mergePolicy } from "../../../src/settings/merge.ts";
import { parserGrants, writerGrants } from "../../../src/permissions/plan.ts";
import type { AuditBody } from "../../../src/audit/record.ts";
import type { ProviderId } from "../../../src/protocol/event.ts";
import { DEFAULT_INCLUDES } from "../../../src/protocol/render.ts";
import { makePrivateFolder } from "../../../src/disk/atomic_file.ts";
import { makeHome, type TestHome, TIME_ZONE } from "./harness.ts";
import { until } from "./until.ts";

export interface InProcess extends AsyncDisposable {
  readonly home: TestHome;
  readonly orchestrator: Orchestrator;
  readonly audit: readonly AuditBody[];
  readonly gaveUp: readonly string[];
  /** The session that each parser reads now. */
  readonly marks: ReadonlyMap<ProviderId, string | null>;
  /** The provider of each marked session, in order. */
  readonly markings: readonly ProviderId[];
  /** Resolves when the first scan of Claude Code's logs is over: later messages are news. */
  whenUp(): Promise<void>;
  /** Waits for a record of the audit log. */
  whenAudited(what: string, look: (body: AuditBody) => boolean): Promise<AuditBody>;
}

export async function runInProcess(
  host: Host,
  providers: readonly ProviderId[] = ["claude-code"],
): Promise<InProcess> {
  const home = await makeHome();
  makePrivateFolder(home.places.requests);
  const merged = mergePolicy([], home.path);
  if (!merged.ok) throw new Error("the default policy does not load");
  const state = openState(home.places.database);
  if (!state.opened) throw new Error(state.message);
  const audit: AuditBody[] = [];
  const gaveUp: string[] = [];
  const marks = new Map<ProviderId, string | null>();
  const markings: ProviderId[] = [];
  const silent = () => {};
  const orchestrator = createOrchestrator({
    home: home.path,
    uid: Deno.uid() ?? 0,
    version: "1.2.3",
    host,
    kernel: { sandbox: false, missing: [] },
    effective: merged.effective,
    fileName: DEFAULT_CONFIG.render.file_name,
    timeZone: TIME_ZONE,
    include: DEFAULT_INCLUDES,
    images: false,
    providers: providers.map((provider) => ({
      provider,
      roots: [home.root],
      grants: parserGrants([home.root]),
    })),
    grantsFor: (destination, directories) => writerGrants([destination], directories),
    database: state.database,
    statusPath: home.places.statusFile,
    forgottenPath: home.places.forgottenFile,
    audit: (...bodies) => void audit.push(...bodies),
    log: { report: silent, close: () => Promise.resolve() },
    keepMark(provider, session) {
      marks.set(provider, session);
      if (session !== null) markings.push(provider);
    },
    giveUp: (why) => void gaveUp.push(why),
  });
  orchestrator.start();
  return {
    home,
    orchestrator,
    audit,
    gaveUp,
    marks,
    markings,
    async whenUp() {
      await until(
        "the first scan is over",
        () =>
          home.status()?.providers.some(({ provider, state }) =>
            provider === "claude-code" && state === "watching"
          ),
      );
    },
    whenAudited: (what, look) =>
      until(what, () => audit.find(look), {
        saw: () => audit.map((body) => JSON.stringify(body)).join("\n"),
      }),
    async [Symbol.asyncDispose]() {
      await orchestrator.stop(500, "stopped");
      state.database.close();
      await home[Symbol.asyncDispose]();
    },
  };
}
