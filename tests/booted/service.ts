/** kato as a service on a machine: started again for each test, with session logs that grow. */
import assert from "node:assert/strict";
import { CLIENTS } from "../../src/protocol/clients.ts";
import { append, type ClaudeRows, createRows } from "../daemon/stage/claude_rows.ts";
import { homeOf, isThere, type Machine, must, place, remove, run, untilSo, type Who } from "./machine.ts";

export interface Service {
  readonly machine: Machine;
  /** The person whose sessions it records. */
  readonly who: Who;
  /** `kato`, or `kato@alice`. */
  readonly unit: string;
  /** `systemctl`, run as the person who may use it on that unit. */
  systemctl(line: string): Promise<string>;
  /** The unit's lines in the journal since this test began, as the person reads them. */
  journal(): Promise<string>;
}

/** The tests so far. Each puts a line into the journal by which its own lines are found. */
let tests = 0;

function sinceMark(journal: string): string {
  return journal.slice(journal.lastIndexOf(markOf(tests)));
}

function markOf(test: number): string {
  return `-- test ${test} --`;
}

/** The service of a person. */
export function userService(machine: Machine, who: Who = "alice"): Service {
  return {
    machine,
    who,
    unit: "kato",
    systemctl: (line) => must(machine, who, `systemctl --user ${line}`),
    journal: async () =>
      sinceMark(await must(machine, who, "journalctl --user --no-pager -q -o cat -t kato")),
  };
}

/** The service that the machine's administrator runs for alice. */
export function systemService(machine: Machine): Service {
  return {
    machine,
    who: "alice",
    unit: "kato@alice",
    systemctl: (line) => must(machine, "root", `systemctl ${line}`),
    journal: async () => sinceMark(await must(machine, "root", "journalctl --no-pager -q -o cat -t kato")),
  };
}

const CLIENT_HOMES = Object.values(CLIENTS).map(({ home }) => home);

/** Stops the service, and removes the traces of other tests and all settings. */
export async function clear(machine: Machine): Promise<void> {
  await run(machine, "alice", "systemctl --user disable --now kato; systemctl --user reset-failed");
  await run(machine, "root", "systemctl disable --now kato@alice; systemctl reset-failed");
  const home = homeOf("alice");
  for (const path of [".kato", ".config", "vault", ".ssh", ...CLIENT_HOMES]) {
    remove(machine, `${home}/${path}`);
  }
  for (
    const path of [
      "/etc/kato",
      "/etc/systemd/system/kato@alice.service.d",
      "/etc/systemd/user/kato.service.d",
    ]
  ) {
    remove(machine, path);
  }
  await must(machine, "alice", "systemctl --user daemon-reload");
  await must(machine, "root", "systemctl daemon-reload");
  tests += 1;
  await must(machine, "alice", `echo '${markOf(tests)}' | systemd-cat -t kato`);
}

export interface Log {
  readonly rows: ClaudeRows;
  readonly session: string;
  append(...lines: readonly string[]): void;
}

/** A log of Claude Code. */
export function createLog({ machine, who }: Service, folder = ".claude/projects/-home-alice-work"): Log {
  const rows = createRows();
  const path = `${homeOf(who)}/${folder}/${rows.session}.jsonl`;
  return {
    rows,
    session: rows.session,
    append(...lines) {
      if (!isThere(`${machine.root}${path}`)) place(machine, who, path, "");
      append(`${machine.root}${path}`, ...lines);
    },
  };
}

/** Waits until the recording ends with `text`. Gives its whole text. */
export async function recorded({ machine }: Service, path: string, text: string): Promise<string> {
  const file = `${machine.root}${path}`;
  return await untilSo(
    `${text} in ${path}`,
    () => {
      const found = isThere(file) ? Deno.readTextFileSync(file) : "";
      return Promise.resolve(found.trimEnd().endsWith(text) ? found : null);
    },
    async () => {
      const { out } = await run(machine, "alice", "systemctl --user --no-pager list-units --all 'kato*'");
      return `${out}${await must(machine, "root", "journalctl --no-pager -q -n 30")}`;
    },
  );
}

/** The service's lines, once `wanted` is among them: the journal may be behind the process that spoke. */
export function whenSaid(service: Service, wanted: RegExp): Promise<string> {
  return untilSo(`${wanted} is in the journal`, async () => {
    const journal = await service.journal();
    return wanted.test(journal) && journal;
  }, () => service.journal());
}

/** It was started again, once. */
export function whenRestarted(service: Service): Promise<boolean> {
  return untilSo("a restart", async () => {
    const restarts = Number(await property(service, "NRestarts"));
    assert.ok(restarts <= 1, `${restarts} restarts`);
    return restarts === 1;
  });
}

const PROVIDERS: readonly string[] = ["claude-code", "codex", "gemini"];

/** Waits until kato watches these providers: from then on it sees every appended line. */
export async function whenWatching(
  service: Service,
  wanted: readonly string[] = PROVIDERS,
  ms = 30_000,
): Promise<void> {
  await untilSo(
    "kato watches",
    async () => {
      const { out } = await run(service.machine, service.who, "kato status --json");
      const status = out.startsWith("{") ? JSON.parse(out) : {};
      const providers: { provider: string; state: string }[] = status.providers ?? [];
      const watched = providers.filter(({ state }) => state === "watching" || state === "unused")
        .map(({ provider }) => provider);
      return status.running === true && wanted.every((provider) => watched.includes(provider));
    },
    async () => `${await service.journal()}${(await run(service.machine, service.who, "kato status")).out}`,
    ms,
  );
}

/** Starts it for a person who uses a client already. */
export async function start(service: Service): Promise<void> {
  // One that cannot be made is a test's own work.
  await run(service.machine, service.who, "mkdir -p -m 0700 ~/.claude ~/.claude/projects");
  await startWithoutClient(service);
}

/** Starts it in the way of a person or an administrator. */
export async function startWithoutClient(service: Service): Promise<void> {
  await service.systemctl(`enable --now ${service.unit}`);
  await whenWatching(service);
}

/** One property of the unit. */
export async function property(service: Service, name: string): Promise<string> {
  return (await service.systemctl(`show --property=${name} --value ${service.unit}`)).trim();
}
