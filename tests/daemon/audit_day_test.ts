/**
 * A scripted day: a person passes every kind of decision on commands and destinations. The audit log has exactly the
 * records that it should, and no others.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import type { Request } from "../../src/protocol/request.ts";
import { ask } from "./stage/ask.ts";
import { setStage, type Stage } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

/** A line as it is typed in the chat or in a terminal, and its records. */
type Row = readonly [line: string, record: string];

/** Makes what the destinations of the day meet. */
function furnish({ home }: Stage): void {
  const at = (name: string) => `${home.exports}/${name}`;
  Deno.writeTextFileSync(at("own.md"), "a person's own");
  Deno.writeTextFileSync(at("one.md"), "a person's own");
  Deno.linkSync(at("one.md"), at("two.md"));
  Deno.symlinkSync(home.path, at("link.md"));
  Deno.symlinkSync(home.path, at("elsewhere"));
  Deno.mkdirSync(at("folder.md"));
  Deno.writeTextFileSync(at("file"), "no folder");
  Deno.mkdirSync(at("open"));
  Deno.chmodSync(at("open"), 0o777);
}

const DAY: readonly Row[] = [
  ["::init day.md", "command allow destination-set"],
  ["::record", "command allow recording; destination-opened allow created"],
  ["::record day.md", "command allow already-recording"],
  ["::stop", "command allow stopped"],
  ["::stop", "command allow not-recording"],
  ["::record day.md", "command allow resumed; destination-opened allow opened"],
  ["::export once.md", "command allow exported; destination-opened allow created"],
  ["::capture whole.md", "command allow captured; destination-opened allow created"],
  ["::recrod x.md", "look-alike deny unknown-command"],
  ["::export", "look-alike deny missing-destination"],
  ["::stop x.md", "look-alike deny unexpected-destination"],
  ['::record "x.md', "look-alike deny unbalanced-quote"],
  ["::record x/", "look-alike deny not-a-path"],
  ["::record a//x.md", "look-alike deny empty-segment"],
  ["::record ../x.md", "look-alike deny traversal"],
  ["::record .hidden/x.md", "command deny hidden-segment"],
  ["::record /etc/x.md", "command deny system-location"],
  ["::record ~/.ssh/x.md", "command deny hidden-segment"],
  ["::record CLAUDE.md", "command deny agent-memory"],
  ["::record ~/x.md", "command deny outside-roots"],
  ["::record x.txt", "look-alike deny unknown-extension"],
  ["::record own.md", "command deny not-created-by-kato"],
  ["::record two.md", "command deny hard-link"],
  ["::record link.md", "command deny symlink"],
  ["::record elsewhere/x.md", "command deny outside-roots"],
  ["::record folder.md", "command deny not-a-regular-file"],
  ["::record file/x.md", "command deny not-a-directory"],
  ["::record open/x.md", "command deny writable-by-others"],
  ["kato forget", "session-forgotten deny still-recorded"],
  ["::stop", "command allow stopped"],
  // One for each file.
  ["kato forget", Array.from({ length: 3 }, () => "session-forgotten allow asked-for").join("; ")],
  ["kato record", "command deny forgotten"],
  ["::record CLAUDE.md", "command deny agent-memory"],
  [
    "::record again.md",
    "command allow recording; session-remembered allow recorded-again; destination-opened allow created",
  ],
  ["::stop", "command allow stopped"],
];

/** How many recordings of the session are under way after these records; null where they change nothing. */
function underWayAfter(records: string): number | null {
  if (/^command allow (?:recording|resumed|captured)\b/.test(records)) return 1;
  return /^command allow stopped\b/.test(records) ? 0 : null;
}

/** As `kato VERB` in a terminal. */
function askTerminal({ home, rows }: Stage, verb: string): Promise<unknown> {
  return ask(home, { verb: verb as Request["verb"], provider: "claude-code", session: rows.session });
}

Deno.test("audit: a day of every decision on commands has exactly its records", async () => {
  await using stage = await setStage();
  const { rows, say, home, daemon } = stage;
  furnish(stage);
  const said: string[][] = [];
  let seen = home.audit().length;
  let underWay = 0;
  for (const [line, expected] of DAY) {
    const [, verb] = /^kato (\w+)$/.exec(line) ?? [];
    if (verb === undefined) say(rows.user(`${line}\nand words`), rows.assistant("an answer"));
    else await askTerminal(stage, verb);
    const wanted = expected.split("; ").length;
    await until(`${line} is on record`, () => home.audit().length >= seen + wanted, {
      saw: () => JSON.stringify(home.audit().slice(seen)),
      ms: 10_000,
    });
    underWay = underWayAfter(expected) ?? underWay;
    // A destination is free, and a recording over, before the next line. A status from before this one has other recordings.
    await daemon.whenStatus("nothing but the recording is under way", ({ recordings }) => {
      const left = recordings.filter(({ state }) => state !== "stopped" && state !== "done");
      return left.length === underWay && left.every(({ state, lag }) => state === "active" && lag === 0);
    });
    const own = home.audit().slice(seen);
    seen += own.length;
    said.push([line, own.map(({ event, decision, reason }) => `${event} ${decision} ${reason}`).join("; ")]);
  }
  assert.deepEqual(said, DAY.map((row) => [...row]));
  assert.equal(await daemon.stop(), 0);
  const records = home.audit();
  assert.deepEqual(records.at(0)?.event, "daemon-started");
  assert.deepEqual([records.at(-1)?.event, records.length], ["daemon-stopped", seen + 1]);
  assert.equal(verifyAudit(home.places.logs).broken, null);
});
