/** Bytes of removed rows leave the state's files, and every row that stays stays as it is. */
import assert from "node:assert/strict";
import { scrub } from "../../src/daemon/scrub.ts";
import { storeRecordings } from "../../src/daemon/recordings_store.ts";
import type { Database } from "../../src/daemon/state.ts";
import { SCRUB_ROWS } from "../../src/protocol/state_limits.ts";
import { checkpointAt, metaOf, REF, withState } from "./stage/own_state.ts";

/** Table, columns, and the values of row `number`. */
const ROWS: Readonly<
  Record<string, [columns: string, values: (number: number) => (string | number | null)[]]>
> = {
  sessions: [
    "provider, session, path, ino, baseline, size, meta",
    (
      number,
    ) => [
      "codex",
      `s${number}`,
      `/logs/${number}`,
      number,
      0,
      number,
      JSON.stringify(metaOf(REF, `/work/${number}`)),
    ],
  ],
  files: [
    "dev, ino, path, birth",
    (number) => [number % 7, number, `/exports/${number}.md`, number % 2 ? number : null],
  ],
};

function fill(database: Database, count: number): void {
  const recordings = storeRecordings(database);
  const head = { format: "md" as const, timeZone: "UTC", include: [] };
  for (const [table, [columns, values]] of Object.entries(ROWS)) {
    const places = columns.replace(/\w+/g, "?");
    for (let number = 0; number < count; number++) {
      database.run(`INSERT INTO ${table} (${columns}) VALUES (${places})`, ...values(number));
    }
  }
  for (let number = 0; number < count; number++) {
    const id = recordings.add({
      ref: REF,
      kind: number % 2 ? "record" : "capture",
      destination: `/exports/${number}.md`,
      whole: number % 3 === 0,
      head: { ...head, meta: metaOf(REF, `/work/${number}`) },
      checkpoint: checkpointAt(number),
      next: number,
      until: number % 5 === 0 ? number : null,
      file: number % 2 ? { dev: 1, ino: number } : null,
    });
    recordings.openDelivery(id, {
      before: number,
      length: 1,
      checkpoint: checkpointAt(number),
      next: number + 1,
      events: 1,
      last: false,
      render: new Uint8Array([number % 256, 0, 1]),
    });
  }
}

const TABLES = ["sessions", "recordings", "deliveries", "files"] as const;

function allRows(database: Database): Record<string, unknown[]> {
  return Object.fromEntries(TABLES.map((table) => [table, database.all(`SELECT * FROM ${table}`)]));
}

for (const count of [0, 1, SCRUB_ROWS - 1, SCRUB_ROWS, SCRUB_ROWS + 1, 3 * SCRUB_ROWS]) {
  Deno.test(`scrub: each of ${count} rows of a table stays as it is, and nothing else is left`, () =>
    withState((database) => {
      database.transact(() => fill(database, count));
      const schema = () => database.all("SELECT name, sql FROM sqlite_master ORDER BY name");
      const said = schema();
      const before = allRows(database);
      for (const table of TABLES) assert.equal(before[table]?.length, count, table);
      scrub(database);
      assert.deepEqual(allRows(database), before);
      assert.deepEqual(schema(), said);
      assert.deepEqual(database.all("PRAGMA foreign_key_check"), []);
      assert.equal(database.get("PRAGMA integrity_check")?.["integrity_check"], "ok");
    }));
}

Deno.test("scrub: no byte of a removed row is left, of any table", () =>
  withState((database, path) => {
    database.get("PRAGMA secure_delete = OFF");
    database.transact(() => fill(database, 2 * SCRUB_ROWS));
    database.transact(() => {
      database.run("DELETE FROM deliveries WHERE recording % 3 != 0");
      database.run("DELETE FROM recordings WHERE id % 3 != 0");
      database.run("DELETE FROM sessions WHERE ino % 3 != 0");
      database.run("DELETE FROM files WHERE ino % 3 != 0");
    });
    const stays = JSON.stringify(Object.values(allRows(database)));
    scrub(database);
    const bytes = ["", "-wal"].map((end) => new TextDecoder("latin1").decode(Deno.readFileSync(path + end)))
      .join("");
    for (let number = 0; number < 2 * SCRUB_ROWS; number++) {
      for (const word of [`/exports/${number}.md`, `/logs/${number}`, `/work/${number}"`]) {
        const isKept = stays.includes(word.replace('"', '\\"')) || stays.includes(word);
        assert.ok(isKept || !bytes.includes(word), word);
      }
    }
  }));

Deno.test("scrub: a state of 30 MB needs no more than 8 MB of memory, and hardly any more of the disk", async () => {
  const folder = await Deno.makeTempDir({ prefix: "kato-scrub-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--allow-all",
        new URL("stage/large_state.ts", import.meta.url).pathname,
        folder,
      ],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { before, after, count } = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(count, 1_500);
    assert.ok(before > 30_000_000 && after < 1.3 * before, `${before} to ${after}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
