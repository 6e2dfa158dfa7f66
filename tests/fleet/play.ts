/** Plays the roles on the machine, over ssh as a person who may use sudo there. */
import assert from "node:assert/strict";
import { documented, host, keys, login, machine, older, ROLES, work } from "./fleet.ts";
import type { Ran } from "../booted/machine.ts";

export type Variables = Readonly<Record<string, unknown>>;

/** The variables of every play here. */
export const BASE: Variables = {
  kato_version: older,
  kato_repository_url: "file:///srv/kato",
  kato_repository_key: keys.good,
  kato_repository_suite: "previous",
  kato_enable: "none",
};

/** A policy for everybody, with folders in each home. */
export const EVERYBODY: Variables = {
  ...BASE,
  kato_enable: "all",
  kato_policy: {
    "destinations.roots": ["~/.kato/exports", "~/Documents/talks 100% ${HOME}"],
    "destinations.cli_export": "roots",
    "providers.gemini.enabled": false,
  },
  kato_policy_enforce: ["destinations.roots", "destinations.cli_export"],
};

/** Where the role writes the policy. */
export const POLICY = "/etc/kato/policy.d/50-organisation.toml";

export interface Played {
  readonly ok: boolean;
  readonly changed: number;
  readonly out: string;
}

export function assertOk({ ok, out }: Played): void {
  assert.ok(ok, out);
}

/** The place of the playbook. */
const CONTROLLER = `${work}/controller`;

let last: Variables | null = null;

/** Brings the machine to the state after a play with `variables`. Plays nothing when that play was the last. */
export async function have(variables: Variables): Promise<void> {
  if (last === variables) return;
  const { ok, out } = await play(variables);
  if (!ok) throw new Error(out);
}

export async function play(variables: Variables, ...options: readonly string[]): Promise<Played> {
  writeSite({ role: "kato", vars: variables });
  const played = playedOf(await onController("ansible-playbook", "site.yml", ...options));
  if (options.length === 0) last = played.ok ? variables : null;
  return played;
}

/** Plays one of the other roles. */
export async function playRole(role: string, variables: Variables): Promise<Played> {
  writeSite({ role, vars: variables });
  return playedOf(await onController("ansible-playbook", "site.yml"));
}

/** Runs, line by line, the commands of docs/fleet.md for the place of the playbook, with this playbook. */
export async function playDocumented(words: string, variables: Variables): Promise<readonly Played[]> {
  // A variable of the command line wins over one of the play.
  writeSite({ role: "kato", vars: variables });
  last = null;
  const played: Played[] = [];
  for (const line of documented(words).trimEnd().split("\n")) {
    played.push(playedOf(await onController("sh", "-c", line)));
  }
  return played;
}

function playedOf({ code, out, err }: Ran): Played {
  const changed = Number(/^laptop1 +:.* changed=(\d+)/m.exec(out)?.[1] ?? "-1");
  return { ok: code === 0, changed, out: `${out}${err}` };
}

function writeSite(role: { readonly role: string; readonly vars: Variables }): void {
  // JSON is YAML.
  write("site.yml", JSON.stringify([{ name: "A fleet", hosts: "all", become: true, roles: [role] }]));
}

function write(name: string, text: string, mode = 0o644): void {
  Deno.mkdirSync(CONTROLLER, { recursive: true });
  Deno.writeTextFileSync(`${CONTROLLER}/${name}`, text, { mode });
}

/** The machine has an empty network of its own, so ssh runs inside of that network. */
function onController(program: string, ...args: readonly string[]): Promise<Ran> {
  write("ssh", `#!/bin/sh\nexec nsenter -t ${machine.pid} -n ssh "$@"\n`, 0o755);
  const laptop = {
    ansible_host: "127.0.0.1",
    ansible_user: "ops",
    ansible_ssh_executable: `${CONTROLLER}/ssh`,
    ansible_ssh_private_key_file: login,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${CONTROLLER}/known_hosts -o StrictHostKeyChecking=no`,
    ansible_python_interpreter: "/usr/bin/python3",
  };
  write("hosts.yml", JSON.stringify({ all: { children: { canary: { hosts: { laptop1: laptop } } } } }));
  const settings = {
    defaults: {
      inventory: "hosts.yml",
      roles_path: ROLES,
      // The facts on the machine do not change from play to play.
      gathering: "smart",
      fact_caching: "jsonfile",
      fact_caching_connection: `${CONTROLLER}/facts`,
    },
    ssh_connection: { pipelining: true, control_path_dir: `${CONTROLLER}/control` },
  };
  const sections = Object.entries(settings).map(([name, values]) =>
    [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key}=${value}`), ""].join("\n")
  );
  write("ansible.cfg", sections.join("\n"));
  return host(program, args, {
    cwd: CONTROLLER,
    env: { ANSIBLE_LOCALHOST_WARNING: "false", ANSIBLE_HOME: `${CONTROLLER}/ansible` },
  });
}

/** Runs tasks on the controller itself, as these machines. They only use the role. */
export async function playHere(
  tasks: readonly unknown[],
  hosts: readonly string[] = ["localhost"],
): Promise<{ readonly out: string }> {
  write("here.yml", JSON.stringify([{ name: "Here", hosts: "all", connection: "local", tasks }]));
  const { out, err } = await onController("ansible-playbook", "-i", `${hosts.join(",")},`, "here.yml");
  return { out: `${out}${err}` };
}

/** Runs one command on every machine, in the way of docs/fleet.md. */
export async function runEverywhere(words: string): Promise<Ran> {
  return await onController("sh", "-c", documented(words));
}
