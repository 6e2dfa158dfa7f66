/**
 * The search index survives a kill: `kato search --update` is killed before its first system call that changes a file, then
 * before a later one, and so on. Each time the index is whole, and at the end it has everything once.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { placesOf } from "../../src/settings/places.ts";
import { conversation, keepLog } from "../cli/stage/logs.ts";
import { makeHome, type Place } from "../cli/stage/run_line.ts";
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import { createFaults, NEEDS } from "./injector.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** Kills of one run. */
const KILLS = Deno.env.get("KATO_KILL_CALLS") === "all" ? Infinity : 8;
const SESSIONS = 6;

async function search(
  line: readonly string[],
  { home, system }: Place,
  env: Readonly<Record<string, string>> = {},
) {
  const program = `
    import { runLine } from ${JSON.stringify(`${ROOT}tests/cli/stage/run_line.ts`)};
    const { ended, out } = await runLine(["search", ...Deno.args], ${
    JSON.stringify({ home, cwd: home, system })
  });
    console.log(ended + "\\n" + out);`;
  const file = `${home}/search.ts`;
  Deno.writeTextFileSync(file, program);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", `--config=${ROOT}deno.json`, file, ...line],
    env,
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout) : null;
}

Deno.test(
  onlyWith(
    "faults: a kill before any call that changes a file leaves an index that is whole, and goes on",
    ...NEEDS,
  ),
  async () => {
    using faults = createFaults();
    using place = makeHome();
    Deno.writeTextFileSync(`${place.system}/policy.toml`, "search.enabled = true\n", { mode: 0o644 });
    const { index, indexFile } = placesOf(place.home);
    const arm = (call: number) => faults.arm({ folder: index, from: call, to: call, how: "kill" });
    let round = 0;
    /** New logs, and an update that is killed before call number `call`; true when it was. */
    async function isKilled(call: number): Promise<boolean> {
      for (let at = 0; at < SESSIONS; at += 1) {
        const session = `5d8aa099-0000-4000-8000-${String(round * SESSIONS + at).padStart(12, "0")}`;
        keepLog(place.home, session, conversation(session, { typed: `Plant the beans, number ${round}.` }));
      }
      round += 1;
      arm(call);
      const ran = await search(["--update"], place, faults.env);
      return ran === null;
    }
    assert.ok(!await isKilled(1_000_000));
    const total = faults.count();
    assert.ok(total > 3, `${total} calls`);
    let kills = 0;
    for (let call = 1; call <= total; call += Math.max(1, Math.ceil(total / KILLS))) {
      if (!await isKilled(call)) continue;
      kills += 1;
      using database = new DatabaseSync(indexFile);
      assert.deepEqual(Object.values(database.prepare("PRAGMA integrity_check").get() ?? {}), ["ok"]);
      database.exec("INSERT INTO words (words) VALUES ('integrity-check')");
    }
    faults.mend();
    assert.match(await search(["--update"], place) ?? "", /^done\n/);
    const found = await search(["beans", "--limit", "1000", "--json"], place) ?? "";
    const { hits } = JSON.parse(found.slice(found.indexOf("{"))) as {
      hits: { session: string; seq: number }[];
    };
    assert.equal(hits.length, round * SESSIONS);
    assert.equal(new Set(hits.map(({ session, seq }) => `${session} ${seq}`)).size, hits.length);
    assert.ok(kills > 0);
    tried(`${kills} kills of an update with ${total} calls that change a file`);
  },
);
