/** Each role and each command tries to do what its profile does not name, under the very permissions it gets. */
import assert from "node:assert/strict";
import { denoFlags } from "../../tools/runtime_flags.ts";
import { workerPermissions } from "../../src/permissions/worker_permissions.ts";
import { parserGrants, writerGrants } from "../../src/permissions/plan.ts";
import type { Grant } from "../../src/protocol/grant.ts";
import type { Outcomes, Targets } from "./probe.ts";

const WORKER = new URL("probe_worker.ts", import.meta.url);
const PROBE = new URL("probe.ts", import.meta.url).pathname;

/** A home with a log, a secret, and room for an export. */
async function withGround(test: (ground: Ground) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir({ prefix: "kato-ground-" });
  try {
    for (const folder of ["logs", "other-logs", "exports", "keys"]) Deno.mkdirSync(`${home}/${folder}`);
    for (const file of ["logs/a.jsonl", "other-logs/b.jsonl", "keys/id"]) {
      Deno.writeTextFileSync(`${home}/${file}`, "s");
    }
    await test({ home, secret: `${home}/keys/id` });
    assert.equal(Deno.readTextFileSync(`${home}/keys/id`), "s", "the secret is as it was");
    assert.equal(Deno.readTextFileSync(`${home}/logs/a.jsonl`), "s", "the log is as it was");
    assert.deepEqual([...Deno.readDirSync(`${home}/keys`)].length, 1);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

interface Ground {
  readonly home: string;
  readonly secret: string;
}

function probeWorker(grants: readonly Grant[], targets: Targets): Promise<Outcomes> {
  const worker = new Worker(WORKER, { type: "module", deno: { permissions: workerPermissions(grants) } });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message));
    };
    worker.postMessage(targets);
  });
}

async function probeProcess(flags: readonly string[], targets: Targets): Promise<Outcomes> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--unstable-worker-options",
      ...flags,
      PROBE,
      JSON.stringify(targets),
    ],
    env: { KATO_TEST_SECRET: "hidden", NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", new TextDecoder().decode(stderr));
  return JSON.parse(text);
}

function done(outcomes: Outcomes): string[] {
  return Object.keys(outcomes).filter((name) => outcomes[name] === "done");
}

Deno.test("a parser can read its provider's logs, and do nothing else", () =>
  withGround(async ({ home, secret }) => {
    const grants = parserGrants([`${home}/logs`]);
    const targets = {
      mayRead: `${home}/logs/a.jsonl`,
      mayWrite: null,
      secret,
      elsewhere: `${home}/exports/x`,
    };
    const outcomes = await probeWorker(grants, targets);
    // With nothing to write, "write what it may" tries nothing.
    assert.deepEqual(done(outcomes), ["read what it may", "write what it may"]);
    const other = await probeWorker(grants, { ...targets, secret: `${home}/other-logs/b.jsonl` });
    assert.equal(other["read a secret"], "NotCapable", "another provider's logs are no business of its");
  }));

Deno.test("a writer can write its destination, and do nothing else", () =>
  withGround(async ({ home, secret }) => {
    const mayWrite = `${home}/exports/notes.md`;
    const targets = { mayRead: null, mayWrite, secret, elsewhere: `${home}/exports/other.md` };
    const outcomes = await probeWorker(writerGrants([mayWrite], []), targets);
    assert.deepEqual(done(outcomes), ["read what it may", "write what it may"]);
    assert.equal(Deno.readTextFileSync(mayWrite), "ours");
    assert.equal(outcomes["read what it writes"], "NotCapable");
    assert.equal(outcomes["write elsewhere"], "NotCapable");
  }));

Deno.test("every refusal of a role is the runtime's, not an accident", () =>
  withGround(async ({ home, secret }) => {
    const outcomes = await probeWorker([], {
      mayRead: secret,
      mayWrite: null,
      secret,
      elsewhere: `${home}/x`,
    });
    const accidents = Object.entries(outcomes).filter(([name, outcome]) =>
      !["NotCapable", "PermissionDenied"].includes(outcome) && name !== "write what it may" &&
      name !== "import from the network"
    );
    assert.deepEqual(accidents, []);
  }));

Deno.test("the same attempts succeed where nothing is denied, so that the others can fail", () =>
  withGround(async ({ home }) => {
    const secret = `${home}/exports/not-really-secret`;
    Deno.writeTextFileSync(secret, "s");
    const targets = { mayRead: null, mayWrite: `${home}/exports/w`, secret, elsewhere: `${home}/exports/x` };
    const outcomes = await probeProcess(["--allow-all"], targets);
    const failed = Object.keys(outcomes).filter((name) => outcomes[name] !== "done");
    // Nobody listens there, and there is nothing to import: those two reach as far as the network.
    assert.deepEqual(failed.sort(), ["connect", "import from the network", "write what it reads"]);
    assert.equal(outcomes["connect"], "ConnectionRefused");
  }));

const COMMANDS: readonly (readonly [string, (home: string) => readonly Grant[], readonly string[]])[] = [
  ["nothing at all", () => [], []],
  ["one file to read", (home) => [{ grant: "read", path: `${home}/logs` }], ["read what it may"]],
  ["one file to write", (home) => [{ grant: "write", path: `${home}/exports/notes.md` }], [
    "write what it may",
  ]],
];

for (const [name, grantsOf, allowed] of COMMANDS) {
  Deno.test(`a process with ${name} can do that and nothing else`, () =>
    withGround(async ({ home, secret }) => {
      // Its own program it may read: without that no process could start.
      const program: Grant = { grant: "read", path: PROBE };
      const outcomes = await probeProcess(denoFlags([program, ...grantsOf(home)]), {
        mayRead: `${home}/logs/a.jsonl`,
        mayWrite: `${home}/exports/notes.md`,
        secret,
        elsewhere: `${home}/exports/other.md`,
      });
      assert.deepEqual(done(outcomes), allowed);
    }));
}
