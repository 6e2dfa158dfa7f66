/**
 * An organisation's policy in the real /etc/kato, and an unprivileged person who wants more than it allows, with the
 * built kato. Only root can put files there: each command is run in a mount namespace with an /etc of its own, as
 * somebody else. `deno task test:installed` runs this as root; elsewhere it is skipped.
 */
import assert from "node:assert/strict";
import { lchownSync } from "node:fs";
import { dirname, join } from "@std/path";
import { asPerson, PERSON } from "../../tools/tests/person.ts";
import { conversation, keepLog, SESSION_A } from "../cli/stage/logs.ts";
import { INSTALLATION, KATO } from "../installed.ts";
import { onlyWith, ROOT } from "../needs.ts";

/** What the organisation says: a folder below home, and one whose place only root can change. */
const POLICY = (srv: string) =>
  `enforce = [
  "destinations.roots", "destinations.default_root", "destinations.extensions", "destinations.allow_existing",
  "destinations.max_file_mb", "destinations.cli_export", "recording.automatic", "providers.codex.roots",
]
[destinations]
roots = ["~/company", "${srv}"]
default_root = "~/company"
extensions = ["md"]
cli_export = "roots"
[providers.codex]
roots = ["~/.codex/sessions"]
`;

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

interface Place extends Disposable {
  readonly home: string;
  /** A folder of the person's in one of root's. */
  readonly srv: string;
  /** What /etc/kato is made of; whoever owns what in it owns it there. */
  readonly etc: string;
  /** Where the policy does not let anything be written. */
  readonly outside: string;
  /** A file of the person's, with the folders above it in their home. */
  put(path: string, text: string, mode?: number): string;
  own(path: string): void;
  run(line: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ran>;
}

function makePlace(): Place {
  const top = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-organisation-" }));
  Deno.chmodSync(top, 0o755);
  const [home, etc, srv] = [`${top}/home`, `${top}/etc`, `${top}/srv/ada`];
  const outside = `${home}/outside`;
  const own = (path: string) => lchownSync(path, PERSON, PERSON);
  for (const folder of [`${top}/srv`, etc]) Deno.mkdirSync(folder, { mode: 0o755 });
  for (const folder of [home, srv, `${home}/company`, outside]) {
    Deno.mkdirSync(folder, { mode: 0o700 });
    own(folder);
  }
  Deno.writeTextFileSync(`${etc}/policy.toml`, POLICY(srv), { mode: 0o644 });
  let folder = keepLog(home, SESSION_A, conversation(SESSION_A));
  for (; folder !== home; folder = dirname(folder)) own(folder);
  return {
    home,
    srv,
    etc,
    outside,
    own,
    put(path, text, mode = 0o600) {
      const whole = join(home, path);
      const missing: string[] = [];
      for (let above = dirname(whole); above !== home && !isThere(above); above = dirname(above)) {
        missing.unshift(above);
      }
      for (const one of missing) {
        Deno.mkdirSync(one, { mode: 0o700 });
        own(one);
      }
      Deno.writeTextFileSync(whole, text);
      Deno.chmodSync(whole, mode);
      own(whole);
      return whole;
    },
    async run(line, environment = {}) {
      const script = 'mount -t tmpfs -o mode=755 etc /etc && cp -a "$0" /etc/kato && exec "$@"';
      const args = ["--mount", "sh", "-c", script, etc, ...asPerson(), KATO ?? "", ...line];
      const { code, stdout, stderr } = await new Deno.Command("unshare", {
        args,
        cwd: home,
        clearEnv: true,
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: home, TZ: "UTC", ...environment },
        stdin: "null",
      }).output();
      const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      return { status: code, out, err };
    },
    [Symbol.dispose]: () => Deno.removeSync(top, { recursive: true }),
  };
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

interface Attack {
  readonly name: string;
  readonly prepare?: (place: Place) => void;
  readonly environment?: (place: Place) => Readonly<Record<string, string>>;
  /** `ignored`: the organisation's policy holds as if nothing had been tried; `refused`: nothing runs (78). */
  readonly ends: "ignored" | "refused";
  readonly says?: RegExp;
}

const OWN = ".kato/config/policy.toml";
const WIDE = '[destinations]\nroots = ["~/outside"]\ndefault_root = "~/outside"\n';

const ATTACKS: readonly Attack[] = [
  { name: "does nothing yet", ends: "ignored" },
  {
    name: "names other roots in a policy of their own",
    prepare: ({ put }) => void put(OWN, WIDE),
    ends: "ignored",
  },
  {
    name: "adds a root to the organisation's",
    prepare: ({ put }) => void put(OWN, '[destinations]\nroots = ["~/company", "~/outside"]\n'),
    ends: "ignored",
  },
  {
    name: "names a folder that only begins like a root",
    prepare: ({ put }) => void put(OWN, '[destinations]\nroots = ["~/company-outside"]\n'),
    ends: "ignored",
  },
  {
    name: "leaves a root by ..",
    prepare: ({ put }) => void put(OWN, '[destinations]\nroots = ["~/company/../outside"]\n'),
    ends: "refused",
    says: /policy\.toml:2: destinations\.roots: .*holds `\.\.`/,
  },
  {
    name: "lets exports go anywhere, of any size and kind",
    prepare: ({ put }) =>
      void put(
        OWN,
        '[destinations]\ncli_export = "anywhere"\nmax_file_mb = 4096\nextensions = ["md", "html"]\n',
      ),
    ends: "ignored",
  },
  {
    name: "takes the enforcement back",
    prepare: ({ put }) => void put(OWN, `enforce = []\n${WIDE}`),
    ends: "refused",
    says: /enforce: may only stand in an administrator's policy/,
  },
  {
    name: "says it in other words of TOML",
    prepare: ({ put }) => void put(OWN, 'destinations."r\\u006fots" = ["~/outside"]\n'),
    ends: "ignored",
  },
  {
    name: "says it twice, to be read differently",
    prepare: ({ put }) => void put(OWN, '[destinations]\nroots = ["~/company"]\nroots = ["~/outside"]\n'),
    ends: "refused",
    says: /sets destinations\.roots twice/,
  },
  {
    name: "has a policy.d of their own",
    prepare: ({ put }) => void put(".kato/config/policy.d/10.toml", WIDE),
    ends: "ignored",
  },
  {
    name: "makes ~/.kato a link",
    prepare({ home, put, own }) {
      put("elsewhere/config/policy.toml", WIDE);
      Deno.symlinkSync("elsewhere", `${home}/.kato`);
      own(`${home}/.kato`);
    },
    ends: "ignored",
  },
  {
    name: "makes the folder of settings a link",
    prepare({ home, put, own }) {
      put(OWN, WIDE);
      Deno.renameSync(`${home}/.kato/config`, `${home}/elsewhere`);
      Deno.symlinkSync("../elsewhere", `${home}/.kato/config`);
      own(`${home}/.kato/config`);
    },
    ends: "refused",
    says: /config: must be a folder itself, not a link/,
  },
  {
    name: "makes their policy a link",
    prepare({ home, put, own }) {
      put(OWN, "");
      Deno.removeSync(`${home}/${OWN}`);
      Deno.symlinkSync("/etc/kato/policy.toml", `${home}/${OWN}`);
      own(`${home}/${OWN}`);
    },
    ends: "refused",
    says: /policy\.toml: must be a plain file, not a link/,
  },
  {
    name: "makes their policy another name of root's file",
    prepare({ home, put, etc }) {
      put(OWN, "");
      Deno.removeSync(`${home}/${OWN}`);
      Deno.linkSync(`${etc}/policy.toml`, `${home}/${OWN}`);
    },
    ends: "refused",
    says: /config\/policy\.toml: belongs to user 0/,
  },
  {
    name: "has a policy that a group can write",
    prepare: ({ put }) => void put(OWN, "", 0o660),
    ends: "refused",
    says: /policy\.toml: can be written by others/,
  },
  {
    name: "got hold of the organisation's file",
    prepare: ({ etc, own }) => own(`${etc}/policy.toml`),
    ends: "refused",
    says: /^kato: \/etc\/kato\/policy\.toml: belongs to user \d+, not to root/m,
  },
  {
    name: "got hold of the organisation's folder",
    prepare: ({ etc, own }) => own(etc),
    ends: "refused",
    says: /^kato: \/etc\/kato: belongs to user/m,
  },
  {
    name: "may write to policy.d",
    prepare({ etc }) {
      Deno.mkdirSync(`${etc}/policy.d`);
      Deno.chmodSync(`${etc}/policy.d`, 0o777);
    },
    ends: "refused",
    says: /^kato: \/etc\/kato\/policy\.d: can be written by others/m,
  },
  {
    name: "is in the organisation's folder by a link",
    prepare({ etc, home, put }) {
      Deno.symlinkSync(put("mine.toml", WIDE, 0o644), `${etc}/policy.d`);
      assert.ok(isThere(`${home}/mine.toml`));
    },
    ends: "refused",
    says: /^kato: \/etc\/kato\/policy\.d: must be a folder itself, not a link/m,
  },
  {
    name: "sets variables that others obey",
    environment: ({ outside }) => ({
      XDG_CONFIG_HOME: outside,
      XDG_CONFIG_DIRS: outside,
      XDG_DATA_HOME: outside,
      XDG_RUNTIME_DIR: outside,
      TMPDIR: outside,
      KATO_HOME: outside,
      KATO_CONFIG: outside,
      KATO_POLICY: `${outside}/policy.toml`,
      KATO_SYSTEM: outside,
      KATO_BINARY: "/bin/true",
      CONFIGURATION_DIRECTORY: outside,
      SUDO_UID: "0",
      USER: "root",
    }),
    ends: "ignored",
  },
  {
    name: "sets variables of the runtime",
    environment: ({ outside }) => ({
      DENO_DIR: outside,
      DENO_V8_FLAGS: "--allow-natives-syntax",
      DENO_PERMISSION_BROKER_PATH: `${outside}/broker`,
      DENO_NO_UPDATE_CHECK: "",
      DENO_CONFIG: `${outside}/deno.json`,
      NODE_OPTIONS: "--require=/nonexistent.js",
      NODE_PATH: outside,
      INIT_CWD: outside,
    }),
    ends: "ignored",
  },
  {
    name: "moves a client's folder with the client's variable",
    environment: ({ outside }) => ({ CODEX_HOME: outside }),
    ends: "ignored",
  },
];

/** Grants of a plan as text: `role`, then `verb path` for each. */
async function planOfDaemon(
  place: Place,
  environment: Readonly<Record<string, string>>,
): Promise<Ran & { grants: string[] }> {
  const ran = await place.run(["plan", "--", "daemon"], environment);
  return { ...ran, grants: ran.out.split("\0") };
}

function grantsOf(fields: readonly string[], role: string): string[] {
  const from = fields.indexOf(`role ${role}`);
  const rest = fields.slice(from + 1);
  const to = rest.findIndex((field) => field.startsWith("role ") || field === "end");
  return from < 0 ? [] : rest.slice(0, to);
}

for (const { name, prepare, environment, ends, says } of ATTACKS) {
  Deno.test({
    ...onlyWith(`organisation: a person who ${name} gets no more than it allows`, ROOT, INSTALLATION),
    async fn() {
      using place = makePlace();
      prepare?.(place);
      const variables = environment?.(place) ?? {};
      const plan = await planOfDaemon(place, variables);
      const target = `${place.outside}/x.md`;
      const exported = await place.run(["export", SESSION_A, "--output", target], variables);
      assert.ok(!isThere(target), "nothing was written");
      if (ends === "refused") {
        for (const ran of [plan, exported]) {
          assert.equal(ran.status, 78, ran.err);
          if (says !== undefined) assert.match(ran.err, says);
        }
        return;
      }
      assert.equal(plan.status, 0, plan.err);
      assert.deepEqual(grantsOf(plan.grants, "writer"), [
        `write ${place.home}/company`,
        `write ${place.srv}`,
      ]);
      assert.deepEqual(grantsOf(plan.grants, "parser:codex"), [`read ${place.home}/.codex/sessions`]);
      assert.equal(exported.status, 77, exported.err);
      assert.match(exported.err, /Denied \(outside-roots\)/);
      // What is allowed still works.
      const allowed = await place.run(
        ["export", SESSION_A, "--output", `${place.home}/company/x.md`],
        variables,
      );
      assert.equal(allowed.status, 0, allowed.err);
    },
  });
}

Deno.test({
  ...onlyWith("organisation: the same wishes are granted where there is none", ROOT, INSTALLATION),
  async fn() {
    using place = makePlace();
    Deno.removeSync(`${place.etc}/policy.toml`);
    place.put(OWN, WIDE);
    const { grants } = await planOfDaemon(place, {});
    assert.deepEqual(grantsOf(grants, "writer"), [`write ${place.outside}`]);
    const { status, err } = await place.run(["export", SESSION_A, "--output", `${place.outside}/x.md`]);
    assert.equal(status, 0, err);
    assert.ok(isThere(`${place.outside}/x.md`));
    const moved = await planOfDaemon(place, { CODEX_HOME: place.outside });
    assert.ok(grantsOf(moved.grants, "parser:codex").includes(`read ${place.outside}/sessions`));
  },
});

Deno.test({
  ...onlyWith("organisation: no word of the command line widens it", ROOT, INSTALLATION),
  async fn() {
    using place = makePlace();
    const trial = place.put("mine.toml", WIDE, 0o644);
    const target = `${place.outside}/x.md`;
    for (
      const words of [
        ["--administrator", String(PERSON)],
        [`--administrator=${PERSON}`],
        ["--plan-hash", "0".repeat(64)],
        ["--roles=threads"],
        ["--kernel-sandbox"],
        ["--policy", trial],
        [`--config=${trial}`],
        ["--system", place.home],
      ]
    ) {
      for (
        const line of [["export", ...words, SESSION_A, "-o", target], [
          ...words,
          "export",
          SESSION_A,
          "-o",
          target,
        ]]
      ) {
        const { status, err } = await place.run(line);
        assert.equal(status, 64, `${line.join(" ")}: ${err}`);
      }
    }
    // To try a policy is not to use it.
    assert.equal((await place.run(["policy", "check", "--as", "organisation", trial])).status, 0);
    const output = await place.run(["export", SESSION_A, "--force", "--output", target]);
    assert.equal(output.status, 77, output.err);
    assert.ok(!isThere(target));
  },
});

Deno.test({
  ...onlyWith("organisation: no link out of a root is followed, whoever made it", ROOT, INSTALLATION),
  async fn() {
    using place = makePlace();
    for (const root of [`${place.home}/company`, place.srv]) {
      Deno.symlinkSync(place.outside, `${root}/out`);
      place.own(`${root}/out`);
      const { status, err } = await place.run(["export", SESSION_A, "--output", `${root}/out/x.md`]);
      assert.equal(status, 77, err);
    }
    assert.ok(!isThere(`${place.outside}/x.md`));
  },
});

Deno.test({
  ...onlyWith("organisation: what is wanted beyond it is told of, with file and line", ROOT, INSTALLATION),
  async fn() {
    using place = makePlace();
    place.put(OWN, WIDE);
    const check = await place.run(["policy", "check"]);
    assert.equal(check.status, 78);
    assert.match(
      check.err,
      /\.kato\/config\/policy\.toml:2: destinations\.roots: \/etc\/kato\/policy\.toml enforces/,
    );
    const allow = await place.run(["policy", "allow", "~/outside"]);
    assert.equal(allow.status, 77);
    assert.match(
      allow.err,
      /^kato: \/etc\/kato\/policy\.toml:1 enforces destinations\.roots, so only folders/,
    );
    const explain = await place.run(["policy", "explain", "destinations.roots"]);
    assert.equal(explain.status, 0, explain.err);
    assert.match(explain.out, /\/etc\/kato\/policy\.toml:6 +holds/);
    assert.match(
      explain.out,
      /~\/\.kato\/config\/policy\.toml:2 +ignored .*more than \/etc\/kato\/policy\.toml:1 enforces/,
    );
    const path = await place.run(["policy", "explain", "~/outside/x.md"]);
    assert.equal(path.status, 77);
    assert.match(path.out, /enforced by \/etc\/kato\/policy\.toml:1/);
  },
});

Deno.test({
  ...onlyWith(
    "organisation: with another HOME of their own a person moves what ~ stands for, and no absolute folder",
    ROOT,
    INSTALLATION,
  ),
  async fn() {
    using place = makePlace();
    const { status, err, grants } = await planOfDaemon(place, { HOME: place.outside });
    assert.equal(status, 0, err);
    assert.deepEqual(grantsOf(grants, "writer"), [`write ${place.outside}/company`, `write ${place.srv}`]);
    for (const home of ["/", "/root", "/etc", dirname(place.home), `${place.home}/../outside`]) {
      assert.equal((await planOfDaemon(place, { HOME: home })).status, 78, home);
    }
  },
});
