/** The command lines that the launcher refuses, the arguments that it passes on, and plans that are faulty. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { EXIT } from "../../src/cli/exit_status.ts";
import { entryAt } from "../../src/disk/entry_at.ts";
import { until } from "../daemon/stage/until.ts";
import { isWithin } from "../machine_speed.ts";
import { type Need, onlyWith, program, ROOT } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { asPerson, createStage, planBytes, planOf, type RunOptions, type Stage } from "./stage.ts";

function test(name: string, body: (stage: Stage) => Promise<void>, ...needs: readonly Need[]): void {
  Deno.test({
    ...onlyWith(`kato ${name}`, COMPILER, ...needs),
    async fn() {
      using stage = createStage();
      await body(stage);
    },
  });
}

async function refuses(stage: Stage, code: number, message: RegExp, line: string[], options?: RunOptions) {
  const ran = await stage.run(line, options);
  assert.deepEqual({ code: ran.code, out: ran.out }, { code, out: "" }, ran.err);
  assert.match(ran.err, message);
}

test("runs what was planned, in the person's own folder", async (stage) => {
  const hash = "0123456789abcdef".repeat(4);
  stage.plan(planOf("help", [], hash));
  const { code, out, err } = await stage.run(["status", "--json", "a b", "é", "--", "--plan"]);
  assert.equal(code, 0, err);
  const { args, cwd } = JSON.parse(out);
  assert.equal(cwd, stage.home);
  const given = args.filter((word: string) => !/^(--kernel-missing|landlock.*|--kernel-sandbox)$/.test(word));
  assert.deepEqual(given, ["--plan-hash", hash, "status", "--json", "a b", "é", "--", "--plan"]);
  assert.deepEqual([...Deno.readDirSync(stage.home)], [], "a command that writes nothing makes nothing");
});

test("refuses what only it may say", async (stage) => {
  for (const word of ["--plan-hash=x", "--plan-hash", "--kernel-sandbox", "--kernel-missing", "--roles"]) {
    await refuses(stage, EXIT.usage, /is said by kato itself/, [word, "x", "status"]);
    // `--` may be an option's value. Then the next argument is an option again.
    await refuses(stage, EXIT.usage, /is said by kato itself/, ["export", "--output", "--", word]);
  }
});

test("refuses arguments that are not UTF-8, and passes odd ones on", async (stage) => {
  const line = `exec "$0" "$(printf 'a\\377b')"`;
  const [command = "", ...words] = [...asPerson(), "sh", "-c", line, join(stage.root, "bin/kato")];
  const { code, stderr } = await new Deno.Command(command, { args: words, env: { HOME: stage.home } })
    .output();
  assert.equal(code, EXIT.usage);
  assert.match(new TextDecoder().decode(stderr), /an argument is not UTF-8: a.+b\. Rename/);
  const { out } = await stage.run(["\u001b[31m\n", ""]);
  assert.deepEqual(JSON.parse(out).args.slice(-2), ["\u001b[31m\n", ""]);
});

const HOMES: readonly (readonly [string, (stage: Stage) => string, RegExp])[] = [
  ["relative", () => "home", /absolute path/],
  ["empty", () => "", /absolute path/],
  ["not there", ({ home }) => `${home}/nowhere`, /no folder that is there/],
  ["a file", ({ library }) => `${library}/kato.js`, /no folder that is there/],
  ["the root", () => "/", /not the plain path/],
  ["not plain", ({ home }) => `${home}/../home`, /not the plain path/],
];
for (const [what, homeOf, message] of HOMES) {
  test(`refuses a home that is ${what}`, async (stage) => {
    await refuses(stage, EXIT.refused, message, ["status"], { env: { HOME: homeOf(stage) } });
  });
}

test("refuses a home that is somebody else's", async (stage) => {
  await refuses(stage, EXIT.refused, /belongs to somebody else/, ["status"], { env: { HOME: stage.root } });
}, ROOT);

test("refuses the daemon to root, whatever the command line says", async (stage) => {
  const root = { asIs: true, env: { HOME: "/root" } };
  await refuses(stage, EXIT.denied, /does not run as root/, ["daemon"], root);
  stage.plan(planOf("daemon", []));
  await refuses(stage, EXIT.denied, /does not run as root/, ["sessions"], root);
}, ROOT);

test("refuses to be set-uid", async (stage) => {
  Deno.chmodSync(join(stage.root, "bin/kato"), 0o4755);
  await refuses(stage, EXIT.denied, /must not be installed set-uid/, ["status"]);
}, ROOT);

test("refuses an installation that is incomplete or that others can change", async (stage) => {
  Deno.chmodSync(join(stage.library, "kato.js"), 0o666);
  await refuses(stage, EXIT.refused, /others can change .*kato\.js/, ["status"]);
  Deno.chmodSync(join(stage.library, "kato.js"), 0o644);
  stage.script("part-1.js", "");
  Deno.chmodSync(join(stage.library, "part-1.js"), 0o646);
  await refuses(stage, EXIT.refused, /others can change .*part-1\.js/, ["status"]);
  Deno.removeSync(join(stage.library, "part-1.js"));
  Deno.removeSync(join(stage.library, "plan.js"));
  await refuses(stage, EXIT.refused, /plan\.js is missing/, ["status"]);
  stage.script("plan.js", "");
  Deno.removeSync(join(stage.library, "kato.js"));
  await refuses(stage, EXIT.refused, /kato\.js is missing/, ["status"]);
  Deno.removeSync(stage.library, { recursive: true });
  await refuses(stage, EXIT.refused, /lib\/kato is missing/, ["status"]);
});

test("refuses a working directory that is gone", async (stage) => {
  const line = `mkdir "$1/gone" && cd "$1/gone" && rmdir "$1/gone" && exec "$0" status`;
  const [command = "", ...args] = [...asPerson(), "sh", "-c", line, join(stage.root, "bin/kato"), stage.home];
  const { code, stderr } = await new Deno.Command(command, { args, env: { HOME: stage.home } }).output();
  assert.equal(code, EXIT.refused);
  assert.match(new TextDecoder().decode(stderr), /working directory is gone/);
});

const REPLACEABLE: readonly (readonly [what: string, path: string, mode: number])[] = [
  ["a script that a group may write", "lib/kato/kato.js", 0o664],
  ["a script that everybody may write", "lib/kato/plan.js", 0o646],
  ["a part that a group may write", "lib/kato/scenario.json", 0o664],
  ["a folder that a group may write", "lib/kato", 0o775],
  ["a folder above that everybody may write", "lib", 0o757],
  ["the folder above all that a group may write", ".", 0o775],
];
for (const [what, path, mode] of REPLACEABLE) {
  test(`refuses a program that others could replace: ${what}`, async (stage) => {
    stage.script("scenario.json", "{}");
    Deno.chmodSync(join(stage.root, path), mode);
    await refuses(stage, EXIT.refused, /others can change .*\. Install kato/, ["status"]);
  });
}

test("is out of reach of what a person has the loader load", async (stage) => {
  // A loader would say that it cannot be loaded, before anything of the launcher's runs.
  const evil = ["LD_PRELOAD=/nowhere/evil.so", "LD_AUDIT=/nowhere/evil.so"];
  const [command = "", ...args] = [...asPerson(), "env", ...evil, join(stage.root, "bin/kato"), "status"];
  const env = { HOME: stage.home, PATH: "/usr/bin:/bin" };
  const { code, stderr } = await new Deno.Command(command, { args, cwd: stage.home, clearEnv: true, env })
    .output();
  assert.deepEqual({ code, err: new TextDecoder().decode(stderr) }, { code: 0, err: "" });
});

test("shows nothing of the runtime's own at a terminal", async (stage) => {
  stage.script("kato.js", 'console.log("what kato says");');
  const [command = "", ...args] = [
    ...asPerson(),
    ...[
      "script",
      "--quiet",
      "--return",
      "--command",
      `'${join(stage.root, "bin/kato")}' status`,
      "/dev/null",
    ],
  ];
  const { stdout } = await new Deno.Command(command, {
    args,
    cwd: stage.home,
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", HOME: stage.home, TERM: "xterm" },
    stdin: "null",
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "what kato says\r\n");
}, program("script", "bsdutils"));

test("gives what it says a priority where standard error is the journal, and nowhere else", async (stage) => {
  stage.plan(planOf("help", ["env JOURNAL_STREAM"]));
  stage.script("kato.js", `console.log(Deno.env.get("JOURNAL_STREAM") ?? "none");`);
  const said = join(stage.root, "said");
  Deno.writeTextFileSync(said, "");
  Deno.chmodSync(said, 0o666);
  const { dev, ino } = Deno.statSync(said);
  const cases: readonly (readonly [stream: string | null, says: RegExp, passed: boolean])[] = [
    [`${dev}:${ino}`, /^<3>kato: --roles is said by kato itself\. .*\n$/, true],
    [`${dev}:${(ino ?? 0) + 1}`, /^kato: --roles is said/, false],
    ["", /^kato: --roles is said/, false],
    [null, /^kato: --roles is said/, false],
  ];
  const runTo = async (words: readonly string[], stream: string | null) => {
    const [command = "", ...args] = [
      ...asPerson(),
      ...["sh", "-c", 'exec "$0" "$@" 2>"$SAID"', join(stage.root, "bin/kato"), ...words],
    ];
    const env = { HOME: stage.home, SAID: said, ...(stream === null ? {} : { JOURNAL_STREAM: stream }) };
    const { stdout } = await new Deno.Command(command, { args, env, clearEnv: true, cwd: stage.home })
      .output();
    return { out: new TextDecoder().decode(stdout), err: Deno.readTextFileSync(said) };
  };
  for (const [stream, says, passed] of cases) {
    assert.match((await runTo(["--roles", "x"], stream)).err, says);
    const { out } = await runTo(["sessions"], stream);
    assert.equal(out, `${passed ? stream : "none"}\n`);
  }
});

const H = "/home/ada";
const WRONG_PLANS: readonly (readonly [string, readonly string[] | Uint8Array, RegExp])[] = [
  ["empty", new Uint8Array(), /has no end/],
  ["cut", planBytes(planOf("help", [`read ${H}`])).slice(0, -3), /has no end/],
  ["not UTF-8", new Uint8Array([...planBytes(planOf("help", [])), 0xff]), /is not UTF-8/],
  [
    "not the profile's",
    ["kato-plan 1", "hash none", "profile help", "role daemon", "end"],
    /role of its profile/,
  ],
  ["one with ..", planOf("help", [`read ${H}/../bob`]), /not absolute and plain/],
  ["one with a control character", planOf("help", [`read ${H}/\u001b[2J`]), /control character/],
  ["one with an unknown verb", planOf("help", [`run ${H}`]), /field that it should not have/],
  ["one that reads the kernel's files", planOf("help", ["read /proc/1/environ"]), /read \/proc\/1\/environ/],
  ["one that reads all of /etc", planOf("help", ["read /etc"]), /read \/etc,/],
  [
    "one that writes to a system folder",
    planOf("init", ["write /usr/local/bin"]),
    /write to \/usr\/local\/bin/,
  ],
];
for (const [what, fields, message] of WRONG_PLANS) {
  test(`refuses a plan that is ${what}`, async (stage) => {
    stage.plan(fields);
    await refuses(stage, EXIT.refused, message, ["sessions"]);
  });
}

test("refuses a plan that reads all homes", async (stage) => {
  stage.plan(planOf("help", [`read ${stage.root}`]));
  await refuses(stage, EXIT.refused, /which it never does/, ["sessions"]);
});

test("has the planner's status and message", async (stage) => {
  const { code, err } = await stage.run(["status", "--", "refuse"]);
  assert.deepEqual([code, err], [EXIT.refused, "kato: the policy is refused.\n"]);
  const told = await stage.run(["status", "--", "refuse-a-program"]);
  assert.deepEqual(told, { code: EXIT.refused, out: '{"kind":"error"}\n', err: "" });
});

test("ends a planner that floods, and says how it was when it crashes", async (stage) => {
  await refuses(stage, EXIT.bug, /printed more than 65536 bytes/, ["status", "--", "flood"]);
  await refuses(stage, EXIT.bug, /was ended by SIG(TRAP|ABRT|ILL)/, ["status", "--", "crash"]);
});

test("ends a planner that hangs, after 10 s", async (stage) => {
  const start = performance.now();
  await refuses(stage, EXIT.bug, /took more than 10 s/, ["status", "--", "hang"]);
  const took = performance.now() - start;
  assert.ok(took > 9_900 && isWithin(took, 15_000), `${took} ms`);
});

const HOSTILE = {
  LD_PRELOAD: "/nowhere/evil.so",
  LD_LIBRARY_PATH: "/tmp",
  DENO_DIR: "/tmp/evil",
  DENO_V8_FLAGS: "--prof",
  DENO_PERMISSION_BROKER_PATH: "/tmp/evil.sock",
  NODE_OPTIONS: "--require=/tmp/evil.js",
  PATH: "/tmp/evil",
  LC_ALL: "C.UTF-8",
  TZ: "Europe/Berlin",
  CODEX_HOME: "/c",
  TERM: "x".repeat(5000),
};

test("makes environment, descriptors and limits anew, and confines itself", async (stage) => {
  stage.plan(planOf("help", ["env HOME"]));
  const child = stage.spawn(["status", "--", "wait"], { env: { ...HOSTILE, PATH: "/usr/bin:/bin" } });
  const reader = child.stdout.getReader();
  const { args } = JSON.parse(new TextDecoder().decode((await reader.read()).value));
  const proc = (file: string) => Deno.readTextFileSync(`/proc/${child.pid}/${file}`);
  const environment = proc("environ").split("\0").filter((entry) => entry !== "").sort();
  assert.deepEqual(environment, [
    "CODEX_HOME=/c",
    "DENO_DIR=/dev/null/none",
    "DENO_LOG=error,deno::cache::cache_db=off",
    "DENO_NO_UPDATE_CHECK=1",
    `HOME=${stage.home}`,
    "LC_ALL=C.UTF-8",
    "MALLOC_ARENA_MAX=1",
    "TZ=Europe/Berlin",
  ]);
  const status = proc("status");
  assert.match(status, /^NoNewPrivs:\t1$/m);
  assert.match(status, /^CapEff:\t0+$/m);
  assert.match(status, /^Umask:\t0077$/m);
  if (args.includes("--kernel-sandbox")) assert.match(status, /^Seccomp:\t2$/m);
  // At 1 neither a file nor a program gets a core.
  assert.match(proc("limits"), /^Max core file size +[01] +[01] /m);
  await child.stdin.close();
  await reader.cancel();
  await child.stderr.cancel();
  assert.equal((await child.status).code, 0);
});

const CAPABILITIES: readonly (readonly [who: string, line: string, asIs: boolean, set: string])[] = [
  ["root, who looks at everybody", "fleet status -- wait", true, "0000000000000004"],
  ["root, with any other command", "status -- wait", true, "0000000000000000"],
  ["root, with fleet as an argument", "status -- wait fleet", true, "0000000000000000"],
  ["a person who asks for everybody", "fleet status -- wait", false, "0000000000000000"],
];

for (const [who, line, asIs, set] of CAPABILITIES) {
  test(
    `leaves to ${who}: ${set === "0000000000000004" ? "CAP_DAC_READ_SEARCH" : "no capability"}`,
    async (stage) => {
      stage.plan(planOf("fleet:status", ["env HOME"]));
      const child = stage.spawn(line.split(" "), { asIs, env: asIs ? { HOME: "/root" } : {} });
      const reader = child.stdout.getReader();
      await reader.read();
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      for (const kind of ["Eff", "Prm", "Bnd"]) {
        // Only who has the right to can take it from the bounding set.
        if (kind === "Bnd" && !asIs) continue;
        assert.match(status, new RegExp(`^Cap${kind}:\t${set}$`, "m"), kind);
      }
      await child.stdin.close();
      await reader.cancel();
      await child.stderr.cancel();
      await child.status;
    },
    ROOT,
  );
}

test("runs with its standard descriptors closed", async (stage) => {
  const outputs = ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"];
  for (const closed of outputs) {
    const line = `"$0" status ${closed}; echo "status $?" >&9`;
    const words = [...asPerson(), "sh", "-c", `exec 9>"$1"; ${line}`];
    const [command = "", ...args] = [...words, join(stage.root, "bin/kato"), join(stage.home, "result")];
    await new Deno.Command(command, { args, cwd: stage.home, env: { HOME: stage.home } }).output();
    assert.equal(Deno.readTextFileSync(join(stage.home, "result")), "status 0\n", closed);
  }
});

test("waits, for the daemon, until a disk that is full has room for its folders", async (stage) => {
  // A file system of its own, so small that its last page is taken.
  const disk = join(stage.home, ".kato");
  Deno.mkdirSync(disk);
  await mount(["-t", "tmpfs", "-o", "size=4k,nr_inodes=1,mode=0700,uid=65534,gid=65534", "none", disk]);
  try {
    const owner = Deno.statSync(stage.home);
    Deno.chownSync(disk, owner.uid, owner.gid);
    stage.plan(planOf("daemon", [`write ${disk}/state`, `write ${disk}/logs`]));
    const child = stage.spawn(["daemon"]);
    const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    assert.match(
      (await reader.read()).value ?? "",
      /cannot make the folder .*: No space left .*The daemon waits/,
    );
    await mount(["-o", "remount,nr_inodes=100", disk]);
    await until("the folder is made", () => entryAt(`${disk}/state`)?.isDirectory);
    // The stand-in for the daemon ends by itself, and the monitor with it.
    await child.stdin.close().catch(() => {});
    await child.stdout.cancel();
    await reader.cancel();
    await child.status;
  } finally {
    await new Deno.Command("umount", { args: ["--lazy", disk] }).output();
  }
}, ROOT);

async function mount(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("mount", { args: [...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
