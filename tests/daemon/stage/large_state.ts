/** Overwrites a large state with little memory for SQLite: `large_state.ts FOLDER`. Prints the file's sizes. */
import { DatabaseSync } from "node:sqlite";
import { scrub } from "../../../src/daemon/scrub.ts";
import { storeRecordings } from "../../../src/daemon/recordings_store.ts";
import { openState } from "../../../src/daemon/state.ts";
import { checkpointAt, metaOf, REF } from "./own_state.ts";

const path = `${Deno.args[0]}/kato.db`;
const state = openState(path);
if (!state.opened) throw new Error(state.message);
const { database } = state;
const recordings = storeRecordings(database);
const head = { format: "md", meta: metaOf(REF), timeZone: "UTC", include: [] } as const;
database.transact(() => {
  for (let number = 1; number <= 1_500; number++) {
    const id = recordings.add({
      ref: REF,
      kind: "record",
      destination: `/exports/${number}.md`,
      whole: true,
      head: { ...head, include: [] },
      checkpoint: checkpointAt(number),
      next: number,
      until: null,
      file: null,
    });
    database.run("UPDATE recordings SET render = randomblob(20000) WHERE id = ?", id);
  }
});
const size = () => {
  database.get("PRAGMA wal_checkpoint(TRUNCATE)");
  return Deno.statSync(path).size;
};
const before = size();
// The limit holds for the whole process.
const limiting = new DatabaseSync(":memory:");
limiting.exec("PRAGMA hard_heap_limit = 8000000");
limiting.close();
scrub(database);
const count = Number(
  database.get("SELECT count(*) AS n FROM recordings WHERE length(render) = 20000")?.["n"],
);
console.log(JSON.stringify({ before, after: size(), count }));
database.close();
