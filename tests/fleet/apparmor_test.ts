/** The role's task that takes AppArmor's profile out of the kernel, beside a kernel and a parser that a test plays. */
import assert from "node:assert/strict";
import { parse } from "@std/yaml";
import { ROLES } from "./fleet.ts";

interface Task {
  readonly "ansible.builtin.shell"?: { readonly cmd: string };
}

const tasks = parse(Deno.readTextFileSync(`${ROLES}/kato/tasks/remove.yml`)) as readonly Task[];
const [LINES = ""] = tasks.flatMap((task) => task["ansible.builtin.shell"]?.cmd ?? []);

interface Machine {
  readonly hasProfile: boolean;
  /** What the kernel says that it has; null: it has no AppArmor. */
  readonly loaded: string | null;
  /** How the parser ends. */
  readonly code?: number;
}

async function run({ hasProfile, loaded, code = 0 }: Machine) {
  const folder = Deno.makeTempDirSync({ prefix: "kato-apparmor-" });
  try {
    const [profile, profiles] = [`${folder}/kato`, `${folder}/profiles`];
    if (hasProfile) Deno.writeTextFileSync(profile, "profile kato {}\n");
    if (loaded !== null) Deno.writeTextFileSync(profiles, loaded);
    const parser = `#!/bin/sh\necho "$*" >> ${folder}/called\nexit ${code}\n`;
    Deno.writeTextFileSync(`${folder}/apparmor_parser`, parser, { mode: 0o755 });
    Deno.writeTextFileSync(`${folder}/called`, "");
    const lines = LINES.replaceAll("/etc/apparmor.d/kato", profile)
      .replaceAll("/sys/kernel/security/apparmor/profiles", profiles);
    const ended = await new Deno.Command("sh", {
      args: ["-c", lines],
      clearEnv: true,
      env: { PATH: `${folder}:/usr/bin:/bin` },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    return {
      code: ended.code,
      called: Deno.readTextFileSync(`${folder}/called`).replaceAll(folder, "/etc/apparmor.d"),
      err: new TextDecoder().decode(ended.stderr),
    };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const REMOVED = "-R /etc/apparmor.d/kato\n";
const LOADED = "man_filter (enforce)\nkato (enforce)\n";

const CASES: readonly (readonly [what: string, machine: Machine, code: number, called: string])[] = [
  ["takes out what the kernel has", { hasProfile: true, loaded: LOADED }, 0, REMOVED],
  [
    "does nothing where the kernel does not have it",
    {
      hasProfile: true,
      loaded: "kato-other (enforce)\n",
    },
    0,
    "",
  ],
  ["does nothing without AppArmor", { hasProfile: true, loaded: null }, 0, ""],
  ["does nothing after the profile is gone", { hasProfile: false, loaded: LOADED }, 0, ""],
  ["fails where the kernel keeps it", { hasProfile: true, loaded: LOADED, code: 1 }, 1, REMOVED],
];

for (const [what, machine, code, called] of CASES) {
  Deno.test(`removing AppArmor's profile ${what}`, async () => {
    assert.deepEqual(await run(machine), { code, called, err: "" });
  });
}
