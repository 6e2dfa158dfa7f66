/** `kato seal` and what `kato verify` makes of a seal, also one that somebody forged. */
import assert from "node:assert/strict";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { type Seal, seal as sealSchema, sealedWords } from "../../src/cli/seal/seal.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { placesOf } from "../../src/settings/places.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

const run = (line: string, place: Place): Promise<Ran> => runLine(line.split(" "), place);

const recordsOf = ({ home }: Place) =>
  Deno.readTextFileSync(placesOf(home).auditFile).trim().split("\n").map((line) => JSON.parse(line));

const [GREEN, YELLOW, RED] = ["\u001b[32m", "\u001b[33m", "\u001b[31m"] as const;

interface Sealed extends Place, Disposable {
  readonly log: string;
  readonly file: string;
  readonly seal: string;
}

/** A home with an export that is sealed. */
async function sealedHome(): Promise<Sealed> {
  const place = makeHome();
  const log = keepLog(place.home, SESSION_A, conversation(SESSION_A));
  for (const line of ["export 5d8a -o a.md", "seal a.md"]) {
    const ran = await run(line, place);
    assert.equal(ran.ended, "done", ran.err);
  }
  return { ...place, log, file: `${place.cwd}/a.md`, seal: `${place.cwd}/a.md.seal.json` };
}

async function verify(place: Place) {
  const ran = await run("verify a.md --json", place);
  const { result, reason, seal } = JSON.parse(ran.out);
  return { ...seal, ended: ran.ended, result, reason };
}

Deno.test("kato seal says what a file is, and verify finds all of it in its place", async () => {
  using home = await sealedHome();
  const seal = sealSchema.parse(JSON.parse(Deno.readTextFileSync(home.seal)));
  assert.equal((Deno.statSync(home.seal).mode ?? 0) & 0o777, 0o600);
  assert.equal(seal.file.bytes, Deno.statSync(home.file).size);
  assert.deepEqual(seal.source.events, [{ session: SESSION_A, from: 0, to: 1 }]);
  assert.deepEqual(seal.source.logs.map(({ bytes }) => bytes), [Deno.statSync(home.log).size]);
  const { ended, result, file, record, source } = await verify(home);
  assert.deepEqual([ended, result, file, record, source], ["done", "equal", "same", "found", "same"]);
  assert.equal(verifyAudit(placesOf(home.home).logs).broken, null);
  assert.match(
    (await run("verify a.md", home)).out,
    /\nIt is as it was sealed on .*\. The log is what it was, /,
  );
});

Deno.test("kato seal puts the file's hash on record before it writes, and again for the file as it is later", async () => {
  using home = await sealedHome();
  const first = sealSchema.parse(JSON.parse(Deno.readTextFileSync(home.seal)));
  const [sealed, opened] = recordsOf(home).slice(-2);
  assert.deepEqual([sealed.event, sealed.path, sealed.sequence], [
    "file-sealed",
    home.file,
    first.audit.sequence,
  ]);
  const { audit: _, ...said } = first;
  assert.equal(sealed.detail, sealedWords(said));
  assert.match(
    sealed.detail,
    new RegExp(`^sha256 ${first.file.sha256}, ${first.file.bytes} bytes; seal [0-9a-f]{64}$`),
  );
  assert.deepEqual([opened.event, opened.reason, opened.path], ["destination-opened", "created", home.seal]);
  Deno.writeTextFileSync(home.file, "more\n", { append: true });
  assert.equal(
    (await run("seal a.md", home)).out,
    `replaced ~/work/a.md.seal.json\n` +
      "The file differs from its source, and the seal says so: 'kato verify' shows where.\n",
  );
  const second = sealSchema.parse(JSON.parse(Deno.readTextFileSync(home.seal)));
  assert.equal(second.file.bytes, first.file.bytes + 5);
});

const NOT_ITS_SEAL: readonly (readonly [name: string, put: (path: string, text: string) => void])[] = [
  ["a file of the person's", (path) => Deno.writeTextFileSync(path, "{}\n")],
  ["a seal of another file", (path, text) => Deno.writeTextFileSync(path, text.replace('"a.md"', '"b.md"'))],
  ["a huge file", (path, text) => Deno.writeTextFileSync(path, text + " ".repeat(300_000))],
  ["a link", (path) => Deno.symlinkSync("/etc/passwd", path)],
  ["a folder", (path) => Deno.mkdirSync(path)],
];

for (const [name, put] of NOT_ITS_SEAL) {
  Deno.test(`kato seal leaves ${name} in the seal's place alone, and verify does not take it for one`, async () => {
    using home = await sealedHome();
    const text = Deno.readTextFileSync(home.seal);
    Deno.removeSync(home.seal);
    put(home.seal, text);
    const look = () => (({ ino, size, mtime }) => ({ ino, size, mtime }))(Deno.lstatSync(home.seal));
    const before = look();
    const ran = await run("seal a.md", home);
    assert.equal(ran.ended, "denied", ran.err);
    assert.deepEqual(look(), before);
    const { ended, result, readable } = await verify(home);
    assert.deepEqual([ended, result, readable], ["ended", "differs", false]);
  });
}

Deno.test("kato seal goes where an export may go, and nowhere else", async () => {
  using home = await sealedHome();
  Deno.mkdirSync(`${home.cwd}/.hidden`);
  Deno.mkdirSync(`${home.cwd}/real`);
  Deno.symlinkSync(`${home.cwd}/real`, `${home.cwd}/link`);
  for (const folder of [".hidden", "real"]) Deno.copyFileSync(home.file, `${home.cwd}/${folder}/a.md`);
  for (const name of [".hidden/a.md", "link/a.md", "../work/a.md"]) {
    const ran = await run(`seal ${name}`, home);
    assert.equal(ran.ended, "denied", `${name}: ${ran.err}`);
    const { event, command, decision, requested } = recordsOf(home).at(-1);
    assert.deepEqual([event, command, decision, requested], [
      "command",
      "kato seal",
      "deny",
      `${name}.seal.json`,
    ]);
  }
  Deno.writeTextFileSync(`${home.cwd}/mine.md`, "# mine\n");
  assert.match((await run("seal mine.md", home)).err, /does not begin as kato's files do, and is not sealed/);
  assert.equal((await run("seal none.md", home)).ended, "no-input");
  const left = [...Deno.readDirSync(home.cwd)].map(({ name }) => name).filter((name) =>
    name.includes("seal")
  );
  assert.deepEqual(left, ["a.md.seal.json"]);
});

Deno.test("kato verify of a sealed file needs no log of its session: the seal says that it was equal, and the audit log that it is this seal", async () => {
  using home = await sealedHome();
  Deno.removeSync(home.log);
  const { ended, result, reason, source } = await verify(home);
  assert.deepEqual([ended, result, reason, source], ["done", "equal", "no-source", "gone"]);
  Deno.writeTextFileSync(home.file, Deno.readTextFileSync(home.file).replace("planted", "stolen."));
  assert.deepEqual(await verify(home).then(({ ended, result, file }) => [ended, result, file]), [
    "ended",
    "differs",
    "changed",
  ]);
});

Deno.test("kato verify says that a sealed recording has grown, and that a log was rewritten", async () => {
  using home = await sealedHome();
  Deno.writeTextFileSync(home.log, `${Deno.readTextFileSync(home.log)}{}\n`);
  assert.deepEqual(await verify(home).then(({ result, source }) => [result, source]), ["equal", "same"]);
  Deno.writeTextFileSync(
    home.log,
    Deno.readTextFileSync(home.log).replace("gpt", "").replace("requestId", "requestid"),
  );
  assert.deepEqual(await verify(home).then(({ source }) => source), "changed");
  Deno.writeTextFileSync(home.file, "more\n", { append: true });
  assert.deepEqual(await verify(home).then(({ result, file }) => [result, file]), ["differs", "grown"]);
});

/** What changes, and the first line of `kato verify` then: its colour and its words. */
const FIRST_LINES: readonly (readonly [string, (home: Sealed) => void, colour: string, line: RegExp])[] = [
  ["nothing", () => {}, GREEN, /^~\/work\/a\.md is what its source gives: events 0 to 1 of session 5d8aa099/],
  [
    "the log is gone",
    ({ log }) => Deno.removeSync(log),
    GREEN,
    /^~\/work\/a\.md is as it was sealed, and it was what its source gave then\. It cannot be compared now: there is no log of session 5d8aa099 of Claude Code/,
  ],
  [
    "the log and the record are gone",
    ({ log, home }) => {
      Deno.removeSync(log);
      Deno.removeSync(placesOf(home).logs, { recursive: true });
    },
    YELLOW,
    /^kato cannot judge ~\/work\/a\.md: there is no log of session/,
  ],
  [
    "the file, and the log is gone",
    ({ log, file }) => {
      Deno.removeSync(log);
      Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace("planted", "stolen."));
    },
    RED,
    /^The seal of ~\/work\/a\.md does not hold\. kato cannot judge ~\/work\/a\.md: there is no log/,
  ],
  [
    "the seal",
    ({ seal }) => Deno.writeTextFileSync(seal, "{}"),
    RED,
    /^The seal of ~\/work\/a\.md does not hold\. ~\/work\/a\.md is what its source gives: /,
  ],
];

for (const [name, change, colour, words] of FIRST_LINES) {
  Deno.test(`the first line of kato verify of a sealed file says what counts: ${name}`, async () => {
    using home = await sealedHome();
    change(home);
    const { out } = await runLine(["verify", "a.md"], home, { terminal: 80, colour: true });
    assert.ok(out.startsWith(colour), JSON.stringify(out));
    // deno-lint-ignore no-control-regex -- colours
    assert.match(out.replace(/\u001b\[\d*m/g, "").replaceAll("\n", " "), words);
    const { message } = JSON.parse((await run("verify a.md --json", home)).out);
    assert.match(message, words);
  });
}

function sha256Of(path: string): string {
  const { stdout } = new Deno.Command("sha256sum", { args: [path] }).outputSync();
  return new TextDecoder().decode(stdout).slice(0, 64);
}

/** Each makes a seal that says another thing. */
const FORGED_FIELDS: Readonly<Record<string, (seal: Seal) => object>> = {
  time: () => ({ time: "2020-01-01T00:00:00.000Z" }),
  version: () => ({ version: "9.9.9" }),
  result: () => ({ result: "differs" }),
  session: ({ source }) => ({ source: { ...source, session: "another" } }),
  events: ({ source }) => ({ source: { ...source, events: [] } }),
  logs: ({ source }) => ({ source: { ...source, logs: [] } }),
  policyHash: () => ({ policyHash: "a".repeat(64) }),
};

type Forgery = readonly [name: string, forge: (home: Sealed) => void | Promise<void>, record: string];

Deno.test("kato verify finds a sealed file in its place after a move, and says where it was", async () => {
  using home = await sealedHome();
  Deno.mkdirSync(`${home.cwd}/kept`);
  for (const name of ["a.md", "a.md.seal.json"]) {
    Deno.renameSync(`${home.cwd}/${name}`, `${home.cwd}/kept/${name}`);
  }
  for (const log of ["there", "gone"]) {
    if (log === "gone") Deno.removeSync(home.log);
    const { ended, out } = await run("verify kept/a.md --json", home);
    const { result, seal } = JSON.parse(out);
    assert.deepEqual([ended, result, seal.record, seal.sealedAt], ["done", "equal", "found", home.file], log);
  }
  assert.match((await run("verify kept/a.md", home)).out, /\. It was ~\/work\/a\.md then\. The seal says: /);
});

/** As soon as it is open, another file is at its path. */
async function whileSwapped<Answer>({ file }: Sealed, act: () => Promise<Answer>): Promise<Answer> {
  const { openSync } = Deno;
  let swaps = 0;
  Deno.openSync = (path, options) => {
    const opened = openSync(path, options);
    if (path === file && swaps === 0) {
      swaps += 1;
      Deno.writeTextFileSync(`${file}.other`, Deno.readTextFileSync(file).replace("planted", "stolen."));
      Deno.renameSync(file, `${file}.judged`);
      Deno.renameSync(`${file}.other`, file);
    }
    return opened;
  };
  try {
    return await act();
  } finally {
    Deno.openSync = openSync;
    assert.equal(swaps, 1);
  }
}

Deno.test("kato seal seals the bytes that it judged, also when another file takes their place meanwhile", async () => {
  using home = await sealedHome();
  assert.equal((await whileSwapped(home, () => run("seal a.md", home))).ended, "done");
  const seal = sealSchema.parse(JSON.parse(Deno.readTextFileSync(home.seal)));
  assert.deepEqual([seal.result, seal.file.sha256], ["equal", sha256Of(`${home.file}.judged`)]);
  const { ended, result, file } = await verify(home);
  assert.deepEqual([ended, result, file], ["ended", "differs", "changed"]);
});

Deno.test("kato verify compares the bytes that it judged with the seal", async () => {
  using home = await sealedHome();
  const { result, file } = await whileSwapped(home, () => verify(home));
  assert.deepEqual([result, file], ["equal", "same"]);
});

const FORGED: readonly Forgery[] = [
  ["the seal and the file", (home) => {
    const text = Deno.readTextFileSync(home.file).replace("planted", "stolen.");
    Deno.writeTextFileSync(home.file, text);
    const seal = JSON.parse(Deno.readTextFileSync(home.seal));
    seal.file.sha256 = sha256Of(home.file);
    seal.file.bytes = Deno.statSync(home.file).size;
    Deno.writeTextFileSync(home.seal, JSON.stringify(seal));
    Deno.removeSync(home.log);
  }, "altered"],
  ["the number of its record", (home) => {
    Deno.writeTextFileSync(
      home.seal,
      Deno.readTextFileSync(home.seal).replace(/"sequence": \d+/, '"sequence": 1'),
    );
  }, "altered"],
  ["the hash of its record", (home) => {
    Deno.writeTextFileSync(
      home.seal,
      Deno.readTextFileSync(home.seal).replace(/"hash": "[0-9a-f]{64}"/, `"hash": "${"a".repeat(64)}"`),
    );
  }, "altered"],
  ["the audit log, whose record is gone", (home) => {
    const { auditFile } = placesOf(home.home);
    const lines = Deno.readTextFileSync(auditFile).split("\n").filter((line) =>
      !line.includes("file-sealed")
    );
    Deno.writeTextFileSync(auditFile, lines.join("\n"));
  }, "altered"],
  ...Object.entries(FORGED_FIELDS).map(([field, forge]): Forgery => [`${field} in the seal`, (home) => {
    const seal = sealSchema.parse(JSON.parse(Deno.readTextFileSync(home.seal)));
    Deno.writeTextFileSync(home.seal, JSON.stringify({ ...seal, ...forge(seal) }));
  }, "altered"]),
  ["the file, and then the seal, which said that it differs", async (home) => {
    Deno.writeTextFileSync(home.file, Deno.readTextFileSync(home.file).replace("planted", "stolen."));
    await run("seal a.md", home);
    const text = Deno.readTextFileSync(home.seal);
    assert.match(text, /"result": "differs"/);
    Deno.writeTextFileSync(home.seal, text.replace('"differs"', '"equal"'));
    Deno.removeSync(home.log);
  }, "altered"],
];

for (const [name, forge, expected] of FORGED) {
  Deno.test(`kato verify finds that somebody changed ${name}`, async () => {
    using home = await sealedHome();
    await forge(home);
    const { ended, result, record } = await verify(home);
    assert.deepEqual([ended, result, record], ["ended", "differs", expected]);
  });
}

/** A file and a seal that nobody sealed, of a session that never was. */
function invent({ file, seal }: Sealed, sequence: number): void {
  const text = Deno.readTextFileSync(file).replaceAll(SESSION_A, SESSION_B).replace("planted", "stolen.");
  Deno.writeTextFileSync(file, text);
  const said = JSON.parse(Deno.readTextFileSync(seal));
  said.file = { name: "a.md", bytes: Deno.statSync(file).size, sha256: sha256Of(file) };
  said.source.session = SESSION_B;
  said.audit = { sequence, hash: "a".repeat(64) };
  assert.equal(said.result, "equal");
  Deno.writeTextFileSync(seal, JSON.stringify(said));
}

const INVENTED: readonly (readonly [name: string, sequence: number, hasLog: boolean, expected: unknown[]])[] =
  [
    ["names a record before the first one", 0, true, ["ended", "differs", false, null]],
    ["names a record before the first one, where no audit log is", 0, false, [
      "ended",
      "differs",
      false,
      null,
    ]],
    ["names a record that the log has", 1, true, ["ended", "differs", true, "altered"]],
    ["names a record, where no audit log is", 1, false, ["ended", "cannot-tell", true, "no-log"]],
  ];

for (const [name, sequence, hasLog, expected] of INVENTED) {
  Deno.test(`kato verify does not believe an invented seal that ${name}`, async () => {
    using home = await sealedHome();
    invent(home, sequence);
    if (!hasLog) Deno.removeSync(placesOf(home.home).logs, { recursive: true });
    const { ended, result, readable, record } = await verify(home);
    assert.deepEqual([ended, result, readable, record], expected);
  });
}

Deno.test("kato verify believes no seal without its record, and says where to look for that", async () => {
  using home = await sealedHome();
  const { logs } = placesOf(home.home);
  Deno.removeSync(logs, { recursive: true });
  assert.deepEqual(await verify(home).then(({ result, record }) => [result, record]), ["equal", "no-log"]);
  Deno.removeSync(home.log);
  const { ended, result, record } = await verify(home);
  assert.deepEqual([ended, result, record], ["ended", "cannot-tell", "no-log"]);
  assert.match(
    (await run("verify a.md", home)).out,
    /\. The seal says: it was what its source gave then\. There is no audit log here; without record \d+ the seal proves nothing\. Look for it in a collected copy/,
  );
});

Deno.test("kato verify does not blame a log that was rotated away for a record that it had", async () => {
  using home = await sealedHome();
  const { auditFile, logs } = placesOf(home.home);
  Deno.removeSync(auditFile);
  makePrivateFolder(logs);
  const seal = JSON.parse(Deno.readTextFileSync(home.seal));
  for (let number = 0; number < 3; number += 1) await run("export 5d8a -o b.md --force", home);
  const lines = Deno.readTextFileSync(auditFile).split("\n").slice(4);
  Deno.writeTextFileSync(auditFile, lines.join("\n"));
  seal.audit.sequence = 2;
  Deno.writeTextFileSync(home.seal, JSON.stringify(seal));
  assert.deepEqual(await verify(home).then(({ result, record }) => [result, record]), ["equal", "not-there"]);
  Deno.removeSync(home.log);
  const { ended, result, record } = await verify(home);
  assert.deepEqual([ended, result, record], ["ended", "cannot-tell", "not-there"]);
  assert.match(
    (await run("verify a.md", home)).out,
    /The record of the seal is no longer in the audit log; without /,
  );
});

Deno.test("kato seal writes nothing where another file took the seal's place after the decision, on record", async () => {
  using home = await sealedHome();
  Deno.removeSync(home.seal);
  const { openSync } = Deno;
  Deno.openSync = (path, options) => {
    const file = openSync(path, options);
    if (path === home.seal && options?.createNew === true) {
      Deno.renameSync(home.seal, `${home.cwd}/aside`);
      Deno.writeTextFileSync(home.seal, "mine");
    }
    return file;
  };
  try {
    assert.equal((await run("seal a.md", home)).ended, "denied");
  } finally {
    Deno.openSync = openSync;
  }
  assert.equal(Deno.readTextFileSync(home.seal), "mine");
  const { event, decision, reason } = recordsOf(home).at(-1);
  assert.deepEqual([event, decision, reason], ["destination-opened", "deny", "swapped"]);
});
