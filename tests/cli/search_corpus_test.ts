/** The index of recorded sessions of every client has each event of them once, under the number that it is shown by. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { Event } from "../../src/protocol/event.ts";
import { event } from "../../src/protocol/event_schema.ts";
import { placesOf } from "../../src/settings/places.ts";
import { unpackBlock } from "../../src/search/block.ts";
import { sessionsOf } from "../../src/search/find.ts";
import { passageOf } from "../../src/search/passage.ts";
import { onlyWith } from "../needs.ts";
import { clientCases } from "./stage/client_cases.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

function indexed({ home }: Place): string[] {
  using database = new DatabaseSync(placesOf(home).indexFile, { readOnly: true });
  const sessions = new Map(sessionsOf(database).map(({ id, session }) => [id, session]));
  const blocks = database.prepare("SELECT session, data FROM blocks JOIN texts USING (id)").all();
  return blocks.flatMap(({ session, data }) =>
    unpackBlock(data as Uint8Array).map(({ seq, role }) => `${sessions.get(Number(session))} ${seq} ${role}`)
  ).sort();
}

function expected(events: readonly Event[]): string[] {
  return events.filter((event) => passageOf(event) !== null).map(({ session, seq, type }) =>
    `${session} ${seq} ${type}`
  )
    .sort();
}

/** Every sixth case, so that each client has some; all of them where KATO_SEARCH_CASES=all asks for it. */
const STEP = Deno.env.get("KATO_SEARCH_CASES") === "all" ? 1 : 6;
const CASES = clientCases().filter((_, at) => at % STEP === 0);

for (const client of CASES) {
  Deno.test(
    onlyWith(`kato search indexes what kato export gives of ${client.name}`, client.need),
    async () => {
      using home = makeHome();
      const environment = client.environment(home);
      Deno.writeTextFileSync(`${home.system}/policy.toml`, "[search]\nenabled = true\n", { mode: 0o644 });
      const exported = await runLine(["export", "--all", "--format", "jsonl", "--output", "-"], home, {
        environment,
      });
      const events = exported.out.split("\n").filter((line) => line !== "").map((line) =>
        event.parse(JSON.parse(line))
      );
      const updated = await runLine(["search", "--update"], home, { environment });
      assert.deepEqual([updated.ended, updated.err], ["done", ""]);
      assert.deepEqual(indexed(home), expected(events));
      // Nothing has changed, so nothing is read.
      const again = await runLine(["search", "--update"], home, { environment });
      assert.match(again.out, /^Nothing is new\./);
    },
  );
}
