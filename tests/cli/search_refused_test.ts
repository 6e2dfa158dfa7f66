/** `kato search` where the system refuses to read a log for now: nothing is hidden for good, and it says so. */
import assert from "node:assert/strict";
import { REFUSALS, refuseReads } from "../parser/refused_reads.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

function makeSearchable() {
  const place = makeHome();
  Deno.writeTextFileSync(`${place.system}/policy.toml`, "search.enabled = true\n", { mode: 0o644 });
  const log = keepLog(place.home, SESSION_A, conversation(SESSION_A));
  keepLog(place.home, SESSION_B, conversation(SESSION_B, { typed: "Cook the beans." }));
  return { ...place, log };
}

async function search(place: Place, word: string) {
  const { out, err } = await runLine(["search", word, "--json"], place);
  const { hits, index } = JSON.parse(out) as {
    hits: { session: string; seq: number }[];
    index: { left: number; unreadable: number; sessions: number };
  };
  return { hits: hits.map(({ session, seq }) => `${session} ${seq}`).sort(), index, err };
}

/** So many calls read the log in one search. */
async function callsOfSearch(): Promise<number> {
  using place = makeSearchable();
  using counted = refuseReads(place.log, "EIO", Infinity);
  await search(place, "beans");
  return counted.count();
}

const WHOLE = [`${SESSION_A} 0`, `${SESSION_B} 0`];

for (const refusal of REFUSALS) {
  Deno.test(`kato search reads a log again after each call that failed once: ${refusal}`, async () => {
    const calls = await callsOfSearch();
    let told = 0;
    for (let call = 1; call <= calls; call += 1) {
      using place = makeSearchable();
      {
        using _ = refuseReads(place.log, refusal, call);
        const { index } = await search(place, "beans");
        told += index.unreadable;
      }
      const { hits, index } = await search(place, "beans");
      assert.deepEqual([hits, index.unreadable, index.left], [WHOLE, 0, 0], `call ${call}`);
    }
    assert.ok(told > 0, "a search says that it could not read a log");
  });
}

Deno.test("kato search keeps what it has of a log that it cannot read for now, says so, and reads the rest later", async () => {
  using place = makeSearchable();
  await search(place, "beans");
  const [typed = ""] = conversation(SESSION_A, { typed: "Pick the peas." }).split("\n");
  Deno.writeTextFileSync(place.log, `${typed.replaceAll("u-5d8", "u2-5d8")}\n`, { append: true });
  const { openSync } = Deno;
  Deno.openSync = (path, options) => {
    if (String(path) === place.log) throw Object.assign(new Error("Input/output error"), { code: "EIO" });
    return openSync(path, options);
  };
  try {
    for (let times = 0; times < 2; times += 1) {
      const { hits, index } = await search(place, "beans");
      assert.deepEqual([hits, index.sessions, index.unreadable, index.left], [WHOLE, 2, 1, 0]);
      const { err } = await runLine(["search", "beans"], place);
      assert.equal(
        err,
        "kato: the logs of 1 session could not be read to their end, so the index may lack a part of it. " +
          "The next search reads them again.\n",
      );
    }
  } finally {
    Deno.openSync = openSync;
  }
  const { hits, index, err } = await search(place, "peas");
  assert.deepEqual([hits, index.unreadable, err], [[`${SESSION_A} 2`], 0, ""]);
});
