/** The Ansible role, by itself and on a machine: each test begins with a play that says all it needs. */
import assert from "node:assert/strict";
import { parse } from "@std/yaml";
import { place, remove, untilSo } from "../booted/machine.ts";
import {
  asAlice,
  asRoot,
  daemonOf,
  host,
  machine,
  newer,
  older,
  onMachine,
  ROLES,
  runDocumented,
  textOf,
  tryAsAlice,
  tryAsRoot,
  whenNoneIsLeft,
  whenRestarted,
  withTools,
} from "./fleet.ts";
import { whenFollows } from "./people.ts";
import {
  assertOk,
  BASE,
  EVERYBODY,
  have,
  play,
  playDocumented,
  type Played,
  playHere,
  POLICY,
  type Variables,
} from "./play.ts";

const read = (path: string) => Deno.readTextFileSync(`${ROLES}/kato/${path}`);

interface Options {
  readonly [name: string]: { readonly default: unknown; readonly description: unknown };
}

Deno.test("the role's defaults, its argument specifications and its page name the same variables", () => {
  const defaults = parse(read("defaults/main.yml")) as Record<string, unknown>;
  const specification = parse(read("meta/argument_specs.yml")) as {
    argument_specs: { main: { options: Options } };
  };
  const { options } = specification.argument_specs.main;
  const specified = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, option.default]),
  );
  assert.deepEqual(specified, defaults);
  const described = [...read("README.md").matchAll(/^\| `(kato_[a-z_]+)`/gm)].map(([, name]) => name);
  assert.deepEqual(described.sort(), Object.keys(defaults).sort());
});

withTools("the role passes ansible-lint's production profile, yamllint and a syntax check", async () => {
  const lint = await host("ansible-lint", [
    "--offline",
    "--nocolor",
    "--profile",
    "production",
    `${ROLES}/kato`,
  ]);
  assert.equal(lint.code, 0, lint.out + lint.err);
  const yaml = await host("yamllint", ["--strict", "-c", `${ROLES}/../.yamllint`, ROLES]);
  assert.equal(yaml.code, 0, yaml.out);
  const syntax = await play(BASE, "--syntax-check");
  assert.ok(syntax.ok, syntax.out);
});

/** For each value that becomes a line of a file: texts that would make another line, or another word. */
const REFUSED: readonly Variables[] = [
  { kato_version: "0.2.0-1\n" },
  { kato_version: "0.2.0-1\nPin-Priority: 1001" },
  { kato_version: "latest" },
  { kato_repository_url: "https://example.org/\n" },
  { kato_repository_url: "https://example.org/\nTrusted: yes" },
  { kato_repository_url: "https://example.org/ stable" },
  { kato_repository_url: "http://example.org/" },
  { kato_repository_suite: "stable\n" },
  { kato_repository_suite: "stable\nTrusted: yes" },
  { kato_repository_suite: "stable unstable" },
  { kato_repository_component: "main\n" },
  { kato_repository_component: "main\nTrusted: yes" },
  { kato_repository_origin: "kato\n" },
  { kato_repository_origin: "kato\nPin-Priority: 1001" },
  { kato_policy: { "recording.commands = true\nenforce": [] } },
  { kato_policy: { "recording.commands\n": true } },
  { kato_policy: { "destinations.roots": ["~/notes", "/srv/a\nExecStartPre=/bin/sh -c id"] } },
  { kato_policy: { "destinations.roots": ["/srv/a\n"] } },
  { kato_policy: { "destinations.roots": "/srv/a\nb" } },
  { kato_policy: { "destinations.roots": ["srv/a"] } },
  { kato_policy: { "providers.codex.roots": ["/srv/a\rb"] } },
  { kato_policy: { "providers.codex.roots": ["/srv/a\u0000b"] } },
];
const TAKEN: readonly Variables[] = [
  {},
  { kato_repository_url: "https://example.org/debian", kato_repository_suite: "bookworm-updates/kato" },
  { kato_repository_origin: "Example, Ltd." },
  { kato_policy: { "providers.claude-code.roots": ['/srv/ä b$%\\"'], "destinations.roots": ["~/notes"] } },
];

withTools(
  "a value that would be more than one line, or word, of a file is refused before anything is done",
  async () => {
    const tried = [...TAKEN, ...REFUSED];
    const blocks = tried.map((variables, number) => ({
      block: [
        {
          "ansible.builtin.include_role": { name: "kato", tasks_from: "preflight" },
          vars: { ...BASE, kato_version: "0.2.0-1", kato_repository_key: "kato.asc", ...variables },
        },
        { "ansible.builtin.debug": { msg: `taken: ${number}` } },
      ],
      rescue: [{ "ansible.builtin.debug": { msg: `refused: ${number}` } }],
    }));
    const { out } = await playHere(blocks);
    const said = [...out.matchAll(/"msg": "(taken|refused): (\d+)"/g)].map(([, how, number]) =>
      `${how} ${number}`
    );
    const wanted = tried.map((_, number) => `${number < TAKEN.length ? "taken" : "refused"} ${number}`);
    assert.deepEqual(said, wanted, out);
  },
);

/** The same again changes nothing. */
async function assertSettled(variables: Variables, ...options: readonly string[]): Promise<void> {
  const again = await play(variables, ...options);
  assert.deepEqual([again.ok, again.changed], [true, 0], again.out);
}

function assertFails({ ok, out }: Played, why: RegExp): void {
  assert.equal(ok, false, out);
  assert.match(out, why);
}

const effectiveHash = async () => JSON.parse(await asAlice("kato policy show --json")).hash as string;
/** Of a daemon that was just started the status comes a moment later. */
const runningHash = () =>
  untilSo("alice's daemon runs", async () => {
    const { out } = await tryAsAlice("kato status --json");
    const status = out.startsWith("{") ? JSON.parse(out) : {};
    return status.running === true ? status.policy.hash as string : null;
  });

onMachine("a play in check mode tells what it would do on a new machine, and does nothing", async () => {
  assertOk(await play({ kato_state: "absent", kato_purge: true, kato_users: ["alice"] }));
  const checked = await play(EVERYBODY, "--check");
  assertOk(checked);
  assert.ok(checked.changed > 0);
  assert.equal((await tryAsRoot("test -e /usr/bin/kato")).code, 1);
  for (const path of [POLICY, "/etc/apt/sources.list.d/kato.sources", "/etc/apt/keyrings/kato.asc"]) {
    assert.equal(textOf(path), null, path);
  }
});

onMachine(
  "a play installs the version that was asked for, with the policy, for everybody who is there",
  async () => {
    assertOk(await play(EVERYBODY));
    assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), older);
    assert.equal(await asRoot(`stat -c '%U:%G %a' ${POLICY}`), "root:root 644\n");
    await daemonOf("kato.service");
    await whenFollows("alice");
    assert.equal(await runningHash(), await effectiveHash());
    assert.match(
      await asAlice("kato policy show"),
      /cli_export = "roots" +# .*50-organisation\.toml.*, enforced/,
    );
    await assertSettled(EVERYBODY);
    await assertSettled(EVERYBODY, "--check");
  },
);

onMachine("a folder of the policy is one that the unit shows, so that recordings go there", async () => {
  await have(EVERYBODY);
  const pid = await daemonOf("kato.service");
  const seen = await asRoot(`ls /proc/${pid}/root/home/alice/Documents`);
  assert.equal(seen, "talks 100% ${HOME}\n");
  assert.equal(await asAlice("stat -c '%U %a' ~/Documents/talks*"), "alice 700\n");
});

onMachine("a changed policy restarts the daemons, and they run with it", async () => {
  await have(EVERYBODY);
  const before = await daemonOf("kato.service");
  const hash = await runningHash();
  assertOk(await play({ ...EVERYBODY, kato_policy: { "recording.commands": false } }));
  await whenRestarted(before);
  await whenFollows("alice");
  assert.notEqual(await runningHash(), hash);
  assert.equal(await runningHash(), await effectiveHash());
  assert.match(await asAlice("kato policy show"), /recording\.commands = false/);
});

/** Policies that kato refuses: alone, or together with another file of the machine. */
const REFUSED_POLICIES:
  readonly (readonly [is: string, other: string | null, policy: Variables, why: RegExp])[] = [
    [
      "by itself",
      null,
      { kato_policy: { "recording.comands": false } },
      /did you mean `recording\.commands`/,
    ],
    [
      // The role's file does not allow its folder.
      "together with the machine's other files",
      'destinations.default_root = "~/elsewhere"',
      { kato_policy_enforce: ["destinations.roots"] },
      /default_root/,
    ],
  ];

onMachine(
  "a policy that kato refuses fails the play, in check mode too, and is not put into place",
  async () => {
    await have(EVERYBODY);
    const pid = await daemonOf("kato.service");
    const text = textOf(POLICY);
    for (const [is, other, policy, why] of REFUSED_POLICIES) {
      if (other !== null) await asRoot(`echo '${other}' > /etc/kato/policy.d/70-other.toml`);
      try {
        for (const options of [["--check"], []]) {
          assertFails(await play({ ...EVERYBODY, ...policy }, ...options), why);
          assert.equal(textOf(POLICY), text, is);
          assert.equal(await daemonOf("kato.service"), pid, is);
        }
      } finally {
        await asRoot("rm -f /etc/kato/policy.d/70-other.toml");
      }
    }
  },
);

onMachine("the page's commands for a change of policy", async () => {
  await have(EVERYBODY);
  place(machine, "root", "/root/work/50-organisation.toml", textOf(POLICY) ?? "");
  const checked = await runDocumented("kato policy check --as organisation 50-organisation.toml");
  const hashes = [...checked.matchAll(/[0-9a-f]{64}/g)].map(([hash]) => hash);
  assert.equal(hashes.length, 2);
  assert.equal(hashes[0], hashes[1]);
  const plays = await playDocumented("--limit canary", EVERYBODY);
  assert.deepEqual(
    plays.map(({ ok, changed }) => ({ ok, changed })),
    Array(3).fill({ ok: true, changed: 0 }),
  );
  await asRoot("touch /etc/kato/policy.d/50-organisation.toml");
  const before = await daemonOf("kato.service");
  const followed = await runDocumented("/usr/lib/kato/everyone follow");
  assert.match(followed, /kato of alice follows now/);
  await whenRestarted(before);
  await runDocumented("/usr/lib/kato/everyone check");
});

const GONE_BACK = { ...EVERYBODY, kato_allow_downgrade: true };

onMachine("root's restarts use up none of the starts that a person's service has", async () => {
  await have(EVERYBODY);
  const dropIn = "/home/alice/.config/systemd/user/kato.service.d/starts.conf";
  place(machine, "alice", dropIn, "[Unit]\nStartLimitBurst=2\n");
  await asAlice("systemctl --user daemon-reload");
  try {
    for (let restarts = 0; restarts < 3; restarts++) {
      const before = await daemonOf("kato.service");
      await asRoot("/usr/lib/kato/everyone restart");
      await whenRestarted(before);
    }
  } finally {
    remove(machine, dropIn);
    await asAlice("systemctl --user daemon-reload");
  }
});

onMachine("an upgrade restarts the daemons; an older version is refused until it is allowed", async () => {
  await have(EVERYBODY);
  const before = await daemonOf("kato.service");
  const { kato_repository_suite: _suite, kato_version: _version, ...newest } = EVERYBODY;
  // As the page has it, with the version on the command line, and the suite by default.
  for (const played of await playDocumented("kato_version=0.2.0-2", newest)) assertOk(played);
  assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), newer);
  const after = await whenRestarted(before);
  const upgraded = { ...newest, kato_version: newer };
  await assertSettled(upgraded);
  // A word of the command line is a text, whatever it means.
  assertFails(
    await play(EVERYBODY, "-e", "kato_allow_downgrade=false"),
    /There is kato 0\.2\.0-2\. For an older one set kato_allow_downgrade/,
  );
  assert.match(textOf("/etc/apt/preferences.d/kato") ?? "", /^Pin-Priority: 990$/m);
  assert.equal(await daemonOf("kato.service"), after);
  for (const played of await playDocumented("kato_version=0.2.0-1", newest)) assertOk(played);
  assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), older);
  await whenRestarted(after);
  await assertSettled(GONE_BACK);
});

onMachine("for named people it runs whether they are logged in or not, and for nobody else", async () => {
  await have(GONE_BACK);
  await asRoot("groupadd --force recorded && usermod -aG recorded bob");
  const some = { ...EVERYBODY, kato_enable: "users", kato_groups: ["recorded"] };
  assertOk(await play(some));
  assert.equal((await tryAsRoot("systemctl --global is-enabled kato.service")).out, "disabled\n");
  await untilSo(
    "bob's is active",
    async () =>
      (await tryAsRoot("systemctl --user --machine=bob@ is-active kato.service")).out === "active\n",
  );
  assert.equal(await asRoot("loginctl show-user bob --property=Linger --value"), "yes\n");
  await assertSettled(some);
  await asRoot("/usr/lib/kato/everyone disable bob");
  assert.equal(await asRoot("ls /var/lib/systemd/linger | grep -c bob || true"), "0\n");
});

onMachine("as the system's service it is out of the person's reach", async () => {
  await asRoot("systemctl --user --machine=alice@ stop kato.service");
  const out = { ...EVERYBODY, kato_enable: "system", kato_users: ["alice"] };
  assertOk(await play(out));
  await daemonOf("kato@alice.service", "system");
  await assertSettled(out);
  await assert.rejects(asAlice("systemctl stop kato@alice.service"), /ended with [1-9]/);
  const before = await daemonOf("kato@alice.service", "system");
  assertOk(await play({ ...out, kato_policy: { "recording.commands": false } }));
  await whenRestarted(before, "kato@alice.service", "system");
});

onMachine("uninstalling leaves nothing of the role's, and everything of people's", async () => {
  assertOk(await play({ ...EVERYBODY, kato_enable: "system", kato_users: ["alice"] }));
  await daemonOf("kato@alice.service", "system");
  await asAlice("echo kept > ~/.kato/exports/kept.md");
  const records = await asAlice("wc -l < ~/.kato/logs/security-audit.jsonl");
  const gone = { kato_state: "absent", kato_purge: true, kato_users: ["alice", "bob"] };
  const checked = await play(gone, "--check", "-e", "kato_purge=false");
  assertOk(checked);
  assert.match(checked.out, /^changed: .*item=\/etc\/kato\/policy\.d\/50-organisation\.toml\)/m);
  assert.doesNotMatch(checked.out, /item=\/etc\/kato\)/);
  assertOk(await play(gone));
  await whenNoneIsLeft();
  const written =
    "organisation|kato[.](sources|asc)|preferences[.]d/kato|wants/kato|etc/kato(/|$)|apparmor.d/kato";
  assert.equal((await tryAsRoot(`find /etc /usr/bin | grep -E '${written}|/usr/bin/kato'`)).out, "");
  assert.equal(await asAlice("cat ~/.kato/exports/kept.md"), "kept\n");
  assert.ok(Number(await asAlice("wc -l < ~/.kato/logs/security-audit.jsonl")) >= Number(records));
  await assertSettled(gone);
});

onMachine("by hand: for everybody, for one person, out of a person's reach, and gone again", async () => {
  assertOk(await play({ ...EVERYBODY, kato_enable: "none" }));
  await runDocumented("systemctl --global enable kato");
  await daemonOf("kato.service");
  await runDocumented("/usr/lib/kato/everyone enable alice");
  await runDocumented("systemctl enable --now kato@bob");
  await daemonOf("kato@bob.service", "system");
  await runDocumented("/usr/lib/kato/everyone disable alice");
  await whenNoneIsLeft();
  assert.equal((await tryAsRoot("ls /usr/bin/kato")).out, "");
  await runDocumented("apt-get purge -y kato");
  assert.equal((await tryAsRoot("ls /etc/kato /etc/apparmor.d/kato; find /etc -name 'kato@*'")).out, "");
});
