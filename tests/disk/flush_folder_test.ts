/** Whatever is made to last is flushed in the folder that holds it. */
import assert from "node:assert/strict";
import { openState } from "../../src/daemon/state.ts";
import { makePrivateFolder, writeAtomically } from "../../src/disk/atomic_file.ts";
import { openAuditLog } from "../../src/audit/log.ts";
import { createRows } from "../daemon/stage/claude_rows.ts";
import { hostWith } from "../daemon/stage/fake_roles.ts";
import { runInProcess } from "../daemon/stage/in_process.ts";
import { until } from "../daemon/stage/until.ts";

/** The folders that are flushed meanwhile, by path. */
async function flushedBy(work: (flushed: ReadonlySet<string>) => void | Promise<void>): Promise<Set<string>> {
  const open = Deno.openSync;
  const flushed = new Set<string>();
  Deno.openSync = (path, options) => {
    const file = open(path, options);
    if (file.statSync().isDirectory) {
      const sync = file.syncSync.bind(file);
      file.syncSync = () => {
        flushed.add(String(path));
        sync();
      };
    }
    return file;
  };
  try {
    await work(flushed);
    return flushed;
  } finally {
    Deno.openSync = open;
  }
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "kato-flush-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const CASES: readonly [what: string, make: (folder: string) => void][] = [
  ["a file that is replaced to last", (folder) => writeAtomically(`${folder}/policy.toml`, "", true)],
  ["a private folder", (folder) => makePrivateFolder(`${folder}/state`)],
  ["a new state", (folder) => {
    const state = openState(`${folder}/kato.db`);
    assert.ok(state.opened);
    state.database.close();
  }],
  ["a new audit log", (folder) => {
    const actor = { role: "orchestrator", pid: 1 };
    openAuditLog({ directory: folder, policyVersion: 1, policyHash: "", actor }).close();
  }],
];

for (const [what, make] of CASES) {
  Deno.test(`folders: the one that holds ${what} is flushed`, () =>
    inFolder(async (folder) => {
      assert.deepEqual(await flushedBy(() => make(folder)), new Set([folder]));
    }));
}

Deno.test("folders: what is there already is not flushed again", () =>
  inFolder(async (folder) => {
    const make = () => {
      makePrivateFolder(`${folder}/state`);
      const state = openState(`${folder}/state/kato.db`);
      assert.ok(state.opened);
      state.database.close();
    };
    make();
    assert.deepEqual(await flushedBy(make), new Set());
  }));

Deno.test("folders: those of a new recording, and of the folders made for it, are flushed", async () => {
  await flushedBy(async (flushed) => {
    await using daemon = await runInProcess(hostWith(() => null));
    await daemon.whenUp();
    const rows = createRows();
    Deno.writeTextFileSync(daemon.home.log(rows.session), rows.user("::record a/b/notes.md"));
    const { exports } = daemon.home;
    const folders = [exports, `${exports}/a`, `${exports}/a/b`];
    const saw = () => [...flushed].join("\n");
    await until("all are flushed", () => folders.every((folder) => flushed.has(folder)), { saw });
  });
});
