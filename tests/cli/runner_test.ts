import assert from "node:assert/strict";
import { placesOf } from "../../src/settings/places.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { entryAt } from "../../src/disk/entry_at.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { VERSION } from "../../src/version.ts";
import { corpusCases, filesBelow } from "../providers/corpus.ts";
import { until } from "../daemon/stage/until.ts";
import { KATO } from "../installed.ts";
import { onlyWith } from "../needs.ts";
import { PNG } from "../render/one_pixel.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";
import { runProcess, startProcess } from "./stage/run_process.ts";

function makeGarden(): Place & Disposable {
  const place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A));
  keepLog(place.home, SESSION_B, conversation(SESSION_B));
  return place;
}

/** An installation names its commit. */
const VERSION_LINE = new RegExp(
  `^kato ${
    VERSION.replaceAll(".", "\\.")
  } \\((from a checkout|commit [0-9a-f]{12}( with changes)?), Deno [0-9.]+\\)\n$`,
);

const MISSING = /^kato: Cannot read ~\/work\/missing[.a-z]*: no such file or directory\.\n$/;

/** Each command, in this order, with exactly the permissions of its plan: one that lacks any ends as a bug, with 70. */
const COMMANDS: readonly (readonly [line: string, status: number, out: RegExp, err: RegExp])[] = [
  ["--version", 0, VERSION_LINE, /^$/],
  ["version", 0, VERSION_LINE, /^$/],
  ["help", 0, /^Usage: kato /, /^$/],
  ["help policy check", 0, /^Usage: kato policy check .*[^]*Example:/, /^$/],
  [
    "help polciy",
    64,
    /^$/,
    /^kato: unknown command 'polciy'\. Did you mean policy\?\nTry 'kato --help'\.\n$/,
  ],
  ["", 0, /^Usage: kato /, /^$/],
  ["--help", 0, /^Usage: kato /, /^$/],
  ["policy check --help", 0, /Example:/, /^$/],
  ["exprot", 64, /^$/, /^kato: unknown command 'exprot'\. Did you mean export\?\nTry 'kato --help'\.\n$/],
  ["export 5d8 -o x.md", 64, /^$/, /^kato: '5d8' is the beginning of 2 sessions\./],
  ["status", 69, /kato is not running/, /^$/],
  ["record 5d8a", 69, /^$/, /^kato: kato is not running\./],
  ["sessions", 0, /5d8(aa099|bb111) .*\n.*5d8(aa099|bb111) /, /^$/],
  ["doctor", 0, /ok {4}runtime/, /^$/],
  ["doctor --permissions", 0, /parser:claude-code/, /^$/],
  ["init", 0, /^wrote /, /^$/],
  ["policy show --json", 0, /"hash"/, /^$/],
  ["policy check", 0, /are right/, /^$/],
  ["policy check missing.toml", 66, /^$/, MISSING],
  ["export --file missing.jsonl -o -", 66, /^$/, MISSING],
  ["exprot --json", 64, /"reason": "usage",\n {2}"status": 64,/, /^$/],
  ["record 5d8a --json", 69, /"reason": "not-running",/, /^$/],
  [
    "policy check missing.toml --json",
    66,
    /^\{\n {2}"v": 1,\n {2}"kind": "error",\n {2}"reason": "no-input"/,
    /^$/,
  ],
  ["audit verify missing.jsonl", 66, /^$/, MISSING],
  ["policy explain /nope/x.md", 77, /^No: .*outside-roots/, /^$/],
  ["policy explain /nope/x.md --as export", 77, /"\/nope" does not exist/, /^$/],
  ["audit verify-all missing --heads .", 66, /^$/, MISSING],
  ["audit verify-all . --heads missing", 66, /^$/, MISSING],
  ["policy explain destinations.roots", 0, /^destinations\.roots = .*, by default\n/, /^$/],
  ["policy explain ~/mine/a.md", 77, /^No: .*outside-roots[^]*&& kato policy allow ~\/mine\n/, /^$/],
  ["audit verify", 0, /no security log yet/, /^$/],
  [
    "policy allow ~/nowhere",
    1,
    /^$/,
    /does not exist\. .* Run: mkdir -p -m 0700 ~\/nowhere && kato policy allow/,
  ],
  ["policy allow ~/mine", 0, /^allowed ~\/mine in .*\nwritten .*60-kato-folders\.conf\nFor it to hold/, /^$/],
  ["policy allow ~/mine", 0, /^~\/mine is allowed already\.\n$/, /^$/],
  ["policy allow /usr", 77, /^$/, /is a system location/],
  ["policy explain ~/mine/a.md", 0, /^Yes: /, /^$/],
  ["policy deny ~/mine", 0, /^took ~\/mine out of .*\nremoved .*60-kato-folders\.conf\n/, /^$/],
  ["export 5d8a -o -", 0, /Plant the beans/, /^$/],
  ["export 5d8a -o a.md", 0, /^wrote ~\/work\/a\.md/, /^$/],
  ["export 5d8a -o a.md", 77, /^$/, /^kato: Denied \(not-created-by-kato\)/],
  ["export 5d8a -o a.md --force --format html", 0, /^wrote /, /^$/],
  ["export --all -o new/folder", 0, /new\/folder\/.*\n.*new\/folder\//, /^$/],
  ["export 5d8a -o ../up.md", 77, /^$/, /traversal/],
  ["export 5d8a -o /etc/kato.md", 77, /^$/, /system-location/],
  ["export 5d8a -o /kato.md", 77, /^$/, /^kato: Denied/],
  [
    "export 5d8aa099 -o /nope/x.md",
    77,
    /^$/,
    /"\/nope\/x\.md": "\/nope" does not exist; make that folder, or choose one of your own\.\n$/,
  ],
  ["export --file a.md -o -", 1, /^$/, /Say whose it is with --provider/],
  ["search beans", 77, /^$/, /^kato: The search is off/],
  ["scan missing.md", 66, /^$/, MISSING],
  ["scan a.md", 0, /^No secret found in 1 file\.\n$/, /^$/],
  ["audit verify", 0, /^The chain of \d+ records is whole/, /^$/],
  ["audit tail -n 1", 0, /deny/, /^$/],
  ["plan -- export --all -o x.md", 0, /^kato-plan 1\0/, /^$/],
];

Deno.test("deno task kato runs every command under its plan, and ends as documented", async (t) => {
  using garden = makeGarden();
  Deno.mkdirSync(`${garden.home}/mine`, { mode: 0o700 });
  // A unit, so that there is a drop-in to keep; its folder is made by whoever launches kato.
  const units = `${garden.home}/.config/systemd/user`;
  Deno.mkdirSync(units, { recursive: true });
  Deno.writeTextFileSync(`${units}/kato.service`, "[Service]\n");
  for (const [line, status, out, err] of COMMANDS) {
    await t.step(`kato ${line} → ${status}`, async () => {
      const exited = await runProcess(line, garden);
      assert.equal(exited.status, status, `${exited.out}\n${exited.err}`);
      assert.match(exited.out, out);
      assert.match(exited.err, err);
    });
  }
});

Deno.test("deno task kato refuses to start under a policy that does not load, and says what to mend", async () => {
  using garden = makeGarden();
  makePrivateFolder(placesOf(garden.home).config);
  Deno.writeTextFileSync(placesOf(garden.home).policyFile, "[destinations]\nroots = []\n");
  for (const line of ["sessions", "export 5d8a -o x.md", "daemon", "policy show"]) {
    const { status, err } = await runProcess(line, garden);
    assert.equal(status, 78, `${line}: ${err}`);
    assert.match(
      err,
      /^(kato: a checkout.*\n)?kato: .*policy\.toml:2: destinations\.roots: must have at least 1 entry/,
    );
  }
});

Deno.test("deno task kato tells a program, too, that the policy does not load", async () => {
  using garden = makeGarden();
  makePrivateFolder(placesOf(garden.home).config);
  Deno.writeTextFileSync(placesOf(garden.home).policyFile, "[destinations]\nroots = []\n");
  const { status, out, err } = await runProcess("sessions --json", garden);
  assert.deepEqual([status, err], [78, ""]);
  const { v, kind, reason, message } = JSON.parse(out);
  assert.deepEqual([v, kind, reason], [1, "error", "refused"]);
  assert.match(message, /policy\.toml:2: destinations\.roots: must have at least 1 entry/);
});

Deno.test("deno task kato gives the program no variable that its plan does not name", async () => {
  using garden = makeGarden();
  const environment = { LD_PRELOAD: "/nowhere.so", DENO_AUTH_TOKENS: "x", NO_COLOR: "1", SECRET: "x" };
  // The dynamic linker complains of what it cannot preload, in every process that has the variable.
  const { err, status } = await runProcess("sessions", garden, { environment });
  assert.equal(status, 0);
  // The launcher has no dynamic linker.
  const complaints = KATO === null ? 1 : 0;
  assert.equal((err.match(/nowhere\.so/g) ?? []).length, complaints, "the runner alone was started with it");
});

Deno.test("a reader that goes away ends kato quietly", async () => {
  using home = makeHome();
  keepLog(home.home, SESSION_A, conversation(SESSION_A, { reply: "bean ".repeat(1_000_000) }));
  const child = startProcess(["export", "5d8", "-o", "-"], home);
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const err = await new Response(child.stderr).text();
  assert.deepEqual([(await child.status).code, err], [0, ""]);
});

Deno.test("Ctrl-C ends an export with 130, says so once, and leaves no file", async () => {
  using home = makeHome();
  const turns = conversation(SESSION_A, { reply: "bean ".repeat(200) }).repeat(30_000);
  const log = keepLog(home.home, SESSION_A, turns);
  const [file, folder] = [`${home.cwd}/new.md`, `${home.cwd}/new`];
  const isBegun = () =>
    (entryAt(file)?.size ?? 0) > 0 || (entryAt(folder) !== null && [...Deno.readDirSync(folder)].length > 0);
  for (const line of [["export", "5d8", "-o", "new.md"], ["export", "--all", "-o", "new/"]]) {
    for (;;) {
      const child = startProcess(line, home);
      const output = child.output();
      await until("it has begun", isBegun);
      try {
        child.kill("SIGINT");
      } catch (error) {
        // It has ended.
        if (!(error instanceof TypeError)) throw error;
      }
      const { code, stderr } = await output;
      if (code !== 0) {
        assert.deepEqual([code, new TextDecoder().decode(stderr).match(/Interrupted/g)], [130, [
          "Interrupted",
        ]]);
        break;
      }
      // It was done before the signal came. A longer log takes longer.
      for (const path of [file, folder]) {
        if (entryAt(path) !== null) Deno.removeSync(path, { recursive: true });
      }
      Deno.writeTextFileSync(log, turns, { append: true });
      assert.ok(Deno.statSync(log).size < 2 ** 30, "the signal ends it");
    }
    assert.equal(entryAt(file), null);
  }
});

Deno.test("Ctrl-C ends a command that waits, with 130", async () => {
  using garden = makeGarden();
  assert.equal((await runProcess("export 5d8a -o a.md", garden)).status, 0);
  const child = startProcess(["audit", "tail", "-n", "1", "--follow"], garden);
  const reader = child.stdout.getReader();
  await reader.read();
  child.kill("SIGINT");
  assert.equal((await child.status).code, 130);
  await reader.cancel();
  await child.stderr.cancel();
});

Deno.test("an export keeps its images with the permissions of its plan, and leaves no folder without one", async () => {
  using garden = makeGarden();
  const { config, configFile } = placesOf(garden.home);
  makePrivateFolder(config);
  Deno.writeTextFileSync(configFile, '[render]\nimages = "files"\n', { mode: 0o600 });
  const content = [{ type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }];
  const row = {
    type: "user",
    uuid: "4b8d1d0e-0000-4000-8000-000000000001",
    sessionId: SESSION_A,
    message: { role: "user", content },
  };
  keepLog(garden.home, SESSION_A, `${conversation(SESSION_A)}${JSON.stringify(row)}\n`);
  for (
    const [line, file] of [["-o x.md", "x"], ["-o new/x.md", "new/x"], ["-o x.md --force", "x"]] as const
  ) {
    const { status, err } = await runProcess(`export 5d8aa ${line}`, garden);
    assert.deepEqual([status, err], [0, ""], line);
    const images = [...Deno.readDirSync(`${garden.cwd}/${file}.assets`)].map(({ name }) => name);
    assert.equal(images.length, 1);
    const bytes = Deno.readFileSync(`${garden.cwd}/${file}.assets/${images[0]}`);
    assert.deepEqual(bytes, Uint8Array.fromBase64(PNG));
    assert.ok(Deno.readTextFileSync(`${garden.cwd}/${file}.md`).includes(`](x.assets/${images[0]})`));
  }
  assert.equal((await runProcess("export 5d8bb -o y.md", garden)).status, 0);
  assert.equal(entryAt(`${garden.cwd}/y.assets`), null);
});

Deno.test("twenty-four exports at the same time give twenty-four results", async () => {
  using garden = makeGarden();
  const running = Array.from({ length: 24 }, (_, n) => runProcess(`export 5d8a -o ${n}.md`, garden));
  const exited = await Promise.all(running);
  assert.deepEqual(exited.map(({ status, err }) => [status, err]), exited.map(() => [0, ""]));
  const texts = exited.map((_, n) => Deno.readTextFileSync(`${garden.cwd}/${n}.md`));
  assert.equal(new Set(texts).size, 1);
  const { broken, records } = verifyAudit(placesOf(garden.home).logs);
  assert.deepEqual([broken, records], [null, 48]);
});

Deno.test("of exports to one new file at the same time, one wins and the others are denied", async () => {
  using garden = makeGarden();
  const exited = await Promise.all(
    Array.from({ length: 6 }, () => runProcess("export 5d8a -o same.md", garden)),
  );
  const ends = exited.map(({ status }) => status).sort();
  assert.equal(ends[0], 0);
  assert.ok(ends.slice(1).every((status) => status === 77 || status === 1), ends.join());
  const alone = await runLine(["export", "5d8a", "-o", "-"], garden);
  assert.equal(Deno.readTextFileSync(`${garden.cwd}/same.md`), alone.out);
});

for (
  const { name, path, need } of corpusCases("claude-code").filter(({ name }) => /^(03|06|16a)/.test(name))
) {
  Deno.test(
    onlyWith(`deno task kato export --file gives ${name} as it does in one process`, need),
    async () => {
      using home = makeHome();
      const projects = `${path}/.claude/projects`;
      const [log = ""] = filesBelow(projects).filter((file) => /^[^/]+\/[^/]+\.jsonl$/.test(file));
      for (const format of ["md", "jsonl", "html"]) {
        const line = ["export", "--file", `${projects}/${log}`, "--format", format, "--output"];
        const child = startProcess([...line, `out.${format}`], home);
        const { code, stderr } = await child.output();
        assert.equal(code, 0, new TextDecoder().decode(stderr));
        const inProcess = await runLine([...line, "-"], home);
        assert.equal(Deno.readTextFileSync(`${home.cwd}/out.${format}`), inProcess.out);
      }
    },
  );
}

/** Logs that say as little as they can: each makes the reader look for what else there may be. */
const BARE_LOGS: readonly (readonly [name: string, records: readonly unknown[]])[] = [
  ["garden/chats/session-2026-11-23T02-08-01a20000.jsonl", [
    { sessionId: "01a20000-0000-4000-8000-000000000001", projectHash: "0" },
    { id: "u1", type: "user", content: "Plant the beans." },
  ]],
  ["2026/rollout-2026-11-23T02-08-00-01a20000-0000-7000-8000-000000000001.jsonl", [
    { type: "session_meta", payload: { id: "01a20000-0000-7000-8000-000000000001" } },
    { type: "event_msg", payload: { type: "user_message", message: "Plant the beans." } },
  ]],
  ["-w-garden/5d8aa099-0000-4000-8000-000000000001.jsonl", [
    { type: "user", uuid: "u1", message: { role: "user", content: "Plant the beans." } },
  ]],
];

for (const [name, records] of BARE_LOGS) {
  Deno.test(`deno task kato export --file reads ${name}, which says nothing of its project, also by a link`, async () => {
    using home = makeHome();
    const path = `${home.cwd}/${name}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    Deno.symlinkSync(path, `${home.cwd}/link.jsonl`);
    for (const root of [null, "/home/ada/garden\n"]) {
      if (root !== null) {
        Deno.writeTextFileSync(
          `${path.slice(0, path.indexOf("/", home.cwd.length + 1))}/.project_root`,
          root,
        );
      }
      for (const log of [name, "link.jsonl"]) {
        const { status, out, err } = await runProcess(`export --file ${log} -o -`, home);
        assert.deepEqual([status, err], [0, ""], `${log} ${root}`);
        assert.match(out, /\nPlant the beans\.\n/);
        if (name.startsWith("garden")) {
          assert.equal(out.includes('project: "/home/ada/garden"'), root !== null);
        }
      }
    }
  });
}
