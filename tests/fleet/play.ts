/** A play with the role, on the machine. */
import { host, keys, machine, older, ROLES, work } from "./fleet.ts";

export type Variables = Readonly<Record<string, unknown>>;

/** What every play here says of the role. */
export const BASE: Variables = {
  kato_version: older,
  kato_repository_url: "file:///srv/kato",
  kato_repository_key: keys.good,
  kato_enable: "none",
};

export interface Played {
  readonly ok: boolean;
  readonly changed: number;
  readonly out: string;
}

let last: Variables | null = null;

/** As after a play with `variables`: without another one, where that was the last. */
export async function have(variables: Variables): Promise<void> {
  if (last === variables) return;
  const { ok, out } = await play(variables);
  if (!ok) throw new Error(out);
}

/** By the connection for changed roots, with what enters the machine's namespaces in the place of chroot. */
export async function play(variables: Variables, ...options: readonly string[]): Promise<Played> {
  const enter = `${work}/enter`;
  const environment = "env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8";
  Deno.writeTextFileSync(
    enter,
    `#!/bin/sh\nshift\nexec nsenter -t ${machine.pid} -a --wdns=/ ${environment} "$@"\n`,
  );
  Deno.chmodSync(enter, 0o755);
  const inventory = {
    all: {
      hosts: {
        machine: {
          ansible_connection: "community.general.chroot",
          ansible_host: machine.root,
          ansible_chroot_exe: enter,
          ansible_python_interpreter: "/usr/bin/python3",
        },
      },
    },
  };
  const plays = [{ name: "A fleet", hosts: "all", roles: [{ role: "kato", vars: variables }] }];
  // JSON is YAML.
  Deno.writeTextFileSync(`${work}/hosts.yml`, JSON.stringify(inventory));
  Deno.writeTextFileSync(`${work}/play.yml`, JSON.stringify(plays));
  const { code, out, err } = await host("ansible-playbook", [
    "-i",
    `${work}/hosts.yml`,
    `${work}/play.yml`,
    ...options,
  ], { ANSIBLE_ROLES_PATH: ROLES, ANSIBLE_PIPELINING: "1", ANSIBLE_LOCALHOST_WARNING: "false" });
  if (options.length === 0) last = code === 0 ? variables : null;
  const changed = Number(/^machine +:.* changed=(\d+)/m.exec(out)?.[1] ?? "-1");
  return { ok: code === 0, changed, out: `${out}${err}` };
}

/** Tasks on the controller itself, which the role is only asked by. */
export async function playHere(tasks: readonly unknown[]): Promise<{ readonly out: string }> {
  const plays = [{
    name: "Here",
    hosts: "localhost",
    connection: "local",
    gather_facts: true,
    tasks,
  }];
  Deno.writeTextFileSync(`${work}/here.yml`, JSON.stringify(plays));
  const { out, err } = await host("ansible-playbook", ["-i", "localhost,", `${work}/here.yml`], {
    ANSIBLE_ROLES_PATH: ROLES,
    ANSIBLE_LOCALHOST_WARNING: "false",
  });
  return { out: `${out}${err}` };
}
